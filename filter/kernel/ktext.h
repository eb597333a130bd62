/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the dead kernel's code is: vmlinux' text and that of each module, with each module's ORC
 * tables. It has no symbols. Loaded once, then immutable; one thread reads through its kmem.
 */
#ifndef SALVOR_KERNEL_KTEXT_H
#define SALVOR_KERNEL_KTEXT_H

#include "kernel/kmem.h"
#include "kernel/orc.h"

/* One range of code. Modules have two: what stays, and what runs once at initialization. */
struct ktext_range {
	uint64_t begin, end;
	struct orc_table orc; /* count 0: none */
};

struct ktext {
	uint64_t begin, end;	       /* vmlinux */
	uint64_t init_begin, init_end; /* freed after boot; the same where unknown */
	struct ktext_range *modules;   /* by begin */
	size_t nmodules;	       /* ranges */
	bool damaged;		       /* the list of modules could not be walked to its end */
};

/* ERR_MISSING without the bounds of vmlinux' text. A damaged list of modules is no error. */
struct err *ktext_load(struct kmem *k, struct ktext *ret) must_check;
void ktext_deinit(struct ktext *t);

/* The module range that holds addr, or NULL. */
const struct ktext_range *ktext_module(const struct ktext *t, uint64_t addr);
bool ktext_vmlinux(const struct ktext *t, uint64_t addr);

static inline bool ktext_has(const struct ktext *t, uint64_t addr)
{
	return ktext_vmlinux(t, addr) || ktext_module(t, addr);
}

#endif
