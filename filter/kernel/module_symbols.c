// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_symbols.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>
#include "kernel/list.h"

/* Kernels load a few hundred modules; the largest have some 20,000 symbols. */
#define MAX_MODULES 8192
#define MAX_SYMTAB  (UINT32_C(1) << 17)
#define MAX_STRTAB  (UINT32_C(8) << 20)
/* A module lies within the module area, which has 1 GiB or less. */
#define MAX_SPAN     (UINT64_C(1) << 30)
#define NAME_MAX_LEN 511 /* KSYM_NAME_LEN */

void module_symbols_destroy(struct module_symbols *m)
{
	if (m)
		symbol_set_deinit(&m->set);
	free(m);
}

static void cleanup_module(struct module_symbols **m)
{
	module_symbols_destroy(*m);
}

/* What a struct mod_kallsyms points to, read. */
struct tables {
	uint32_t n;
	Elf64_Sym *symtab; /* in the dump's byte order */
	char *typetab;
	char *strtab;
	size_t strtab_len;
};

static void free_tables(struct tables *t)
{
	free(t->symtab);
	free(t->typetab);
	free(t->strtab);
}

static struct err *read_table(struct kmem *k, const char *what, uint64_t addr, size_t len,
			      void *ret)
{
	void *bytes = malloc(len);
	if (!bytes)
		return err_nomem();
	struct err *e = kmem_read(k, addr, bytes, len);
	if (e) {
		free(bytes);
		return err_wrap(e, "%s", what);
	}
	memcpy(ret, &bytes, sizeof(bytes));
	return NULL;
}

/*
 * No member says how long strtab is: up to the end of the last name. That is found in steps of less
 * than a page, as what follows strtab may not be mapped.
 */
static struct err *read_strtab(struct kmem *k, uint64_t addr, struct tables *t)
{
	uint32_t last = 0;
	for (uint32_t i = 0; i < t->n; i++)
		last = MAX(last, get_u32(&t->symtab[i].st_name, k->vmcore->order));
	if (last > MAX_STRTAB)
		return err_new(ERR_FORMAT, "strtab: a name at %" PRIu32 ": not possible", last);
	size_t cap = (size_t)last + NAME_MAX_LEN + 1, step = 64;
	t->strtab = malloc(cap);
	if (!t->strtab)
		return err_nomem();
	struct err *e = kmem_read(k, addr, t->strtab, (size_t)last + 1);
	t->strtab_len = (size_t)last + 1;
	while (!e && t->strtab[t->strtab_len - 1] != '\0' && t->strtab_len < cap) {
		size_t n = MIN(cap - t->strtab_len, step - (addr + t->strtab_len) % step);
		e = kmem_read(k, addr + t->strtab_len, t->strtab + t->strtab_len, n);
		char *nul = e ? NULL : memchr(t->strtab + t->strtab_len, '\0', n);
		t->strtab_len = nul ? (size_t)(nul - t->strtab) + 1 : t->strtab_len + n;
	}
	return err_wrap(e, "strtab");
}

static struct err *read_tables(struct kmem *k, const struct module_layout *l, uint64_t kallsyms,
			       struct tables *t)
{
	uint64_t symtab = 0, strtab = 0, typetab = 0;
	struct err *e = kmem_u64(k, kallsyms + l->symtab, &symtab);
	if (!e)
		e = kmem_u32(k, kallsyms + l->num_symtab, &t->n);
	if (!e)
		e = kmem_u64(k, kallsyms + l->strtab, &strtab);
	if (!e)
		e = kmem_u64(k, kallsyms + l->typetab, &typetab);
	if (!e && t->n > MAX_SYMTAB)
		e = err_new(ERR_FORMAT, "%" PRIu32 " symbols: not possible", t->n);
	if (e || t->n == 0)
		return e;
	e = read_table(k, "symtab", symtab, t->n * sizeof(Elf64_Sym), &t->symtab);
	if (!e)
		e = read_table(k, "typetab", typetab, t->n, &t->typetab);
	return e ? e : read_strtab(k, strtab, t);
}

/* is_mapping_symbol() of include/linux/module_symbol.h: they name no code or data. */
static bool is_mapping_symbol(const char *name)
{
	return name[0] == '$' || strncmp(name, ".L", 2) == 0 || strncmp(name, "L0", 2) == 0;
}

/* The length of the name at this offset of strtab; 0 if it has none, or no end, or odd bytes. */
static size_t name_length(const struct tables *t, uint32_t at)
{
	size_t len = 0;
	while (at + len < t->strtab_len && t->strtab[at + len] > ' ' && t->strtab[at + len] <= '~')
		len++;
	return at + len < t->strtab_len && t->strtab[at + len] == '\0' && len <= NAME_MAX_LEN ? len
											      : 0;
}

