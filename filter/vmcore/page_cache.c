// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmcore/page_cache.h"

#define WAYS 4

struct err *page_cache_init(struct page_cache *c, unsigned int page_shift, size_t bytes)
{
	size_t nsets = (bytes >> page_shift) / WAYS;
	*c = (struct page_cache) {.page_shift = page_shift, .nsets = MAX(nsets, (size_t)1)};
	c->slots = calloc(c->nsets * WAYS, sizeof(*c->slots));
	c->pages = malloc(c->nsets * WAYS << page_shift);
	if (!c->slots || !c->pages) {
		page_cache_deinit(c);
		return err_nomem();
	}
	for (size_t i = 0; i < c->nsets * WAYS; i++)
		c->slots[i].pfn = UINT64_MAX;
	return NULL;
}

void page_cache_deinit(struct page_cache *c)
{
	free(c->slots);
	free(c->pages);
	c->slots = NULL;
	c->pages = NULL;
}

/* Neighbours must not meet, nor what lies a power of two apart: Fibonacci hashing. */
static size_t first_of(const struct page_cache *c, uint64_t pfn)
{
	return (size_t)(pfn * UINT64_C(0x9e3779b97f4a7c15) >> 32) % c->nsets * WAYS;
}

static uint8_t *page_of(const struct page_cache *c, size_t slot)
{
	return c->pages + (slot << c->page_shift);
}

const uint8_t *page_cache_find(struct page_cache *c, uint64_t pfn)
{
	size_t first = first_of(c, pfn);
	for (size_t i = first; i < first + WAYS; i++) {
		if (c->slots[i].pfn == pfn) {
			c->slots[i].used = ++c->clock;
			return page_of(c, i);
		}
	}
	return NULL;
}

uint8_t *page_cache_claim(struct page_cache *c, uint64_t pfn)
{
	size_t first = first_of(c, pfn), oldest = first;
	for (size_t i = first + 1; i < first + WAYS; i++)
		if (c->slots[i].used < c->slots[oldest].used)
			oldest = i;
	c->slots[oldest].pfn = pfn;
	c->slots[oldest].used = ++c->clock;
	return page_of(c, oldest);
}

void page_cache_drop(struct page_cache *c, uint64_t pfn)
{
	size_t first = first_of(c, pfn);
	for (size_t i = first; i < first + WAYS; i++) {
		if (c->slots[i].pfn == pfn) {
			c->slots[i].pfn = UINT64_MAX;
			c->slots[i].used = 0;
		}
	}
}
