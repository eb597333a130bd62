/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packed pages: what becomes of pages between the threads that compress them and the writer of a
 * dump format. Plain data, without behaviour; a batch belongs to whoever made it.
 */
#ifndef SALVOR_CODEC_BLOCK_H
#define SALVOR_CODEC_BLOCK_H

#include <stddef.h>
#include <stdint.h>

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

#endif
