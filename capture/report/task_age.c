// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/task_age.h"

#include <stdlib.h>
#include "base/bitmap.h"
#include "kernel/percpu.h"

/* A clock that is so far ahead of a task's own CPU's is not behind because that CPU was idle. */
#define LAG_MAX (UINT64_C(3600) * 1000000000)

static bool read_u64(struct kmem *k, uint64_t addr, int64_t member, uint64_t *ret)
{
	if (!layout_known(member))
		return false;
	struct err *e = kmem_u64(k, addr + (uint64_t)member, ret);
	err_free(e);
	return !e;
}

static void read_clocks(struct task_ages *a, const struct bitmap *cpus)
{
	const struct layout *l = a->k->layout;
	for (uint64_t cpu = bitmap_next(cpus, 0); cpu < cpus->nbits;
	     cpu = bitmap_next(cpus, cpu + 1)) {
		struct cpu_clock *c = &a->cpu[cpu];
		uint64_t rq;
		struct err *e = percpu_addr(a->k, (uint64_t)l->runqueues, (unsigned int)cpu, &rq);
		err_free(e);
		if (e || !read_u64(a->k, rq, l->rq_clock, &c->clock))
			continue;
		if (!read_u64(a->k, rq, l->rq_clock_task, &c->clock_task))
			c->clock_task = 0;
		a->now = MAX(a->now, c->clock);
	}
}

struct err *task_ages_init(struct task_ages *a, struct kmem *k)
{
	_cleanup_(bitmap_deinit) struct bitmap cpus = {0};
	const struct layout *l = k->layout;
	*a = (struct task_ages) {.k = k};
	if (!layout_known(l->runqueues) || !layout_known(l->rq_clock))
		return err_new(ERR_MISSING, "the clocks of the run queues are not known");
	struct err *e = cpu_mask_read(k, CPUS_ONLINE, &cpus);
	if (e)
		return e;
	a->ncpus = (unsigned int)cpus.nbits;
	a->cpu = calloc(a->ncpus + 1, sizeof(*a->cpu));
	if (!a->cpu)
		return err_nomem();
	read_clocks(a, &cpus);
	if (a->now)
		return NULL;
	task_ages_deinit(a);
	return err_new(ERR_MISSING, "no clock of a run queue can be read");
}

void task_ages_deinit(struct task_ages *a)
{
	free(a->cpu);
	*a = (struct task_ages) {0};
}

/*
 * Both are of the clock of the CPU that the task ran on (kernel/sched/core.c, update_rq_clock),
 * which stops while that CPU idles: the newest clock of all CPUs says how far behind it is.
 */
enum age_by task_age(const struct task_ages *a, const struct task *t, double *ret)
{
	const struct layout *l = a->k->layout;
	uint64_t then;
	if (t->cpu < 0 || (unsigned int)t->cpu >= a->ncpus || !a->cpu[t->cpu].clock)
		return AGE_UNKNOWN;
	const struct cpu_clock *c = &a->cpu[t->cpu];
	uint64_t lag = a->now - c->clock <= LAG_MAX ? a->now - c->clock : 0;
	if (c->clock_task && read_u64(a->k, t->addr, l->task_exec_start, &then) && then &&
	    then <= c->clock_task) {
		*ret = (double)(c->clock_task - then + lag) / 1e9;
		return AGE_EXEC_START;
	}
	if (read_u64(a->k, t->addr, l->task_last_arrival, &then) && then && then <= c->clock) {
		*ret = (double)(c->clock - then + lag) / 1e9;
		return AGE_LAST_ARRIVAL;
	}
	return AGE_UNKNOWN;
}

const char *age_by_name(enum age_by by)
{
	static const char *const names[] = {
		[AGE_UNKNOWN] = "unknown",
		[AGE_EXEC_START] = "se.exec_start",
		[AGE_LAST_ARRIVAL] = "sched_info.last_arrival",
	};
	return names[by];
}
