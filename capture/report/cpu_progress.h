/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each CPU of the dead kernel was doing, and whether it got on with it: how far its clock got,
 * for how long it had the same task, whether it took interrupts. It does not look at the log, and
 * judges nobody. Valid as long as the report; one thread.
 */
#ifndef SALVOR_REPORT_CPU_PROGRESS_H
#define SALVOR_REPORT_CPU_PROGRESS_H

#include "kernel/regs.h"
#include "report/report.h"
#include "report/runqueues.h"

/*
 * A tick comes every 10 ms at most, and every second where it is kept away from a CPU (nohz_full):
 * a clock that is behind by more while a task is running has stopped.
 */
#define STOPPED_SECONDS 2

struct stopped_search {
	/* When the kernel began to end, in seconds of its own clock, if the log says so: where all
	 * CPUs stood still there is no other clock to be behind of. Else 0. */
	double end;
	/* The CPU that went through the crash path, which has interrupts off itself, -1: not known;
	 * and whether an NMI took it there, out of what it was doing. */
	int crash_cpu;
	bool by_nmi;
	/* The registers that were saved for it are of what was interrupted, not of the crash path:
	 * as crash_fadump() does on a system reset of POWER. */
	bool own_regs;
};

struct cpu_progress {
	const struct thread *thread; /* NULL: not known */
	/* What was running: below an NMI, or what stops a CPU when another one panics. NULL: its
	 * stack does not say. */
	const struct frame *at;
	bool in_crash;	    /* that stands above it */
	double stopped;	    /* seconds that its clock stood still with a task on it; NAN: no */
	double same_task;   /* seconds since the task got the CPU; NAN: not known */
	enum irq_mask irqs; /* where `at` was */
	int policy, prio;   /* of the task (include/uapi/linux/sched.h); -1: not known */
};

struct cpus_progress {
	const struct threads *all; /* of the report */
	struct runqueues queues;
	struct cpu_progress *cpu; /* by number, as queues.cpu */
	size_t n;
};

/* What is missing is said as such; an error if the CPUs, their run queues or their tasks are not
 * known. cpus_progress_deinit() in any case. */
struct err *cpus_progress_read(struct report *r, const struct stopped_search *s,
			       struct cpus_progress *ret) must_check;
void cpus_progress_deinit(struct cpus_progress *c);

/* It did not take its timer's interrupts, and where that was is known, in the kernel. */
bool cpu_stood_still(const struct cpu_progress *c);
/* SCHED_FIFO, SCHED_RR, SCHED_DEADLINE: it gives the CPU to no ordinary task by itself. */
bool cpu_is_real_time(const struct cpu_progress *c);
/* "SCHED_FIFO 50" of a task whose policy is known to be none of the usual ones; else false. */
bool cpu_policy_text(const struct cpu_progress *c, struct buf *out);
/* " in f+0x1 called by g+0x2 [m], in comm (pid 1)": where it was, with who calls a waiting loop. */
void cpu_place_text(const struct kernel *k, const struct threads *all, const struct cpu_progress *c,
		    struct buf *out);

#endif
