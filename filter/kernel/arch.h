/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Architectures: how a virtual address of the dead kernel becomes a physical one. Pure knowledge
 * and page-table reads; what is worth keeping is kept in the struct kmem. Immutable; any thread
 * with its own struct kmem.
 *
 * Adding an architecture: one file arch_x.c that ends in one const struct arch_ops; a line in
 * arch.c; its VMCOREINFO names in layout.def; a unit test with a page table written by hand; a real
 * vmcore in the end-to-end tests.
 */
#ifndef SALVOR_KERNEL_ARCH_H
#define SALVOR_KERNEL_ARCH_H

#include "base/bitmap.h"
#include "kernel/layout.h"

struct kmem;
struct unwind_ops;

/* A translated address: valid for len bytes from the address that was asked for (len >= 1). */
struct extent {
	uint64_t paddr;
	uint64_t len;
};

struct arch_ops {
	const char *name; /* as uname -m says it */
	uint16_t elf_machine;
	struct err *(*translate)(struct kmem *k, uint64_t vaddr, struct extent *ret);
	/*
	 * Sets the bits of the pages without which nobody can read a dump: in tables the kernel's
	 * page tables, in image its image where that may be anywhere, without its text where that
	 * can be told: the kernel's own file has it, too. What cannot be read is passed over. May
	 * be NULL.
	 */
	void (*mark_precious)(struct kmem *k, struct bitmap *tables, struct bitmap *image);
	const struct unwind_ops *unwind; /* NULL: its stacks cannot be walked (kernel/unwind.h) */
};

extern const struct arch_ops arch_x86_64;
extern const struct arch_ops arch_ppc64;
extern const struct arch_ops arch_arm64;

/* ERR_UNSUPPORTED for machines that are not in the table. */
struct err *arch_find(uint16_t elf_machine, const struct arch_ops **ret) must_check;

#endif
