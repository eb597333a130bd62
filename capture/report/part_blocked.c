// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that cannot go on: in uninterruptible sleep, waiting for a lock, or asleep with a lock
 * that others wait for. Those with the same stack are one group; who waits longest comes first.
 */
#include "report/part.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "report/io_wait.h"
#include "report/task_age.h"
#include "report/waits.h"

/* In the text: groups with their stacks, and threads of a group by name. */
#define TEXT_GROUPS 40
#define TEXT_TASKS  12
/* A line with more than that goes on in the next. */
#define TEXT_WIDTH 70
/* In JSON: stacks, which are what takes room. */
#define JSON_STACKS 256

struct blocked {
	uint32_t thread;
	enum age_by by;
	double seconds; /* negative: not known */
	uint64_t stack; /* a hash */
	struct io_target target;
};

struct group {
	uint32_t first, n; /* of the part's blocked threads, the oldest first */
	struct wait wait;
	struct io_place *place; /* NULL: not known */
};

struct blocked_part {
	const struct threads *all; /* of the report */
	const struct locks *locks; /* of the report; NULL: not known */
	struct blocked *blocked;
	uint32_t n;
	struct group *groups;
	uint32_t ngroups;
};

static const struct thread *thread_of(const struct blocked_part *b, uint32_t i)
{
	return &b->all->thread[b->blocked[i].thread];
}

/* --- gathering ----------------------------------------------------------------------------------
 */

static bool is_blocked(const struct blocked_part *b, uint32_t i, const bool *holds)
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
static void find_target(struct report *r, const struct blocked_part *b, struct blocked *new)
{
	const struct thread *t = &b->all->thread[new->thread];
	struct wait w;
	if (t->task.state != 'D' || (b->locks && b->locks->wanted[new->thread] != LOCK_NONE))
		return;
	wait_of(r->k, b->all, t, &w);
	if (io_wait_target(r, b->all, t, &w, &new->target))
		new->stack ^= new->target.disk * 3 + new->target.client * 5;
}

static struct err *find_blocked(struct report *r, struct blocked_part *b,
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
static int by_age(const void *x, const void *y, void *part)
{
	const struct blocked_part *p = part;
	const struct group *a = x, *b = y;
	double oldest_a = p->blocked[a->first].seconds, oldest_b = p->blocked[b->first].seconds;
	if (oldest_a < oldest_b || oldest_a > oldest_b)
		return oldest_a > oldest_b ? -1 : 1;
	return a->n != b->n ? (a->n > b->n ? -1 : 1) : 0;
}

static bool same_group(const struct blocked_part *b, uint32_t i, uint32_t j)
{
	const struct thread *x = thread_of(b, i), *y = thread_of(b, j);
	return b->blocked[i].stack == b->blocked[j].stack && x->task.state == y->task.state &&
	       io_target_same(&b->blocked[i].target, &b->blocked[j].target) &&
	       threads_same_stack(b->all, x, y);
}

static struct err *find_place(struct report *r, const struct blocked_part *b, struct group *g)
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

static struct err *group(struct report *r, struct blocked_part *b)
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
		struct group *g = &b->groups[b->ngroups++];
		*g = (struct group) {.first = i, .n = 1};
		wait_of(r->k, b->all, thread_of(b, i), &g->wait);
		struct err *e = find_place(r, b, g);
		if (e)
			return e;
	}
	qsort_r(b->groups, b->ngroups, sizeof(*b->groups), by_age, b);
	return NULL;
}

static struct err *gather(struct report *r, void *data)
{
	struct blocked_part *b = data;
	struct task_ages ages = {0};
	b->all = report_threads(r);
	if (!b->all)
		return err_new(ERR_MISSING, "the tasks are not known");
	b->locks = report_locks(r);
	bool aged = !report_failed(r, task_ages_init(&ages, &r->k->kmem));
	struct err *e = find_blocked(r, b, aged ? &ages : NULL);
	task_ages_deinit(&ages);
	return e ? e : group(r, b);
}

static void release(void *data)
{
	struct blocked_part *b = data;
	for (uint32_t i = 0; i < b->ngroups; i++)
		free(b->groups[i].place);
	free(b->blocked);
	free(b->groups);
}

/* --- printing -----------------------------------------------------------------------------------
 */

static const struct lock *wanted(const struct blocked_part *b, uint32_t i)
{
	return b->locks ? lock_wanted(b->locks, b->blocked[i].thread) : NULL;
}

/* The lock that all of a group want, or NULL. */
static const struct lock *common_lock(const struct blocked_part *b, const struct group *g)
{
	const struct lock *lock = wanted(b, g->first);
	for (uint32_t i = g->first; i < g->first + g->n; i++) {
		if (wanted(b, i) != lock)
			return NULL;
	}
	return lock;
}

static void lock_where(const struct report *r, const struct lock *lock, struct buf *out)
{
	if (lock_name(r->k, lock, out))
		buf_puts(out, ", ");
	buf_printf(out, "%#" PRIx64, lock->addr);
}

static void what_text(const struct report *r, const struct blocked_part *b, const struct group *g,
		      struct buf *out)
{
	const struct lock *lock = common_lock(b, g);
	buf_puts(out, g->wait.what ? "waits for " : "");
	wait_text(&g->wait, out);
	if (lock) {
		buf_puts(out, " (");
		lock_where(r, lock, out);
		buf_puts(out, ")");
	} else if (g->place) {
		buf_puts(out, " [");
		io_place_text(g->place, out);
		buf_puts(out, "]");
	}
	if (g->wait.what && g->wait.caller)
		buf_printf(out, ", in %s()", g->wait.caller);
}

