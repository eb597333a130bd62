// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/task.h"

#include <string.h>
#include "base/printable.h"
#include "kernel/percpu.h"

/* The bits of task_struct.__state and exit_state (include/linux/sched.h; since 4.14). */
#define STATE_REPORTED	0x7f  /* the letters below, in their order */
#define STATE_IDLE	0x402 /* uninterruptible, but not counted as load */
#define STATE_FROZEN	0x8000
#define STATE_RTLOCK	0x1000
#define UNINTERRUPTIBLE 2

char task_state_letter(uint64_t state, uint32_t exit_state)
{
	static const char letters[] = "RSDTtXZP";
	uint32_t bits = ((uint32_t)state | exit_state) & STATE_REPORTED;
	if ((state & STATE_IDLE) == STATE_IDLE)
		return 'I';
	if (state & (STATE_FROZEN | STATE_RTLOCK))
		bits = UNINTERRUPTIBLE;
	return letters[bits ? 32 - __builtin_clz(bits) : 0];
}

static struct err *member_u32(struct kmem *k, uint64_t addr, int64_t offset, uint32_t *ret)
{
	*ret = 0;
	return layout_known(offset) ? kmem_u32(k, addr + (uint64_t)offset, ret) : NULL;
}

static struct err *member_u64(struct kmem *k, uint64_t addr, int64_t offset, uint64_t *ret)
{
	*ret = 0;
	return layout_known(offset) ? kmem_u64(k, addr + (uint64_t)offset, ret) : NULL;
}

static struct err *read_state(struct kmem *k, uint64_t addr, struct task *t)
{
	const struct layout *l = k->layout;
	uint64_t state;
	uint32_t word, exit_state;
	struct err *e;
	if (layout_known(l->task_state)) {
		e = member_u32(k, addr, l->task_state, &word);
		state = word;
	} else {
		e = member_u64(k, addr, l->task_state_long, &state);
	}
	if (!e)
		e = member_u32(k, addr, l->task_exit_state, &exit_state);
	if (e)
		return e;
	bool known = layout_known(l->task_state) || layout_known(l->task_state_long);
	t->state = known ? task_state_letter(state, exit_state) : '?';
	return NULL;
}

static struct err *read_where(struct kmem *k, uint64_t addr, struct task *t)
{
	const struct layout *l = k->layout;
	int64_t cpu = layout_known(l->task_cpu) ? l->task_cpu : l->task_cpu_own;
	uint32_t word, on_cpu;
	struct err *e = member_u32(k, addr, cpu, &word);
	if (!e)
		e = member_u32(k, addr, l->task_on_cpu, &on_cpu);
	if (e)
		return e;
	t->cpu = layout_known(cpu) ? (int32_t)word : -1;
	t->on_cpu = on_cpu != 0;
	return NULL;
}

struct err *task_read(struct kmem *k, uint64_t addr, struct task *ret)
{
	const struct layout *l = k->layout;
	struct task t = {.addr = addr};
	uint32_t pid, tgid;
	struct err *e = member_u32(k, addr, l->task_pid, &pid);
	if (!e)
		e = member_u32(k, addr, l->task_tgid, &tgid);
	if (!e)
		e = member_u32(k, addr, l->task_flags, &t.flags);
	if (!e)
		e = member_u64(k, addr, l->task_stack, &t.stack);
	if (!e)
		e = member_u64(k, addr, l->task_mm, &t.mm);
	if (!e && layout_known(l->task_comm))
		e = kmem_read(k, addr + (uint64_t)l->task_comm, t.comm, TASK_COMM_LEN);
	if (!e)
		e = read_state(k, addr, &t);
	if (!e)
		e = read_where(k, addr, &t);
	if (e)
		return err_wrap(e, "task");
	t.comm[TASK_COMM_LEN] = '\0';
	make_printable(t.comm);
	t.pid = (int32_t)pid;
	t.tgid = (int32_t)tgid;
	*ret = t;
	return NULL;
}

/* Offsets of struct list_head. */
#define LIST_NEXT 0
#define LIST_PREV 8

static bool read_link(struct kmem *k, uint64_t addr, uint64_t *ret)
{
	struct err *e = kmem_u64(k, addr, ret);
	err_free(e);
	return !e && *ret;
}

/*
 * Is there a list_head at node, reached from another? Its neighbours say so: the one behind it, or,
 * when that was being removed or is damaged, the one before it. link: the direction of the walk.
 */
static bool linked(struct kmem *k, uint64_t from, uint64_t node, uint64_t link)
{
	uint64_t behind, ahead, back;
	uint64_t other = LIST_PREV - link;
	if (read_link(k, node + other, &behind) && behind == from)
		return true;
	return read_link(k, node + link, &ahead) && read_link(k, ahead + other, &back) &&
	       back == node;
}

