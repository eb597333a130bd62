// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kernel.h"

#include <stdlib.h>

/* Keeps the reason and frees the error; out of memory is kept as well. */
static void keep_reason(struct buf *why, struct err *e)
{
	if (!e)
		return;
	buf_printf(why, "%s%s", why->len ? "; " : "", err_message(e));
	err_free(e);
}

static struct err *open_memory(struct kernel *k)
{
	struct err *e = NULL;
	if (!k->vmcore->vmcoreinfo)
		e = vmcore_find_vmcoreinfo(k->vmcore);
	if (e)
		return e;
	k->info = (struct vmcoreinfo) {k->vmcore->vmcoreinfo, k->vmcore->vmcoreinfo_len};
	e = layout_load(&k->info, &k->layout);
	if (!e)
		e = kmem_init(&k->kmem, k->vmcore, &k->layout);
	/* without memory for it, it takes longer */
	if (!e)
		err_free(kmem_use_cache(&k->kmem));
	return err_wrap(e, "%s", k->vmcore->source->path);
}

/* Symbols first: types are found through them, and modules through both. */
static void open_names(struct kernel *k)
{
	keep_reason(&k->no_symbols, symbols_load(&k->kmem, &k->symbols));
	if (!k->symbols) {
		buf_puts(&k->no_types, "without symbols, types cannot be found");
		return;
	}
	keep_reason(&k->no_types, types_load(&k->kmem, k->symbols, &k->types));
	layout_complete(&k->layout, k->symbols, k->types);
	if (!k->types)
		return;
	types_seek_modules(k->types, &k->kmem, k->symbols);
	keep_reason(&k->no_modules, symbols_add_modules(k->symbols, &k->kmem, k->types));
}

struct err *kernel_open_vmcore(struct vmcore *v, struct kernel **ret)
{
	struct kernel *k = calloc(1, sizeof(*k));
	if (!k) {
		vmcore_destroy(v);
		return err_nomem();
	}
	k->vmcore = v;
	struct err *e = open_memory(k);
	if (e) {
		kernel_destroy(k);
		return e;
	}
	open_names(k);
	*ret = k;
	return NULL;
}

struct err *kernel_open(const char *path, struct kernel **ret)
{
	struct vmcore *v = NULL;
	struct err *e = vmcore_open(path, &v);
	return e ? e : kernel_open_vmcore(v, ret);
}

void kernel_destroy(struct kernel *k)
{
	if (!k)
		return;
	types_destroy(k->types);
	symbols_destroy(k->symbols);
	kmem_deinit(&k->kmem);
	vmcore_destroy(k->vmcore);
	buf_deinit(&k->no_symbols);
	buf_deinit(&k->no_types);
	buf_deinit(&k->no_modules);
	free(k);
}

struct err *kernel_symbol(const struct kernel *k, const char *name, uint64_t *ret)
{
	if (k->symbols && symbols_find(k->symbols, NULL, name, ret))
		return NULL;
	if (vmcoreinfo_symbol(&k->info, name, ret))
		return NULL;
	return err_new(ERR_MISSING, "this kernel has no symbol %s%s%s", name,
		       k->no_symbols.len ? ": " : "", buf_str(&k->no_symbols));
}
