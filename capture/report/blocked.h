/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that cannot go on: in uninterruptible sleep, waiting for a lock, or asleep with a lock
 * that others wait for; those with the same stack are one group. It does not judge whose fault that
 * is. Immutable once collected, valid as long as the report; one thread.
 */
#ifndef SALVOR_REPORT_BLOCKED_H
#define SALVOR_REPORT_BLOCKED_H

#include "report/io_wait.h"
#include "report/locks.h"
#include "report/task_age.h"
#include "report/waits.h"

struct blocked {
	uint32_t thread;
	enum age_by by;
	double seconds; /* since it last ran; negative: not known */
	uint64_t stack; /* a hash */
	struct io_target target;
};

struct blocked_group {
	uint32_t first, n; /* of struct blocked_tasks' blocked, the oldest first */
	struct wait wait;
	struct io_place *place; /* NULL: not known */
};

struct blocked_tasks {
	const struct threads *all; /* of the report */
	const struct locks *locks; /* of the report; NULL: not known */
	struct blocked *blocked;
	uint32_t n;
	struct blocked_group *groups; /* that of the oldest thread first */
	uint32_t ngroups;
};

/* What is missing is said as such. ERR_MISSING: there is no way to the tasks. blocked_deinit() in
 * any case. */
struct err *blocked_collect(struct report *r, struct blocked_tasks *b) must_check;
void blocked_deinit(struct blocked_tasks *b);

static inline const struct thread *blocked_thread(const struct blocked_tasks *b, uint32_t i)
{
	return &b->all->thread[b->blocked[i].thread];
}
/* What it wants, or NULL. */
const struct lock *blocked_lock(const struct blocked_tasks *b, uint32_t i);

#endif
