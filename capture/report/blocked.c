// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/blocked.h"

#include <stdlib.h>

static bool is_blocked(const struct blocked_tasks *b, uint32_t i, const bool *holds)
{
	const struct thread *t = &b->all->thread[i];
	if (t->idle || t->running || t->task.state == 'R')
		return false;
	return t->task.state == 'D' || holds[i] || (b->locks && b->locks->wanted[i] != LOCK_NONE);
}

static uint64_t stack_hash(const struct threads *all, const struct thread *t)
{
	const struct frame *f = thread_frames(all, t);
	uint64_t hash = (unsigned char)t->task.state;
	for (size_t i = 0; i < t->n; i++)
		hash = (hash ^ frame_place(&f[i])) * UINT64_C(0x9e3779b97f4a7c15);
	return hash;
}

/* What it waits for belongs to its place: many wait in one function for I/O of different disks. */
static void find_target(struct report *r, const struct blocked_tasks *b, struct blocked *new)
{
	const struct thread *t = &b->all->thread[new->thread];
	struct wait w;
	if (t->task.state != 'D' || (b->locks && b->locks->wanted[new->thread] != LOCK_NONE))
		return;
	wait_of(r->k, b->all, t, &w);
	if (io_wait_target(r, b->all, t, &w, &new->target))
		new->stack ^= new->target.disk * 3 + new->target.client * 5;
}

static struct err *find_blocked(struct report *r, struct blocked_tasks *b,
				const struct task_ages *ages)
{
	size_t n = b->all->n;
	_cleanup_free_ bool *holds = calloc(n + 1, sizeof(*holds));
	b->blocked = calloc(n + 1, sizeof(*b->blocked));
	if (!holds || !b->blocked)
		return err_nomem();
	for (uint32_t i = 0; b->locks && i < b->locks->n; i++) {
		if (b->locks->lock[i].owner_thread != LOCK_NONE)
			holds[b->locks->lock[i].owner_thread] = true;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct thread *t = &b->all->thread[i];
		if (!is_blocked(b, i, holds))
			continue;
		struct blocked *new = &b->blocked[b->n++];
		*new = (struct blocked) {.thread = i, .seconds = -1};
		new->by = ages ? task_age(ages, &t->task, &new->seconds) : AGE_UNKNOWN;
		new->stack = stack_hash(b->all, t);
		find_target(r, b, new);
	}
	return NULL;
}

/* Equal stacks together, the oldest first; those whose age is not known last. */
static int by_stack(const void *x, const void *y)
{
	const struct blocked *a = x, *b = y;
	if (a->stack != b->stack)
		return a->stack < b->stack ? -1 : 1;
	if (a->seconds < b->seconds || a->seconds > b->seconds)
		return a->seconds > b->seconds ? -1 : 1;
	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

/* The threads are sorted: a group's oldest is its first. */
static int by_age(const void *x, const void *y, void *tasks)
{
	const struct blocked_tasks *p = tasks;
	const struct blocked_group *a = x, *b = y;
	double oldest_a = p->blocked[a->first].seconds, oldest_b = p->blocked[b->first].seconds;
	if (oldest_a < oldest_b || oldest_a > oldest_b)
		return oldest_a > oldest_b ? -1 : 1;
	return a->n != b->n ? (a->n > b->n ? -1 : 1) : 0;
}

static bool same_group(const struct blocked_tasks *b, uint32_t i, uint32_t j)
{
	const struct thread *x = blocked_thread(b, i), *y = blocked_thread(b, j);
	return b->blocked[i].stack == b->blocked[j].stack && x->task.state == y->task.state &&
	       io_target_same(&b->blocked[i].target, &b->blocked[j].target) &&
	       threads_same_stack(b->all, x, y);
}

static struct err *find_place(struct report *r, const struct blocked_tasks *b,
			      struct blocked_group *g)
{
	const struct io_target *t = &b->blocked[g->first].target;
	if (!t->disk && !t->client)
		return NULL;
	g->place = malloc(sizeof(*g->place));
	if (!g->place)
		return err_nomem();
	io_place_read(r, t, g->place);
	return NULL;
}

static struct err *group(struct report *r, struct blocked_tasks *b)
{
	qsort(b->blocked, b->n, sizeof(*b->blocked), by_stack);
	b->groups = calloc(b->n + 1, sizeof(*b->groups));
	if (!b->groups)
		return err_nomem();
	for (uint32_t i = 0; i < b->n; i++) {
		if (i > 0 && same_group(b, i, i - 1)) {
			b->groups[b->ngroups - 1].n++;
			continue;
		}
		struct blocked_group *g = &b->groups[b->ngroups++];
		*g = (struct blocked_group) {.first = i, .n = 1};
		wait_of(r->k, b->all, blocked_thread(b, i), &g->wait);
		struct err *e = find_place(r, b, g);
		if (e)
			return e;
	}
	qsort_r(b->groups, b->ngroups, sizeof(*b->groups), by_age, b);
	return NULL;
}

struct err *blocked_collect(struct report *r, struct blocked_tasks *b)
{
	struct task_ages ages = {0};
	*b = (struct blocked_tasks) {.all = report_threads(r)};
	if (!b->all)
		return err_new(ERR_MISSING, "the tasks are not known");
	b->locks = report_locks(r);
	bool aged = !report_failed(r, task_ages_init(&ages, &r->k->kmem));
	struct err *e = find_blocked(r, b, aged ? &ages : NULL);
	task_ages_deinit(&ages);
	return e ? e : group(r, b);
}

void blocked_deinit(struct blocked_tasks *b)
{
	for (uint32_t i = 0; i < b->ngroups; i++)
		free(b->groups[i].place);
	free(b->blocked);
	free(b->groups);
	*b = (struct blocked_tasks) {0};
}

const struct lock *blocked_lock(const struct blocked_tasks *b, uint32_t i)
{
	return b->locks ? lock_wanted(b->locks, b->blocked[i].thread) : NULL;
}
