// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/runqueues.h"

#include <math.h>
#include <string.h>
#include "kernel/percpu.h"
#include "report/fields.h"

/* What is off by more than this is no clock. */
#define MAX_SECONDS (INT64_C(100) * 365 * 86400)

struct reading {
	struct report *r;
	struct kmem *k;
	const struct layout *l;
	const struct threads *all; /* NULL: not known */
	struct runqueues *q;
	int64_t newest; /* of the clocks */
	size_t lost;
};

static void set_task(struct runqueue_task *to, const struct task *t)
{
	*to = (struct runqueue_task) {.pid = t->pid, .state = t->state, .waited = NAN};
	memcpy(to->comm, t->comm, sizeof(to->comm));
}

static void read_current(struct reading *x, int cpu, struct runqueue *q)
{
	const struct thread *on = x->all ? threads_on_cpu(x->all, cpu) : NULL;
	uint64_t addr = 0, idle = 0;
	struct task task;
	if (on) {
		task = on->task;
	} else {
		struct err *e = task_current(x->k, cpu, &addr)
					? task_read(x->k, addr, &task)
					: err_new(ERR_MISSING, "the task of CPU %d", cpu);
		err_free(e);
		if (e)
			return;
	}
	set_task(&q->current, &task);
	q->has_current = true;
	q->idle = task_idle(x->k, cpu, &idle) && idle == task.addr;
}

static void read_cpu(struct reading *x, int cpu)
{
	const struct layout *l = x->l;
	struct runqueue *q = &x->q->cpu[cpu];
	uint64_t rq;
	*q = (struct runqueue) {.online = true,
				.running = LAYOUT_UNKNOWN,
				.clock = LAYOUT_UNKNOWN,
				.lag = NAN,
				.soft_seconds = NAN,
				.interrupts = LAYOUT_UNKNOWN,
				.interrupts_saved = LAYOUT_UNKNOWN};
	if (percpu_find(x->k, l->runqueues, cpu, &rq)) {
		q->running = field_uint(x->k, rq, l->rq_nr_running);
		q->clock = field_long(x->k, rq, l->rq_clock);
	}
	if (q->clock < 0 || q->clock / 1000000000 > MAX_SECONDS)
		q->clock = LAYOUT_UNKNOWN;
	/* TASKS_MAX is more than there can be: damage, and said so */
	if (q->running > (int64_t)TASKS_MAX)
		q->running = LAYOUT_UNKNOWN;
	x->lost += !layout_known(q->running);
	x->newest = MAX(x->newest, q->clock);
	read_current(x, cpu, q);
}

/* rq->clock of the CPU on which a task waits may have stopped: the newest one is now. */
static double waited(const struct reading *x, uint64_t task)
{
	int64_t since = field_long(x->k, task, x->l->task_last_queued);
	if (since <= 0 || since > x->newest)
		return NAN;
	return (double)(x->newest - since) / 1e9;
}

static void keep_longest(struct runqueue *q, const struct runqueue_task *t)
{
	size_t at = q->nwaiting;
	while (at > 0 && (t->waited > q->waiting[at - 1].waited ||
			  (isnan(q->waiting[at - 1].waited) && !isnan(t->waited))))
		at--;
	q->more += q->nwaiting == RUNQUEUE_WAITING_MAX;
	if (at == RUNQUEUE_WAITING_MAX)
		return;
	size_t last = MIN(q->nwaiting, (size_t)RUNQUEUE_WAITING_MAX - 1);
	memmove(&q->waiting[at + 1], &q->waiting[at], (last - at) * sizeof(*t));
	q->waiting[at] = *t;
	q->nwaiting = last + 1;
}

/*
 * From the tasks, not from the queues: those are trees inside of trees, of as many shapes as there
 * are scheduling classes, and a task says itself whether it is queued (on_rq: 1 queued, 2 on its
 * way to another CPU). Since 6.12 one that fell asleep may stay for a while (sched_delayed).
 */
static void read_waiting(struct reading *x)
{
	for (size_t i = 0; x->all && i < x->all->n && report_time_left(x->r); i++) {
		const struct thread *t = &x->all->thread[i];
		int64_t on_rq = 0;
		uint8_t delayed = 0;
		if (t->running || t->idle || t->task.cpu < 0 || (size_t)t->task.cpu >= x->q->n)
			continue;
		struct runqueue *q = &x->q->cpu[t->task.cpu];
		on_rq = field_int(x->k, t->task.addr, x->l->task_on_rq);
		if (!q->online || (on_rq != 1 && on_rq != 2))
			continue;
		if (field_read(x->k, t->task.addr, x->l->task_sched_delayed, &delayed, 1) &&
		    delayed) {
			q->asleep++;
			continue;
		}
		struct runqueue_task task;
		set_task(&task, &t->task);
		task.waited = waited(x, t->task.addr);
		keep_longest(q, &task);
	}
}

