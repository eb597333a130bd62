/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of physical memory that were read lately: a walk of kernel structures comes back to the
 * same few, above all to page tables, and each read of /proc/vmcore maps memory anew. It holds
 * copies and decides nothing; what is not in the dump is asked for each time. Belongs to one struct
 * kmem.
 */
#ifndef SALVOR_KERNEL_KMEM_CACHE_H
#define SALVOR_KERNEL_KMEM_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

/* Of the cache, whatever the size of the dump's pages is. */
#define KMEM_CACHE_PAGE 4096u

struct kmem_cache;

/* pages: a power of two; that many KMEM_CACHE_PAGEs of memory are taken at once. */
struct err *kmem_cache_create(unsigned int pages, struct kmem_cache **ret) must_check;
void kmem_cache_destroy(struct kmem_cache *c);

/*
 * Where the page that begins at paddr is kept; *hit tells whether it has its content. The caller
 * fills it, and says so with kmem_cache_filled(); until then it counts as empty.
 */
uint8_t *kmem_cache_page(struct kmem_cache *c, uint64_t paddr, bool *hit);
void kmem_cache_filled(struct kmem_cache *c, uint64_t paddr);

#endif
