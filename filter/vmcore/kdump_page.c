// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages out of a kdump-compressed file: bitmap, descriptor, data, decompression. */
#include "vmcore/kdump_source.h"

#include <inttypes.h>
#include <string.h>
#include "base/bitmap.h"
#include "codec/codec.h"
#include "ondisk/kdump.h"
#include "vmcore/page_cache.h"

/* Pieces of the bitmap that a reader keeps: 1 GiB of memory with pages of 4 KiB. */
#define NPIECES 8
/* Within a piece, dumped pages are counted from the last of these on. */
#define SUB_PFNS UINT64_C(4096)
#define NSUBS	 (KDUMP_RANK_PFNS / SUB_PFNS)
/* Descriptors read at a time: those of neighbours. */
#define DESC_GROUP  128
#define MAX_CODECS  8
#define CACHE_BYTES ((size_t)4 << 20)

struct piece {
	uint64_t nr; /* of the piece, plus 1; 0: nothing */
	uint32_t subs[NSUBS];
	uint8_t bytes[KDUMP_RANK_BYTES];
};

struct reader {
	const struct kdump_source *s;
	struct page_cache cache;
	void *codecs[MAX_CODECS]; /* states, by place in the table of codecs */
	uint8_t *packed;
	struct piece pieces[NPIECES];
	uint64_t desc_group; /* plus 1; 0: nothing */
	uint8_t descs[DESC_GROUP * KDUMP_DESC_SIZE];
};

static void reader_destroy(void *state)
{
	struct reader *r = state;
	page_cache_deinit(&r->cache);
	for (size_t i = 0; i < MAX_CODECS; i++)
		if (r->codecs[i])
			codec_nth(i)->state_destroy(r->codecs[i]);
	free(r->packed);
	free(r);
}

static void *reader_create(const struct source *s)
{
	struct reader *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->s = (const struct kdump_source *)s;
	struct err *e = page_cache_init(&r->cache, r->s->page_shift, CACHE_BYTES);
	r->packed = malloc((size_t)1 << r->s->page_shift);
	bool failed = e || !r->packed;
	err_free(e);
	for (size_t i = 0; !failed && i < MAX_CODECS && codec_nth(i); i++) {
		r->codecs[i] = codec_nth(i)->state_create();
		failed = !r->codecs[i];
	}
	if (failed) {
		reader_destroy(r);
		return NULL;
	}
	return r;
}

struct err *kdump_bitmap_piece(const struct kdump_source *s, uint64_t at, uint64_t nr,
			       uint8_t out[KDUMP_RANK_BYTES])
{
	uint64_t first = nr * KDUMP_RANK_PFNS, n = MIN(s->max_pfn - first, KDUMP_RANK_PFNS);
	size_t len = (size_t)DIV_ROUND_UP(n, UINT64_C(8));
	struct err *e = source_read_at(s->file, at + nr * KDUMP_RANK_BYTES, out, len);
	if (e)
		return err_wrap(e, "bitmap of pages");
	memset(out + len, 0, KDUMP_RANK_BYTES - len);
	if (n % 8)
		out[len - 1] &= (uint8_t)((1U << n % 8) - 1);
	return NULL;
}

static struct bitmap bits_of(struct piece *p)
{
	return (struct bitmap) {.nbits = KDUMP_RANK_PFNS, .bytes = p->bytes};
}

static struct err *load_piece(struct reader *r, uint64_t nr, struct piece **ret)
{
	struct piece *p = &r->pieces[nr % NPIECES];
	*ret = p;
	if (p->nr == nr + 1)
		return NULL;
	p->nr = 0;
	struct err *e = kdump_bitmap_piece(r->s, r->s->bitmap_at, nr, p->bytes);
	if (e)
		return e;
	struct bitmap bits = bits_of(p);
	uint32_t count = 0;
	for (uint64_t i = 0; i < NSUBS; i++) {
		p->subs[i] = count;
		count += (uint32_t)bitmap_count(&bits, i * SUB_PFNS, (i + 1) * SUB_PFNS);
	}
	p->nr = nr + 1;
	return NULL;
}

/* The index of the page's descriptor; ERR_MISSING if it has none. */
static struct err *find_rank(struct reader *r, uint64_t pfn, uint64_t *ret)
{
	const struct kdump_source *s = r->s;
	if (pfn >= s->max_pfn)
		return err_new(ERR_MISSING, "pfn %#" PRIx64 " is not in the dump", pfn);
	struct piece *p;
	struct err *e = load_piece(r, pfn >> KDUMP_RANK_SHIFT, &p);
	if (e)
		return e;
	struct bitmap bits = bits_of(p);
	uint64_t in = pfn & (KDUMP_RANK_PFNS - 1), sub = in / SUB_PFNS;
	if (!bitmap_test(&bits, in))
		return err_new(ERR_MISSING,
			       "the page of pfn %#" PRIx64 " was filtered out when the dump was "
			       "made (dump level %d)",
			       pfn, s->level);
	*ret = s->ranks[pfn >> KDUMP_RANK_SHIFT] + p->subs[sub] +
	       bitmap_count(&bits, sub * SUB_PFNS, in);
	return NULL;
}

