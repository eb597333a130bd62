// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bitmap.h"

struct err *bitmap_init(struct bitmap *b, uint64_t nbits)
{
	uint64_t words = nbits / 64 + (nbits % 64 != 0);
	b->bytes = calloc(words ? words : 1, 8);
	if (!b->bytes)
		return err_nomem();
	b->nbits = nbits;
	return NULL;
}

void bitmap_deinit(struct bitmap *b)
{
	free(b->bytes);
	b->bytes = NULL;
	b->nbits = 0;
}

/* Calls for each byte that [from, to) touches: the byte's index and the mask of its bits inside. */
#define FOR_EACH_BYTE(from, to, i, mask)                                                           \
	for (uint64_t i = (from) >> 3, last_ = ((to)-1) >> 3,                                      \
		      mask = (0xffU << ((from)&7)) &                                               \
			     (i == last_ ? 0xffU >> (7 - (((to)-1) & 7)) : 0xffU);                 \
	     i <= last_; i++, mask = i == last_ ? 0xffU >> (7 - (((to)-1) & 7)) : 0xffU)

static uint64_t cut(const struct bitmap *b, uint64_t to)
{
	return to > b->nbits ? b->nbits : to;
}

void bitmap_set_range(struct bitmap *b, uint64_t from, uint64_t to)
{
	to = cut(b, to);
	if (from >= to)
		return;
	FOR_EACH_BYTE(from, to, i, mask)
	b->bytes[i] |= (uint8_t)mask;
}

void bitmap_clear_range(struct bitmap *b, uint64_t from, uint64_t to)
{
	to = cut(b, to);
	if (from >= to)
		return;
	FOR_EACH_BYTE(from, to, i, mask)
	b->bytes[i] &= (uint8_t)~mask;
}

/* 64 bits from word w, as if the bitmap were an array of little-endian words. */
static uint64_t word(const struct bitmap *b, uint64_t w)
{
	return get_u64(b->bytes + w * 8, ORDER_LE);
}

uint64_t bitmap_count(const struct bitmap *b, uint64_t from, uint64_t to)
{
	to = cut(b, to);
	uint64_t n = 0;
	while (from < to) {
		uint64_t bits = word(b, from / 64) >> (from % 64);
		uint64_t take = 64 - from % 64;
		if (take > to - from) {
			take = to - from;
			bits &= (UINT64_C(1) << take) - 1;
		}
		n += (uint64_t)__builtin_popcountll(bits);
		from += take;
	}
	return n;
}

static uint64_t next(const struct bitmap *b, uint64_t from, uint64_t flip)
{
	while (from < b->nbits) {
		uint64_t bits = (word(b, from / 64) ^ flip) >> (from % 64);
		if (bits) {
			uint64_t at = from + (uint64_t)__builtin_ctzll(bits);
			return at < b->nbits ? at : b->nbits;
		}
		from = (from / 64 + 1) * 64;
	}
	return b->nbits;
}

uint64_t bitmap_next(const struct bitmap *b, uint64_t from)
{
	return next(b, from, 0);
}

uint64_t bitmap_next_clear(const struct bitmap *b, uint64_t from)
{
	return next(b, from, ~UINT64_C(0));
}
