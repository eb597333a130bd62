// SPDX-License-Identifier: GPL-2.0-or-later
/* Who hung: CPUs that do nothing any more, and tasks that do not give theirs to others. */
#include "report/hang.h"

#include <inttypes.h>
#include <math.h>
#include "report/ending.h"
#include "report/fields.h"
#include "report/requests.h"
#include "report/stopped_cpus.h"

/* Suspects of each kind; a machine that hangs as a whole has as many as CPUs. */
#define CPUS_MAX 4
/*
 * A real-time task leaves 5 % of its CPU to others (sched_rt_runtime_us; the fair server since
 * 6.8), in turns of a second: who waits for longer waits because of it.
 */
#define RT_SECONDS 2
#define RT_SHARE   0.8

/* The share of its life that the task on a CPU spent running; NAN: not known, or it is too young.
 */
static double share_of_life(struct report *r, const struct cpu_progress *c)
{
	const struct layout *l = &r->k->layout;
	uint64_t task = c->thread->task.addr, now = requests_now(&r->k->kmem);
	int64_t ran = field_long(&r->k->kmem, task, l->task_sum_exec);
	int64_t since = field_long(&r->k->kmem, task, l->task_start_time);
	if (ran <= 0 || since <= 0 || now > INT64_MAX || (int64_t)now < since)
		return NAN;
	double life = (double)((int64_t)now - since) / 1e9;
	return life < HANG_SECONDS ? NAN : fmin((double)ran / 1e9 / life, 1);
}

static void waiting_text(const struct runqueue *q, struct buf *out)
{
	size_t n = q->nwaiting + q->more;
	const struct runqueue_task *t = &q->waiting[0];
	if (n == 0)
		return;
	buf_printf(out, "; %zu task%s wait%s to run there, ", n, n == 1 ? "" : "s",
		   n == 1 ? "s" : "");
	buf_printf(out, "%s%s (pid %d)", n > 1 ? "the longest " : "", t->comm, t->pid);
	if (!isnan(t->waited))
		buf_printf(out, " for %.1f s", t->waited);
}

static void hog_text(const struct report *r, const struct hang *h, size_t cpu, double share,
		     struct buf *out)
{
	const struct cpu_progress *c = &h->cpus.cpu[cpu];
	_cleanup_buf_ struct buf policy = BUF_INIT;
	buf_printf(out, "%s (pid %d", c->thread->task.comm, c->thread->task.pid);
	if (cpu_policy_text(c, &policy))
		buf_printf(out, ", %s", buf_str(&policy));
	buf_printf(out, ") keeps CPU %zu", cpu);
	/* other threads of the kernel come in between for a moment */
	if (!isnan(share))
		buf_printf(out, ", %.0f %% of the time since it began", share * 100);
	else if (!isnan(c->same_task))
		buf_printf(out, ", without a break for %.1f s", c->same_task);
	if (c->at && c->at->kind == FRAME_USER) {
		buf_puts(out, ", in user space");
	} else if (c->at) {
		buf_puts(out, ", in ");
		frame_text(r->k, c->at, out);
	}
	waiting_text(&h->cpus.queues.cpu[cpu], out);
}

/* Others wait for its CPU, and it is the one that keeps it. */
static bool is_hog(const struct cpu_progress *c, const struct runqueue *q, double waited,
		   double share)
{
	if (cpu_is_real_time(c))
		return waited >= RT_SECONDS || (q->nwaiting && share >= RT_SHARE);
	return waited >= HANG_SECONDS && c->same_task >= HANG_SECONDS;
}

static bool add_hog(struct report *r, struct hang *h, size_t cpu)
{
	const struct cpu_progress *c = &h->cpus.cpu[cpu];
	const struct runqueue *q = &h->cpus.queues.cpu[cpu];
	double waited = q->nwaiting && !isnan(q->waiting[0].waited) ? q->waiting[0].waited : 0;
	double share = cpu_is_real_time(c) ? share_of_life(r, c) : NAN;
	_cleanup_buf_ struct buf text = BUF_INIT;
	if (!is_hog(c, q, waited, share))
		return false;
	hog_text(r, h, cpu, share, &text);
	hang_add(h, SUSPECT_CPU_HOG, "runqueues", waited, true, &text);
	return true;
}

static bool add_crowd(struct hang *h, size_t cpu)
{
	const struct runqueue *q = &h->cpus.queues.cpu[cpu];
	_cleanup_buf_ struct buf text = BUF_INIT;
	if (!q->nwaiting || !(q->waiting[0].waited >= HANG_SECONDS))
		return false;
	buf_printf(&text, "CPU %zu had more to run than it got done", cpu);
	waiting_text(q, &text);
	hang_add(h, SUSPECT_RUN_QUEUE, "runqueues", q->waiting[0].waited, false, &text);
	return true;
}

static bool add_lockup(struct report *r, struct hang *h, size_t cpu)
{
	const struct cpu_progress *c = &h->cpus.cpu[cpu];
	const struct runqueue *q = &h->cpus.queues.cpu[cpu];
	_cleanup_buf_ struct buf text = BUF_INIT;
	if (!q->soft_lockup && !q->hard_lockup)
		return false;
	buf_printf(&text, "CPU %zu %s", cpu,
		   q->hard_lockup ? "took no timer interrupts (hard lockup)" : "did not schedule");
	if (q->soft_lockup)
		buf_printf(&text, " for %.0f s", q->soft_seconds);
	if (!q->hard_lockup)
		buf_puts(&text, " (soft lockup)");
	if (c->at) {
		buf_putc(&text, ',');
		cpu_place_text(r->k, h->cpus.all, c, &text);
	}
	hang_add(h, SUSPECT_LOCKUP, "runqueues", q->soft_seconds, true, &text);
	return true;
}

static void look_at(struct report *r, struct hang *h, size_t cpu, size_t *found)
{
	const struct cpu_progress *c = &h->cpus.cpu[cpu];
	const struct runqueue *q = &h->cpus.queues.cpu[cpu];
	if (!q->online || q->idle || !c->thread || cpu_stood_still(c))
		return;
	if (found[0] < CPUS_MAX && add_lockup(r, h, cpu))
		found[0]++;
	else if (found[1] < CPUS_MAX && add_hog(r, h, cpu))
		found[1]++;
	else if (found[2] < CPUS_MAX && add_crowd(h, cpu))
		found[2]++;
}

void hang_find_cpus(struct report *r, struct hang *h)
{
	const struct ending *end = report_ending(r);
	struct stopped_search search = {.crash_cpu = -1};
	_cleanup_buf_ struct buf text = BUF_INIT;
	size_t found[3] = {0};
	if (end)
		search = (struct stopped_search) {.end = ending_began(end),
						  .crash_cpu = end->system.cpu,
						  .by_nmi = ending_by_nmi(end),
						  .own_regs = end->by_system_reset};
	if (report_failed(r, cpus_progress_read(r, &search, &h->cpus)))
		return;
	double longest = stopped_cpus_text(r->k, &h->cpus, &text);
	if (longest > 0)
		hang_add(h, SUSPECT_STOPPED_CPU, "cpus", longest, true, &text);
	for (size_t i = 0; i < h->cpus.n && report_time_left(r); i++)
		look_at(r, h, i, found);
}
