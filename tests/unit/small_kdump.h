/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small kdump-compressed file whose every page is known, in any version and byte order, and the
 * same as a flattened stream. Header only; made with the encoders of ondisk/, not with the writer.
 */
#ifndef SALVOR_TESTS_SMALL_KDUMP_H
#define SALVOR_TESTS_SMALL_KDUMP_H

#include "small_vmcore.h"
#include "codec/codec.h"
#include "ondisk/flat.h"
#include "ondisk/kdump.h"

/* What became of a page. */
enum small_kind {
	SMALL_HOLE,	/* the machine has none there */
	SMALL_FILTERED, /* left out */
	SMALL_PACKED,	/* compressed by the file's codec */
	SMALL_RAW,
	SMALL_ZERO, /* the shared page of zeros */
	SMALL_LOST,
};

struct small_kdump {
	uint32_t version;
	enum byte_order order;
	uint32_t block;
	const char *machine;
	const struct codec *codec; /* needed for SMALL_PACKED */
	uint64_t max_pfn;
	enum small_kind (*kind)(uint64_t pfn);
	const char *vmcoreinfo; /* in the sub-header's place, or NULL */
	const struct buf *notes;
	uint32_t status;
	bool split;
	uint64_t desc_at; /* result: where the descriptors are */
};

/* The bytes of a page: its pfn, over and over. */
static inline void small_kdump_page(const struct small_kdump *k, uint64_t pfn, uint8_t *out)
{
	for (uint32_t i = 0; i < k->block; i += 8)
		put_u64(out + i, k->kind(pfn) == SMALL_ZERO ? 0 : pfn * 0x10001 + 1, k->order);
}

static inline void small_kdump_data(const struct small_kdump *k, uint64_t pfn, void *state,
				    struct buf *data, struct kdump_desc *d)
{
	uint8_t *page = malloc(k->block);
	enum small_kind kind = k->kind(pfn);
	if (!page)
		abort();
	small_kdump_page(k, pfn, page);
	d->offset = data->len;
	d->size = k->block;
	if (kind == SMALL_PACKED) {
		size_t cap = k->codec->worst(k->block);
		uint8_t *to = buf_reserve(data, cap);
		ssize_t n = to ? k->codec->compress(state, page, k->block, to, cap) : -1;
		if (n <= 0)
			abort();
		data->len += (size_t)n;
		d->size = (uint32_t)n;
		d->flags = k->codec->id;
	} else {
		buf_append(data, page, k->block);
	}
	free(page);
}

static inline void small_kdump_pad(struct buf *out, size_t to)
{
	static const char zeros[4096];
	while (out->len < to)
		buf_append(out, zeros, MIN(to - out->len, sizeof(zeros)));
}

static inline void small_kdump_bitmap(struct small_kdump *k, struct buf *out, size_t half,
				      bool dumped)
{
	uint8_t *bits = calloc(1, half);
	if (!bits)
		abort();
	for (uint64_t pfn = 0; pfn < k->max_pfn; pfn++)
		if (k->kind(pfn) >= (dumped ? SMALL_PACKED : SMALL_FILTERED))
			bits[pfn / 8] |= (uint8_t)(1U << pfn % 8);
	buf_append(out, bits, half);
	free(bits);
}

