// SPDX-License-Identifier: GPL-2.0-or-later
/* The kdump-compressed format; see ondisk/kdump.h for what lies where. */
#include "output/writer.h"

#include <inttypes.h>
#include <string.h>

/* Descriptors are gathered and written together; a multiple of their size. */
#define DESC_BUFFER ((size_t)KDUMP_DESC_SIZE * 2730)
/* Pages whose bits are made or written at a time. */
#define BITMAP_PIECE (UINT64_C(1) << 20)

struct kdump_writer {
	struct writer base;
	struct sink *sink;
	const struct dump_info *d;
	enum byte_order order;
	uint64_t block;
	struct kdump_header header;
	uint64_t notes_at, bitmaps_at, desc_at, data_at;
	uint64_t data_next;  /* where the next data go */
	uint64_t cursor;     /* the pfn whose descriptor was added last, plus 1 */
	uint64_t rank;	     /* dumped pages below the cursor: the index of the next descriptor */
	uint64_t desc_first; /* index of the first descriptor in descs */
	uint64_t zero_page;  /* where the shared page of zeros is */
	size_t desc_len;
	uint8_t descs[DESC_BUFFER];
};

static struct err *write_header(struct kdump_writer *w, bool incomplete)
{
	uint8_t bytes[KDUMP_HEADER_SIZE];
	w->header.status =
		(w->d->codec ? w->d->codec->id : 0) | (incomplete ? KDUMP_INCOMPLETE : 0);
	kdump_header_encode(&w->header, w->order, bytes);
	return sink_write_at(w->sink, 0, bytes, sizeof(bytes));
}

/* The notes follow the sub-header; a VMCOREINFO that was found in memory follows them. */
static struct err *write_notes(struct kdump_writer *w)
{
	const struct dump_info *v = w->d;
	struct kdump_sub_header sub = {
		.phys_base = w->d->phys_base,
		.dump_level = w->d->level,
		.note_offset = v->notes_len ? w->notes_at : 0,
		.note_size = v->notes_len,
		.max_mapnr = w->d->max_pfn,
	};
	bool in_notes = v->vmcoreinfo_in_notes != SIZE_MAX;
	if (v->vmcoreinfo) {
		sub.vmcoreinfo_offset =
			w->notes_at + (in_notes ? v->vmcoreinfo_in_notes : v->notes_len);
		sub.vmcoreinfo_size = v->vmcoreinfo_len;
	}
	uint8_t bytes[KDUMP_SUB_HEADER_SIZE];
	kdump_sub_header_encode(&sub, w->order, bytes);
	struct err *e = sink_write_at(w->sink, w->block, bytes, sizeof(bytes));
	if (!e && v->notes_len)
		e = sink_write_at(w->sink, w->notes_at, v->notes, v->notes_len);
	if (!e && v->vmcoreinfo && !in_notes)
		e = sink_write_at(w->sink, sub.vmcoreinfo_offset, v->vmcoreinfo, v->vmcoreinfo_len);
	return e;
}

/*
 * A bitmap, without the blocks in which no bit is set where the output may have holes: the memory
 * of a machine with many nodes lies far apart. at: where bit 0 goes, bits: those of map's pages.
 */
static struct err *write_bits(struct kdump_writer *w, const struct bitmap *map, uint64_t at)
{
	const uint64_t block = w->block * 8, most = MAX(BITMAP_PIECE, block);
	uint64_t from = 0;
	while (from < map->nbits) {
		if (w->sink->holes)
			from = bitmap_next(map, from) / block * block;
		uint64_t to = from;
		while (to < map->nbits && to - from < most &&
		       (!w->sink->holes || bitmap_next(map, to) - to < block))
			to += block;
		to = MIN(to, map->nbits);
		if (from >= to)
			break;
		struct err *e = sink_write_at(w->sink, at + from / 8, map->bytes + from / 8,
					      (size_t)DIV_ROUND_UP(to - from, UINT64_C(8)));
		if (e)
			return e;
		from = to;
	}
	return NULL;
}

