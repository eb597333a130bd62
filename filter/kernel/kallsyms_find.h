/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the tables of kallsyms are in a kernel that does not tell (VMCOREINFO names them since 6.0,
 * 5fd8fea935a1): found in the kernel image by their shape. It does not decode them, and does not
 * vouch for them: kallsyms_decode() does. State is the caller's kmem; one thread.
 *
 * scripts/kallsyms.c writes them one after the other, each aligned to 8 bytes (on POWER once to
 * 256: its assembler took ".align 8" for a power of two):
 *
 *	before 4.6          addresses num_syms names markers token_table token_index
 *	4.6 (2213e9a66bb8)  offsets relative_base num_syms names markers token_table token_index;
 *	                    with addresses instead where CONFIG_KALLSYMS_BASE_RELATIVE is off
 *	4.20 (80ffbaa5b1bd) num_syms and markers have 4 bytes each, no longer 8
 *	6.2 (60443c88f3a8)  seqs_of_names, 3 bytes per symbol, between markers and token_table
 *	6.4 (404bad70fcf7)  num_syms names markers token_table token_index offsets relative_base
 *	                    seqs_of_names
 *	7.0 (a081b5789255)  no relative_base
 *
 * The names of all generations lie below their token_table.
 */
#ifndef SALVOR_KERNEL_KALLSYMS_FIND_H
#define SALVOR_KERNEL_KALLSYMS_FIND_H

#include "kernel/kmem.h"

/* Far more than a kernel has (Debian's with all symbols: 160,000); larger numbers are damage. */
#define KALLSYMS_MAX_SYMS  (UINT32_C(1) << 19)
#define KALLSYMS_MAX_NAMES (UINT64_C(8) << 20)

/* Virtual addresses; 0: not there, or not known. */
struct kallsyms_place {
	uint32_t num_syms;
	uint64_t num_syms_at, names, names_end;
	uint64_t token_table, token_table_end, token_index;
	uint64_t offsets, relative_base, addresses;
	uint64_t align;
};

/*
 * Everything but offsets, relative_base and addresses. Needs the layout's _stext. ERR_MISSING if
 * no memory of the image looks like the tables.
 */
struct err *kallsyms_find(struct kmem *k, struct kallsyms_place *ret) must_check;

/* Sets offsets, relative_base and addresses to where they are before 6.4, or since. */
void kallsyms_place_before(struct kallsyms_place *p);
void kallsyms_place_after(struct kallsyms_place *p);

#endif
