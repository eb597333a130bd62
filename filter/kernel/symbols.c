// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/symbols.h"

#include <string.h>
#include "kernel/kallsyms_read.h"
#include "kernel/module_symbols.h"

/* One span of one module, for finding the module of an address. */
struct span {
	uint64_t base, len;
	size_t module;
};

/* Either in place, or a set. */
struct table {
	struct kallsyms *vmlinux;
	const struct symbol_set *module;
};

struct symbols {
	struct kallsyms *vmlinux;
	struct module_span image[2]; /* of vmlinux */
	struct module_symbols **modules;
	size_t nmodules;
	struct span *spans; /* by base */
	size_t nspans;
	size_t lost;
	size_t module_names; /* bytes, against a list of modules made up to fill the memory */
};

void symbols_destroy(struct symbols *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nmodules; i++)
		module_symbols_destroy(s->modules[i]);
	free(s->modules);
	free(s->spans);
	kallsyms_destroy(s->vmlinux);
	free(s);
}

static size_t table_count(struct table t)
{
	return t.vmlinux ? kallsyms_count(t.vmlinux) : t.module->n;
}

static uint64_t table_addr(struct table t, size_t i)
{
	return t.vmlinux ? kallsyms_addr(t.vmlinux, (uint32_t)i) : symbol_set_addr(t.module, i);
}

static char table_type(struct table t, size_t i)
{
	return t.vmlinux ? *kallsyms_name(t.vmlinux, (uint32_t)i) : symbol_set_type(t.module, i);
}

static const char *table_name(struct table t, size_t i)
{
	if (!t.vmlinux)
		return symbol_set_name(t.module, i);
	const char *name = kallsyms_name(t.vmlinux, (uint32_t)i);
	return *name ? name + 1 : name;
}

static bool table_at(struct table t, uint64_t addr, size_t *ret)
{
	uint32_t i;
	if (!t.vmlinux)
		return symbol_set_at(t.module, addr, ret);
	if (!kallsyms_at(t.vmlinux, addr, &i))
		return false;
	*ret = i;
	return true;
}

static bool table_next(struct table t, const char *name, size_t *cursor, size_t *ret)
{
	uint32_t i;
	if (!t.vmlinux)
		return symbol_set_next(t.module, name, cursor, ret);
	if (!kallsyms_next(t.vmlinux, name, cursor, &i))
		return false;
	*ret = i;
	return true;
}

static struct table vmlinux_of(const struct symbols *s)
{
	return (struct table) {.vmlinux = s->vmlinux};
}

static struct table module_of(const struct module_symbols *m)
{
	return (struct table) {.module = &m->set};
}

static void set_symbol(struct table t, size_t i, const char *module, struct symbol *ret)
{
	*ret = (struct symbol) {
		.addr = table_addr(t, i),
		.name = table_name(t, i),
		.module = module,
		.type = table_type(t, i),
	};
}

static bool is_global(char type)
{
	return type >= 'A' && type <= 'Z';
}

/* The global symbol of that name, else the lowest. */
static bool find_in(struct table t, const char *name, uint64_t *ret)
{
	size_t cursor = 0, i;
	bool found = false;
	while (table_next(t, name, &cursor, &i)) {
		bool global = is_global(table_type(t, i));
		if (!found || global)
			*ret = table_addr(t, i);
		found = true;
		if (global)
			break;
	}
	return found;
}

static struct module_span between(struct table t, const char *from, const char *to)
{
	uint64_t start = 0, end = 0;
	if (!find_in(t, from, &start) || !find_in(t, to, &end) || end <= start)
		return (struct module_span) {0};
	return (struct module_span) {start, end - start};
}

/*
 * include/asm-generic/sections.h: the image is [_text, _end). Without CONFIG_KALLSYMS_ALL there are
 * symbols in two parts of it only. Per-CPU variables of x86_64 before 6.15 have addresses near 0;
 * they are outside, so that a small number is no symbol.
 */
static void set_bounds(struct symbols *s)
{
	s->image[0] = between(vmlinux_of(s), "_text", "_end");
	if (s->image[0].len == 0) {
		s->image[0] = between(vmlinux_of(s), "_stext", "_etext");
		s->image[1] = between(vmlinux_of(s), "_sinittext", "_einittext");
	}
}

struct err *symbols_load(struct kmem *k, struct symbols **ret)
{
	_cleanup_(cleanup_symbols) struct symbols *s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem();
	struct err *e = kallsyms_load(k, &s->vmlinux);
	if (e)
		return e;
	set_bounds(s);
	*ret = TAKE_PTR(s);
	return NULL;
}

static struct err *add_module(void *arg, struct module_symbols *m)
{
	struct symbols *s = arg;
	struct module_symbols **modules = realloc(s->modules, (s->nmodules + 1) * sizeof(*modules));
	if (!modules) {
		module_symbols_destroy(m);
		return err_nomem();
	}
	s->modules = modules;
	modules[s->nmodules++] = m;
	s->nspans += m->nspans;
	s->module_names += m->set.names.len;
	if (s->module_names > SYMBOL_SET_MAX_NAMES)
		return err_new(ERR_UNSUPPORTED, "more than %zu MiB of symbol names in modules",
			       SYMBOL_SET_MAX_NAMES >> 20);
	return NULL;
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return x->base < y->base ? -1 : x->base > y->base;
}

