// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring buffer of 5.10 and newer: kernel/printk/printk_ringbuffer.{c,h}. */
#include "kernel/printk.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* Bounds of what a sane kernel has: log_buf_len is at most 2 GiB, in practice a few MiB. */
#define MAX_TEXT_BITS 26
#define MAX_DESC_BITS 21

/* Of a descriptor's state_var: the two top bits (DESC_SV_BITS - 2); the rest is the id. */
#define STATE_SHIFT	62
#define STATE_COMMITTED 1
#define STATE_FINALIZED 2
#define STATE_REUSABLE	3
#define ID_MASK		(~(UINT64_C(3) << STATE_SHIFT))

/* Of a record: printk_info.text_len has 16 bits. */
#define MAX_TEXT UINT16_MAX

/*
 * The rings are read record by record, never whole: what says how long they are may be damaged, and
 * the pages of some records may be missing.
 */
struct ring {
	struct kmem *k;
	const struct layout *l;
	unsigned int desc_bits, text_bits;
	uint64_t head, tail; /* ids */
	uint64_t descs, infos, text;
	uint64_t counter;  /* of an atomic_long_t, in it */
	char *record;	   /* MAX_TEXT bytes */
	struct err *error; /* the first record that could not be read */
};

void printk_format(struct buf *out, uint64_t ts_nsec, const char *text, size_t len)
{
	size_t start = out->len;
	buf_printf(out, "[%5" PRIu64 ".%06" PRIu64 "] ", ts_nsec / 1000000000,
		   ts_nsec / 1000 % 1000000);
	int indent = (int)(out->len - start);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '\n')
			buf_printf(out, "\n%*s", indent, "");
		else if ((c < 0x80 && isprint(c)) || isspace(c))
			buf_putc(out, (char)c);
		else
			buf_printf(out, "\\x%02x", c);
	}
	buf_putc(out, '\n');
}

static struct err *check_layout(const struct layout *l)
{
	const int64_t needed[] = {
		l->prb_size,
		l->prb_desc_ring,
		l->prb_text_data_ring,
		l->desc_ring_count_bits,
		l->desc_ring_descs,
		l->desc_ring_infos,
		l->desc_ring_head_id,
		l->desc_ring_tail_id,
		l->prb_desc_size,
		l->prb_desc_state_var,
		l->prb_desc_text_blk_lpos,
		l->blk_lpos_begin,
		l->blk_lpos_next,
		l->printk_info_size,
		l->printk_info_ts_nsec,
		l->printk_info_text_len,
		l->data_ring_size_bits,
		l->data_ring_data,
	};
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!layout_known(needed[i]))
			return err_new(ERR_MISSING,
				       "VMCOREINFO does not describe the whole printk ring buffer");
	return NULL;
}

static struct err *load(struct ring *r)
{
	struct kmem *k = r->k;
	const struct layout *l = r->l;
	uint64_t prb;
	struct err *e = kmem_u64(k, (uint64_t)l->prb, &prb);
	if (e)
		return err_wrap(e, "prb");
	uint64_t desc_ring = prb + (uint64_t)l->prb_desc_ring;
	uint64_t text_ring = prb + (uint64_t)l->prb_text_data_ring;
	r->counter = layout_known(l->atomic_long_counter) ? (uint64_t)l->atomic_long_counter : 0;
	if (!(e = kmem_u32(k, desc_ring + (uint64_t)l->desc_ring_count_bits, &r->desc_bits)) &&
	    !(e = kmem_u64(k, desc_ring + (uint64_t)l->desc_ring_descs, &r->descs)) &&
	    !(e = kmem_u64(k, desc_ring + (uint64_t)l->desc_ring_infos, &r->infos)) &&
	    !(e = kmem_u64(k, desc_ring + (uint64_t)l->desc_ring_head_id + r->counter, &r->head)) &&
	    !(e = kmem_u64(k, desc_ring + (uint64_t)l->desc_ring_tail_id + r->counter, &r->tail)) &&
	    !(e = kmem_u32(k, text_ring + (uint64_t)l->data_ring_size_bits, &r->text_bits)))
		e = kmem_u64(k, text_ring + (uint64_t)l->data_ring_data, &r->text);
	if (e)
		return err_wrap(e, "printk ring buffer");
	if (r->desc_bits > MAX_DESC_BITS || r->text_bits > MAX_TEXT_BITS)
		return err_new(ERR_FORMAT,
			       "printk ring buffer: 2^%u records and 2^%u bytes: damaged",
			       r->desc_bits, r->text_bits);
	return NULL;
}

/* The first error is kept: it counts where nothing at all can be read. */
static bool failed(struct ring *r, struct err *e)
{
	if (e && !r->error)
		r->error = err_wrap(e, "printk ring buffer");
	else
		err_free(e);
	return e != NULL;
}

static uint64_t index_of(const struct ring *r, uint64_t id)
{
	return id & ((UINT64_C(1) << r->desc_bits) - 1);
}

static uint64_t desc_of(const struct ring *r, uint64_t id)
{
	return r->descs + index_of(r, id) * (uint64_t)r->l->prb_desc_size;
}

static bool read_state(struct ring *r, uint64_t id, uint64_t *ret)
{
	uint64_t at = desc_of(r, id) + (uint64_t)r->l->prb_desc_state_var + r->counter;
	return !failed(r, kmem_u64(r->k, at, ret));
}

