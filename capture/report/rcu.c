// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/rcu.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "kernel/list.h"
#include "kernel/percpu.h"
#include "kernel/ticks.h"
#include "report/fields.h"

/* A tree over 8192 CPUs has 521 nodes at a fanout of 16; each has at most 64 CPUs. */
#define MAX_NODES    1024
#define CPUS_OF_NODE 64
#define MAX_BLOCKED  10000
/* Where the kernel does not say when it would have complained. */
#define STALL_SECONDS 21
/* Of a sequence number these bits are the state; rcu_seq_state(), RCU_SEQ_CTR_SHIFT. */
#define SEQ_STATE 3
#define SEQ_SHIFT 2

struct reading {
	struct report *r;
	struct kmem *k;
	const struct layout *l;
	uint64_t state;
	struct ticks ticks;
	int64_t limit; /* seconds */
	size_t lost;
};

/* Seconds from a moment in jiffies to the last tick; NAN if not known. */
static double since(const struct reading *x, int64_t then)
{
	return layout_known(then) ? ticks_since(&x->ticks, (uint64_t)then) : NAN;
}

static void add_task(struct reading *x, struct rcu_wait *w, uint64_t addr)
{
	struct task t;
	if (w->ntasks == RCU_TASKS_MAX) {
		w->more++;
		return;
	}
	struct err *e = task_read(x->k, addr, &t);
	x->lost += e != NULL;
	if (!e) {
		struct rcu_task *to = &w->tasks[w->ntasks++];
		to->pid = t.pid;
		memcpy(to->comm, t.comm, sizeof(to->comm));
	}
	err_free(e);
}

/*
 * The tasks from the one that first points to up to the end of the node's list; those before it
 * began to read after the grace period did (struct rcu_node, blkd_tasks).
 */
static void add_tasks(struct reading *x, struct rcu_wait *w, uint64_t node, int64_t first_member)
{
	const struct layout *l = x->l;
	uint64_t first = field_pointer(x->k, node, first_member), task;
	struct list_iter it;
	if (first == 0 || !layout_known(l->task_rcu_node_entry) ||
	    !layout_known(l->rcu_node_blkd_tasks))
		return;
	add_task(x, w, first - (uint64_t)l->task_rcu_node_entry);
	list_init(&it, x->k, node + (uint64_t)l->rcu_node_blkd_tasks, l->task_rcu_node_entry,
		  MAX_BLOCKED);
	it.at = first;
	while (report_time_left(x->r) && list_next(&it, &task))
		add_task(x, w, task);
	x->lost += it.walk.why != WALK_END;
}

static void add_cpus(struct reading *x, struct rcu_wait *w, uint64_t node, int64_t mask_member)
{
	int64_t mask = field_long(x->k, node, mask_member);
	int64_t low = field_int(x->k, node, x->l->rcu_node_grplo);
	if (!layout_known(mask) || low < 0 || low > PERCPU_MAX_CPUS - CPUS_OF_NODE) {
		x->lost++;
		return;
	}
	for (unsigned int i = 0; i < CPUS_OF_NODE; i++) {
		if ((uint64_t)mask >> i & 1)
			bitmap_set(&w->cpus, (uint64_t)low + i);
	}
}

/* Leaves of the tree have CPUs and tasks; the other nodes have other nodes. */
static struct err *add_holders(struct reading *x, struct rcu_wait *w, int64_t mask, int64_t first)
{
	const struct layout *l = x->l;
	int64_t n = field_int(x->k, 0, l->rcu_num_nodes);
	int64_t levels = field_int(x->k, 0, l->rcu_num_lvls);
	struct err *e = bitmap_init(&w->cpus, PERCPU_MAX_CPUS);
	if (e)
		return e;
	if (!layout_known(l->rcu_state_node) || !layout_known(l->rcu_node_size) || n < 1 ||
	    n > MAX_NODES || (layout_known(l->rcu_state_nodes) && n > l->rcu_state_nodes)) {
		report_missing(x->r, "RCU: what a grace period waits for is not known");
		return NULL;
	}
	for (int64_t i = 0; i < n && report_time_left(x->r); i++) {
		uint64_t node = x->state + (uint64_t)(l->rcu_state_node + i * l->rcu_node_size);
		uint8_t level;
		if (!field_read(x->k, node, l->rcu_node_level, &level, 1)) {
			x->lost++;
			continue;
		}
		if (level != levels - 1)
			continue;
		add_cpus(x, w, node, mask);
		add_tasks(x, w, node, first);
	}
	return NULL;
}

/* One that is asked for and does not begin is as bad as one that does not end. */
static void not_begun(struct reading *x, struct rcu_wait *w, int64_t seq)
{
	const struct layout *l = x->l;
	uint64_t root = x->state + (uint64_t)l->rcu_state_node;
	int64_t needed = layout_known(l->rcu_state_node)
				 ? field_long(x->k, root, l->rcu_node_gp_seq_needed)
				 : LAYOUT_UNKNOWN;
	if (!layout_known(needed) || (int64_t)((uint64_t)needed - (uint64_t)seq) <= 0)
		return;
	w->seconds = since(x, field_long(x->k, x->state, l->rcu_gp_req_activity));
	w->stalled = w->seconds >= (double)x->limit;
}

