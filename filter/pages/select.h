/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages are dumped: from a dump level and the dead kernel's struct pages to one bit per pfn.
 * It does not read page contents (zero pages are told while packing). The result belongs to the
 * caller; the scan uses threads of its own and ends them.
 */
#ifndef SALVOR_PAGES_SELECT_H
#define SALVOR_PAGES_SELECT_H

#include "kernel/kmem.h"
#include "pages/classify.h"

/* makedumpfile's dump levels: a sum of what to leave out. */
enum dump_level {
	LEVEL_ZERO = 1,		 /* pages full of zeros */
	LEVEL_CACHE = 2,	 /* page cache without private data */
	LEVEL_CACHE_PRIVATE = 4, /* all page cache */
	LEVEL_USER = 8,		 /* user process data */
	LEVEL_FREE = 16,	 /* free pages */
	LEVEL_MAX = 31,
};

struct selection {
	uint64_t max_pfn;
	uint64_t existing; /* pages in the vmcore */
	uint64_t selected; /* bits set in dump */
	struct bitmap dump;
	/* Of these, the ones to write first, because without them a dump that is cut short cannot
	 * be read: the page tables, and with what else is precious. No bits: none. */
	struct bitmap tables, precious;
	uint64_t excluded[PAGE_NR_CLASSES]; /* pages, by reason */
	/* Why broken and offline pages could not be told, at levels that need nothing else; or
	 * NULL. */
	struct err *doubt;
	uint64_t unknown; /* pages whose struct page could not be read: dumped */
};

/*
 * Levels 0 and 1 need the struct pages only to leave out broken and offline memory: where they
 * cannot be read, or layout is NULL, these levels succeed with a doubt. threads: 0 is serial.
 */
struct err *select_pages(const struct vmcore *v, const struct layout *layout,
			 unsigned int page_shift, unsigned int level, unsigned int threads,
			 struct selection *ret) must_check;
void selection_deinit(struct selection *s);

#endif