/* Symbols without a name are usual, as are undefined ones while a module initializes. */
static struct err *add_symbols(struct symbol_set *set, const struct tables *t,
			       enum byte_order order)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const Elf64_Sym *sym = &t->symtab[i];
		uint32_t at = get_u32(&sym->st_name, order);
		size_t len = name_length(t, at);
		if (len == 0 || get_u16(&sym->st_shndx, order) == SHN_UNDEF ||
		    is_mapping_symbol(t->strtab + at))
			continue;
		char type = t->typetab[i];
		struct err *e =
			symbol_set_add(set, get_u64(&sym->st_value, order),
				       type > ' ' && type <= '~' ? type : '?', t->strtab + at, len);
		if (e)
			return e;
	}
	return NULL;
}

static struct err *read_symbols(struct kmem *k, const struct module_layout *l, uint64_t module,
				struct symbol_set *set)
{
	struct tables t = {0};
	uint64_t kallsyms = 0;
	struct err *e = kmem_u64(k, module + l->kallsyms, &kallsyms);
	/* Not set yet: the module is only being loaded. */
	if (!e && kallsyms)
		e = read_tables(k, l, kallsyms, &t);
	if (!e)
		e = add_symbols(set, &t, k->vmcore->order);
	free_tables(&t);
	if (!e)
		return symbol_set_finish(set);
	symbol_set_deinit(set);
	return e;
}

/* A span that cannot be read, or cannot be, is no memory of the module. */
static void read_spans(struct kmem *k, const struct module_layout *l, uint64_t module,
		       struct module_symbols *m)
{
	for (size_t i = 0; i < l->nspans && i < MODULE_SPANS; i++) {
		uint64_t base = 0;
		uint32_t len = 0;
		struct err *e = kmem_u64(k, module + l->spans[i].base, &base);
		if (!e)
			e = kmem_u32(k, module + l->spans[i].size, &len);
		if (!e && base && len && len <= MAX_SPAN && base + len > base)
			m->spans[m->nspans++] = (struct module_span) {base, len};
		err_free(e);
	}
}

static struct err *read_name(struct kmem *k, const struct module_layout *l, uint64_t module,
			     char name[MODULE_NAME_MAX])
{
	size_t len = MIN((size_t)l->name_len, (size_t)MODULE_NAME_MAX - 1);
	memset(name, 0, MODULE_NAME_MAX);
	struct err *e = kmem_read(k, module + l->name, name, len);
	if (e)
		return err_wrap(e, "name");
	for (const char *c = name; *c; c++)
		if (*c <= ' ' || *c > '~')
			return err_new(ERR_FORMAT, "name: not printable");
	return name[0] ? NULL : err_new(ERR_FORMAT, "name: empty");
}

/* A module whose symbols are damaged is lost and counted; no memory is no such damage. */
static struct err *read_module(struct kmem *k, const struct module_layout *l, uint64_t module,
			       module_fn fn, void *arg, size_t *lost)
{
	_cleanup_(cleanup_module) struct module_symbols *m = calloc(1, sizeof(*m));
	if (!m)
		return err_nomem();
	struct err *e = read_name(k, l, module, m->name);
	bool named = !e;
	if (named) {
		read_spans(k, l, module, m);
		e = read_symbols(k, l, module, &m->set);
	}
	if (e && err_code(e) == ERR_NOMEM)
		return e;
	*lost += e != NULL;
	err_free(e);
	return named ? fn(arg, TAKE_PTR(m)) : NULL;
}

/* Each module once: a list bent back onto itself ends where it comes round, not a little later. */
static bool seen(const uint64_t *modules, size_t n, uint64_t module)
{
	for (size_t i = 0; i < n; i++)
		if (modules[i] == module)
			return true;
	return false;
}

struct err *module_symbols_walk(struct kmem *k, const struct module_layout *l, uint64_t head,
				module_fn fn, void *arg, size_t *lost)
{
	struct list_iter it;
	uint64_t module;
	_cleanup_free_ uint64_t *modules = malloc(MAX_MODULES * sizeof(*modules));
	if (!modules)
		return err_nomem();
	list_init(&it, k, head, l->list, MAX_MODULES);
	while (list_next(&it, &module)) {
		size_t n = it.walk.visited - 1;
		if (seen(modules, n, module)) {
			walk_stop(&it.walk, WALK_CYCLE, module);
			break;
		}
		modules[n] = module;
		struct err *e = read_module(k, l, module, fn, arg, lost);
		if (e)
			return e;
	}
	if (it.walk.why == WALK_UNREADABLE && it.walk.visited == 0)
		return err_new(ERR_MISSING, "the list of modules: nothing can be read at %#" PRIx64,
			       head);
	*lost += it.walk.why != WALK_END;
	return NULL;
}
