/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small cache of pages that cost something to get. It does not know where pages come from, and
 * what a pfn numbers is its user's business. Four places for each pfn, of which the one used
 * longest ago is given up. Belongs to one thread.
 */
#ifndef SALVOR_VMCORE_PAGE_CACHE_H
#define SALVOR_VMCORE_PAGE_CACHE_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct page_cache {
	unsigned int page_shift;
	size_t nsets;
	struct page_cache_slot {
		uint64_t pfn; /* UINT64_MAX: nothing */
		uint64_t used;
	} * slots;
	uint8_t *pages;
	uint64_t clock;
};

/* For so many bytes of pages, at least four. All its memory is taken here; what is not used costs
 * only addresses. */
struct err *page_cache_init(struct page_cache *c, unsigned int page_shift, size_t bytes) must_check;
void page_cache_deinit(struct page_cache *c);

/* The page, or NULL; valid until the next page_cache_claim(). */
const uint8_t *page_cache_find(struct page_cache *c, uint64_t pfn);
/* Room for a page that is not in it, which then counts as there; the caller fills it. */
uint8_t *page_cache_claim(struct page_cache *c, uint64_t pfn);
/* It could not be filled. */
void page_cache_drop(struct page_cache *c, uint64_t pfn);

#endif