static struct err *read_normal(struct reading *x, struct rcu_wait *w)
{
	const struct layout *l = x->l;
	int64_t seq = field_long(x->k, x->state, l->rcu_gp_seq);
	if (!field_text(x->k, x->state, l->rcu_state_name, w->name, sizeof(w->name)))
		snprintf(w->name, sizeof(w->name), "rcu");
	if (!layout_known(seq))
		return err_new(ERR_MISSING, "RCU: rcu_state cannot be read");
	w->number = (uint64_t)seq >> SEQ_SHIFT;
	w->waits = seq & SEQ_STATE;
	if (!w->waits) {
		not_begun(x, w, seq);
		return NULL;
	}
	int64_t limit = field_long(x->k, x->state, l->rcu_jiffies_stall);
	w->seconds = since(x, field_long(x->k, x->state, l->rcu_gp_start));
	w->kthread = since(x, field_long(x->k, x->state, l->rcu_gp_activity));
	/* After a first complaint, the limit in jiffies is the moment of the next one. */
	w->stalled =
		w->seconds >= (double)x->limit || (layout_known(limit) && x->ticks.known &&
						   (int64_t)(x->ticks.now - (uint64_t)limit) >= 0);
	return add_holders(x, w, l->rcu_node_qsmask, l->rcu_node_gp_tasks);
}

/* When it began is not kept. */
static struct err *read_expedited(struct reading *x, struct rcu_waits *all)
{
	const struct layout *l = x->l;
	struct rcu_wait *w = &all->expedited;
	int64_t seq = field_long(x->k, x->state, l->rcu_expedited_sequence);
	if (!layout_known(seq) || !(seq & SEQ_STATE))
		return NULL;
	all->has_expedited = true;
	w->waits = true;
	w->number = (uint64_t)seq >> SEQ_SHIFT;
	snprintf(w->name, sizeof(w->name), "%.27s, expedited", all->normal.name);
	return add_holders(x, w, l->rcu_node_expmask, l->rcu_node_exp_tasks);
}

struct err *rcu_read_waits(struct report *r, struct rcu_waits *ret)
{
	const struct layout *l = &r->k->layout;
	struct reading x = {.r = r, .k = &r->k->kmem, .l = l};
	*ret = (struct rcu_waits) {.normal = {.seconds = NAN, .kthread = NAN},
				   .expedited = {.seconds = NAN, .kthread = NAN}};
	if (!layout_known(l->rcu_state) || !layout_known(l->rcu_gp_seq))
		return err_new(ERR_MISSING, "RCU: where this kernel has its state is not known");
	x.state = (uint64_t)l->rcu_state;
	ticks_read(x.k, &x.ticks);
	x.limit = field_int(x.k, 0, l->rcu_cpu_stall_timeout);
	if (x.limit < 1 || x.limit > 3600)
		x.limit = STALL_SECONDS;
	struct err *e = read_normal(&x, &ret->normal);
	if (!e)
		e = read_expedited(&x, ret);
	if (x.lost)
		report_missing(r, "RCU: %zu nodes or lists of tasks are unreadable or damaged",
			       x.lost);
	return e;
}

void rcu_waits_deinit(struct rcu_waits *w)
{
	bitmap_deinit(&w->normal.cpus);
	bitmap_deinit(&w->expedited.cpus);
}

void cpus_text(const struct bitmap *cpus, struct buf *out)
{
	size_t start = out->len;
	uint64_t from = 0, to = cpus->nbits;
	while (cpus->bytes && bitmap_run(cpus, &from, &to)) {
		if (out->len - start > 60) {
			buf_puts(out, ",...");
			return;
		}
		buf_printf(out, "%s%" PRIu64, out->len > start ? "," : "", from);
		if (to - from > 1)
			buf_printf(out, "-%" PRIu64, to - 1);
		from = to;
		to = cpus->nbits;
	}
}

static void holders_text(const struct rcu_wait *w, struct buf *out)
{
	uint64_t ncpus = w->cpus.bytes ? bitmap_count(&w->cpus, 0, w->cpus.nbits) : 0;
	if (ncpus) {
		buf_puts(out, ncpus == 1 ? "; it waits for CPU " : "; it waits for CPUs ");
		cpus_text(&w->cpus, out);
	}
	for (size_t i = 0; i < w->ntasks; i++)
		buf_printf(out, "%s%s (pid %d)",
			   i	   ? ", "
			   : ncpus ? " and "
				   : "; it waits for ",
			   w->tasks[i].comm, w->tasks[i].pid);
	if (w->more)
		buf_printf(out, " and %zu tasks more", w->more);
}

void rcu_wait_text(const struct rcu_wait *w, struct buf *out)
{
	if (!w->waits) {
		if (w->stalled)
			buf_printf(out, "a grace period was asked for %.1f s ago and did not begin",
				   w->seconds);
		else
			buf_puts(out, "no grace period is under way");
		return;
	}
	buf_printf(out, "grace period %" PRIu64, w->number);
	if (isnan(w->seconds))
		buf_puts(out, " is under way");
	else
		buf_printf(out, " has lasted %.2f s", w->seconds);
	holders_text(w, out);
	/* rcu_check_gp_kthread_starvation(): more than two seconds */
	if (w->kthread > 2)
		buf_printf(out, "; its kthread did nothing for %.1f s", w->kthread);
}
