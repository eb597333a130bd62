// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kbytes.h"

#include <string.h>
#include "kernel/kmem.h"

#define PAGE ((size_t)KMEM_CACHE_PAGE)

struct err *kbytes_init(struct kbytes *b, struct kmem *k, uint64_t addr, size_t len, size_t blocks)
{
	size_t skew = (size_t)(addr % PAGE);
	size_t needed = DIV_ROUND_UP(skew + len, PAGE);
	while (blocks > 1 && blocks / 2 >= needed)
		blocks /= 2;
	*b = (struct kbytes) {.k = k, .page = addr - skew, .skew = skew, .blocks = blocks};
	b->tags = calloc(blocks, sizeof(*b->tags));
	b->bytes = malloc(blocks * PAGE);
	b->piece = malloc(KBYTES_PIECE);
	if (!b->tags || !b->bytes || !b->piece) {
		kbytes_deinit(b);
		return err_nomem();
	}
	b->len = len;
	return NULL;
}

struct kbytes kbytes_of(const void *bytes, size_t len)
{
	return (struct kbytes) {.whole = bytes, .len = len};
}

void kbytes_deinit(struct kbytes *b)
{
	free(b->tags);
	free(b->bytes);
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

static const uint8_t *page_nr(struct kbytes *b, size_t nr)
{
	size_t slot = nr & (b->blocks - 1);
	uint8_t *bytes = b->bytes + slot * PAGE;
	if (b->tags[slot] == (uint32_t)nr + 1)
		return bytes;
	struct err *e = read_page(b, nr, bytes);
	b->tags[slot] = e ? 0 : (uint32_t)nr + 1;
	err_free(e);
	return e ? NULL : bytes;
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

struct err *kbytes_check(const struct kbytes *b)
{
	size_t pages = b->whole || !b->len ? 0 : DIV_ROUND_UP(b->skew + b->len, PAGE);
	struct err *e = NULL;
	for (size_t nr = 0; !e && nr < pages; nr++) {
		e = read_page(b, nr, b->bytes);
		b->tags[0] = 0;
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
