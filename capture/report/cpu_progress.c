// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/cpu_progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "report/fields.h"
#include "report/threads.h"

/* Policies, include/uapi/linux/sched.h; priorities, include/linux/sched/prio.h */
enum { POLICY_FIFO = 1, POLICY_RR = 2, POLICY_DEADLINE = 6, MAX_RT_PRIO = 100 };

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

/*
 * How a CPU is stopped when another one panics, and the panic itself: kernel/panic.c,
 * kernel/crash_core.c, arch/x86/kernel/{smp,process,reboot}.c, arch/arm64/kernel/smp.c,
 * arch/powerpc/kernel/{smp,traps}.c, arch/powerpc/kexec/crash.c.
 */
static const char *const crash_path[] = {
	"panic",
	"vpanic",
	"nmi_panic",
	"panic_smp_self_stop",
	"crash_kexec",
	"__crash_kexec",
	"crash_nmi_callback",
	"stop_this_cpu",
	"smp_stop_nmi_callback",
	"local_cpu_stop",
	"ipi_cpu_crash_stop",
	"crash_ipi_callback",
	"nmi_stop_this_cpu",
	"crash_fadump",
	"system_reset_exception",
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

static bool is_crash_path(const struct kernel *k, const struct frame *f)
{
	struct symbol s;
	uint64_t offset;
	if (f->kind == FRAME_USER || !frame_symbol(k, f, &s, &offset) || s.module)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(crash_path); i++) {
		if (!strcmp(s.name, crash_path[i]))
			return true;
	}
	return false;
}

/*
 * On the CPU of the crash the newest registers are those of the crash path: what the NMI
 * interrupted comes next. The others may have been stopped before their registers were taken, as by
 * a hypervisor that dumps the memory of a guest that panicked.
 */
static void find_place(const struct kernel *k, const struct threads *all, bool crashed,
		       struct cpu_progress *c)
{
	const struct frame *f = thread_frames(all, c->thread);
	uint32_t n = c->thread->n, start = 0;
	c->in_crash = crashed;
	for (uint32_t i = 0; i < n && !c->in_crash; i++) {
		if (i > 0 && f[i].kind != FRAME_CALL)
			break;
		c->in_crash = is_crash_path(k, &f[i]);
	}
	start = c->in_crash ? 1 : 0;
	for (uint32_t i = start; i < n && !c->at; i++) {
		if (f[i].kind != FRAME_CALL)
			c->at = &f[i];
	}
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

/* Registers that were saved for this CPU, if they are those of that place. */
static enum irq_mask irqs_of(struct report *r, const struct cpu_progress *c, int cpu,
			     unsigned int nth)
{
	struct regs regs;
	if (c->at && c->at->kind == FRAME_USER)
		return IRQS_ON;
	if (c->in_crash || !c->at || !regs_of_cpu(&r->k->kmem, cpu, nth, &regs) ||
	    regs.pc != c->at->pc)
		return IRQS_UNKNOWN;
	return regs_irq_mask(&r->k->layout, &regs);
}

static double same_task(struct report *r, const struct runqueue *q, const struct thread *t,
			double stopped)
{
	int64_t since = field_long(&r->k->kmem, t->task.addr, r->k->layout.task_last_arrival);
	if (!layout_known(q->clock) || since <= 0 || since > q->clock)
		return NAN;
	/* fmax() takes the number where the other one is NAN */
	return (double)(q->clock - since) / 1e9 + fmax(fmax(q->lag, stopped), 0);
}

static void read_one(struct report *r, const struct stopped_search *s, struct cpus_progress *all,
		     int cpu, unsigned int nth)
{
	const struct layout *l = &r->k->layout;
	const struct runqueue *q = &all->queues.cpu[cpu];
	struct cpu_progress *c = &all->cpu[cpu];
	c->thread = threads_on_cpu(all->all, cpu);
	c->stopped = stood_still(s, q, cpu);
	if (!c->thread)
		return;
	find_place(r->k, all->all, cpu == s->crash_cpu && !s->own_regs, c);
	c->irqs = irqs_of(r, c, cpu, nth);
	if (!q->idle)
		c->same_task = same_task(r, q, c->thread, c->stopped);
	int64_t policy = field_uint(&r->k->kmem, c->thread->task.addr, l->task_policy);
	int64_t prio = field_int(&r->k->kmem, c->thread->task.addr, l->task_prio);
	c->policy = policy >= 0 && policy <= 7 ? (int)policy : -1;
	c->prio = prio >= -1 && prio <= 140 ? (int)prio : -1;
}

struct err *cpus_progress_read(struct report *r, const struct stopped_search *s,
			       struct cpus_progress *ret)
{
	unsigned int nth = 0;
	*ret = (struct cpus_progress) {.all = report_threads(r)};
	if (!ret->all)
		return err_new(ERR_MISSING, "the tasks are not known");
	struct err *e = runqueues_read(r, &ret->queues);
	if (e)
		return e;
	ret->cpu = calloc(ret->queues.n + 1, sizeof(*ret->cpu));
	if (!ret->cpu)
		return err_nomem();
	ret->n = ret->queues.n;
	for (size_t i = 0; i < ret->n; i++) {
		ret->cpu[i] = (struct cpu_progress) {
			.stopped = NAN, .same_task = NAN, .policy = -1, .prio = -1};
		if (ret->queues.cpu[i].online && report_time_left(r))
			read_one(r, s, ret, (int)i, nth++);
	}
	return NULL;
}

void cpus_progress_deinit(struct cpus_progress *c)
{
	runqueues_deinit(&c->queues);
	free(c->cpu);
	*c = (struct cpus_progress) {0};
}

bool cpu_stood_still(const struct cpu_progress *c)
{
	return !isnan(c->stopped) && c->at && c->at->kind != FRAME_USER;
}

bool cpu_is_real_time(const struct cpu_progress *c)
{
	return c->policy == POLICY_FIFO || c->policy == POLICY_RR || c->policy == POLICY_DEADLINE;
}

bool cpu_policy_text(const struct cpu_progress *c, struct buf *out)
{
	static const char *const names[] = {
		"SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",       "SCHED_BATCH",
		"SCHED_ISO",   "SCHED_IDLE", "SCHED_DEADLINE", "SCHED_EXT",
	};
	if (c->policy <= 0)
		return false;
	buf_puts(out, names[c->policy]);
	if ((c->policy == POLICY_FIFO || c->policy == POLICY_RR) && c->prio >= 0 &&
	    c->prio < MAX_RT_PRIO)
		buf_printf(out, " %d", MAX_RT_PRIO - 1 - c->prio);
	return true;
}

void cpu_place_text(const struct kernel *k, const struct threads *all, const struct cpu_progress *c,
		    struct buf *out)
{
	const struct frame *f = c->at, *end = thread_frames(all, c->thread) + c->thread->n;
	buf_puts(out, " in ");
	frame_text(k, f, out);
	if (f->kind != FRAME_USER && is_waiting_loop(k, f)) {
		while (f < end && is_waiting_loop(k, f))
			f++;
		if (f < end && f->kind != FRAME_USER) {
			buf_puts(out, " called by ");
			frame_text(k, f, out);
		}
	}
	buf_printf(out, ", in %s (pid %d)", c->thread->task.comm, c->thread->task.pid);
}
