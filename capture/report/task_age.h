/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long ago a thread last ran, by what the scheduler noted and the clocks of its run queues. It
 * asks no thread what it waits for. One thread.
 */
#ifndef SALVOR_REPORT_TASK_AGE_H
#define SALVOR_REPORT_TASK_AGE_H

#include "kernel/kmem.h"
#include "kernel/task.h"

enum age_by {
	AGE_UNKNOWN,
	AGE_EXEC_START,	  /* se.exec_start: when it was last accounted as running */
	AGE_LAST_ARRIVAL, /* sched_info.last_arrival: when it last got the CPU */
};

struct cpu_clock {
	uint64_t clock;	     /* rq.clock, nanoseconds; 0: not known */
	uint64_t clock_task; /* rq.clock_task */
};

struct task_ages {
	struct kmem *k;
	struct cpu_clock *cpu;
	unsigned int ncpus;
	uint64_t now; /* the newest of all clocks */
};

/* ERR_MISSING: this kernel does not say where the run queues are, or none can be read. */
struct err *task_ages_init(struct task_ages *a, struct kmem *k) must_check;
void task_ages_deinit(struct task_ages *a);
#define _cleanup_ages_ _cleanup_(task_ages_deinit)

/* Seconds to *ret, unless AGE_UNKNOWN. */
enum age_by task_age(const struct task_ages *a, const struct task *t, double *ret);

/* "se.exec_start" */
const char *age_by_name(enum age_by by);

#endif
