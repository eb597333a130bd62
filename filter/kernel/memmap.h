/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory map: where the dead kernel keeps the struct page of each pfn. It does not read the
 * struct pages themselves. Immutable once loaded; any thread.
 */
#ifndef SALVOR_KERNEL_MEMMAP_H
#define SALVOR_KERNEL_MEMMAP_H

#include "kernel/kmem.h"

struct memmap {
	unsigned int section_shift; /* log2 of pages per section */
	size_t nsections;
	uint64_t *maps; /* per section: virtual address of its first struct page; 0: it has none */
	size_t present; /* sections that have one */
	bool damaged;	/* part of the table could not be read: sections may be missing */
};

/*
 * Loads the map of pfns [0, max_pfn): sparse memory with or without extreme, and flat memory.
 * Sections of which the dump has no page count as having none: their number has no bound.
 */
struct err *memmap_load(struct kmem *k, uint64_t max_pfn, struct memmap *ret) must_check;
void memmap_deinit(struct memmap *m);

#endif
