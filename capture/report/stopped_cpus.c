// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/stopped_cpus.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "report/threads.h"

#define NAMED_MAX 4

/* Who calls these is of more interest: loops of spinlocks and delays, of any architecture. */
static const char *const waiting_loops[] = {
	"native_queued_spin_lock_slowpath",
	"__pv_queued_spin_lock_slowpath",
	"queued_spin_lock_slowpath",
	"queued_read_lock_slowpath",
	"queued_write_lock_slowpath",
	"_raw_",
	"do_raw_spin_lock",
	"delay_",
	"__delay",
	"__const_udelay",
	"__udelay",
	"udelay",
	"__ndelay",
	"__spin_yield",
	"kvm_wait",
};

static bool is_waiting_loop(const struct kernel *k, const struct frame *f)
{
	struct symbol s;
	uint64_t offset;
	if (!frame_symbol(k, f, &s, &offset))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(waiting_loops); i++) {
		if (!strncmp(s.name, waiting_loops[i], strlen(waiting_loops[i])))
			return true;
	}
	return false;
}

/*
 * The frame that was running. On the CPU of the crash the newest registers are those of the crash
 * path: what the NMI interrupted comes next. NULL: its stack does not say.
 */
static const struct frame *where(const struct threads *all, const struct thread *t, bool crashed)
{
	const struct frame *f = thread_frames(all, t);
	for (uint32_t i = crashed ? 1 : 0; i < t->n; i++) {
		if (f[i].kind == FRAME_REGS)
			return &f[i];
	}
	return NULL;
}

static void say(const struct kernel *k, const struct threads *all, const struct thread *t,
		const struct frame *f, struct buf *out)
{
	const struct frame *end = thread_frames(all, t) + t->n;
	buf_puts(out, " in ");
	frame_text(k, f, out);
	if (is_waiting_loop(k, f)) {
		while (f < end && is_waiting_loop(k, f))
			f++;
		if (f < end && f->kind != FRAME_USER) {
			buf_puts(out, " called by ");
			frame_text(k, f, out);
		}
	}
	buf_printf(out, ", in %s (pid %d)", t->task.comm, t->task.pid);
}

/* How long the clock stood still, in seconds; NAN: not known, or it did not. */
static double stood_still(const struct stopped_search *s, const struct runqueue *q, int cpu)
{
	double lag = q->lag;
	if (!q->online || q->idle || !q->has_current || !layout_known(q->clock) ||
	    (cpu == s->crash_cpu && !s->by_nmi))
		return NAN;
	/* fmax() takes the number where the other one is NAN */
	lag = fmax(lag, s->end - (double)q->clock / 1e9);
	return lag >= STOPPED_SECONDS ? lag : NAN;
}

bool report_stopped_cpus(struct report *r, const struct stopped_search *s, struct buf *sentence)
{
	const struct threads *all = report_threads(r);
	struct runqueues queues = {0};
	size_t n = 0;
	struct err *e = all ? runqueues_read(r, &queues) : err_new(ERR_MISSING, "no threads");
	err_free(e); /* the part of the run queues says it */
	if (e)
		return false;
	for (size_t i = 0; i < queues.n; i++) {
		double seconds = stood_still(s, &queues.cpu[i], (int)i);
		const struct thread *t = threads_on_cpu(all, (int)i);
		const struct frame *f = t ? where(all, t, (int)i == s->crash_cpu) : NULL;
		if (isnan(seconds) || !f || f->kind == FRAME_USER)
			continue;
		if (n++ >= NAMED_MAX)
			continue;
		buf_printf(sentence, "%sCPU %zu stood still for %.0f s, as with interrupts off,",
			   n > 1 ? "; " : "", i, seconds);
		say(r->k, all, t, f, sentence);
	}
	if (n > NAMED_MAX)
		buf_printf(sentence, "; and %zu more CPUs", n - NAMED_MAX);
	runqueues_deinit(&queues);
	return n > 0;
}
