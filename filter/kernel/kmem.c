// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kmem.h"

#include <inttypes.h>
#include <string.h>

/* Small: page-table entries and structures lie far apart, and each new place costs one read of
 * this. */
#define KMEM_WINDOW ((size_t)64 * 1024)

struct err *kmem_init(struct kmem *k, const struct vmcore *v, const struct layout *l)
{
	*k = (struct kmem) {.vmcore = v, .layout = l};
	struct err *e = arch_find(v->machine, &k->arch);
	return e ? e : view_init(&k->view, v->source, KMEM_WINDOW);
}

void kmem_deinit(struct kmem *k)
{
	view_deinit(&k->view);
	kmem_cache_destroy(k->cache);
	k->cache = NULL;
	free(k->arch_cache);
	k->arch_cache = NULL;
}

struct err *kmem_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	struct err *e = k->arch->translate(k, vaddr, ret);
	return err_wrap(e, "virtual address %#" PRIx64, vaddr);
}

/* What a report on a machine with some hundred tasks comes back to. */
#define CACHED_PAGES 256

struct err *kmem_use_cache(struct kmem *k)
{
	return k->cache ? NULL : kmem_cache_create(CACHED_PAGES, &k->cache);
}

static struct err *read_dump(struct kmem *k, uint64_t paddr, void *buf, size_t len)
{
	const uint8_t *p;
	struct err *e = vmcore_view(k->vmcore, &k->view, paddr, len, &p);
	if (!e)
		memcpy(buf, p, len);
	return e;
}

/* A page that is in the dump in part is not kept: false, and nothing is known of the read. */
static bool read_cached(struct kmem *k, uint64_t paddr, void *buf, size_t len)
{
	uint64_t page = paddr & ~(uint64_t)(KMEM_CACHE_PAGE - 1);
	bool hit;
	uint8_t *bytes = kmem_cache_page(k->cache, page, &hit);
	if (!hit) {
		struct err *e = read_dump(k, page, bytes, KMEM_CACHE_PAGE);
		if (e) {
			err_free(e);
			return false;
		}
		kmem_cache_filled(k->cache, page);
	}
	memcpy(buf, bytes + (paddr - page), len);
	return true;
}

struct err *kmem_read_phys(struct kmem *k, uint64_t paddr, void *buf, size_t len)
{
	/* who reads a whole page keeps it */
	bool in_a_page = len > 0 && len < KMEM_CACHE_PAGE &&
			 paddr % KMEM_CACHE_PAGE + len <= KMEM_CACHE_PAGE;
	if (k->cache && in_a_page && read_cached(k, paddr, buf, len))
		return NULL;
	return read_dump(k, paddr, buf, len);
}

struct err *kmem_read(struct kmem *k, uint64_t vaddr, void *buf, size_t len)
{
	uint8_t *at = buf;
	while (len > 0) {
		struct extent x;
		struct err *e = kmem_translate(k, vaddr, &x);
		if (e)
			return e;
		size_t n = (size_t)MIN(MIN(x.len, (uint64_t)len), (uint64_t)KMEM_WINDOW / 2);
		e = kmem_read_phys(k, x.paddr, at, n);
		if (e)
			return err_wrap(e, "virtual address %#" PRIx64, vaddr);
		at += n;
		vaddr += n;
		len -= n;
	}
	return NULL;
}

struct err *kmem_u32(struct kmem *k, uint64_t vaddr, uint32_t *ret)
{
	uint8_t bytes[4];
	struct err *e = kmem_read(k, vaddr, bytes, sizeof(bytes));
	if (!e)
		*ret = get_u32(bytes, k->vmcore->order);
	return e;
}

struct err *kmem_u64(struct kmem *k, uint64_t vaddr, uint64_t *ret)
{
	uint8_t bytes[8];
	struct err *e = kmem_read(k, vaddr, bytes, sizeof(bytes));
	if (!e)
		*ret = get_u64(bytes, k->vmcore->order);
	return e;
}
