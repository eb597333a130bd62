/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What unwinding on x86_64 consists of: finding the ORC entry of an address (orc_tables.c), the
 * walk that follows it (unwind_orc.c), and what is done where there is none (unwind_guess.c).
 * Private to these three.
 */
#ifndef SALVOR_KERNEL_UNWIND_ORC_H
#define SALVOR_KERNEL_UNWIND_ORC_H

#include "kernel/unwind.h"

/* Stacks repeat themselves: most lookups are for addresses that came up before. */
#define ORC_CACHE 512

struct orc_tables {
	struct orc_source source;
	struct orc_table vmlinux;
	uint64_t lookup;  /* address of orc_lookup[]; 0: not used */
	uint32_t nlookup; /* its elements */
	uint64_t lookup_ip;
	unsigned int slow; /* lookups in unsorted tables, which read them whole */
	struct {
		uint64_t pc; /* 0: free */
		struct orc_entry entry;
	} cache[ORC_CACHE];
};

struct err *orc_tables_load(struct unwinder *u);
void orc_tables_unload(struct unwinder *u);
/* The entry for the instruction at pc; false: there is none. */
bool orc_tables_find(struct unwinder *u, uint64_t pc, struct orc_entry *ret);

/* Words of struct pt_regs. */
enum {
	PT_R13 = 2,
	PT_BP = 4,
	PT_R10 = 7,
	PT_AX = 10,
	PT_DX = 12,
	PT_DI = 14,
	PT_IP = 16,
	PT_SP = 19
};
#define PT_REGS_WORDS	   21
#define PT_REGS_CPU_PUSHED 5 /* from PT_IP on */

/* Where the walk is. */
struct orc_walk {
	struct unwinder *u;
	uint64_t pc, sp, bp;
	bool interrupted; /* pc came from registers, not from a call */
	bool signal;	  /* pc is the instruction that counts, not the one before */
	bool have_regs;	  /* regs are those of this frame */
	bool bp_doubtful; /* a function that nothing is known about may have changed bp */
	uint64_t regs[PT_REGS_WORDS];
};

enum orc_step { STEP_NEXT, STEP_DONE, STEP_LOST, STEP_STACK, STEP_MEMORY };

/* The frame is a return address at addr, and its stack pointer after that. */
enum orc_step orc_return_to(struct orc_walk *w, uint64_t addr);
/* The frame is what a struct pt_regs at addr says; partial: only what the CPU pushed is there. */
enum orc_step orc_interrupted_at(struct orc_walk *w, uint64_t addr, bool partial);
/*
 * Nothing is known about pc: the next frame that seems to be one. From here on nothing is exact,
 * unless that frame called the very function that pc is in.
 */
enum orc_step orc_guess(struct orc_walk *w);
/* Does the instruction before pc call something? */
bool orc_is_return_address(struct unwinder *u, uint64_t pc);

#endif