/* At the end of a file that was cut a whole group cannot be read, but maybe the one. */
static struct err *read_desc(struct reader *r, uint64_t rank, struct kdump_desc *ret)
{
	const struct kdump_source *s = r->s;
	uint64_t group = rank / DESC_GROUP, first = group * DESC_GROUP;
	uint8_t *desc = r->descs + (rank - first) * KDUMP_DESC_SIZE;
	struct err *e = NULL;
	if (r->desc_group != group + 1) {
		uint64_t n = MIN((uint64_t)DESC_GROUP, s->ndumped - first);
		e = source_read_at(s->file, s->desc_at + first * KDUMP_DESC_SIZE, r->descs,
				   (size_t)n * KDUMP_DESC_SIZE);
		r->desc_group = e ? 0 : group + 1;
	}
	if (e) {
		err_free(e);
		e = source_read_at(s->file, s->desc_at + rank * KDUMP_DESC_SIZE, desc,
				   KDUMP_DESC_SIZE);
	}
	if (!e)
		kdump_desc_decode(desc, s->order, ret);
	return e;
}

/* The codec that a descriptor's flags name, by its place in the table; codec_nth(*ret) exists. */
static struct err *find_codec(uint32_t flags, size_t *ret)
{
	uint32_t id = flags & (CODEC_ZLIB | CODEC_LZO | CODEC_SNAPPY | CODEC_ZSTD);
	for (size_t i = 0; i < MAX_CODECS && codec_nth(i); i++) {
		if (id == (uint32_t)codec_nth(i)->id) {
			*ret = i;
			return NULL;
		}
	}
	return err_new(ERR_UNSUPPORTED,
		       "compressed in a way that this build cannot read (flags %#x)", flags);
}

static struct err *read_data(struct reader *r, const struct kdump_desc *d, uint8_t *out)
{
	const struct kdump_source *s = r->s;
	size_t size = (size_t)1 << s->page_shift, codec = 0;
	if (d->offset == 0)
		return err_new(ERR_MISSING, "lost: the dump is incomplete");
	if (d->size == 0 || d->size > size || d->offset + d->size < d->offset)
		return err_new(ERR_FORMAT, "damaged: %" PRIu32 " bytes at offset %#" PRIx64,
			       d->size, d->offset);
	if (!(d->flags & ~(uint32_t)KDUMP_INCOMPLETE)) {
		if (d->size != size)
			return err_new(ERR_FORMAT, "damaged: %" PRIu32 " bytes, not compressed",
				       d->size);
		return source_read_at(s->file, d->offset, out, size);
	}
	struct err *e = find_codec(d->flags, &codec);
	if (!e)
		e = source_read_at(s->file, d->offset, r->packed, d->size);
	if (e)
		return e;
	ssize_t n = codec_nth(codec)->decompress(r->codecs[codec], r->packed, d->size, out, size);
	if (n != (ssize_t)size)
		return err_new(ERR_FORMAT, "damaged: its %s data cannot be decompressed",
			       codec_nth(codec)->name);
	return NULL;
}

static struct err *read_page(struct reader *r, uint64_t pfn, uint8_t *out)
{
	uint64_t rank = 0;
	struct kdump_desc d;
	struct err *e = find_rank(r, pfn, &rank);
	if (e)
		return e;
	e = read_desc(r, rank, &d);
	if (!e)
		e = read_data(r, &d, out);
	return err_wrap(e, "the page of pfn %#" PRIx64, pfn);
}

/* Part of a page: through the cache, as the next read will want more of it. */
static struct err *read_part(struct reader *r, uint64_t pfn, size_t from, size_t len, uint8_t *out)
{
	const uint8_t *page = page_cache_find(&r->cache, pfn);
	if (!page) {
		uint8_t *room = page_cache_claim(&r->cache, pfn);
		struct err *e = read_page(r, pfn, room);
		if (e) {
			page_cache_drop(&r->cache, pfn);
			return e;
		}
		page = room;
	}
	memcpy(out, page + from, len);
	return NULL;
}

/* Whole pages go straight to where they are wanted: who reads them reads on, and not again. */
static struct err *kdump_read_at(const struct source *base, void *state, uint64_t offset, void *buf,
				 size_t len)
{
	const struct kdump_source *s = (const struct kdump_source *)base;
	uint64_t size = UINT64_C(1) << s->page_shift;
	uint8_t *to = buf;
	while (len > 0) {
		uint64_t pfn = offset >> s->page_shift, from = offset & (size - 1);
		size_t n = (size_t)MIN((uint64_t)len, size - from);
		struct err *e = n == size ? read_page(state, pfn, to)
					  : read_part(state, pfn, (size_t)from, n, to);
		if (e)
			return err_wrap(e, "%s", base->path);
		to += n;
		offset += n;
		len -= n;
	}
	return NULL;
}

static void kdump_destroy(struct source *base)
{
	struct kdump_source *s = (struct kdump_source *)base;
	source_destroy(s->file);
	free(s->ranks);
	free(s);
}

const struct source_ops source_kdump_ops = {
	.name = "kdump-compressed",
	.read_at = kdump_read_at,
	.state_create = reader_create,
	.state_destroy = reader_destroy,
	.destroy = kdump_destroy,
};
