/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages out of a vmcore for the packer: where the two halves of the filter meet. Each worker has a
 * reader of its own; they share the vmcore read-only.
 */
#ifndef SALVOR_CLI_READER_H
#define SALVOR_CLI_READER_H

#include "pack/pack.h"
#include "vmcore/vmcore.h"

/* The context of vmcore_reader; borrowed by the readers. */
struct reader_context {
	const struct vmcore *vmcore;
	unsigned int page_shift;
};

/* A page that the vmcore has only in part reads as zeros where it is missing, as the kernel pads
 * it. */
extern const struct page_reader_ops vmcore_reader;

#endif
