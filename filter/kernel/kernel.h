/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything of one dead kernel together: its memory, and what it says of itself in VMCOREINFO,
 * kallsyms and BTF. What it does not have is missing here, with the reason; analyses ask before
 * they use it. It interprets nothing itself. Belongs to one thread.
 */
#ifndef SALVOR_KERNEL_KERNEL_H
#define SALVOR_KERNEL_KERNEL_H

#include "base/buf.h"
#include "kernel/kmem.h"
#include "kernel/symbols.h"
#include "kernel/types.h"

struct kernel {
	struct vmcore *vmcore;
	struct vmcoreinfo info;
	struct layout layout; /* completed from symbols and types where they are there */
	struct kmem kmem;
	struct symbols *symbols; /* NULL: no_symbols says why */
	struct types *types;	 /* NULL: no_types says why */
	struct buf no_symbols;	 /* each one line, without newline; empty: nothing is missing */
	struct buf no_types;
	struct buf no_modules; /* modules whose symbols are missing */
};

/*
 * Opens a dump of any format that vmcore_open() knows. Succeeds as long as addresses can be
 * translated; everything else may be missing. The kernel does not move: parts point to each other.
 */
struct err *kernel_open(const char *path, struct kernel **ret) must_check;
/* The same for a dump that is open. Takes it, also on failure. */
struct err *kernel_open_vmcore(struct vmcore *v, struct kernel **ret) must_check;
void kernel_destroy(struct kernel *k);
static inline void cleanup_kernel(struct kernel **k)
{
	kernel_destroy(*k);
}
#define _cleanup_kernel_ _cleanup_(cleanup_kernel)

/* The address of a symbol of the kernel itself; ERR_MISSING names it. */
struct err *kernel_symbol(const struct kernel *k, const char *name, uint64_t *ret) must_check;

#endif
