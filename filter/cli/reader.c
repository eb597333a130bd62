// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/reader.h"

#include <string.h>

/* A window into /proc/vmcore, which is mapped; ordinary files are read run by run. */
#define WINDOW_BYTES ((size_t)1 << 20)

struct reader {
	const struct reader_context *c;
	struct view view;
	uint8_t *bounce; /* one page that is in pieces */
};

static void reader_destroy(void *reader)
{
	struct reader *r = reader;
	view_deinit(&r->view);
	free(r->bounce);
	free(r);
}

static void *reader_create(void *context, size_t cap)
{
	const struct reader_context *c = context;
	struct reader *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->c = c;
	struct err *e = view_init(&r->view, c->vmcore->source,
				  c->vmcore->source->ops->map ? MAX(WINDOW_BYTES, cap) : cap);
	r->bounce = malloc((size_t)1 << c->page_shift);
	if (!e && r->bounce)
		return r;
	err_free(e);
	reader_destroy(r);
	return NULL;
}

static struct err *read_in_pieces(struct reader *r, uint64_t paddr, const uint8_t **ret)
{
	const struct vmcore *v = r->c->vmcore;
	size_t size = (size_t)1 << r->c->page_shift;
	memset(r->bounce, 0, size);
	const struct segment *s = vmcore_segment_from(v, paddr);
	for (; s && s < v->segments + v->nsegments && s->paddr < paddr + size; s++) {
		uint64_t from = MAX(paddr, s->paddr), to = MIN(paddr + size, s->paddr + s->len);
		const uint8_t *piece;
		struct err *e = view_get(&r->view, s->offset + (from - s->paddr),
					 (size_t)(to - from), &piece);
		if (e)
			return e;
		memcpy(r->bounce + (from - paddr), piece, (size_t)(to - from));
	}
	*ret = r->bounce;
	return NULL;
}

static struct err *reader_read(void *reader, uint64_t pfn, size_t n, const uint8_t **ret)
{
	struct reader *r = reader;
	uint64_t paddr = pfn << r->c->page_shift;
	struct err *e = vmcore_view(r->c->vmcore, &r->view, paddr, n << r->c->page_shift, ret);
	if (!e || n > 1 || err_code(e) != ERR_MISSING)
		return e;
	err_free(e);
	return read_in_pieces(r, paddr, ret);
}

const struct page_reader_ops vmcore_reader = {
	.create = reader_create,
	.destroy = reader_destroy,
	.read = reader_read,
};
