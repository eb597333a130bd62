/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From selected pages to compressed blocks, in pfn order, on N threads. It knows no output format: each
 * batch goes to a consumer in the caller's thread. Memory is bounded by the number of batches under way.
 *
 * Threads: workers read the vmcore, look for zeros and compress into their batch; the consumer sees a batch
 * when it is done and may not keep it. All of them share the vmcore and the bitmap read-only.
 */
#ifndef SALVOR_PACK_PACK_H
#define SALVOR_PACK_PACK_H

#include "base/bitmap.h"
#include "codec/codec.h"
#include "vmcore/vmcore.h"

enum packed_kind {
	PACKED_RAW,	   /* size is the page size */
	PACKED_COMPRESSED, /* by the codec of the run */
	PACKED_ZERO,	   /* all bytes zero, if such pages are to be told; no data */
	PACKED_LOST,	   /* could not be read; no data */
};

struct packed_page {
	uint64_t pfn;
	uint32_t size; /* bytes in the batch's data */
	uint32_t kind; /* enum packed_kind */
};

/* Pages in pfn order, their data one after the other. */
struct batch {
	struct packed_page *pages;
	size_t npages;
	uint8_t *data;
	size_t len;
};

/* An error ends the packing and is returned by pack_pages(). */
typedef struct err *(*pack_consumer)(void *context, const struct batch *b);

struct pack_options {
	unsigned int page_shift;
	const struct codec *codec; /* NULL: everything raw */
	bool find_zeros;
	unsigned int threads; /* 0: serial */
};

struct err *pack_pages(const struct vmcore *v, const struct bitmap *selected,
		       const struct pack_options *options, pack_consumer consume, void *context) must_check;

#endif
