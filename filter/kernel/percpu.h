/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Per-CPU variables of a dead kernel, and which CPUs it had. It needs the kernel's symbols in the
 * layout (layout_complete()). One thread, that of its struct kmem.
 */
#ifndef SALVOR_KERNEL_PERCPU_H
#define SALVOR_KERNEL_PERCPU_H

#include "kernel/kmem.h"

/* What x86_64's MAXSMP has, and the most of any architecture. */
#define PERCPU_MAX_CPUS 8192

/*
 * Where the variable of that symbol is for that CPU: symbol + __per_cpu_offset[cpu] (include/linux/
 * percpu-defs.h, SHIFT_PERCPU_PTR), whether symbols start at 0 (x86_64 until 6.14) or not. A kernel
 * without SMP has no such array, and CPU 0 only.
 */
struct err *percpu_addr(struct kmem *k, uint64_t symbol, unsigned int cpu,
			uint64_t *ret) must_check;

/* percpu_addr() of a symbol and a CPU that may both be unknown. */
bool percpu_find(struct kmem *k, int64_t symbol, int cpu, uint64_t *ret);

/* The pointer in such a variable, offset bytes into it. */
bool percpu_pointer(struct kmem *k, int64_t symbol, int64_t offset, int cpu, uint64_t *ret);

enum cpu_mask { CPUS_POSSIBLE, CPUS_ONLINE };

/*
 * __cpu_possible_mask or __cpu_online_mask as a bitmap of as many CPUs as the kernel counts with;
 * in a kernel without SMP CPU 0. A CPU that a panic stopped was online: panic() takes it out of
 * that mask if it does not go to kdump (stop_this_cpu() of all architectures), only a CPU that is
 * unplugged leaves __cpu_active_mask, too. For the caller to deinit.
 */
struct err *cpu_mask_read(struct kmem *k, enum cpu_mask which, struct bitmap *ret) must_check;

#endif
