// SPDX-License-Identifier: GPL-2.0-or-later
/* Who could run and who did not get to: run queues, lockup watchdogs, RCU grace periods. */
#include "report/part.h"

#include <inttypes.h>
#include <math.h>
#include "report/fields.h"
#include "report/rcu.h"
#include "report/runqueues.h"
#include "report/stopped_cpus.h"

struct runqueues_part {
	struct runqueues queues;
	struct rcu_waits rcu;
	bool has_rcu;
};

static struct err *gather(struct report *r, void *data)
{
	struct runqueues_part *p = data;
	p->has_rcu = !report_failed(r, rcu_read_waits(r, &p->rcu));
	struct err *e = runqueues_read(r, &p->queues);
	if (!p->has_rcu)
		return e;
	(void)report_failed(r, e); /* then there is RCU to print, at least */
	return NULL;
}

/* --- for people --------------------------------------------------------------------------------
 */

static bool is_quiet(const struct runqueue *q)
{
	return q->idle && q->running == 0 && !q->nwaiting && !q->soft_lockup && !q->hard_lockup;
}

static void waiting_text(const struct runqueue *q, struct buf *out)
{
	for (size_t i = 0; i < q->nwaiting; i++) {
		const struct runqueue_task *t = &q->waiting[i];
		buf_printf(out, "%s%s (pid %d)", i ? ", " : "    waiting: ", t->comm, t->pid);
		if (!isnan(t->waited))
			buf_printf(out, " %.2f s", t->waited);
		if (i % 3 == 2 && i + 1 < q->nwaiting)
			buf_puts(out, "\n            ");
	}
	if (q->more)
		buf_printf(out, " and %zu more", q->more);
	if (q->nwaiting)
		buf_putc(out, '\n');
	if (q->asleep)
		buf_printf(out, "    queued but asleep: %zu\n", q->asleep);
}

static void cpu_text(const struct runqueues *all, size_t cpu, struct buf *out)
{
	const struct runqueue *q = &all->cpu[cpu];
	buf_printf(out, "CPU %zu: ", cpu);
	if (layout_known(q->running))
		buf_printf(out, "%" PRId64 " to run", q->running);
	else
		buf_puts(out, "? to run");
	if (q->has_current)
		buf_printf(out, ", %s (pid %d) on it", q->current.comm, q->current.pid);
	buf_putc(out, '\n');
	waiting_text(q, out);
	if (!q->idle && q->lag >= STOPPED_SECONDS)
		buf_printf(out, "    its clock stopped %.1f s before that of another CPU\n",
			   q->lag);
	if (q->soft_lockup)
		buf_printf(out,
			   "    SOFT LOCKUP: the watchdog's thread did not run for %.0f s (limit "
			   "%" PRId64 " s)\n",
			   q->soft_seconds, all->soft_limit);
	if (q->hard_lockup)
		buf_puts(out, "    HARD LOCKUP: the watchdog saw no timer interrupts\n");
}

static void rcu_text(const struct rcu_wait *w, struct buf *out)
{
	buf_printf(out, "%s: %s", w->name, w->stalled ? "STALLED: " : "");
	rcu_wait_text(w, out);
	buf_putc(out, '\n');
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct runqueues_part *p = data;
	_cleanup_(bitmap_deinit) struct bitmap quiet = {0};
	(void)r;
	if (p->has_rcu)
		rcu_text(&p->rcu.normal, out);
	if (p->rcu.has_expedited)
		rcu_text(&p->rcu.expedited, out);
	struct err *e = p->queues.n ? bitmap_init(&quiet, p->queues.n) : NULL;
	for (size_t i = 0; i < p->queues.n; i++) {
		if (!p->queues.cpu[i].online)
			continue;
		if (!e && is_quiet(&p->queues.cpu[i]))
			bitmap_set(&quiet, i);
		else
			cpu_text(&p->queues, i, out);
	}
	if (quiet.bytes && bitmap_next(&quiet, 0) < quiet.nbits) {
		buf_puts(out, "Idle, with nothing to run: CPU ");
		cpus_text(&quiet, out);
		buf_putc(out, '\n');
	}
	err_free(e);
}

