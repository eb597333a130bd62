/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One bit per page: a flat bitmap indexed by pfn, in the bit order of the kdump-compressed format
 * (bit n is bit n%8 of byte n/8). It does not grow. Threads may set bits at the same time if they
 * stay in different bytes; the caller sees to that by giving each thread a range that is a multiple
 * of 8. A large one takes memory only where bits were set: what only looks at a bitmap must not
 * write to it, be it zeros.
 */
#ifndef SALVOR_BASE_BITMAP_H
#define SALVOR_BASE_BITMAP_H

#include <stdint.h>
#include "base/bytes.h"
#include "base/err.h"

struct bitmap {
	uint64_t nbits;
	uint8_t *bytes; /* DIV_ROUND_UP(nbits, 64) * 8 bytes: whole words, zero past nbits */
};

struct err *bitmap_init(struct bitmap *b, uint64_t nbits) must_check;
void bitmap_deinit(struct bitmap *b);

static inline bool bitmap_test(const struct bitmap *b, uint64_t n)
{
	return n < b->nbits && (b->bytes[n >> 3] >> (n & 7) & 1);
}

static inline void bitmap_set(struct bitmap *b, uint64_t n)
{
	b->bytes[n >> 3] |= (uint8_t)(1U << (n & 7));
}

static inline void bitmap_clear(struct bitmap *b, uint64_t n)
{
	b->bytes[n >> 3] &= (uint8_t) ~(1U << (n & 7));
}

/* Bits [from, to); to is cut at nbits. */
void bitmap_set_range(struct bitmap *b, uint64_t from, uint64_t to);
void bitmap_clear_range(struct bitmap *b, uint64_t from, uint64_t to);
/* Leaves those bits of b that other has too, or adds those that other has; both have the same size.
 */
void bitmap_and(struct bitmap *b, const struct bitmap *other);
void bitmap_or(struct bitmap *b, const struct bitmap *other);
uint64_t bitmap_count(const struct bitmap *b, uint64_t from, uint64_t to);

/* The first set bit at or after from, or nbits. */
uint64_t bitmap_next(const struct bitmap *b, uint64_t from);
/* The first clear bit at or after from, or nbits. */
uint64_t bitmap_next_clear(const struct bitmap *b, uint64_t from);
/*
 * Narrows [*from, *to) to the first run of set bits in it; false, and no change, if there is none.
 * Others may change bits outside of the 64s that the range touches.
 */
bool bitmap_run(const struct bitmap *b, uint64_t *from, uint64_t *to);

#endif
