/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What layout.def lists, as resolved for one kernel: sizes, offsets, numbers and symbol addresses.
 * It does not interpret them. Immutable once loaded and completed; any thread.
 */
#ifndef SALVOR_KERNEL_LAYOUT_H
#define SALVOR_KERNEL_LAYOUT_H

#include "kernel/vmcoreinfo.h"

/* What a line of layout.def is needed for. */
enum layout_need { FOR_NONE = 0, FOR_PAGES = 1, FOR_TASKS = 2, FOR_STACKS = 3 };

/* The value of what this kernel does not have. No address, size or flag is this number. */
#define LAYOUT_UNKNOWN INT64_MIN

struct symbols;
struct types;

struct layout {
	const struct vmcoreinfo *info; /* borrowed */
	unsigned int page_shift;
	bool complete; /* layout_complete() was there */
#define LAYOUT(kind, field, name, need) int64_t field;
#include "kernel/layout.def"
#undef LAYOUT
};

static inline bool layout_known(int64_t value)
{
	return value != LAYOUT_UNKNOWN;
}

/* Resolves every line; what is absent stays LAYOUT_UNKNOWN. Fails only without a page size. */
struct err *layout_load(const struct vmcoreinfo *info, struct layout *ret) must_check;

/*
 * Fills what VMCOREINFO left unknown from the kernel's own symbols and types; either may be NULL.
 * SYMBOL: the address in kallsyms. OFFSET, SIZE: of the type or member of that name; OFFSET of a
 * bitfield stays unknown. LENGTH: the elements of a member that is an array. NUMBER: the
 * enumerator of that name. To be called before the symbols of modules are added: theirs may have
 * the same names.
 */
void layout_complete(struct layout *l, const struct symbols *s, const struct types *t);

/* ERR_MISSING that names everything absent of what is needed for this purpose, or NULL. */
struct err *layout_check(const struct layout *l, enum layout_need need) must_check;

#endif
