/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kdump-compressed format for 64-bit machines: headers and page descriptors as bytes, written
 * as version 6, read as versions 1 to 6. No I/O, no judgement of the values. Source: makedumpfile's
 * IMPLEMENTATION file and diskdump_mod.h; crash's diskdump.h reads the same.
 *
 * In blocks of the page size: header; sub-header and notes; bitmap of existing pages; bitmap of
 * dumped pages; then a page_desc per dumped page in pfn order; then page data in any order. All
 * integers are in the byte order of the dumped machine.
 */
#ifndef SALVOR_ONDISK_KDUMP_H
#define SALVOR_ONDISK_KDUMP_H

#include <stdint.h>
#include "base/bytes.h"
#include "base/err.h"

#define KDUMP_SIGNATURE	      "KDUMP   "
#define KDUMP_VERSION	      6
#define KDUMP_HEADER_SIZE     464
#define KDUMP_SUB_HEADER_SIZE 104
#define KDUMP_DESC_SIZE	      24
#define KDUMP_STATUS_OFFSET   424

/* Bits of status and of page_desc.flags beside those of enum codec_id. */
#define KDUMP_INCOMPLETE                                                                           \
	0x8 /* the writer did not get to the end; descriptors of zero are lost pages */

#define UTS_FIELDS 6
#define UTS_LEN	   65 /* struct new_utsname: six fields of 65 bytes */

struct kdump_header {
	uint32_t version; /* of what was decoded; encoding writes KDUMP_VERSION */
	char utsname[UTS_FIELDS][UTS_LEN];
	uint64_t seconds; /* time of the dump */
	uint32_t status;
	uint32_t block_size;
	uint32_t sub_hdr_blocks;
	uint32_t bitmap_blocks;
	uint64_t max_mapnr; /* 32 bits in the file: the sub-header's counts from version 6 on */
	uint64_t total_ram_blocks;
	uint64_t written_blocks;
	uint32_t nr_cpus;
};

/* What a version does not have yet is decoded as 0. */
struct kdump_sub_header {
	uint64_t phys_base;
	uint32_t dump_level;
	bool split;				     /* version 2: one of several files */
	uint64_t vmcoreinfo_offset, vmcoreinfo_size; /* version 3 */
	uint64_t note_offset, note_size;	     /* version 4 */
	uint64_t max_mapnr;			     /* version 6 */
};

struct kdump_desc {
	uint64_t offset; /* of the data in the file; 0: the page is lost */
	uint32_t size;
	uint32_t flags; /* enum codec_id; 0: raw */
};

void kdump_header_encode(const struct kdump_header *h, enum byte_order order,
			 uint8_t out[KDUMP_HEADER_SIZE]);
void kdump_sub_header_encode(const struct kdump_sub_header *h, enum byte_order order,
			     uint8_t out[KDUMP_SUB_HEADER_SIZE]);
void kdump_desc_encode(const struct kdump_desc *d, enum byte_order order,
		       uint8_t out[KDUMP_DESC_SIZE]);

/*
 * The byte order is what makes the version a small number. ERR_FORMAT if neither does,
 * ERR_UNSUPPORTED for a version newer than KDUMP_VERSION.
 */
struct err *kdump_header_decode(const uint8_t in[KDUMP_HEADER_SIZE], struct kdump_header *ret,
				enum byte_order *order) must_check;
void kdump_sub_header_decode(const uint8_t in[KDUMP_SUB_HEADER_SIZE], enum byte_order order,
			     uint32_t version, struct kdump_sub_header *ret);
void kdump_desc_decode(const uint8_t in[KDUMP_DESC_SIZE], enum byte_order order,
		       struct kdump_desc *ret);

#endif
