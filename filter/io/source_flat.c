// SPDX-License-Identifier: GPL-2.0-or-later
/* A flattened stream as the file it would become: an index of its records, put in order. */
#include "io/source.h"

#include <inttypes.h>
#include <string.h>
#include "ondisk/flat.h"

/*
 * 48 MiB of index. Writers put some 64 KiB into a record, so this is a stream of 128 GiB; what has
 * more, or smaller, records can be made a file first.
 */
#define MAX_RECORDS ((size_t)2 << 20)

/* Bytes [offset, offset + len) of the file that was meant are at `at` of the stream. */
struct piece {
	uint64_t offset, at;
	uint64_t len;
};

struct pieces {
	struct piece *v;
	size_t n, cap;
};

struct flat_source {
	struct source base;
	struct source *file;
	struct pieces pieces; /* in order, not overlapping */
};

static struct err *add(struct pieces *p, struct piece piece, const char *path)
{
	if (p->n == MAX_RECORDS)
		return err_new(ERR_UNSUPPORTED,
			       "%s: a flattened stream of more than %zu records: make a file of it "
			       "first (vmcore-filter -R DUMPFILE < %s)",
			       path, MAX_RECORDS, path);
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 1024;
		struct piece *more = realloc(p->v, cap * sizeof(*more));
		if (!more)
			return err_nomem();
		p->v = more;
		p->cap = cap;
	}
	p->v[p->n++] = piece;
	return NULL;
}

/*
 * The records, in the order of the stream. A stream that breaks off, or goes on with bytes that are
 * no record, is used up to there: it was cut on its way.
 */
static struct err *read_records(struct flat_source *f)
{
	uint64_t at = FLAT_HEADER_SIZE, end = f->file->size ? f->file->size : INT64_MAX;
	for (;;) {
		uint8_t bytes[FLAT_RECORD_SIZE];
		struct flat_record r;
		f->base.cut = true;
		if (at + sizeof(bytes) > end)
			return NULL;
		struct err *e = source_read_at(f->file, at, bytes, sizeof(bytes));
		if (!e)
			e = flat_record_decode(bytes, &r);
		if (e && err_code(e) != ERR_FORMAT)
			return e;
		if (e) {
			err_free(e);
			return NULL;
		}
		f->base.cut = false;
		if (r.end)
			return NULL;
		at += sizeof(bytes);
		struct piece piece = {r.offset, at, MIN(r.size, end - at)};
		if (piece.len)
			e = add(&f->pieces, piece, f->base.path);
		if (e)
			return e;
		at += r.size; /* neither is more than INT64_MAX */
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

/* A heap of pieces that overlap here, the latest on top. */
static void heap_push(struct pieces *h, struct piece p)
{
	size_t i = h->n++;
	for (; i > 0 && h->v[(i - 1) / 2].at < p.at; i = (i - 1) / 2)
		h->v[i] = h->v[(i - 1) / 2];
	h->v[i] = p;
}

static void heap_pop(struct pieces *h)
{
	struct piece last = h->v[--h->n];
	size_t i = 0, child;
	for (; (child = 2 * i + 1) < h->n; i = child) {
		if (child + 1 < h->n && h->v[child + 1].at > h->v[child].at)
			child++;
		if (h->v[child].at <= last.at)
			break;
		h->v[i] = h->v[child];
	}
	if (h->n)
		h->v[i] = last;
}

/* [from, to) of the piece goes to out, joined with its part before where there is one. */
static struct err *emit(struct pieces *out, const struct piece *p, uint64_t from, uint64_t to,
			const char *path)
{
	uint64_t at = p->at + (from - p->offset);
	struct piece *last = out->n ? &out->v[out->n - 1] : NULL;
	if (last && last->offset + last->len == from && last->at + last->len == at) {
		last->len += to - from;
		return NULL;
	}
	return add(out, (struct piece) {from, at, to - from}, path);
}

/* From pieces by offset, which may overlap, to what counts of each: one pass over the offsets. */
static struct err *resolve(const struct pieces *in, struct pieces *heap, struct pieces *out,
			   const char *path)
{
	uint64_t pos = 0;
	for (size_t i = 0; i < in->n || heap->n;) {
		if (!heap->n)
			pos = MAX(pos, in->v[i].offset);
		while (i < in->n && in->v[i].offset <= pos)
			heap_push(heap, in->v[i++]);
		struct piece top = heap->v[0];
		if (top.offset + top.len <= pos) {
			heap_pop(heap);
			continue;
		}
		uint64_t stop = top.offset + top.len;
		if (i < in->n)
			stop = MIN(stop, in->v[i].offset);
		struct err *e = emit(out, &top, pos, stop, path);
		if (e)
			return e;
		pos = stop;
	}
	return NULL;
}

static struct err *put_in_order(struct flat_source *f)
{
	struct pieces out = {0}, heap = {0};
	if (f->pieces.n == 0)
		return err_new(ERR_FORMAT, "%s: a flattened stream with nothing in it",
			       f->base.path);
	qsort(f->pieces.v, f->pieces.n, sizeof(*f->pieces.v), by_offset);
	heap.v = calloc(f->pieces.n, sizeof(*heap.v));
	struct err *e = heap.v ? NULL : err_nomem();
	if (!e)
		e = resolve(&f->pieces, &heap, &out, f->base.path);
	free(heap.v);
	free(f->pieces.v);
	f->pieces = out;
	if (e)
		return e;
	const struct piece *last = &f->pieces.v[f->pieces.n - 1];
	f->base.size = last->offset + last->len;
	return NULL;
}

/* The first piece that ends behind offset. */
static const struct piece *piece_behind(const struct flat_source *f, uint64_t offset)
{
	size_t low = 0, high = f->pieces.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->pieces.v[mid].offset + f->pieces.v[mid].len > offset)
			high = mid;
		else
			low = mid + 1;
	}
	return low < f->pieces.n ? &f->pieces.v[low] : NULL;
}

