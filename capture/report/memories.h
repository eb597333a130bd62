/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory each process had: size and resident set, read once for each struct mm_struct,
 * however many threads share it. Nothing of where the memory is. One thread.
 */
#ifndef SALVOR_REPORT_MEMORIES_H
#define SALVOR_REPORT_MEMORIES_H

#include "report/report.h"

#define MEMORY_UNKNOWN UINT64_MAX

/* Of files, anonymous, shared. */
#define MEMORY_KINDS 3

struct process_memory {
	uint64_t mm; /* address */
	uint64_t rss_kib, vm_kib;
	int64_t kept[MEMORY_KINDS]; /* pages that its threads count by themselves */
};

struct memories {
	struct process_memory *of; /* by rising addresses */
	size_t n;
};

/* Of all these threads that are no kernel threads. An error only for lack of memory. */
struct err *memories_collect(struct report *r, const struct threads *all,
			     struct memories *ret) must_check;
void memories_deinit(struct memories *m);
/* NULL: none was collected for it. */
const struct process_memory *memories_find(const struct memories *m, uint64_t mm);

/* Without BTF it is a guess: zombies have no memory either. */
static inline bool is_kernel_thread(const struct layout *l, const struct task *t)
{
	/* PF_KTHREAD (include/linux/sched.h), the same since 2.6.27 (7b34e4283c68) */
	return layout_known(l->task_flags) ? (t->flags & 0x00200000) != 0 : t->mm == 0;
}

#endif