/*
 * The ring starts with one descriptor that never had a record: the first gets the next id. It is
 * the tail until the ring has gone round (prb_init(), kernel/printk/printk_ringbuffer.h).
 */
static bool never_used(struct ring *r, uint64_t id)
{
	uint64_t state;
	return id == r->tail && read_state(r, id, &state) &&
	       state >> STATE_SHIFT == STATE_REUSABLE && (state & ID_MASK) == (id & ID_MASK);
}

/* Where the text of a record is, from the ring's start; its length is at most *len. */
static bool text_block(const struct ring *r, uint64_t begin, uint64_t next, uint64_t *at,
		       uint64_t *len)
{
	uint64_t size = UINT64_C(1) << r->text_bits;
	begin &= size - 1;
	next &= size - 1;
	*at = begin;
	if (begin == next) {
		*len = 0; /* a record without text, or one whose text was lost */
		return true;
	}
	if (next == 0)
		next = size; /* a block may end where the ring does */
	/* A block is not split at the end of the ring: it starts again at 0. */
	if (begin > next)
		begin = 0;
	begin += 8; /* the id of its descriptor */
	if (begin > next)
		return false;
	*at = begin;
	*len = MIN(*len, next - begin);
	return true;
}

/* Appends the record with this id; false if it is not there or makes no sense. */
static bool append(struct ring *r, uint64_t id, struct buf *out)
{
	const struct layout *l = r->l;
	uint64_t info = r->infos + index_of(r, id) * (uint64_t)l->printk_info_size;
	uint64_t lpos = desc_of(r, id) + (uint64_t)l->prb_desc_text_blk_lpos;
	uint64_t state, begin, next, ts, at, len;
	uint8_t text_len[2];
	if (!read_state(r, id, &state) || (state & ID_MASK) != (id & ID_MASK))
		return false;
	if (state >> STATE_SHIFT != STATE_COMMITTED && state >> STATE_SHIFT != STATE_FINALIZED)
		return false;
	if (failed(r, kmem_u64(r->k, lpos + (uint64_t)l->blk_lpos_begin, &begin)) ||
	    failed(r, kmem_u64(r->k, lpos + (uint64_t)l->blk_lpos_next, &next)) ||
	    failed(r, kmem_read(r->k, info + (uint64_t)l->printk_info_text_len, text_len, 2)) ||
	    failed(r, kmem_u64(r->k, info + (uint64_t)l->printk_info_ts_nsec, &ts)))
		return false;
	len = get_u16(text_len, r->k->vmcore->order);
	if (!text_block(r, begin, next, &at, &len) ||
	    failed(r, kmem_read(r->k, r->text + at, r->record, (size_t)len)))
		return false;
	printk_format(out, ts, r->record, (size_t)len);
	return true;
}

static struct err *check_sizes(const struct layout *l)
{
	int64_t counter = layout_known(l->atomic_long_counter) ? l->atomic_long_counter : 0;
	if (l->prb_desc_state_var + counter + 8 > l->prb_desc_size ||
	    l->prb_desc_text_blk_lpos + MAX(l->blk_lpos_begin, l->blk_lpos_next) + 8 >
		    l->prb_desc_size ||
	    l->printk_info_text_len + 2 > l->printk_info_size ||
	    l->printk_info_ts_nsec + 8 > l->printk_info_size)
		return err_new(ERR_FORMAT,
			       "VMCOREINFO: a member of the printk ring buffer lies outside of it");
	return NULL;
}

static void append_all(struct ring *r, struct buf *out, uint64_t *skipped)
{
	uint64_t count = UINT64_C(1) << r->desc_bits;
	uint64_t n = ((r->head - r->tail) & ID_MASK) + 1;
	/* More ids than descriptors: damaged; the newest ones are still worth a try. */
	uint64_t id = n > count ? r->head - count + 1 : r->tail;
	/* Each byte of the ring is printed once, as at most 4, and each record has a stamp. */
	size_t most = out->len + ((size_t)8 << r->text_bits) + ((size_t)64 << r->desc_bits);
	for (n = MIN(n, count); n > 0; n--, id++)
		*skipped += out->len > most || (!append(r, id, out) && !never_used(r, id));
}

static struct err *read_ring(struct kmem *k, struct buf *out, uint64_t *skipped)
{
	struct ring r = {.k = k, .l = k->layout, .record = malloc(MAX_TEXT)};
	size_t before = out->len;
	struct err *e = r.record ? check_layout(r.l) : err_nomem();
	if (!e)
		e = check_sizes(r.l);
	if (!e)
		e = load(&r);
	if (!e) {
		append_all(&r, out, skipped);
		e = buf_error(out);
	}
	if (!e && out->len == before && r.error) {
		e = r.error;
		r.error = NULL;
	}
	err_free(r.error);
	free(r.record);
	return e;
}

struct err *printk_read(struct kmem *k, struct buf *out, uint64_t *skipped)
{
	*skipped = 0;
	if (layout_known(k->layout->prb))
		return read_ring(k, out, skipped);
	if (layout_known(k->layout->log_buf))
		return printk_log_read(k, out, skipped);
	return err_new(ERR_MISSING,
		       "VMCOREINFO names no kernel log (SYMBOL(prb) or SYMBOL(log_buf))");
}