static bool ring_start(struct task_ring *r, struct kmem *k, uint64_t head, uint64_t link)
{
	*r = (struct task_ring) {.head = head};
	return read_link(k, head + link, &r->node) && linked(k, head, r->node, link);
}

/* Moves on; false: the ring is broken, or comes back to another place than its head. */
static bool ring_step(struct task_ring *r, struct kmem *k, uint64_t link)
{
	uint64_t from = r->node;
	if ((r->steps & (r->steps + 1)) == 0)
		r->mark = from; /* Brent: a circle comes back to one of these */
	if (r->steps++ == TASKS_MAX)
		return false;
	return read_link(k, from + link, &r->node) && r->node != r->mark &&
	       linked(k, from, r->node, link);
}

void task_iter_init(struct task_iter *i, struct kmem *k)
{
	const struct layout *l = k->layout;
	struct err *e = layout_check(l, FOR_TASKS);
	*i = (struct task_iter) {.k = k};
	if (e) {
		i->started = true; /* and at its end: the ring is empty */
		i->damaged = 1;
		err_free(e);
		return;
	}
	i->groups.head = (uint64_t)l->init_task + (uint64_t)l->task_tasks;
}

static uint64_t links(const struct task_iter *i)
{
	return i->backwards ? LIST_PREV : LIST_NEXT;
}

/* From the other end, as far as where the list broke. */
static void turn_round(struct task_iter *i)
{
	i->damaged++;
	if (i->backwards) {
		i->groups.node = i->groups.head;
		return;
	}
	i->backwards = true;
	if (!ring_start(&i->groups, i->k, i->groups.head, LIST_PREV))
		i->groups.node = i->groups.head;
}

/* The next process, and its threads to walk. */
static bool next_group(struct task_iter *i, uint64_t *task)
{
	const struct layout *l = i->k->layout;
	uint64_t signal;
	if (i->groups.node == i->groups.head || (i->backwards && i->groups.node == i->last))
		return false;
	uint64_t leader = i->groups.node - (uint64_t)l->task_tasks;
	if (!i->backwards)
		i->last = i->groups.node;
	if (!ring_step(&i->groups, i->k, links(i)))
		turn_round(i);
	*task = leader;
	/* All threads are in the ring, the leader among them. */
	i->leader = 0;
	if (read_link(i->k, leader + (uint64_t)l->task_signal, &signal) &&
	    ring_start(&i->threads, i->k, signal + (uint64_t)l->signal_thread_head, LIST_NEXT))
		i->leader = leader;
	else
		i->damaged++;
	return true;
}

static bool next_thread(struct task_iter *i, uint64_t *task)
{
	const struct layout *l = i->k->layout;
	while (i->leader && i->threads.node != i->threads.head) {
		uint64_t thread = i->threads.node - (uint64_t)l->task_thread_node;
		bool more = ring_step(&i->threads, i->k, LIST_NEXT);
		uint64_t leader = i->leader;
		if (!more) {
			i->damaged++;
			i->leader = 0;
		}
		if (thread == leader)
			continue;
		*task = thread;
		return true;
	}
	i->leader = 0;
	return false;
}

bool task_next(struct task_iter *i, uint64_t *task)
{
	if (i->n >= TASKS_MAX)
		return false;
	if (!i->started) {
		i->started = true;
		i->n++;
		*task = (uint64_t)i->k->layout->init_task;
		if (!ring_start(&i->groups, i->k, i->groups.head, LIST_NEXT)) {
			i->last = 0;
			turn_round(i);
		}
		return true;
	}
	if (!next_thread(i, task) && !next_group(i, task))
		return false;
	i->n++;
	return true;
}

static bool of_paca(struct kmem *k, int cpu, uint64_t *task)
{
	const struct layout *l = k->layout;
	uint64_t pacas, paca;
	return layout_known(l->paca_ptrs) && layout_known(l->paca_current) && cpu >= 0 &&
	       read_link(k, (uint64_t)l->paca_ptrs, &pacas) &&
	       read_link(k, pacas + (uint64_t)cpu * 8, &paca) &&
	       read_link(k, paca + (uint64_t)l->paca_current, task);
}

bool task_current(struct kmem *k, int cpu, uint64_t *task)
{
	const struct layout *l = k->layout;
	/* What the CPU itself goes by; the scheduler's word changes a little earlier. */
	return percpu_pointer(k, l->pcpu_hot, l->pcpu_hot_current, cpu, task) ||
	       percpu_pointer(k, l->current_task, 0, cpu, task) || of_paca(k, cpu, task) ||
	       percpu_pointer(k, l->runqueues, l->rq_curr, cpu, task);
}

bool task_idle(struct kmem *k, int cpu, uint64_t *task)
{
	const struct layout *l = k->layout;
	return percpu_pointer(k, l->runqueues, l->rq_idle, cpu, task);
}
