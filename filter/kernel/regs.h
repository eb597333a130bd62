/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers as the kernel and hypervisors save them: in the NT_PRSTATUS note of each CPU, and in
 * struct pt_regs on a stack, which starts with the same words. Decoding only. Pure values.
 */
#ifndef SALVOR_KERNEL_REGS_H
#define SALVOR_KERNEL_REGS_H

#include "kernel/kmem.h"

#define REGS_MAX 48

/* Which word is which, for one architecture. */
struct regs_shape {
	uint16_t machine;
	uint8_t count;			     /* words in a note (ELF_NGREG) */
	uint8_t saved;			     /* words in struct pt_regs */
	uint8_t pc, sp, fp, link;	     /* indices; link as pc: the architecture has none */
	const char *const *names;	     /* of all words */
	bool (*user)(const uint64_t *value); /* was user space running? */
};

struct regs {
	const struct regs_shape *shape;
	uint64_t value[REGS_MAX];
	uint64_t pc, sp, fp, link;
	bool user;
	uint32_t pid; /* of the note; 0 else */
};

/* NULL: an architecture whose registers are not known. */
const struct regs_shape *regs_shape(uint16_t machine);

/* Did the code that was interrupted take interrupts? */
enum irq_mask { IRQS_UNKNOWN, IRQS_ON, IRQS_OFF };
enum irq_mask regs_irq_mask(const struct layout *l, const struct regs *regs);

/* From the first words of a struct pt_regs or a note's pr_reg; words that are missing are 0. */
void regs_from_words(const struct regs_shape *shape, const uint64_t *words, size_t n,
		     struct regs *ret);

/*
 * From the description of a NT_PRSTATUS note: struct elf_prstatus (include/linux/elfcore.h), whose
 * pr_pid is at 32 and pr_reg at 112 on all 64-bit machines. False: too short, or all zeros, as for
 * a CPU that did not answer.
 */
bool regs_from_prstatus(const struct regs_shape *shape, const uint8_t *desc, size_t len,
			enum byte_order order, struct regs *ret);

/* The nth NT_PRSTATUS note of the dump, counted from 0. */
bool regs_from_note(const struct vmcore *v, unsigned int nth, struct regs *ret);

/*
 * The registers of a CPU when its kernel stopped. cpu: its number. nth: how many online CPUs come
 * before it, which is the order of the dump's notes. The note that the dying kernel kept for this
 * very CPU (crash_notes) comes first. False: none is there.
 */
bool regs_of_cpu(struct kmem *k, int cpu, unsigned int nth, struct regs *ret);

#endif
