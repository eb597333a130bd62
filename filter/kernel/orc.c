// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/orc.h"

#include <inttypes.h>

/* enum orc_reg of a number of ORC_RENUMBERED; the numbers after these are none in both. */
static uint8_t old_number(unsigned int number)
{
	static const uint8_t regs[] = {
		ORC_REG_UNDEFINED, ORC_REG_AX,		ORC_REG_DX,	     ORC_REG_SP,
		ORC_REG_BP,	   ORC_REG_DI,		ORC_REG_R10,	     ORC_REG_R13,
		ORC_REG_PREV_SP,   ORC_REG_SP_INDIRECT, ORC_REG_BP_INDIRECT,
	};
	return number < ARRAY_SIZE(regs) ? regs[number] : (uint8_t)number;
}

void orc_decode(const uint8_t bytes[ORC_ENTRY_SIZE], enum byte_order order, enum orc_format format,
		struct orc_entry *ret)
{
	uint16_t bits = get_u16(bytes + 4, order); /* bit fields, from the lowest bit up */
	struct orc_entry e = {
		.sp_offset = (int16_t)get_u16(bytes, order),
		.bp_offset = (int16_t)get_u16(bytes + 2, order),
		.sp_reg = bits & 15,
		.bp_reg = bits >> 4 & 15,
	};
	if (format == ORC_RENUMBERED) {
		e.sp_reg = old_number(e.sp_reg);
		e.bp_reg = old_number(e.bp_reg);
	}
	if (format == ORC_TYPES || format == ORC_RENUMBERED) {
		e.type = bits >> 8 & 7;
		e.signal = bits >> 11 & 1;
		*ret = e;
		return;
	}
	/* CALL, REGS, REGS_PARTIAL were 0, 1, 2; no stack pointer meant end or unknown. */
	e.type = (uint8_t)((bits >> 8 & 3) + ORC_TYPE_CALL);
	bool end = format == ORC_END ? bits >> 10 & 1 : bits >> 11 & 1;
	e.signal = format == ORC_END ? e.type != ORC_TYPE_CALL : bits >> 10 & 1;
	if (e.sp_reg == ORC_REG_UNDEFINED)
		e.type = end ? ORC_TYPE_END_OF_STACK : ORC_TYPE_UNDEFINED;
	*ret = e;
}

void orc_find_numbers(struct orc_source *s, const struct orc_table *t)
{
	enum { RUNS = 16, RUN = 128 };
	uint8_t bytes[RUN * ORC_ENTRY_SIZE];
	unsigned int before = 0, after = 0; /* calls found by the one number and by the other */
	for (uint32_t i = 0; s->format == ORC_TYPES && i < RUNS; i++) {
		uint32_t first = (uint32_t)((uint64_t)t->count * i / RUNS);
		uint32_t n = MIN(t->count - first, RUN);
		struct err *e = s->read(s->arg, t->entries + (uint64_t)first * ORC_ENTRY_SIZE,
					bytes, (size_t)n * ORC_ENTRY_SIZE);
		for (uint32_t j = 0; !e && j < n; j++) {
			struct orc_entry old, new;
			orc_decode(bytes + (size_t)j * ORC_ENTRY_SIZE, s->order, ORC_TYPES, &old);
			orc_decode(bytes + (size_t)j * ORC_ENTRY_SIZE, s->order, ORC_RENUMBERED,
				   &new);
			before += old.type == ORC_TYPE_CALL && old.sp_reg == ORC_REG_SP;
			after += new.type == ORC_TYPE_CALL &&new.sp_reg == ORC_REG_SP;
		}
		err_free(e);
	}
	if (after > before)
		s->format = ORC_RENUMBERED;
}

/* The addresses that a run of the ip array stands for. */
#define BATCH 512
struct batch {
	uint8_t bytes[BATCH * 4];
	uint32_t first, n;
};

static struct err *read_batch(const struct orc_source *s, const struct orc_table *t, uint32_t first,
			      uint32_t n, struct batch *ret)
{
	struct err *e = s->read(s->arg, t->ips + (uint64_t)first * 4, ret->bytes, (size_t)n * 4);
	ret->first = first;
	ret->n = n;
	return err_wrap(e, "ORC table");
}

