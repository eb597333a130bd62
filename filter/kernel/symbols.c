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

struct symbols {
	struct symbol_set vmlinux;
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
	symbol_set_deinit(&s->vmlinux);
	free(s);
}

static struct err *add_vmlinux(void *arg, uint64_t addr, char type, const char *name, size_t len)
{
	return symbol_set_add(&((struct symbols *)arg)->vmlinux, addr, type, name, len);
}

static void set_symbol(const struct symbol_set *set, size_t i, const char *module,
		       struct symbol *ret)
{
	*ret = (struct symbol) {
		.addr = symbol_set_addr(set, i),
		.name = symbol_set_name(set, i),
		.module = module,
		.type = symbol_set_type(set, i),
	};
}

static bool is_global(char type)
{
	return type >= 'A' && type <= 'Z';
}

/* The global symbol of that name, else the lowest. */
static bool find_in(const struct symbol_set *set, const char *name, uint64_t *ret)
{
	size_t cursor = 0, i;
	bool found = false;
	while (symbol_set_next(set, name, &cursor, &i)) {
		bool global = is_global(symbol_set_type(set, i));
		if (!found || global)
			*ret = symbol_set_addr(set, i);
		found = true;
		if (global)
			break;
	}
	return found;
}

static struct module_span between(const struct symbol_set *set, const char *from, const char *to)
{
	uint64_t start = 0, end = 0;
	if (!find_in(set, from, &start) || !find_in(set, to, &end) || end <= start)
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
	s->image[0] = between(&s->vmlinux, "_text", "_end");
	if (s->image[0].len == 0) {
		s->image[0] = between(&s->vmlinux, "_stext", "_etext");
		s->image[1] = between(&s->vmlinux, "_sinittext", "_einittext");
	}
}

struct err *symbols_load(struct kmem *k, struct symbols **ret)
{
	_cleanup_(cleanup_symbols) struct symbols *s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem();
	struct err *e = kallsyms_read(k, add_vmlinux, s);
	if (!e)
		e = symbol_set_finish(&s->vmlinux);
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
	if (!find_in(&s->vmlinux, "modules", &head))
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
		return m && find_in(&m->set, name, ret);
	}
	if (find_in(&s->vmlinux, name, ret))
		return true;
	for (size_t i = 0; i < s->nmodules; i++)
		if (find_in(&s->modules[i]->set, name, ret))
			return true;
	return false;
}

static size_t find_all_in(const struct symbol_set *set, const char *module, const char *name,
			  struct symbol *ret, size_t max)
{
	size_t cursor = 0, i, n = 0;
	for (; symbol_set_next(set, name, &cursor, &i); n++)
		if (n < max)
			set_symbol(set, i, module, ret + n);
	return n;
}

size_t symbols_find_all(const struct symbols *s, const char *module, const char *name,
			struct symbol *ret, size_t max)
{
	size_t n = module ? 0 : find_all_in(&s->vmlinux, NULL, name, ret, max);
	for (size_t i = 0; i < s->nmodules; i++) {
		const struct module_symbols *m = s->modules[i];
		size_t used = MIN(n, max);
		if (!module || strcmp(module, m->name) == 0)
			n += find_all_in(&m->set, m->name, name, ret + used, max - used);
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
	const struct symbol_set *set;
	const char *module;
	uint64_t start;
};

static bool find_owner(const struct symbols *s, uint64_t addr, struct owner *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->image); i++) {
		if (addr - s->image[i].base < s->image[i].len) {
			*ret = (struct owner) {&s->vmlinux, NULL, s->image[i].base};
			return true;
		}
	}
	const struct span *span = find_span(s, addr);
	if (!span)
		return false;
	const struct module_symbols *m = s->modules[span->module];
	*ret = (struct owner) {&m->set, m->name, span->base};
	return true;
}

bool symbols_at(const struct symbols *s, uint64_t addr, struct symbol *ret, uint64_t *offset)
{
	struct owner o;
	size_t i;
	if (!find_owner(s, addr, &o) || !symbol_set_at(o.set, addr, &i) ||
	    symbol_set_addr(o.set, i) < o.start)
		return false;
	set_symbol(o.set, i, o.module, ret);
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
	size_t n = s->vmlinux.n;
	for (size_t i = 0; i < s->nmodules; i++)
		n += s->modules[i]->set.n;
	return n;
}

size_t symbols_lost(const struct symbols *s)
{
	return s->lost;
}

static void each_of(const struct symbol_set *set, const char *module, symbols_fn fn, void *arg)
{
	for (size_t i = 0; i < set->n; i++) {
		struct symbol symbol;
		set_symbol(set, i, module, &symbol);
		fn(arg, &symbol);
	}
}

void symbols_each(const struct symbols *s, symbols_fn fn, void *arg)
{
	each_of(&s->vmlinux, NULL, fn, arg);
	for (size_t i = 0; i < s->nmodules; i++)
		each_of(&s->modules[i]->set, s->modules[i]->name, fn, arg);
}