/* The first bitmap says which pages the machine had; it is made piece by piece from the ranges. */
static struct err *write_existing(struct kdump_writer *w)
{
	const struct dump_info *d = w->d;
	uint64_t size = MAX(BITMAP_PIECE, w->block * 8);
	for (uint64_t pfn = 0, i = 0; pfn < d->max_pfn; pfn += size) {
		uint64_t n = MIN(d->max_pfn - pfn, size);
		while (i < d->nmemory && d->memory[i].end <= pfn)
			i++;
		if (w->sink->holes && (i == d->nmemory || d->memory[i].first >= pfn + n))
			continue;
		struct bitmap piece;
		struct err *e = bitmap_init(&piece, n);
		if (e)
			return e;
		for (uint64_t j = i; j < d->nmemory && d->memory[j].first < pfn + n; j++)
			if (d->memory[j].end > pfn)
				bitmap_set_range(&piece, MAX(d->memory[j].first, pfn) - pfn,
						 d->memory[j].end - pfn);
		e = write_bits(w, &piece, w->bitmaps_at + pfn / 8);
		bitmap_deinit(&piece);
		if (e)
			return e;
	}
	return NULL;
}

static struct err *write_bitmaps(struct kdump_writer *w)
{
	uint64_t at = w->bitmaps_at + (uint64_t)w->header.bitmap_blocks / 2 * w->block;
	struct err *e = write_existing(w);
	return e ? e : write_bits(w, w->d->dump, at);
}

static struct err *write_zero_page(struct kdump_writer *w)
{
	_cleanup_free_ uint8_t *zeros = calloc(1, (size_t)w->block);
	if (!zeros)
		return err_nomem();
	w->zero_page = w->data_at;
	w->data_next = w->data_at + w->block;
	return sink_write_at(w->sink, w->zero_page, zeros, (size_t)w->block);
}

static struct err *place(struct kdump_writer *w)
{
	const struct dump_info *d = w->d;
	uint64_t notes = d->notes_len;
	if (d->vmcoreinfo && d->vmcoreinfo_in_notes == SIZE_MAX)
		notes += d->vmcoreinfo_len;
	uint64_t sub_blocks = DIV_ROUND_UP(KDUMP_SUB_HEADER_SIZE + notes, w->block);
	uint64_t bitmap_blocks = 2 * DIV_ROUND_UP(d->max_pfn, w->block * 8);
	if (bitmap_blocks > UINT32_MAX)
		return err_new(ERR_FORMAT, "max pfn %#" PRIx64 " does not fit the format",
			       d->max_pfn);
	w->header = (struct kdump_header) {
		.seconds = d->seconds,
		.block_size = (uint32_t)w->block,
		.sub_hdr_blocks = (uint32_t)sub_blocks,
		.bitmap_blocks = (uint32_t)bitmap_blocks,
		.max_mapnr = d->max_pfn,
		.total_ram_blocks = d->existing,
		.written_blocks = d->selected,
		.nr_cpus = d->nr_cpus,
	};
	memcpy(w->header.utsname, d->utsname, sizeof(d->utsname));
	w->notes_at = w->block + KDUMP_SUB_HEADER_SIZE;
	w->bitmaps_at = w->block * (1 + sub_blocks);
	w->desc_at = w->bitmaps_at + w->block * bitmap_blocks;
	w->data_at = w->desc_at + d->selected * KDUMP_DESC_SIZE;
	w->data_next = w->data_at;
	return NULL;
}