static struct err *flat_read_at(const struct source *s, void *state, uint64_t offset, void *buf,
				size_t len)
{
	const struct flat_source *f = (const struct flat_source *)s;
	uint8_t *to = buf;
	(void)state;
	if (offset > s->size || len > s->size - offset)
		return err_new(ERR_FORMAT, "%s: truncated: no bytes at offset %#" PRIx64, s->path,
			       MAX(offset, s->size));
	const struct piece *p = piece_behind(f, offset);
	while (len > 0) {
		size_t n;
		if (offset < p->offset) {
			n = (size_t)MIN((uint64_t)len, p->offset - offset);
			memset(to, 0, n);
		} else {
			uint64_t in = offset - p->offset;
			n = (size_t)MIN((uint64_t)len, p->len - in);
			struct err *e = source_read_at(f->file, p->at + in, to, n);
			if (e)
				return e;
			p++;
		}
		to += n;
		offset += n;
		len -= n;
	}
	return NULL;
}

static void flat_destroy(struct source *s)
{
	struct flat_source *f = (struct flat_source *)s;
	source_destroy(f->file);
	free(f->pieces.v);
	free(f);
}

static const struct source_ops source_flat_ops = {
	.name = "flattened",
	.read_at = flat_read_at,
	.destroy = flat_destroy,
};

bool source_is_flat(const struct source *s)
{
	uint8_t header[FLAT_HEADER_SIZE];
	struct err *e = source_read_at(s, 0, header, sizeof(header));
	bool flat = !e && flat_header_check(header);
	err_free(e);
	return flat;
}

struct err *source_open_flat(struct source *file, struct source **ret)
{
	struct flat_source *f = calloc(1, sizeof(*f));
	if (!f) {
		source_destroy(file);
		return err_nomem();
	}
	f->base = (struct source) {.ops = &source_flat_ops, .path = file->path, .fd = -1};
	f->file = file;
	struct err *e = read_records(f);
	if (!e)
		e = put_in_order(f);
	if (e) {
		flat_destroy(&f->base);
		return e;
	}
	*ret = &f->base;
	return NULL;
}
