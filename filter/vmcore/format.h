/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the readers of dump formats share: the ops that vmcore_open() chooses from, and the notes.
 * Private to filter/vmcore; the contract with everybody else is vmcore.h.
 */
#ifndef SALVOR_VMCORE_FORMAT_H
#define SALVOR_VMCORE_FORMAT_H

#include "vmcore/vmcore.h"

/*
 * Adding a format: one file x_file.c that ends in one const struct vmcore_ops; a line in the table
 * of open.c; a unit test with files made by hand and a fuzz target; a comparison with what another
 * program reads of the same memory.
 */
struct vmcore_ops {
	const char *name;
	const char *magic; /* how such a file begins */
	/*
	 * Fills in v from v->source. May put a source of its own in its place, which then owns the
	 * first one and whose offsets the segments use.
	 */
	struct err *(*read)(struct vmcore *v);
	/* Sets the bits of the pages that are in the file; NULL: all that segments touch are. */
	struct err *(*page_map)(const struct vmcore *v, unsigned int page_shift,
				struct bitmap *map);
};

extern const struct vmcore_ops vmcore_elf, vmcore_kdump;

/* More pieces of memory than any machine has: these stop hostile files. */
#define VMCORE_MAX_SEGMENTS   65536
#define VMCORE_MAX_NOTES_SIZE ((size_t)64 << 20)

/* Appends len bytes of notes at that offset of the source to v->notes, and takes from them the
 * number of CPUs and VMCOREINFO. */
struct err *vmcore_add_notes(struct vmcore *v, const struct source *s, uint64_t offset,
			     uint64_t len) must_check;

#endif
