/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of the dead kernel: the BTF of vmlinux and of its modules, out of its memory, and in
 * which of them a name is looked up. What a type is, btf.h knows. One thread, that of the struct
 * kmem through which they are read, which must live longer. A struct type borrows from here.
 *
 * Modules have types of the same name (struct e1000_adapter is in e1000 and e1000e): who knows the
 * module says so.
 */
#ifndef SALVOR_KERNEL_TYPES_H
#define SALVOR_KERNEL_TYPES_H

#include "kernel/btf.h"

struct types;

/* The types of vmlinux. ERR_MISSING: the kernel has none (CONFIG_DEBUG_INFO_BTF), or no symbols of
 * data that say where (CONFIG_KALLSYMS_ALL). */
struct err *types_load(struct kmem *k, const struct symbols *s, struct types **ret) must_check;
/* From a blob that is there already; takes it, also when it fails. */
struct err *types_create(struct btf *vmlinux, struct types **ret) must_check;
void types_destroy(struct types *t);
static inline void cleanup_types(struct types **t)
{
	types_destroy(*t);
}
#define _cleanup_types_ _cleanup_(cleanup_types)

/* From now on a module's types are added when they are asked for by its name. */
void types_seek_modules(struct types *t, struct kmem *k, const struct symbols *s);
/*
 * Adds the types of modules now: of all that are not there yet, or of one (only). A module's types
 * take as much memory as they are large (20 KiB to 1 MiB), up to 300 KiB; all together may be 24
 * MiB large. Those that are damaged, missing in the dump or too many are counted as lost. An error
 * only if there is no list of modules.
 */
struct err *types_add_modules(struct types *t, struct kmem *k, const struct symbols *s,
			      const char *only) must_check;
/* One module's blob, whose base is types_vmlinux(t); takes it, also when it fails. */
struct err *types_add_module(struct types *t, const char *module, struct btf *btf) must_check;

const struct btf *types_vmlinux(const struct types *t);
size_t types_modules(const struct types *t);
size_t types_lost(const struct types *t);

/*
 * A type by its name as in C ("struct page", "union u", "enum e", "size_t"), or without the
 * keyword: then a struct or union comes before a typedef, and that before all others. module: its
 * types first, then those of vmlinux; NULL: those of vmlinux. False, ret untouched, if there is
 * none.
 */
bool types_find(const struct types *t, const char *module, const char *name, struct type *ret);
/* "task_struct.thread.sp": a type, and type_member() of the rest. */
struct err *types_member(const struct types *t, const char *module, const char *path,
			 struct member *ret) must_check;
/* An enumerator by its name, of vmlinux. Looks through all enums. */
bool types_enumerator(const struct types *t, const char *name, int64_t *ret);

#endif
