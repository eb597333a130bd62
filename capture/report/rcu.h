/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCU of a dead kernel: whether a grace period was under way, how long, and which CPUs and tasks
 * it waited for. What they did is in their stacks, which are not its business. Tree RCU, one
 * flavour (4.20 and newer). One thread.
 */
#ifndef SALVOR_REPORT_RCU_H
#define SALVOR_REPORT_RCU_H

#include "base/bitmap.h"
#include "report/report.h"

#define RCU_TASKS_MAX 16

struct rcu_wait {
	char name[40];
	bool waits;	/* a grace period was under way */
	bool stalled;	/* for longer than the kernel tolerates */
	double seconds; /* since it began, or since one was asked for; NAN: not known */
	double kthread; /* since RCU's own kthread did something; NAN: not known */
	uint64_t number;
	struct bitmap cpus; /* that have not passed a quiescent state; empty: bytes NULL */
	struct rcu_task {
		int pid;
		char comm[TASK_COMM_LEN + 1];
	} tasks[RCU_TASKS_MAX]; /* that are inside of rcu_read_lock() and not on a CPU */
	size_t ntasks;		/* kept */
	size_t more;		/* not kept */
};

struct rcu_waits {
	struct rcu_wait normal, expedited;
	bool has_expedited; /* only while there is one */
};

/* What is missing is said as such; an error if this kernel's RCU is not known. */
struct err *rcu_read_waits(struct report *r, struct rcu_waits *ret) must_check;
void rcu_waits_deinit(struct rcu_waits *w);

/* "grace period 2095 has lasted 34.2 s, longer than 21 s; it waits for CPUs 2-3 and …", no newline
 */
void rcu_wait_text(const struct rcu_wait *w, struct buf *out);

/* "0-3,7": the CPUs of a set, cut after some. */
void cpus_text(const struct bitmap *cpus, struct buf *out);

#endif
