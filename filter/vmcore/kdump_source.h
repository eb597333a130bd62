/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory inside a kdump-compressed file as a source, whose offsets are physical addresses.
 * Private to filter/vmcore: kdump_file.c fills it in from the headers, kdump_page.c reads pages of
 * it. Immutable once filled in; each view has its own page cache and codecs.
 */
#ifndef SALVOR_VMCORE_KDUMP_SOURCE_H
#define SALVOR_VMCORE_KDUMP_SOURCE_H

#include "base/bytes.h"
#include "io/source.h"

/*
 * The descriptor of a page is found by how many dumped pages come before it. These numbers are kept
 * for every 32768th page (8 bytes for 128 MiB of memory); the rest is counted in a 4 KiB piece of
 * the bitmap, which a reader keeps. So finding one costs the same whatever the dump's size.
 */
#define KDUMP_RANK_SHIFT 15
#define KDUMP_RANK_PFNS	 (UINT64_C(1) << KDUMP_RANK_SHIFT)
#define KDUMP_RANK_BYTES (KDUMP_RANK_PFNS / 8)

struct kdump_source {
	struct source base;
	struct source *file;
	enum byte_order order;
	unsigned int page_shift;
	uint64_t max_pfn;
	uint64_t bitmap_at; /* of the dumped pages */
	uint64_t desc_at;
	uint64_t ndumped;
	uint64_t *ranks; /* dumped pages before each multiple of KDUMP_RANK_PFNS */
	int level;
};

extern const struct source_ops source_kdump_ops;

/*
 * The nr-th KDUMP_RANK_BYTES of the bitmap at `at`, with zeros behind the last page (the bitmap
 * need not end at such a boundary).
 */
struct err *kdump_bitmap_piece(const struct kdump_source *s, uint64_t at, uint64_t nr,
			       uint8_t out[KDUMP_RANK_BYTES]) must_check;

#endif