/* --- for programs ------------------------------------------------------------------------------
 */

static void task_json(const char *key, int pid, const char *comm, struct json *j)
{
	json_object(j, key);
	json_i64(j, "pid", pid);
	json_str(j, "comm", comm);
	json_object_end(j);
}

static void waiting_json(const struct runqueue *q, struct json *j)
{
	json_array(j, "waiting");
	for (size_t i = 0; i < q->nwaiting; i++) {
		const struct runqueue_task *t = &q->waiting[i];
		json_object(j, NULL);
		json_i64(j, "pid", t->pid);
		json_str(j, "comm", t->comm);
		json_strn(j, "state", &t->state, 1);
		json_double(j, "seconds", t->waited, 3);
		json_object_end(j);
	}
	json_array_end(j);
	json_u64(j, "waiting_more", q->more);
	json_u64(j, "asleep", q->asleep);
}

static void cpu_json(const struct runqueues *all, size_t cpu, struct json *j)
{
	const struct runqueue *q = &all->cpu[cpu];
	json_object(j, NULL);
	json_u64(j, "cpu", cpu);
	json_number(j, "running", q->running);
	if (q->has_current)
		task_json("current", q->current.pid, q->current.comm, j);
	else
		json_null(j, "current");
	json_bool(j, "idle", q->idle);
	json_double(j, "clock_lag_seconds", q->lag, 3);
	waiting_json(q, j);
	json_object(j, "watchdog");
	json_double(j, "soft_seconds", q->soft_seconds, 1);
	json_number(j, "soft_limit_seconds", all->soft_limit);
	json_bool(j, "soft_lockup", q->soft_lockup);
	json_bool(j, "hard_lockup", q->hard_lockup);
	json_number(j, "timer_interrupts", q->interrupts);
	json_number(j, "timer_interrupts_seen", q->interrupts_saved);
	json_object_end(j);
	json_object_end(j);
}

static void rcu_json(const struct rcu_wait *w, struct json *j)
{
	_cleanup_buf_ struct buf words = BUF_INIT;
	rcu_wait_text(w, &words);
	json_object(j, NULL);
	json_str(j, "name", w->name);
	json_bool(j, "stalled", w->stalled);
	json_str(j, "text", buf_str(&words));
	json_bool(j, "under_way", w->waits);
	json_double(j, "seconds", w->seconds, 3);
	json_array(j, "cpus");
	for (uint64_t i = bitmap_next(&w->cpus, 0); w->cpus.bytes && i < w->cpus.nbits;
	     i = bitmap_next(&w->cpus, i + 1))
		json_u64(j, NULL, i);
	json_array_end(j);
	json_array(j, "tasks");
	for (size_t i = 0; i < w->ntasks; i++)
		task_json(NULL, w->tasks[i].pid, w->tasks[i].comm, j);
	json_array_end(j);
	json_object_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct runqueues_part *p = data;
	(void)r;
	json_array(j, "cpus");
	for (size_t i = 0; i < p->queues.n; i++) {
		if (p->queues.cpu[i].online)
			cpu_json(&p->queues, i, j);
	}
	json_array_end(j);
	json_array(j, "rcu");
	if (p->has_rcu)
		rcu_json(&p->rcu.normal, j);
	if (p->rcu.has_expedited)
		rcu_json(&p->rcu.expedited, j);
	json_array_end(j);
}

static void release(void *data)
{
	struct runqueues_part *p = data;
	runqueues_deinit(&p->queues);
	rcu_waits_deinit(&p->rcu);
}

const struct report_part part_runqueues = {
	.name = "runqueues",
	.title = "Run queues",
	.data_size = sizeof(struct runqueues_part),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