static struct err *index_spans(struct symbols *s)
{
	size_t n = 0;
	s->spans = malloc(MAX(s->nspans, (size_t)1) * sizeof(*s->spans));
	if (!s->spans) {
		s->nspans = 0;
		return err_nomem();
	}
	for (size_t i = 0; i < s->nmodules; i++) {
		const struct module_symbols *m = s->modules[i];
		for (size_t j = 0; j < m->nspans; j++)
			s->spans[n++] = (struct span) {m->spans[j].base, m->spans[j].len, i};
	}
	qsort(s->spans, n, sizeof(*s->spans), compare_spans);
	return NULL;
}

struct err *symbols_add_module_list(struct symbols *s, struct kmem *k,
				    const struct module_layout *l)
{
	uint64_t head;
	if (!find_in(vmlinux_of(s), "modules", &head))
		return err_new(ERR_MISSING, "the kernel has no symbol for its list of modules "
					    "(no CONFIG_KALLSYMS_ALL?)");
	if (s->modules)
		return NULL;
	struct err *e = module_symbols_walk(k, l, head, add_module, s, &s->lost);
	/* A limit, not a failure: what came before it stays. */
	if (e && err_code(e) == ERR_UNSUPPORTED) {
		err_free(e);
		e = NULL;
		s->lost++;
	}
	struct err *e2 = index_spans(s);
	if (e)
		err_free(e2);
	return e ? e : e2;
}

static const struct module_symbols *find_module(const struct symbols *s, const char *name)
{
	for (size_t i = 0; i < s->nmodules; i++)
		if (strcmp(s->modules[i]->name, name) == 0)
			return s->modules[i];
	return NULL;
}

bool symbols_find(const struct symbols *s, const char *module, const char *name, uint64_t *ret)
{
	if (module) {
		const struct module_symbols *m = find_module(s, module);
		return m && find_in(module_of(m), name, ret);
	}
	if (find_in(vmlinux_of(s), name, ret))
		return true;
	for (size_t i = 0; i < s->nmodules; i++)
		if (find_in(module_of(s->modules[i]), name, ret))
			return true;
	return false;
}

static size_t find_all_in(struct table t, const char *module, const char *name, struct symbol *ret,
			  size_t max)
{
	size_t cursor = 0, i, n = 0;
	for (; table_next(t, name, &cursor, &i); n++)
		if (n < max)
			set_symbol(t, i, module, ret + n);
	return n;
}

size_t symbols_find_all(const struct symbols *s, const char *module, const char *name,
			struct symbol *ret, size_t max)
{
	size_t n = module ? 0 : find_all_in(vmlinux_of(s), NULL, name, ret, max);
	for (size_t i = 0; i < s->nmodules; i++) {
		const struct module_symbols *m = s->modules[i];
		size_t used = MIN(n, max);
		if (!module || strcmp(module, m->name) == 0)
			n += find_all_in(module_of(m), m->name, name, ret + used, max - used);
	}
	return n;
}

static const struct span *find_span(const struct symbols *s, uint64_t addr)
{
	size_t low = 0, high = s->nspans;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct span *span = &s->spans[mid];
		if (addr < span->base)
			high = mid;
		else if (addr - span->base >= span->len)
			low = mid + 1;
		else
			return span;
	}
	return NULL;
}

/* Whose memory an address is in, and from where on. */
struct owner {
	struct table table;
	const char *module;
	uint64_t start;
};

static bool find_owner(const struct symbols *s, uint64_t addr, struct owner *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->image); i++) {
		if (addr - s->image[i].base < s->image[i].len) {
			*ret = (struct owner) {vmlinux_of(s), NULL, s->image[i].base};
			return true;
		}
	}
	const struct span *span = find_span(s, addr);
	if (!span)
		return false;
	const struct module_symbols *m = s->modules[span->module];
	*ret = (struct owner) {module_of(m), m->name, span->base};
	return true;
}

bool symbols_at(const struct symbols *s, uint64_t addr, struct symbol *ret, uint64_t *offset)
{
	struct owner o;
	size_t i;
	if (!find_owner(s, addr, &o) || !table_at(o.table, addr, &i) ||
	    table_addr(o.table, i) < o.start)
		return false;
	set_symbol(o.table, i, o.module, ret);
	*offset = addr - ret->addr;
	return true;
}

bool symbols_owner(const struct symbols *s, uint64_t addr, const char **module)
{
	struct owner o;
	if (!find_owner(s, addr, &o))
		return false;
	*module = o.module;
	return true;
}

size_t symbols_count(const struct symbols *s)
{
	size_t n = kallsyms_count(s->vmlinux);
	for (size_t i = 0; i < s->nmodules; i++)
		n += s->modules[i]->set.n;
	return n;
}

size_t symbols_lost(const struct symbols *s)
{
	return s->lost;
}

/* Not by set_symbol(), which would keep all names. */
static void each_of_vmlinux(struct kallsyms *k, symbols_fn fn, void *arg)
{
	char name[KALLSYMS_NAME_MAX];
	for (uint32_t i = 0; i < kallsyms_count(k); i++)
		if (kallsyms_read_name(k, i, name))
			fn(arg, &(struct symbol) {kallsyms_addr(k, i), name + 1, NULL, name[0]});
}

void symbols_each(const struct symbols *s, symbols_fn fn, void *arg)
{
	each_of_vmlinux(s->vmlinux, fn, arg);
	for (size_t i = 0; i < s->nmodules; i++) {
		struct table t = module_of(s->modules[i]);
		for (size_t j = 0; j < table_count(t); j++) {
			struct symbol symbol;
			set_symbol(t, j, s->modules[i]->name, &symbol);
			fn(arg, &symbol);
		}
	}
}
