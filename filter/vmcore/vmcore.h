/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The physical memory of the crashed machine and the ELF notes that came with it, whatever format
 * the file has. It does not know what the memory means. Immutable after opening, shared by threads;
 * each thread reads through its own view.
 */
#ifndef SALVOR_VMCORE_VMCORE_H
#define SALVOR_VMCORE_VMCORE_H

#include "base/bitmap.h"
#include "base/bytes.h"
#include "io/source.h"

/*
 * A run of physical memory that the file describes. Of a filtered dump not every page of it is
 * there: vmcore_page_map() tells which are.
 */
struct segment {
	uint64_t paddr;
	uint64_t len;
	uint64_t offset; /* in the source */
};

struct vmcore_ops;

struct vmcore {
	const struct vmcore_ops *ops; /* of its format */
	struct source *source;
	uint16_t machine; /* EM_X86_64, EM_PPC64, … */
	enum byte_order order;
	struct segment *segments; /* by paddr, not overlapping */
	size_t nsegments;
	uint64_t missing_bytes; /* promised by the program headers, but past the end of the file */
	bool incomplete;	/* who wrote it did not get to the end: pages may be lost */
	int level; /* what was left out of it, as a dump level; -1 if it does not say */
	unsigned int page_shift; /* of the pages of its format; 0 if the format has none */
	uint8_t *notes;		 /* the bytes of all PT_NOTE segments, one after the other */
	size_t notes_len;
	unsigned int nr_cpus;	    /* NT_PRSTATUS notes */
	char *vmcoreinfo;	    /* text, NUL-terminated; NULL if the file has none */
	size_t vmcoreinfo_len;	    /* bytes, without the NUL */
	size_t vmcoreinfo_in_notes; /* offset of that text in notes; SIZE_MAX if it was found
				       elsewhere */
};

/*
 * Opens a vmcore of any format that format.h lists, flattened or not; its content says which.
 * Errors name the file and what is wrong with it.
 */
struct err *vmcore_open(const char *path, struct vmcore **ret) must_check;
/* The same for a file that is open. Takes it, also on failure. */
struct err *vmcore_open_source(struct source *file, struct vmcore **ret) must_check;
void vmcore_destroy(struct vmcore *v);
/* Its format, for messages: "ELF", "kdump-compressed". */
const char *vmcore_format(const struct vmcore *v);
static inline void cleanup_vmcore(struct vmcore **v)
{
	vmcore_destroy(*v);
}

/*
 * Looks for VMCOREINFO in memory, for files that lack the note (QEMU's dumps of pseries guests):
 * its page starts with "OSRELEASE=" (vmcoreinfo_data is a page of its own, kernel/vmcore_info.c).
 * ERR_MISSING if it is not there.
 */
struct err *vmcore_find_vmcoreinfo(struct vmcore *v) must_check;

/* The first segment that ends behind paddr, be it that it holds paddr or begins later; or NULL. */
const struct segment *vmcore_segment_from(const struct vmcore *v, uint64_t paddr);
/* The segment that holds paddr, or NULL. */
const struct segment *vmcore_segment(const struct vmcore *v, uint64_t paddr);

/*
 * len bytes of physical memory at paddr, all in one segment; valid until the view is used again.
 * ERR_MISSING otherwise, and where a page of them is not in the file: the message says whether it
 * was left out or lost.
 */
struct err *vmcore_view(const struct vmcore *v, struct view *view, uint64_t paddr, size_t len,
			const uint8_t **ret) must_check;

/* The pages [first, end) that the segment touches, in whole or in part. */
void vmcore_segment_pfns(const struct segment *s, unsigned int page_shift, uint64_t *first,
			 uint64_t *end);
/* One more than the highest pfn that has at least one byte in the file. */
uint64_t vmcore_max_pfn(const struct vmcore *v, unsigned int page_shift);
/* Sets the bit of each pfn whose page is in the file; a page that is there in part counts. */
struct err *vmcore_page_map(const struct vmcore *v, unsigned int page_shift,
			    struct bitmap *map) must_check;
/*
 * The same for those of the pages that [paddr, paddr+len) touches, as the segments have them: of a
 * dump with pages left out, also those.
 */
void vmcore_page_map_range(const struct vmcore *v, unsigned int page_shift, uint64_t paddr,
			   uint64_t len, struct bitmap *map);

#endif