static struct err *kdump_begin(struct sink *s, const struct dump_info *d, struct writer **ret)
{
	struct kdump_writer *w = calloc(1, sizeof(*w));
	if (!w)
		return err_nomem();
	w->base.ops = &writer_kdump;
	w->sink = s;
	w->d = d;
	w->order = d->order;
	w->block = UINT64_C(1) << d->page_shift;
	struct err *e = place(w);
	/* With the descriptors' space taken first, whatever is written later can also be described.
	 */
	if (!e)
		e = sink_reserve(s, s->holes ? w->desc_at : 0, w->data_at);
	if (!e)
		e = write_header(w, true);
	if (!e)
		e = write_notes(w);
	if (!e)
		e = write_bitmaps(w);
	if (!e)
		e = write_zero_page(w);
	if (e) {
		free(w);
		return e;
	}
	*ret = &w->base;
	return NULL;
}

static struct err *flush_descs(struct kdump_writer *w)
{
	if (w->desc_len == 0)
		return NULL;
	uint64_t at = w->desc_at + w->desc_first * KDUMP_DESC_SIZE;
	struct err *e = sink_write_at(w->sink, at, w->descs, w->desc_len);
	if (!e)
		w->desc_len = 0;
	return e;
}

/* Descriptors are in pfn order whatever the order of pages: the next one is put at its page's rank.
 */
static struct err *seek_desc(struct kdump_writer *w, uint64_t pfn)
{
	if (pfn < w->cursor) { /* another round */
		w->cursor = 0;
		w->rank = 0;
	}
	w->rank += bitmap_count(w->d->dump, w->cursor, pfn);
	bool next = w->rank == w->desc_first + w->desc_len / KDUMP_DESC_SIZE;
	if (!next || w->desc_len == DESC_BUFFER) {
		struct err *e = flush_descs(w);
		if (e)
			return e;
		w->desc_first = w->rank;
	}
	w->cursor = pfn + 1;
	w->rank++;
	return NULL;
}

static struct err *add_desc(struct kdump_writer *w, const struct packed_page *p, uint64_t data)
{
	struct kdump_desc desc = {.offset = data, .size = p->size};
	switch ((enum packed_kind)p->kind) {
	case PACKED_ZERO:
		desc = (struct kdump_desc) {.offset = w->zero_page, .size = (uint32_t)w->block};
		w->base.written.zero_pages++;
		break;
	case PACKED_LOST:
		desc = (struct kdump_desc) {0};
		w->base.written.lost_pages++;
		break;
	case PACKED_COMPRESSED:
		desc.flags = w->d->codec->id;
		break;
	case PACKED_RAW:
		break;
	}
	struct err *e = seek_desc(w, p->pfn);
	if (e)
		return e;
	kdump_desc_encode(&desc, w->order, w->descs + w->desc_len);
	w->desc_len += KDUMP_DESC_SIZE;
	w->base.written.pages++;
	return NULL;
}

/* Data first: a descriptor never points to what is not there. */
static struct err *kdump_batch(struct writer *base, const struct batch *b)
{
	struct kdump_writer *w = (struct kdump_writer *)base;
	struct err *e = NULL;
	if (b->len)
		e = sink_write_at(w->sink, w->data_next, b->data, b->len);
	uint64_t at = w->data_next;
	for (size_t i = 0; !e && i < b->npages; i++) {
		e = add_desc(w, &b->pages[i], at);
		at += b->pages[i].size;
	}
	if (!e)
		w->data_next = at;
	return e;
}

static struct err *kdump_stop(struct writer *base)
{
	struct kdump_writer *w = (struct kdump_writer *)base;
	w->base.written.file_size = w->data_next;
	return flush_descs(w);
}

/* With lost pages the flag stays: readers then take an empty descriptor for what it is. */
static struct err *kdump_end(struct writer *base)
{
	struct kdump_writer *w = (struct kdump_writer *)base;
	struct err *e = kdump_stop(base);
	return e ? e : write_header(w, base->written.lost_pages > 0);
}

static void kdump_destroy(struct writer *base)
{
	free(base);
}

const struct writer_ops writer_kdump = {
	.name = "kdump-compressed",
	.begin = kdump_begin,
	.batch = kdump_batch,
	.end = kdump_end,
	.stop = kdump_stop,
	.destroy = kdump_destroy,
};
