// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that cannot go on (blocked.h), as they are printed: who waits longest comes first. */
#include "report/part.h"

#include <inttypes.h>
#include <stdio.h>
#include "report/blocked.h"

/* In the text: groups with their stacks, and threads of a group by name. */
#define TEXT_GROUPS 40
#define TEXT_TASKS  12
/* A line with more than that goes on in the next. */
#define TEXT_WIDTH 70
/* In JSON: stacks, which are what takes room. */
#define JSON_STACKS 256

static struct err *gather(struct report *r, void *data)
{
	return blocked_collect(r, data);
}

static void release(void *data)
{
	blocked_deinit(data);
}

/* The lock that all of a group want, or NULL. */
static const struct lock *common_lock(const struct blocked_tasks *b, const struct blocked_group *g)
{
	const struct lock *lock = blocked_lock(b, g->first);
	for (uint32_t i = g->first; i < g->first + g->n; i++) {
		if (blocked_lock(b, i) != lock)
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

static void what_text(const struct report *r, const struct blocked_tasks *b,
		      const struct blocked_group *g, struct buf *out)
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

static void tasks_text(const struct blocked_tasks *b, const struct blocked_group *g,
		       struct buf *out)
{
	size_t line = out->len;
	buf_puts(out, "    ");
	for (uint32_t i = 0; i < g->n && i < TEXT_TASKS; i++) {
		const struct thread *t = blocked_thread(b, g->first + i);
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

static void group_text(const struct report *r, const struct blocked_tasks *b,
		       const struct blocked_group *g, struct buf *out)
{
	const struct thread *t = blocked_thread(b, g->first);
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
	const struct blocked_tasks *b = data;
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

static void task_json(const struct blocked_tasks *b, uint32_t i, struct json *j)
{
	const struct thread *t = blocked_thread(b, i);
	const struct lock *lock = blocked_lock(b, i);
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

static void group_json(const struct report *r, const struct blocked_tasks *b,
		       const struct blocked_group *g, bool stack, struct json *j)
{
	const struct thread *t = blocked_thread(b, g->first);
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
	const struct blocked_tasks *b = data;
	json_array(j, "groups");
	for (uint32_t i = 0; i < b->ngroups; i++)
		group_json(r, b, &b->groups[i], i < JSON_STACKS, j);
	json_array_end(j);
}

const struct report_part part_blocked = {
	.name = "blocked",
	.title = "Blocked tasks",
	.data_size = sizeof(struct blocked_tasks),
	.seconds = 4,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