static uint64_t batch_ip(const struct orc_source *s, const struct orc_table *t,
			 const struct batch *b, uint32_t i)
{
	int32_t distance = (int32_t)get_u32(b->bytes + (size_t)i * 4, s->order);
	return t->ips + (uint64_t)(b->first + i) * 4 + (uint64_t)(int64_t)distance;
}

static struct err *check_count(const struct orc_table *t)
{
	if (t->count == 0)
		return err_new(ERR_MISSING, "the ORC table is empty");
	if (t->count > ORC_MAX_ENTRIES)
		return err_new(ERR_FORMAT, "an ORC table of %" PRIu32 " entries: damaged",
			       t->count);
	return NULL;
}

struct err *orc_check(const struct orc_source *s, struct orc_table *t)
{
	struct batch b;
	uint64_t last = 0;
	bool unsorted = false;
	struct err *e = check_count(t);
	for (uint32_t first = 0; !e && !unsorted && first < t->count; first += BATCH) {
		e = read_batch(s, t, first, MIN(t->count - first, BATCH), &b);
		for (uint32_t i = 0; !e && i < b.n; i++) {
			uint64_t ip = batch_ip(s, t, &b, i);
			unsorted |= ip < last;
			last = ip;
		}
	}
	if (!e)
		t->unsorted = unsorted;
	return e;
}

static struct err *read_entry(const struct orc_source *s, const struct orc_table *t, uint32_t i,
			      uint64_t ip, struct orc_entry *ret)
{
	uint8_t bytes[ORC_ENTRY_SIZE];
	struct err *e =
		s->read(s->arg, t->entries + (uint64_t)i * sizeof(bytes), bytes, sizeof(bytes));
	if (!e)
		orc_decode(bytes, s->order, s->format, ret);
	if (!e)
		ret->ip = ip;
	return err_wrap(e, "ORC table");
}

static struct err *above(uint64_t pc)
{
	return err_new(ERR_MISSING, "no ORC entry for %#" PRIx64, pc);
}

/* Halves what is left until one read fetches the rest. */
static struct err *find_sorted(const struct orc_source *s, const struct orc_table *t, uint64_t pc,
			       struct orc_entry *ret)
{
	struct batch b;
	uint32_t low = 0, high = t->count; /* the wanted one is in [low, high) */
	while (high - low > BATCH) {
		uint32_t middle = low + (high - low) / 2;
		struct err *e = read_batch(s, t, middle, 1, &b);
		if (e)
			return e;
		if (batch_ip(s, t, &b, 0) <= pc)
			low = middle;
		else
			high = middle;
	}
	struct err *e = read_batch(s, t, low, high - low, &b);
	if (e)
		return e;
	uint32_t n = 0; /* entries at or below pc */
	while (n < b.n && batch_ip(s, t, &b, n) <= pc)
		n++;
	/* low is at or below pc unless it is the first of all */
	if (n == 0)
		return above(pc);
	return read_entry(s, t, low + n - 1, batch_ip(s, t, &b, n - 1), ret);
}

static struct err *find_unsorted(const struct orc_source *s, const struct orc_table *t, uint64_t pc,
				 struct orc_entry *ret)
{
	struct batch b;
	uint32_t at = 0, twin = 0; /* the first and the last with the best ip */
	uint64_t best = 0;
	bool any = false;
	for (uint32_t first = 0; first < t->count; first += BATCH) {
		struct err *e = read_batch(s, t, first, MIN(t->count - first, BATCH), &b);
		if (e)
			return e;
		for (uint32_t i = 0; i < b.n; i++) {
			uint64_t ip = batch_ip(s, t, &b, i);
			if (ip > pc || (any && ip < best))
				continue;
			if (!any || ip > best)
				at = first + i;
			twin = first + i;
			best = ip;
			any = true;
		}
	}
	if (!any)
		return above(pc);
	struct orc_entry found;
	struct err *e = read_entry(s, t, at, best, &found);
	if (!e && found.type == ORC_TYPE_UNDEFINED && twin != at)
		e = read_entry(s, t, twin, best, &found);
	if (!e)
		*ret = found;
	return e;
}

struct err *orc_find(const struct orc_source *s, const struct orc_table *t, uint64_t pc,
		     struct orc_entry *ret)
{
	struct err *e = check_count(t);
	if (e)
		return e;
	return t->unsorted ? find_unsorted(s, t, pc, ret) : find_sorted(s, t, pc, ret);
}
