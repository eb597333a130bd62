/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC, the tables in which an x86_64 kernel says where each instruction finds its caller's frame:
 * decoding and lookup (arch/x86/include/asm/orc_types.h, Documentation/arch/x86/orc-unwinder.rst).
 * It does not unwind. The tables are read where they lie, through a function, a few entries per
 * lookup; whatever they hold, a lookup ends. Pure but for that function.
 */
#ifndef SALVOR_KERNEL_ORC_H
#define SALVOR_KERNEL_ORC_H

#include <stdbool.h>
#include <stddef.h>
#include "base/bytes.h"
#include "base/err.h"

/* The generations of struct orc_entry; told apart by the bit fields that it has, and by what is in
 * them. */
enum orc_format {
	ORC_END,	/* "type:2, end:1" (4.18, d31a580266ee) */
	ORC_SIGNAL_END, /* "type:2, signal:1, end:1" (6.3, ffb1b4a41016) */
	ORC_TYPES,	/* "type:3, signal:1", types for what "end" said (6.4, fb799447ae29) */
	ORC_RENUMBERED, /* the same with other numbers of registers (asm/orc_types.h of 7.3) */
};

/* The numbers are those before ORC_RENUMBERED. */
enum orc_reg {
	ORC_REG_UNDEFINED,
	ORC_REG_PREV_SP,
	ORC_REG_DX,
	ORC_REG_DI,
	ORC_REG_BP,
	ORC_REG_SP,
	ORC_REG_R10,
	ORC_REG_R13,
	ORC_REG_BP_INDIRECT,
	ORC_REG_SP_INDIRECT,
	ORC_REG_AX, /* the last to come */
};

/* The numbers are those of ORC_TYPES. */
enum orc_type {
	ORC_TYPE_UNDEFINED,    /* nothing is known here */
	ORC_TYPE_END_OF_STACK, /* nobody called this */
	ORC_TYPE_CALL,
	ORC_TYPE_REGS,	       /* struct pt_regs */
	ORC_TYPE_REGS_PARTIAL, /* only what the CPU pushed: ip, cs, flags, sp, ss */
};

struct orc_entry {
	uint64_t ip; /* the first instruction that it holds for; orc_find() sets it */
	int16_t sp_offset, bp_offset;
	uint8_t sp_reg, bp_reg; /* enum orc_reg, or a number that is none */
	uint8_t type;		/* enum orc_type, or a number that is none */
	bool signal;		/* the frame found was interrupted: it made no call */
};

#define ORC_ENTRY_SIZE 6

void orc_decode(const uint8_t bytes[ORC_ENTRY_SIZE], enum byte_order order, enum orc_format format,
		struct orc_entry *ret);

/* Two parallel arrays; each ip is a signed 32-bit distance from its own place. */
struct orc_table {
	uint64_t ips, entries; /* addresses */
	uint32_t count;
	bool unsorted; /* as the linker left it: scripts/sorttable did not run */
};

/* More entries than any kernel has (6.12: 0.4 million). */
#define ORC_MAX_ENTRIES (UINT32_C(1) << 21)

struct orc_source {
	struct err *(*read)(void *arg, uint64_t addr, void *buf, size_t len);
	void *arg;
	enum byte_order order;
	enum orc_format format;
};

/* Reads all ips and sets t->unsorted. */
struct err *orc_check(const struct orc_source *s, struct orc_table *t) must_check;

/*
 * Sets s->format to ORC_RENUMBERED if ORC_TYPES does not fit what is in the table: no type says
 * which numbers registers have, but what nearly all entries count from is the stack pointer. A
 * table that cannot be read changes nothing.
 */
void orc_find_numbers(struct orc_source *s, const struct orc_table *t);

/*
 * The entry that holds for the instruction at pc: the last whose ip is not above it. Where several
 * have the same ip, one that knows something comes before a section's terminator. ERR_MISSING:
 * the table starts above pc.
 */
struct err *orc_find(const struct orc_source *s, const struct orc_table *t, uint64_t pc,
		     struct orc_entry *ret) must_check;

#endif