static void seconds_text(const struct blocked *t, struct buf *out)
{
	if (t->by != AGE_UNKNOWN)
		buf_printf(out, " %.1f s", t->seconds);
}

static void tasks_text(const struct blocked_part *b, const struct group *g, struct buf *out)
{
	size_t line = out->len;
	buf_puts(out, "    ");
	for (uint32_t i = 0; i < g->n && i < TEXT_TASKS; i++) {
		const struct thread *t = thread_of(b, g->first + i);
		if (out->len - line > TEXT_WIDTH) {
			buf_puts(out, ";\n");
			line = out->len;
			buf_puts(out, "    ");
		} else if (i > 0) {
			buf_puts(out, "; ");
		}
		buf_printf(out, "%s, pid %d", t->task.comm, t->task.pid);
		if (i > 0)
			seconds_text(&b->blocked[g->first + i], out);
	}
	if (g->n > TEXT_TASKS)
		buf_printf(out, "; and %" PRIu32 " more", g->n - TEXT_TASKS);
	buf_putc(out, '\n');
}

static void group_text(const struct report *r, const struct blocked_part *b, const struct group *g,
		       struct buf *out)
{
	const struct thread *t = thread_of(b, g->first);
	if (g->n > 1)
		buf_printf(out, "%" PRIu32 " tasks, ", g->n);
	buf_printf(out, "%c", t->task.state);
	if (b->blocked[g->first].by != AGE_UNKNOWN)
		buf_puts(out, g->n > 1 ? " up to" : " for");
	seconds_text(&b->blocked[g->first], out);
	_cleanup_buf_ struct buf what = BUF_INIT;
	what_text(r, b, g, &what);
	buf_printf(out, "%s%s\n", what.len ? ": " : "", buf_str(&what));
	tasks_text(b, g, out);
	stack_text(r->k, thread_frames(b->all, t), t->n, t->end, "      ", out);
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct blocked_part *b = data;
	uint32_t left = 0;
	bool by[AGE_LAST_ARRIVAL + 1] = {false};
	for (uint32_t i = 0; i < b->ngroups; i++) {
		if (i < TEXT_GROUPS)
			group_text(r, b, &b->groups[i], out);
		else
			left += b->groups[i].n;
	}
	for (uint32_t i = 0; i < b->n; i++)
		by[b->blocked[i].by] = true;
	if (left)
		buf_printf(out, "and %" PRIu32 " tasks with other stacks\n", left);
	if (b->n == 0)
		buf_puts(out, "  none\n");
	else if (by[AGE_EXEC_START] || by[AGE_LAST_ARRIVAL])
		buf_printf(out, "  (times since a task last ran: %s%s%s, by its CPU's clock)\n",
			   by[AGE_EXEC_START] ? age_by_name(AGE_EXEC_START) : "",
			   by[AGE_EXEC_START] && by[AGE_LAST_ARRIVAL] ? ", " : "",
			   by[AGE_LAST_ARRIVAL] ? age_by_name(AGE_LAST_ARRIVAL) : "");
}

static void seconds_json(const struct blocked *t, const char *key, struct json *j)
{
	if (t->by == AGE_UNKNOWN)
		json_null(j, key);
	else
		json_double(j, key, t->seconds, 3);
}

static void task_json(const struct blocked_part *b, uint32_t i, struct json *j)
{
	const struct thread *t = thread_of(b, i);
	const struct lock *lock = wanted(b, i);
	char addr[24];
	json_object(j, NULL);
	json_i64(j, "pid", t->task.pid);
	json_str(j, "comm", t->task.comm);
	seconds_json(&b->blocked[i], "seconds", j);
	if (b->blocked[i].by != AGE_UNKNOWN)
		json_str(j, "seconds_by", age_by_name(b->blocked[i].by));
	if (lock) {
		snprintf(addr, sizeof(addr), "%#" PRIx64, lock->addr);
		json_str(j, "lock", addr);
	}
	json_object_end(j);
}

static void group_json(const struct report *r, const struct blocked_part *b, const struct group *g,
		       bool stack, struct json *j)
{
	const struct thread *t = thread_of(b, g->first);
	_cleanup_buf_ struct buf what = BUF_INIT;
	char state[2] = {t->task.state, '\0'};
	if (g->wait.what)
		buf_puts(&what, g->wait.what);
	else if (g->wait.in)
		buf_printf(&what, "%s()", g->wait.in);
	json_object(j, NULL);
	json_str(j, "state", state);
	json_u64(j, "count", g->n);
	json_str(j, "waits_for", what.len ? buf_str(&what) : NULL);
	json_str(j, "caller", g->wait.caller);
	if (g->place)
		io_place_json(g->place, "io", j);
	else
		json_null(j, "io");
	seconds_json(&b->blocked[g->first], "oldest_seconds", j);
	json_array(j, "tasks");
	for (uint32_t i = 0; i < g->n; i++)
		task_json(b, g->first + i, j);
	json_array_end(j);
	if (stack)
		stack_json(r->k, thread_frames(b->all, t), t->n, "stack", j);
	else
		json_null(j, "stack");
	json_object_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct blocked_part *b = data;
	json_array(j, "groups");
	for (uint32_t i = 0; i < b->ngroups; i++)
		group_json(r, b, &b->groups[i], i < JSON_STACKS, j);
	json_array_end(j);
}

const struct report_part part_blocked = {
	.name = "blocked",
	.title = "Blocked tasks",
	.data_size = sizeof(struct blocked_part),
	.seconds = 4,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
