// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kbytes.h"

#include <string.h>
#include "kernel/kmem.h"

#define PAGE_SHIFT 12
#define PAGE	   ((size_t)1 << PAGE_SHIFT)

struct err *kbytes_init(struct kbytes *b, struct kmem *k, uint64_t addr, size_t len, size_t pages)
{
	size_t skew = (size_t)(addr % PAGE);
	size_t needed = DIV_ROUND_UP(skew + len, PAGE);
	*b = (struct kbytes) {.k = k, .page = addr - skew, .skew = skew};
	b->piece = malloc(KBYTES_PIECE);
	struct err *e = page_cache_init(&b->cache, PAGE_SHIFT, MIN(pages, needed) << PAGE_SHIFT);
	if (!e && !b->piece)
		e = err_nomem();
	if (e)
		kbytes_deinit(b);
	else
		b->len = len;
	return e;
}

struct kbytes kbytes_of(const void *bytes, size_t len)
{
	return (struct kbytes) {.whole = bytes, .len = len};
}

void kbytes_deinit(struct kbytes *b)
{
	page_cache_deinit(&b->cache);
	free(b->piece);
	*b = (struct kbytes) {0};
}

/* Page nr of the table into out: only what belongs to the table, as what is around it may not be in
 * the dump. */
static struct err *read_page(const struct kbytes *b, size_t nr, uint8_t *out)
{
	size_t from = nr == 0 ? b->skew : 0;
	size_t to = MIN(PAGE, b->skew + b->len - nr * PAGE);
	return kmem_read(b->k, b->page + nr * PAGE + from, out + from, to - from);
}

static struct err *fetch_page(struct kbytes *b, size_t nr, const uint8_t **ret)
{
	*ret = page_cache_find(&b->cache, nr);
	if (*ret)
		return NULL;
	b->last = 0; /* it may be the one that goes */
	uint8_t *room = page_cache_claim(&b->cache, nr);
	struct err *e = read_page(b, nr, room);
	if (e)
		page_cache_drop(&b->cache, nr);
	else
		*ret = room;
	return e;
}

static const uint8_t *page_nr(struct kbytes *b, size_t nr)
{
	if (b->last == nr + 1)
		return b->last_page;
	struct err *e = fetch_page(b, nr, &b->last_page);
	b->last = e ? 0 : nr + 1;
	err_free(e);
	return e ? NULL : b->last_page;
}

const uint8_t *kbytes_at(struct kbytes *b, size_t at, size_t len)
{
	if (at > b->len || len > b->len - at)
		return NULL;
	if (b->whole)
		return b->whole + at;
	if (len > KBYTES_PIECE || b->len == 0)
		return NULL;
	size_t nr = (b->skew + at) / PAGE, in = (b->skew + at) % PAGE;
	const uint8_t *page = page_nr(b, nr);
	if (!page || in + len <= PAGE)
		return page ? page + in : NULL;
	size_t first = PAGE - in;
	memcpy(b->piece, page + in, first);
	page = page_nr(b, nr + 1);
	if (!page)
		return NULL;
	memcpy(b->piece + first, page, len - first);
	return b->piece;
}

struct err *kbytes_check(struct kbytes *b)
{
	size_t pages = b->whole || !b->len ? 0 : DIV_ROUND_UP(b->skew + b->len, PAGE);
	struct err *e = NULL;
	for (size_t nr = 0; !e && nr < pages; nr++) {
		const uint8_t *page;
		e = fetch_page(b, nr, &page);
	}
	return e;
}

size_t kbytes_text(struct kbytes *b, size_t at, const char **ret)
{
	*ret = "";
	if (at >= b->len)
		return 0;
	size_t most = MIN(b->len - at, (size_t)KBYTES_PIECE);
	size_t in_page = b->whole ? most : MIN(most, PAGE - (b->skew + at) % PAGE);
	const uint8_t *p = kbytes_at(b, at, in_page);
	const uint8_t *nul = p ? memchr(p, '\0', in_page) : NULL;
	if (p && !nul && in_page < most) {
		p = kbytes_at(b, at, most);
		nul = p ? memchr(p, '\0', most) : NULL;
	}
	/* one without end is none: whoever wrote the table ends each */
	if (!nul)
		return 0;
	*ret = (const char *)p;
	return (size_t)(nul - p);
}