/* Counters of four bytes or eight. */
static int64_t interrupts(struct reading *x, int64_t symbol, int cpu)
{
	uint64_t addr;
	if (!percpu_find(x->k, symbol, cpu, &addr))
		return LAYOUT_UNKNOWN;
	return x->l->hrtimer_interrupts_size == 8 ? field_long(x->k, addr, 0)
						  : field_uint(x->k, addr, 0);
}

/*
 * watchdog_touch_ts is in units of 2^30 ns of the CPU's clock; ULONG_MAX and 0 are no times
 * (kernel/watchdog.c: get_timestamp(), SOFTLOCKUP_DELAY_REPORT). The bit of watchdog_enabled is
 * that of the soft lockup detector.
 */
static void read_watchdogs(struct reading *x, int cpu, int64_t enabled)
{
	const struct layout *l = x->l;
	struct runqueue *q = &x->q->cpu[cpu];
	int64_t warned = layout_known(l->hardlockup_warned) ? l->hardlockup_warned
							    : l->hardlockup_warned_old;
	uint64_t addr;
	uint8_t flag = 0;
	q->interrupts = interrupts(x, l->hrtimer_interrupts, cpu);
	q->interrupts_saved = interrupts(x, l->hrtimer_interrupts_saved, cpu);
	if (percpu_find(x->k, warned, cpu, &addr) && field_read(x->k, addr, 0, &flag, 1))
		q->hard_lockup = flag == 1;
	if (!layout_known(enabled) || !(enabled & 2) || x->newest <= 0 ||
	    !percpu_find(x->k, l->watchdog_touch_ts, cpu, &addr))
		return;
	int64_t touched = field_long(x->k, addr, 0), now = x->newest >> 30;
	if (touched <= 0 || touched > now)
		return;
	q->soft_seconds = (double)(now - touched) * (1 << 30) / 1e9;
	q->soft_lockup =
		layout_known(x->q->soft_limit) && q->soft_seconds > (double)x->q->soft_limit;
}

static void read_later(struct reading *x, const struct bitmap *online)
{
	/* get_softlockup_thresh() */
	int64_t thresh = field_int(x->k, 0, x->l->watchdog_thresh);
	int64_t enabled = field_long(x->k, 0, x->l->watchdog_enabled);
	x->q->soft_limit = thresh > 0 && thresh <= 3600 ? thresh * 2 : LAYOUT_UNKNOWN;
	for (uint64_t cpu = bitmap_next(online, 0); cpu < online->nbits && report_time_left(x->r);
	     cpu = bitmap_next(online, cpu + 1)) {
		struct runqueue *q = &x->q->cpu[cpu];
		if (layout_known(q->clock))
			q->lag = (double)(x->newest - q->clock) / 1e9;
		read_watchdogs(x, (int)cpu, enabled);
	}
	read_waiting(x);
}

struct err *runqueues_read(struct report *r, struct runqueues *ret)
{
	struct reading x = {
		.r = r, .k = &r->k->kmem, .l = &r->k->layout, .q = ret, .newest = LAYOUT_UNKNOWN};
	_cleanup_(bitmap_deinit) struct bitmap online = {0};
	*ret = (struct runqueues) {.soft_limit = LAYOUT_UNKNOWN};
	if (!layout_known(x.l->runqueues))
		return err_new(ERR_MISSING, "run queues: this kernel has no symbol runqueues");
	struct err *e = cpu_mask_read(x.k, CPUS_ONLINE, &online);
	if (e)
		return err_wrap(e, "run queues");
	ret->cpu = calloc(online.nbits, sizeof(*ret->cpu));
	if (!ret->cpu)
		return err_nomem();
	ret->n = online.nbits;
	x.all = report_threads(r);
	for (uint64_t cpu = bitmap_next(&online, 0); cpu < online.nbits && report_time_left(r);
	     cpu = bitmap_next(&online, cpu + 1))
		read_cpu(&x, (int)cpu);
	read_later(&x, &online);
	if (x.lost)
		report_missing(r, "the run queues of %zu CPUs are unreadable or damaged", x.lost);
	return NULL;
}

void runqueues_deinit(struct runqueues *q)
{
	free(q->cpu);
	*q = (struct runqueues) {0};
}
