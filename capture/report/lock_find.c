// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a thread to the lock that it waits for. New kernels say it in the task; else it is on the
 * stack of the function that waits: its struct *_waiter, from which the list leads to the lock, or,
 * where the list has no head, the address of the lock, which the function needs again once it wakes
 * up. All of these are only candidates: lock_read() decides.
 */
#include "report/lock_reader.h"

/* include/linux/hung_task.h: the kind of lock in the low bits of task_struct.blocker */
#define BLOCKER_KIND 3

static bool in_task(struct lock_reader *r, uint32_t thread, int64_t member, uint64_t *ret)
{
	return layout_known(member) &&
	       lock_read_u64(r, r->all->thread[thread].task.addr + (uint64_t)member, ret) && *ret;
}

/* In all kernels: whoever waits for an rt_mutex lends its owner a priority, over the waiter. */
static bool said_by_rt_waiter(struct lock_reader *r, uint32_t thread)
{
	struct lock_shape s;
	uint64_t waiter, lock;
	uint32_t whose;
	return lock_shape(r->l, LOCK_RT_MUTEX, &s) &&
	       in_task(r, thread, r->l->task_pi_blocked_on, &waiter) &&
	       lock_waiter_at(r, &s, waiter + (uint64_t)s.node, &whose) && whose == thread &&
	       lock_read_u64(r, waiter + (uint64_t)r->l->rt_waiter_lock, &lock) &&
	       lock_read(r, LOCK_RT_MUTEX, lock, thread, false);
}

static bool said_by_task(struct lock_reader *r, uint32_t thread)
{
	static const enum lock_kind kinds[] = {LOCK_MUTEX, LOCK_SEMAPHORE, LOCK_RWSEM, LOCK_RWSEM};
	const struct layout *l = r->l;
	uint64_t addr;
	if (in_task(r, thread, l->task_blocker, &addr) &&
	    lock_read(r, kinds[addr & BLOCKER_KIND], addr & ~(uint64_t)BLOCKER_KIND, thread, false))
		return true;
	/* With CONFIG_DEBUG_MUTEXES, before it was the mutex it was the waiter: that is none. */
	if (in_task(r, thread, l->task_blocked_on, &addr) &&
	    lock_read(r, LOCK_MUTEX, addr, thread, false))
		return true;
	if (in_task(r, thread, l->task_blocker_mutex, &addr) &&
	    lock_read(r, LOCK_MUTEX, addr, thread, false))
		return true;
	return said_by_rt_waiter(r, thread);
}

/* Along a list to the first node that is no waiter: its head. 0: there is none. */
static uint64_t head_of(struct lock_reader *r, const struct lock_shape *s, uint64_t node,
			uint64_t link)
{
	uint64_t at = node;
	uint32_t thread;
	for (size_t n = 0; n <= r->all->n && report_time_left(r->r); n++) {
		if (!lock_read_u64(r, at + link, &at) || at == node)
			return 0;
		if (!lock_waiter_at(r, s, at, &thread))
			return at;
	}
	return 0;
}

/* A word of the stack is the thread itself: is that in a waiter on the list of a lock? */
static bool by_waiter(struct lock_reader *r, enum lock_kind kind, const struct lock_shape *s,
		      uint64_t at, uint32_t thread)
{
	static const uint64_t links[] = {0, 8}; /* next, prev */
	uint64_t node = at - (uint64_t)s->task + (uint64_t)s->node;
	uint32_t whose;
	if (!lock_waiter_at(r, s, node, &whose) || whose != thread)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		uint64_t head = head_of(r, s, node, links[i]);
		if (head && lock_read(r, kind, head - (uint64_t)s->list, thread, false))
			return true;
	}
	return false;
}

/*
 * A word of the stack is the address of a lock? Not one on this stack: what lies there has pointers
 * to the waiter as well, and may look like a lock.
 */
static bool by_address(struct lock_reader *r, enum lock_kind kind, uint64_t word, uint32_t thread)
{
	return word >> 63 && word - r->all->thread[thread].task.stack >= r->all->stack_size &&
	       lock_read(r, kind, word, thread, true);
}

static bool on_stack(struct lock_reader *r, uint32_t thread, enum lock_kind kind,
		     const struct wait *w)
{
	const struct thread *t = &r->all->thread[thread];
	struct lock_shape s;
	uint64_t at, end, word;
	if (!lock_shape(r->l, kind, &s))
		return false;
	wait_stack(r->all, t, w, &at, &end);
	for (; at + 8 <= end && report_time_left(r->r); at += 8) {
		if (!lock_read_u64(r, at, &word))
			return false;
		if (layout_known(s.first)
			    ? by_address(r, kind, word, thread)
			    : word == t->task.addr && by_waiter(r, kind, &s, at, thread))
			return true;
	}
	return false;
}

bool lock_find(struct lock_reader *r, uint32_t thread, const struct wait *w)
{
	if (said_by_task(r, thread))
		return true;
	switch (w->class) {
	case WAIT_MUTEX:
		return on_stack(r, thread, LOCK_MUTEX, w);
	case WAIT_RWSEM_READ:
	case WAIT_RWSEM_WRITE:
		return on_stack(r, thread, LOCK_RWSEM, w);
	case WAIT_SEMAPHORE:
		return on_stack(r, thread, LOCK_SEMAPHORE, w);
	case WAIT_RT_MUTEX: /* the task has said it, or it is none that is understood */
	case WAIT_OTHER:
		break;
	}
	return false;
}
