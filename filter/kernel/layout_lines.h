/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of layout.def as a table, for the layout*.c files alone. Immutable; any thread.
 */
#ifndef SALVOR_KERNEL_LAYOUT_LINES_H
#define SALVOR_KERNEL_LAYOUT_LINES_H

#include <stddef.h>
#include "kernel/layout.h"

/* BITS: the number of a bit field's first bit in its struct. VMCOREINFO has no such record. */
enum layout_kind { OFFSET, SIZE, LENGTH, NUMBER, SYMBOL, BITS };

struct layout_line {
	enum layout_kind kind;
	enum layout_need need;
	size_t field; /* offset in struct layout */
	const char *name;
};

extern const struct layout_line layout_lines[];
extern const size_t layout_nr_lines;

static inline int64_t *layout_field(struct layout *l, const struct layout_line *line)
{
	return (int64_t *)(void *)((char *)l + line->field);
}

#endif
