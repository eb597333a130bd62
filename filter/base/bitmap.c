// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bitmap.h"

#include <string.h>
#include <sys/mman.h>

/*
 * From this size on a bitmap is mapped, and nothing is set aside for it: the pfns of a machine with
 * many nodes reach far beyond the memory it has, and a capture kernel refuses to promise gigabytes.
 */
#define MAPPED_BYTES ((uint64_t)1 << 20)

static uint64_t nbytes(uint64_t nbits)
{
	return MAX(nbits / 64 + (nbits % 64 != 0), UINT64_C(1)) * 8;
}

struct err *bitmap_init(struct bitmap *b, uint64_t nbits)
{
	uint64_t len = nbytes(nbits);
	void *bytes;
	if (len < MAPPED_BYTES) {
		bytes = calloc(1, len);
	} else {
		bytes = mmap(NULL, len, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (bytes == MAP_FAILED)
			bytes = NULL;
	}
	if (!bytes)
		return err_nomem();
	*b = (struct bitmap) {.nbits = nbits, .bytes = bytes};
	return NULL;
}

void bitmap_deinit(struct bitmap *b)
{
	if (b->bytes && nbytes(b->nbits) >= MAPPED_BYTES)
		munmap(b->bytes, nbytes(b->nbits));
	else
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
	/* what is written to takes memory, and most of a large one is clear */
	FOR_EACH_BYTE(from, to, i, mask)
	if (b->bytes[i] & mask)
		b->bytes[i] &= (uint8_t)~mask;
}

/* 64 bits from word w, as if the bitmap were an array of little-endian words. */
static uint64_t word(const struct bitmap *b, uint64_t w)
{
	return get_u64(b->bytes + w * 8, ORDER_LE);
}

/*
 * The first word from w on that differs from same, or one behind the whole groups of words before
 * end. Most of a large bitmap is empty, and this passes over it as fast as memory can be read.
 */
static uint64_t skip(const struct bitmap *b, uint64_t w, uint64_t end, uint64_t same)
{
	for (; w + 8 <= end; w += 8) {
		uint64_t group[8], differ = 0;
		memcpy(group, b->bytes + w * 8, sizeof(group));
		for (int i = 0; i < 8; i++)
			differ |= group[i] ^ same;
		if (differ)
			break;
	}
	return w;
}

void bitmap_and(struct bitmap *b, const struct bitmap *other)
{
	uint64_t words = nbytes(b->nbits) / 8;
	for (uint64_t w = skip(b, 0, words, 0); w < words; w = skip(b, w + 1, words, 0)) {
		uint64_t bits, mask;
		memcpy(&bits, b->bytes + w * 8, 8);
		memcpy(&mask, other->bytes + w * 8, 8);
		if (bits & ~mask) {
			bits &= mask;
			memcpy(b->bytes + w * 8, &bits, 8);
		}
	}
}

uint64_t bitmap_count(const struct bitmap *b, uint64_t from, uint64_t to)
{
	to = cut(b, to);
	uint64_t n = 0;
	while (from < to) {
		if (from % 512 == 0) {
			from = skip(b, from / 64, to / 64, 0) * 64;
			if (from >= to)
				break;
		}
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

/* It looks at no word behind the one that holds bit to - 1: others may be changing there. */
static uint64_t next(const struct bitmap *b, uint64_t from, uint64_t to, uint64_t flip)
{
	while (from < to) {
		uint64_t bits = (word(b, from / 64) ^ flip) >> (from % 64);
		if (bits) {
			uint64_t at = from + (uint64_t)__builtin_ctzll(bits);
			return MIN(at, to);
		}
		from = (from / 64 + 1) * 64;
		if (from % 512 == 0)
			from = skip(b, from / 64, to / 64, flip) * 64;
	}
	return to;
}

uint64_t bitmap_next(const struct bitmap *b, uint64_t from)
{
	return next(b, from, b->nbits, 0);
}

uint64_t bitmap_next_clear(const struct bitmap *b, uint64_t from)
{
	return next(b, from, b->nbits, ~UINT64_C(0));
}

bool bitmap_run(const struct bitmap *b, uint64_t *from, uint64_t *to)
{
	uint64_t end = cut(b, *to), first = next(b, *from, end, 0);
	if (first >= end)
		return false;
	*from = first;
	*to = next(b, first, end, ~UINT64_C(0));
	return true;
}

void bitmap_or(struct bitmap *b, const struct bitmap *other)
{
	uint64_t from = 0, to = other->nbits;
	for (; bitmap_run(other, &from, &to); from = to, to = other->nbits)
		bitmap_set_range(b, from, to);
}
