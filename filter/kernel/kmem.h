/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reader of the dead kernel's virtual memory: translates through its page tables and reads what it
 * finds, for bytes, integers and pointers. Everything in there may be damaged: every read can fail,
 * and callers bound their walks. A struct kmem belongs to one thread.
 */
#ifndef SALVOR_KERNEL_KMEM_H
#define SALVOR_KERNEL_KMEM_H

#include "kernel/arch.h"
#include "kernel/kmem_cache.h"
#include "vmcore/vmcore.h"

struct kmem {
	const struct vmcore *vmcore;
	const struct layout *layout;
	const struct arch_ops *arch;
	struct view view;
	struct kmem_cache *cache; /* NULL: kmem_use_cache() was not there */
	void *arch_cache;	  /* one malloc() of the architecture's, or NULL */
};

/* ERR_UNSUPPORTED if the architecture is not known. */
struct err *kmem_init(struct kmem *k, const struct vmcore *v, const struct layout *l) must_check;
void kmem_deinit(struct kmem *k);
#define _cleanup_kmem_ _cleanup_(kmem_deinit)

/* For walks of many small structures: 1 MiB more memory, and far fewer reads of the dump. */
struct err *kmem_use_cache(struct kmem *k) must_check;

struct err *kmem_translate(struct kmem *k, uint64_t vaddr, struct extent *ret) must_check;

/* len bytes of any length, across page boundaries. On failure buf's content is undefined. */
struct err *kmem_read(struct kmem *k, uint64_t vaddr, void *buf, size_t len) must_check;
/* len bytes of physical memory, at most 64 KiB and inside one segment. */
struct err *kmem_read_phys(struct kmem *k, uint64_t paddr, void *buf, size_t len) must_check;

/* Integers in the dump's byte order; pointers and longs are u64. */
struct err *kmem_u32(struct kmem *k, uint64_t vaddr, uint32_t *ret) must_check;
struct err *kmem_u64(struct kmem *k, uint64_t vaddr, uint64_t *ret) must_check;

#endif
