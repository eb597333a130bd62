// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kmem_cache.h"

#include <stdbool.h>
#include <stdlib.h>

/* Direct mapped: the low bits of the page's number say where it is, as for a CPU's first cache. */
struct kmem_cache {
	unsigned int mask;
	uint64_t *tags; /* address of the page, plus 1; 0: empty */
	uint8_t *bytes;
};

struct err *kmem_cache_create(unsigned int pages, struct kmem_cache **ret)
{
	struct kmem_cache *c = calloc(1, sizeof(*c));
	if (!c)
		return err_nomem();
	c->mask = pages - 1;
	c->tags = calloc(pages, sizeof(*c->tags));
	c->bytes = malloc((size_t)pages * KMEM_CACHE_PAGE);
	if (!c->tags || !c->bytes) {
		kmem_cache_destroy(c);
		return err_nomem();
	}
	*ret = c;
	return NULL;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	if (!c)
		return;
	free(c->tags);
	free(c->bytes);
	free(c);
}

static unsigned int slot(const struct kmem_cache *c, uint64_t paddr)
{
	return (unsigned int)(paddr / KMEM_CACHE_PAGE) & c->mask;
}

uint8_t *kmem_cache_page(struct kmem_cache *c, uint64_t paddr, bool *hit)
{
	unsigned int at = slot(c, paddr);
	*hit = c->tags[at] == paddr + 1;
	if (!*hit)
		c->tags[at] = 0;
	return c->bytes + (size_t)at * KMEM_CACHE_PAGE;
}

void kmem_cache_filled(struct kmem_cache *c, uint64_t paddr)
{
	c->tags[slot(c, paddr)] = paddr + 1;
}
