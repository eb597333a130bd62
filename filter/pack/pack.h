/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From selected pages to compressed blocks, in pfn order, on N threads. It knows neither where
 * pages come from nor any output format: a reader brings pages, and each batch goes to a consumer
 * in the caller's thread. Memory is bounded by the number of batches under way.
 *
 * Threads: workers read, look for zeros and compress into their batch, each with a reader of its
 * own; the consumer sees a batch when it is done and may not keep it. All of them share the bitmap
 * read-only.
 */
#ifndef SALVOR_PACK_PACK_H
#define SALVOR_PACK_PACK_H

#include "base/bitmap.h"
#include "codec/block.h"
#include "codec/codec.h"

/* Where pages come from. */
struct page_reader_ops {
	/* A reader for one worker, for reads of up to cap bytes; NULL: out of memory. */
	void *(*create)(void *context, size_t cap);
	void (*destroy)(void *reader);
	/*
	 * The bytes of n neighbouring pages from pfn on, valid until the next read. Fails as a
	 * whole; a single page (n is 1) fails only if it is lost.
	 */
	struct err *(*read)(void *reader, uint64_t pfn, size_t n, const uint8_t **ret);
};

/* An error ends the packing and is returned by pack_pages(). */
typedef struct err *(*pack_consumer)(void *context, const struct batch *b);

struct pack_options {
	const struct bitmap *except; /* selected pages to pass over; NULL or no bits: none */
	unsigned int page_shift;
	const struct codec *codec; /* NULL: everything raw */
	bool find_zeros;
	unsigned int threads; /* 0: serial */
	const struct page_reader_ops *reader;
	void *reader_context; /* for reader->create(); shared by the workers */
};

struct err *pack_pages(const struct bitmap *selected, const struct pack_options *options,
		       pack_consumer consume, void *context) must_check;

#endif
