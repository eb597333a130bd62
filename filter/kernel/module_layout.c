// SPDX-License-Identifier: GPL-2.0-or-later
/* Where struct module keeps what module_symbols.c reads, from the kernel's own types. */
#include "kernel/module_symbols.h"
#include "kernel/symbols.h"

/* One member that there must be. */
static struct err *offset_of(struct type t, const char *path, uint32_t *ret)
{
	struct member m;
	struct err *e = type_member(t, path, &m);
	if (!e)
		*ret = m.offset;
	return e;
}

/* A pair of members that there may be. */
static void add_span(struct type module, const char *base, const char *size,
		     struct module_layout *l)
{
	uint32_t base_at, size_at;
	struct err *e = offset_of(module, base, &base_at);
	if (!e)
		e = offset_of(module, size, &size_at);
	if (!e && l->nspans < MODULE_SPANS) {
		l->spans[l->nspans].base = base_at;
		l->spans[l->nspans++].size = size_at;
	}
	err_free(e);
}

/*
 * mem[] of every kind of memory (6.4, ac3b43283923); before, core_layout and init_layout (4.5,
 * 7523e4dc5057), beside them data_layout where data is apart (5.18, 01dc0386efb7).
 */
static void find_spans(struct type module, struct module_layout *l)
{
	struct member whole, one;
	struct err *e = type_member(module, "mem", &whole);
	if (!e)
		e = type_member(module, "mem[0]", &one);
	if (!e && one.size) {
		for (uint32_t i = 0; i < whole.size / one.size && i < MODULE_SPANS; i++) {
			char base[32], size[32];
			snprintf(base, sizeof(base), "mem[%u].base", i);
			snprintf(size, sizeof(size), "mem[%u].size", i);
			add_span(module, base, size, l);
		}
	}
	err_free(e);
	add_span(module, "core_layout.base", "core_layout.size", l);
	add_span(module, "init_layout.base", "init_layout.size", l);
	add_span(module, "data_layout.base", "data_layout.size", l);
}

static struct err *layout_of_module(const struct types *t, struct module_layout *ret)
{
	struct module_layout l = {0};
	struct type module, kallsyms;
	struct member name;
	if (!types_find(t, NULL, "module", &module) ||
	    !types_find(t, NULL, "mod_kallsyms", &kallsyms))
		return err_new(ERR_MISSING,
			       "the kernel's types have no struct module with symbols");
	struct err *e = type_member(module, "name", &name);
	if (!e)
		e = offset_of(module, "list", &l.list);
	if (!e)
		e = offset_of(module, "kallsyms", &l.kallsyms);
	if (!e)
		e = offset_of(kallsyms, "symtab", &l.symtab);
	if (!e)
		e = offset_of(kallsyms, "num_symtab", &l.num_symtab);
	if (!e)
		e = offset_of(kallsyms, "strtab", &l.strtab);
	if (!e)
		e = offset_of(kallsyms, "typetab", &l.typetab);
	if (e)
		return err_wrap(e, "symbols of modules");
	l.name = name.offset;
	l.name_len = name.size;
	find_spans(module, &l);
	*ret = l;
	return NULL;
}

struct err *symbols_add_modules(struct symbols *s, struct kmem *k, const struct types *t)
{
	struct module_layout l;
	struct err *e = layout_of_module(t, &l);
	return e ? e : symbols_add_module_list(s, k, &l);
}
