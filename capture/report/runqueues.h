/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run queue of each CPU of a dead kernel: what ran, what waited to run, how far its clock got,
 * and what the lockup watchdogs saw. It does not look at stacks. One thread.
 */
#ifndef SALVOR_REPORT_RUNQUEUES_H
#define SALVOR_REPORT_RUNQUEUES_H

#include "report/report.h"

#define RUNQUEUE_WAITING_MAX 8

struct runqueue_task {
	int pid;
	char state; /* as ps has it */
	char comm[TASK_COMM_LEN + 1];
	double waited; /* seconds since it could run; NAN: not known */
};

struct runqueue {
	bool online;
	bool idle;	 /* its idle task is on it */
	int64_t running; /* tasks that can run, that on the CPU included; LAYOUT_UNKNOWN */
	int64_t clock;	 /* ns; LAYOUT_UNKNOWN */
	double lag;	 /* seconds behind the newest clock of any CPU; NAN: not known */
	struct runqueue_task current;
	bool has_current;
	/* That are queued and not on the CPU, those that waited longest first. */
	struct runqueue_task waiting[RUNQUEUE_WAITING_MAX];
	size_t nwaiting; /* kept */
	size_t more;	 /* not kept */
	size_t asleep;	 /* queued still, but asleep: they leave when their turn comes */
	/* Seconds since the soft lockup watchdog's thread ran; NAN: it is off, or not known. */
	double soft_seconds;
	bool soft_lockup, hard_lockup; /* too long ago; the watchdog has complained */
	/* Timer interrupts, and how many there were when the hard lockup watchdog looked. */
	int64_t interrupts, interrupts_saved;
};

struct runqueues {
	struct runqueue *cpu; /* by number */
	size_t n;
	int64_t soft_limit; /* seconds; LAYOUT_UNKNOWN */
};

/* What is missing is said as such; an error if the CPUs or their run queues are not known. */
struct err *runqueues_read(struct report *r, struct runqueues *ret) must_check;
void runqueues_deinit(struct runqueues *q);

#endif
