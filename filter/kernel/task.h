/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tasks of the dead kernel: all of them one after the other, what each was, and which one a CPU
 * was running. It does not look at their stacks (kernel/unwind.h). Lists may be damaged: walks are
 * bounded, end in circles, and go on from the other end where a list is broken. One thread.
 */
#ifndef SALVOR_KERNEL_TASK_H
#define SALVOR_KERNEL_TASK_H

#include "kernel/kmem.h"

/* More than a machine has in practice; PID_MAX_LIMIT is 4 times that. */
#define TASKS_MAX (UINT32_C(1) << 20)

#define TASK_COMM_LEN 16

struct task {
	uint64_t addr; /* of its struct task_struct */
	uint64_t stack, mm;
	int32_t pid, tgid;
	int32_t cpu; /* where it runs or last ran; -1: not known */
	uint32_t flags;
	bool on_cpu;		      /* it was running */
	char state;		      /* as ps says it: R S D T t X Z P I, or ? */
	char comm[TASK_COMM_LEN + 1]; /* fit for terminals */
};

/* Fails if the task cannot be read; members that this kernel does not have are 0. */
struct err *task_read(struct kmem *k, uint64_t addr, struct task *ret) must_check;

/* The letter for a task's state words (fs/proc/array.c, task_state_index). Pure. */
char task_state_letter(uint64_t state, uint32_t exit_state);

/* A circle of struct list_head that is being walked. */
struct task_ring {
	uint64_t head, node, mark;
	uint32_t steps;
};

struct task_iter {
	struct kmem *k;
	struct task_ring groups, threads;
	uint64_t leader; /* whose threads are walked; 0: none */
	uint64_t last;	 /* the group at which the list broke */
	bool started, backwards;
	uint32_t n;	  /* tasks so far */
	uint32_t damaged; /* lists that were broken: tasks may be missing */
};

/* Needs what layout_check(FOR_TASKS) asks for; without it there are no tasks. */
void task_iter_init(struct task_iter *i, struct kmem *k);
/*
 * init_task, then every thread of every process. The idle tasks of other CPUs are on no list
 * (task_idle()). False: there are no more, or TASKS_MAX were found.
 */
bool task_next(struct task_iter *i, uint64_t *task);

/* The task that a CPU was running, or its idle task. False: not known. */
bool task_current(struct kmem *k, int cpu, uint64_t *task);
bool task_idle(struct kmem *k, int cpu, uint64_t *task);

#endif