/* Descriptors and data of all dumped pages, in pfn order; a lost page has a descriptor of zeros. */
static inline void small_kdump_pages(struct small_kdump *k, struct buf *out)
{
	struct buf data = BUF_INIT;
	void *state = k->codec ? k->codec->state_create() : NULL;
	uint64_t n = 0, zero_page = 0;
	for (uint64_t pfn = 0; pfn < k->max_pfn; pfn++)
		n += k->kind(pfn) >= SMALL_PACKED;
	uint64_t data_at = k->desc_at + n * KDUMP_DESC_SIZE;
	for (uint64_t pfn = 0; pfn < k->max_pfn; pfn++) {
		uint8_t bytes[KDUMP_DESC_SIZE];
		struct kdump_desc d = {0};
		enum small_kind kind = k->kind(pfn);
		if (kind < SMALL_PACKED)
			continue;
		if (kind == SMALL_ZERO && zero_page) {
			d = (struct kdump_desc) {.offset = zero_page, .size = k->block};
		} else if (kind != SMALL_LOST) {
			small_kdump_data(k, pfn, state, &data, &d);
			d.offset += data_at;
		}
		if (kind == SMALL_ZERO)
			zero_page = d.offset;
		kdump_desc_encode(&d, k->order, bytes);
		buf_append(out, bytes, sizeof(bytes));
	}
	buf_append(out, data.data ? data.data : "", data.len);
	buf_deinit(&data);
	if (state)
		k->codec->state_destroy(state);
}

static inline struct buf small_kdump_make(struct small_kdump *k)
{
	struct buf out = BUF_INIT;
	uint8_t header[KDUMP_HEADER_SIZE], sub_header[KDUMP_SUB_HEADER_SIZE];
	size_t info = k->vmcoreinfo ? strlen(k->vmcoreinfo) : 0;
	size_t notes = k->notes ? k->notes->len : 0;
	size_t half = ROUND_UP((size_t)DIV_ROUND_UP(k->max_pfn, 8), (size_t)k->block);
	uint64_t after = (uint64_t)k->block + KDUMP_SUB_HEADER_SIZE;
	struct kdump_header h = {.block_size = k->block,
				 .sub_hdr_blocks = (uint32_t)DIV_ROUND_UP(
					 KDUMP_SUB_HEADER_SIZE + notes + info, k->block),
				 .bitmap_blocks = (uint32_t)(2 * half / k->block),
				 .max_mapnr = k->max_pfn,
				 .nr_cpus = 3,
				 .status = k->status | (k->codec ? k->codec->id : 0)};
	struct kdump_sub_header s = {.dump_level = 31,
				     .split = k->split,
				     .note_offset = after,
				     .note_size = notes,
				     .vmcoreinfo_offset = after + notes,
				     .vmcoreinfo_size = info,
				     .max_mapnr = k->max_pfn};
	snprintf(h.utsname[4], UTS_LEN, "%s", k->machine);
	kdump_header_encode(&h, k->order, header);
	put_u32(header + 8, k->version, k->order);
	kdump_sub_header_encode(&s, k->order, sub_header);
	buf_append(&out, header, sizeof(header));
	small_kdump_pad(&out, k->block);
	buf_append(&out, sub_header, sizeof(sub_header));
	if (notes)
		buf_append(&out, k->notes->data, notes);
	if (info)
		buf_append(&out, k->vmcoreinfo, info);
	small_kdump_pad(&out, (size_t)k->block * (1 + h.sub_hdr_blocks));
	small_kdump_bitmap(k, &out, half, false);
	small_kdump_bitmap(k, &out, half, true);
	k->desc_at = out.len;
	small_kdump_pages(k, &out);
	return out;
}

/* The file as a stream of records of that size, the last part first. */
static inline struct buf small_kdump_flatten(const struct buf *file, size_t record)
{
	struct buf out = BUF_INIT;
	uint8_t header[FLAT_HEADER_SIZE], r[FLAT_RECORD_SIZE];
	flat_header_encode(header);
	buf_append(&out, header, sizeof(header));
	for (size_t n = DIV_ROUND_UP(file->len, record); n-- > 0;) {
		size_t at = n * record, len = MIN(record, file->len - at);
		flat_record_encode(&(struct flat_record) {.offset = at, .size = len}, r);
		buf_append(&out, r, sizeof(r));
		buf_append(&out, file->data + at, len);
	}
	flat_record_encode(&(struct flat_record) {.end = true}, r);
	buf_append(&out, r, sizeof(r));
	return out;
}

#endif
