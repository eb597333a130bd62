// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/ktext.h"

#include <stdlib.h>
#include "kernel/list.h"

/* Bounds of what is taken seriously: a few hundred modules of at most some MiB each. */
#define MAX_MODULES	4096U
#define MAX_MODULE_TEXT (UINT64_C(256) << 20)

/* enum mod_mem_type (include/linux/module.h, 6.4, ac3b43283923). */
#define MOD_TEXT      0
#define MOD_INIT_TEXT 4

static uint64_t symbol(int64_t value)
{
	return layout_known(value) ? (uint64_t)value : 0;
}

struct module_reader {
	struct kmem *k;
	const struct layout *l;
	struct ktext *text;
	size_t cap;
};

static struct err *add(struct module_reader *r, uint64_t begin, uint64_t size,
		       const struct orc_table *orc)
{
	struct ktext *t = r->text;
	if (size == 0 || size > MAX_MODULE_TEXT || begin + size < begin)
		return NULL;
	if (t->nmodules == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 64;
		struct ktext_range *grown = realloc(t->modules, cap * sizeof(*grown));
		if (!grown)
			return err_nomem();
		t->modules = grown;
		r->cap = cap;
	}
	t->modules[t->nmodules++] = (struct ktext_range) {begin, begin + size, *orc};
	return NULL;
}

/* A base and a 32-bit size, of struct module_memory or, before 6.4, struct module_layout. */
static struct err *add_memory(struct module_reader *r, uint64_t at, int64_t base, int64_t size,
			      const struct orc_table *orc)
{
	uint64_t begin;
	uint32_t len;
	if (!layout_known(base) || !layout_known(size))
		return NULL;
	struct err *e = kmem_u64(r->k, at + (uint64_t)base, &begin);
	if (!e)
		e = kmem_u32(r->k, at + (uint64_t)size, &len);
	return e ? e : add(r, begin, len, orc);
}

static struct err *read_orc(struct module_reader *r, uint64_t module, struct orc_table *ret)
{
	const struct layout *l = r->l;
	if (!layout_known(l->module_arch) || !layout_known(l->mod_arch_num_orcs) ||
	    !layout_known(l->mod_arch_orc_ip) || !layout_known(l->mod_arch_orc))
		return NULL;
	uint64_t arch = module + (uint64_t)l->module_arch;
	struct orc_table t = {0};
	struct err *e = kmem_u32(r->k, arch + (uint64_t)l->mod_arch_num_orcs, &t.count);
	if (!e)
		e = kmem_u64(r->k, arch + (uint64_t)l->mod_arch_orc_ip, &t.ips);
	if (!e)
		e = kmem_u64(r->k, arch + (uint64_t)l->mod_arch_orc, &t.entries);
	if (!e && t.ips && t.entries)
		*ret = t;
	return e;
}

static struct err *read_module(struct module_reader *r, uint64_t module)
{
	const struct layout *l = r->l;
	struct orc_table orc = {0};
	struct err *e = read_orc(r, module, &orc);
	if (e)
		return e;
	if (layout_known(l->module_mem) && layout_known(l->module_memory_size)) {
		uint64_t mem = module + (uint64_t)l->module_mem;
		uint64_t step = (uint64_t)l->module_memory_size;
		e = add_memory(r, mem + MOD_TEXT * step, l->module_memory_base,
			       l->module_memory_len, &orc);
		if (!e)
			e = add_memory(r, mem + MOD_INIT_TEXT * step, l->module_memory_base,
				       l->module_memory_len, &orc);
		return e;
	}
	if (layout_known(l->module_core_layout))
		e = add_memory(r, module + (uint64_t)l->module_core_layout, l->module_layout_base,
			       l->module_layout_text_size, &orc);
	if (!e && layout_known(l->module_init_layout))
		e = add_memory(r, module + (uint64_t)l->module_init_layout, l->module_layout_base,
			       l->module_layout_text_size, &orc);
	return e;
}

/* Only out of memory is an error: what was read until the list broke is of use. */
static struct err *walk_modules(struct module_reader *r)
{
	const struct layout *l = r->l;
	if (!layout_known(l->modules) || !layout_known(l->module_list))
		return NULL;
	struct list_iter it;
	uint64_t module;
	list_init(&it, r->k, (uint64_t)l->modules, l->module_list, MAX_MODULES);
	while (list_next(&it, &module)) {
		struct err *e = read_module(r, module);
		if (e && err_code(e) == ERR_NOMEM)
			return e;
		r->text->damaged |= e != NULL;
		err_free(e);
	}
	r->text->damaged |= it.walk.why != WALK_END;
	return NULL;
}

static int by_begin(const void *a, const void *b)
{
	uint64_t x = ((const struct ktext_range *)a)->begin;
	uint64_t y = ((const struct ktext_range *)b)->begin;
	return (x > y) - (x < y);
}

struct err *ktext_load(struct kmem *k, struct ktext *ret)
{
	const struct layout *l = k->layout;
	struct ktext t = {
		.begin = symbol(layout_known(l->text) ? l->text : l->stext),
		.end = symbol(l->etext),
		.init_begin = symbol(l->sinittext),
		.init_end = symbol(l->einittext),
	};
	struct module_reader r = {.k = k, .l = l, .text = &t};
	if (!t.begin || !t.end)
		return err_new(ERR_MISSING,
			       "this kernel's symbols _stext and _etext are not known");
	struct err *e = walk_modules(&r);
	if (e) {
		ktext_deinit(&t);
		return e;
	}
	if (t.nmodules)
		qsort(t.modules, t.nmodules, sizeof(*t.modules), by_begin);
	*ret = t;
	return NULL;
}

void ktext_deinit(struct ktext *t)
{
	free(t->modules);
	t->modules = NULL;
	t->nmodules = 0;
}

bool ktext_vmlinux(const struct ktext *t, uint64_t addr)
{
	return (addr >= t->begin && addr < t->end) || (addr >= t->init_begin && addr < t->init_end);
}

const struct ktext_range *ktext_module(const struct ktext *t, uint64_t addr)
{
	size_t low = 0, high = t->nmodules; /* the last with begin <= addr is below high */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->modules[middle].begin <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || addr >= t->modules[low - 1].end)
		return NULL;
	return &t->modules[low - 1];
}
