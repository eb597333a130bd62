// SPDX-License-Identifier: GPL-2.0-or-later
/* One lock: its words, and its list or tree of waiters. */
#include "report/lock_reader.h"

#include <stdlib.h>
#include "kernel/rbtree.h"

/* struct list_head */
#define NEXT 0
#define PREV 8

/* kernel/locking/mutex.h: what is in the owner's word beside the address */
#define MUTEX_FLAGS   7
#define MUTEX_WAITERS 1
#define MUTEX_PICKUP  4

/* kernel/locking/rwsem.c, since 5.3 (64489e78004c): the owner's word, and the count */
#define RWSEM_FLAGS	   7
#define RWSEM_READER_OWNED 1
#define RWSEM_WRITER	   1
#define RWSEM_WAITERS	   2
#define RWSEM_READER_SHIFT 8

/* kernel/locking/rtmutex_common.h: RT_MUTEX_HAS_WAITERS */
#define RT_MUTEX_WAITERS 1

bool lock_read_u64(struct lock_reader *r, uint64_t addr, uint64_t *ret)
{
	struct err *e = kmem_u64(r->k, addr, ret);
	err_free(e);
	return !e;
}

static bool read_u32(struct lock_reader *r, uint64_t addr, uint32_t *ret)
{
	struct err *e = kmem_u32(r->k, addr, ret);
	err_free(e);
	return !e;
}

static int64_t rt_member(int64_t newer, int64_t older)
{
	return layout_known(newer) ? newer : older;
}

bool lock_shape(const struct layout *l, enum lock_kind kind, struct lock_shape *ret)
{
	bool words = false;
	switch (kind) {
	case LOCK_MUTEX:
		*ret = (struct lock_shape) {l->mutex_wait_list, l->mutex_first_waiter,
					    l->mutex_waiter_list, l->mutex_waiter_task};
		words = layout_known(l->mutex_owner);
		break;
	case LOCK_RWSEM:
		*ret = (struct lock_shape) {l->rwsem_wait_list, l->rwsem_first_waiter,
					    l->rwsem_waiter_list, l->rwsem_waiter_task};
		words = layout_known(l->rwsem_owner) && layout_known(l->rwsem_count);
		break;
	case LOCK_SEMAPHORE:
		*ret = (struct lock_shape) {l->semaphore_wait_list, l->semaphore_first_waiter,
					    l->semaphore_waiter_list, l->semaphore_waiter_task};
		words = layout_known(l->semaphore_count);
		break;
	case LOCK_RT_MUTEX:
		*ret = (struct lock_shape) {
			rt_member(l->rt_mutex_base_waiters, l->rt_mutex_waiters), LAYOUT_UNKNOWN,
			rt_member(l->rt_waiter_node, l->rt_waiter_tree_entry), l->rt_waiter_task};
		words = layout_known(rt_member(l->rt_mutex_base_owner, l->rt_mutex_owner)) &&
			layout_known(l->rt_waiter_lock) && layout_known(l->rb_node_parent) &&
			layout_known(l->rb_node_right) && layout_known(l->rb_node_left);
		break;
	case LOCK_KINDS:
		break;
	}
	return words && (layout_known(ret->list) || layout_known(ret->first)) &&
	       layout_known(ret->node) && layout_known(ret->task);
}

bool lock_waiter_at(struct lock_reader *r, const struct lock_shape *s, uint64_t node,
		    uint32_t *thread)
{
	uint64_t waiter = node - (uint64_t)s->node, task;
	if (node & 7 || !lock_read_u64(r, waiter + (uint64_t)s->task, &task) ||
	    !addr_map_get(&r->threads, task, thread))
		return false;
	uint64_t stack = r->all->thread[*thread].task.stack, size = r->all->stack_size;
	return waiter - stack < size && node - stack < size;
}

static bool add_waiter(struct lock_reader *r, uint32_t thread, bool reads)
{
	struct locks *out = r->out;
	if (out->nwaiters == out->waiters_cap) {
		uint32_t cap = out->waiters_cap ? out->waiters_cap * 2 : 64;
		struct lock_waiter *more = realloc(out->waiters, cap * sizeof(*more));
		if (!more) {
			r->failed = true;
			return false;
		}
		out->waiters = more;
		out->waiters_cap = cap;
	}
	out->waiters[out->nwaiters++] = (struct lock_waiter) {thread, reads};
	out->wanted[thread] = out->n;
	return true;
}

static bool reads(struct lock_reader *r, const struct lock *lock, uint64_t waiter)
{
	uint32_t type;
	return lock->kind == LOCK_RWSEM && layout_known(r->l->rwsem_waiter_type) &&
	       layout_known(r->l->rwsem_waiting_for_read) &&
	       read_u32(r, waiter + (uint64_t)r->l->rwsem_waiter_type, &type) &&
	       type == (uint32_t)r->l->rwsem_waiting_for_read;
}

/*
 * From node, which is behind from, to end, or to where the list is broken or comes back; true: to
 * end. Links in both directions have to agree, so that one that points into another list does not
 * lead there. from 0: not known.
 */
static bool walk(struct lock_reader *r, const struct lock *lock, const struct lock_shape *s,
		 uint64_t from, uint64_t node, uint64_t link, uint64_t end)
{
	uint32_t thread;
	uint64_t back;
	do {
		/* Nobody waits twice: a thread that was there already ends each circle. */
		if (!report_time_left(r->r) || !lock_waiter_at(r, s, node, &thread) ||
		    r->out->wanted[thread] != LOCK_NONE ||
		    !lock_read_u64(r, node + (NEXT + PREV - link), &back) ||
		    (from && back != from) ||
		    !add_waiter(r, thread, reads(r, lock, node - (uint64_t)s->node)))
			return false;
		from = node;
		if (!lock_read_u64(r, node + link, &node))
			return false;
	} while (node != end);
	return true;
}

/* What is no address of the kernel is no owner. */
static void set_owner(struct lock_reader *r, struct lock *lock, uint64_t owner)
{
	if (owner == 0)
		return;
	if (owner >> 63 == 0) {
		lock->hold = HELD_UNKNOWN;
		return;
	}
	lock->owner = owner;
	if (!addr_map_get(&r->threads, owner, &lock->owner_thread))
		lock->owner_thread = LOCK_NONE;
}

static bool read_mutex(struct lock_reader *r, struct lock *lock)
{
	uint64_t word;
	if (!lock_read_u64(r, lock->addr + (uint64_t)r->l->mutex_owner, &word))
		return false;
	lock->contended = word & MUTEX_WAITERS;
	lock->hold = word & ~(uint64_t)MUTEX_FLAGS ? HELD_BY : HELD_NOT;
	lock->handed = word & MUTEX_PICKUP;
	set_owner(r, lock, word & ~(uint64_t)MUTEX_FLAGS);
	return true;
}

static bool read_rwsem(struct lock_reader *r, struct lock *lock)
{
	const struct layout *l = r->l;
	uint64_t word, count;
	if (!lock_read_u64(r, lock->addr + (uint64_t)l->rwsem_owner, &word) ||
	    !lock_read_u64(r, lock->addr + (uint64_t)l->rwsem_count, &count))
		return false;
	lock->contended = count & RWSEM_WAITERS;
	lock->readers = (count & INT64_MAX) >> RWSEM_READER_SHIFT;
	if (count & RWSEM_WRITER) {
		/* Readers that are about to queue up are in the count as well. */
		lock->readers = 0;
		lock->hold = word & RWSEM_READER_OWNED ? HELD_UNKNOWN : HELD_BY;
	} else if (lock->readers) {
		bool exact =
			layout_known(l->is_rwsem_reader_owned) && layout_known(l->task_blocker);
		lock->hold = exact ? HELD_READING : HELD_READING_LAST;
		if (!(word & RWSEM_READER_OWNED))
			return true;
	}
	if (lock->hold == HELD_NOT || lock->hold == HELD_UNKNOWN)
		return true;
	set_owner(r, lock, word & ~(uint64_t)RWSEM_FLAGS);
	return true;
}

static bool read_semaphore(struct lock_reader *r, struct lock *lock)
{
	const struct layout *l = r->l;
	uint32_t count;
	uint64_t holder = 0;
	if (!read_u32(r, lock->addr + (uint64_t)l->semaphore_count, &count))
		return false;
	lock->contended = count == 0;
	lock->hold = count ? HELD_NOT : HELD_LAST;
	if (!count && layout_known(l->semaphore_last_holder) &&
	    lock_read_u64(r, lock->addr + (uint64_t)l->semaphore_last_holder, &holder))
		set_owner(r, lock, holder);
	return true;
}

static bool read_rt_mutex(struct lock_reader *r, struct lock *lock)
{
	const struct layout *l = r->l;
	uint64_t word;
	if (!lock_read_u64(
		    r, lock->addr + (uint64_t)rt_member(l->rt_mutex_base_owner, l->rt_mutex_owner),
		    &word))
		return false;
	lock->contended = word & RT_MUTEX_WAITERS;
	lock->hold = word & ~(uint64_t)RT_MUTEX_WAITERS ? HELD_BY : HELD_NOT;
	set_owner(r, lock, word & ~(uint64_t)RT_MUTEX_WAITERS);
	return true;
}

static bool read_words(struct lock_reader *r, struct lock *lock)
{
	switch (lock->kind) {
	case LOCK_MUTEX:
		return read_mutex(r, lock);
	case LOCK_RWSEM:
		return read_rwsem(r, lock);
	case LOCK_SEMAPHORE:
		return read_semaphore(r, lock);
	case LOCK_RT_MUTEX:
		return read_rt_mutex(r, lock);
	case LOCK_KINDS:
		break;
	}
	return false;
}

/*
 * start: the first waiter's node. end: what comes behind the last, the list's head, or the first
 * again where there is no head.
 */
static bool ends_of_list(struct lock_reader *r, const struct lock_shape *s, uint64_t addr,
			 uint64_t *start, uint64_t *end)
{
	if (layout_known(s->first)) {
		if (!lock_read_u64(r, addr + (uint64_t)s->first, start) || *start == 0)
			return false;
		*start += (uint64_t)s->node;
		*end = *start;
		return true;
	}
	*end = addr + (uint64_t)s->list;
	return lock_read_u64(r, *end + NEXT, start) && *start != *end;
}

/* False: there is no list, or nobody in it. */
static bool add_list(struct lock_reader *r, struct lock *lock, const struct lock_shape *s)
{
	uint64_t start, end, last;
	if (!ends_of_list(r, s, lock->addr, &start, &end))
		return false;
	if (walk(r, lock, s, start == end ? 0 : end, start, NEXT, end))
		return true;
	/* As far as it is whole, from both ends. */
	lock->incomplete = !r->r->out_of_time;
	if (lock_read_u64(r, end + PREV, &last))
		(void)walk(r, lock, s, end, last, PREV, end);
	return true;
}

/* By their priority; who is in it says so itself as well. */
static void add_tree(struct lock_reader *r, struct lock *lock, const struct lock_shape *s)
{
	const struct rbtree_offsets offsets = {r->l->rb_node_parent, r->l->rb_node_right,
					       r->l->rb_node_left};
	struct rbtree_iter it;
	uint64_t waiter, of;
	uint32_t thread;
	bool whole = true;
	rbtree_init(&it, r->k, lock->addr + (uint64_t)s->list, &offsets, s->node, r->all->n + 1);
	while (whole && report_time_left(r->r) && rbtree_next(&it, &waiter))
		whole = lock_waiter_at(r, s, waiter + (uint64_t)s->node, &thread) &&
			r->out->wanted[thread] == LOCK_NONE &&
			lock_read_u64(r, waiter + (uint64_t)r->l->rt_waiter_lock, &of) &&
			of == lock->addr && add_waiter(r, thread, false);
	lock->incomplete = !r->r->out_of_time && (!whole || it.walk.why != WALK_END);
}

static bool push_lock(struct lock_reader *r, const struct lock *lock)
{
	struct locks *out = r->out;
	if (out->n == out->cap) {
		uint32_t cap = out->cap ? out->cap * 2 : 16;
		struct lock *more = realloc(out->lock, cap * sizeof(*more));
		if (!more)
			return false;
		out->lock = more;
		out->cap = cap;
	}
	struct err *e = addr_map_put(&r->known, lock->addr, out->n);
	err_free(e);
	if (e)
		return false;
	out->lock[out->n++] = *lock;
	return true;
}

static bool forget(struct lock_reader *r, const struct lock *lock)
{
	for (uint32_t i = lock->first; i < r->out->nwaiters; i++)
		r->out->wanted[r->out->waiters[i].thread] = LOCK_NONE;
	r->out->nwaiters = lock->first;
	return false;
}

bool lock_read(struct lock_reader *r, enum lock_kind kind, uint64_t addr, uint32_t thread,
	       bool guessed)
{
	struct lock lock = {
		.addr = addr, .kind = kind, .owner_thread = LOCK_NONE, .first = r->out->nwaiters};
	struct lock_shape s;
	uint32_t other;
	if (addr & 7 || addr_map_get(&r->known, addr, &other) || !lock_shape(r->l, kind, &s) ||
	    !read_words(r, &lock) || (guessed && !lock.contended))
		return false;
	if (kind == LOCK_RT_MUTEX)
		add_tree(r, &lock, &s);
	else if (!add_list(r, &lock, &s))
		return false;
	lock.n = r->out->nwaiters - lock.first;
	if (r->out->wanted[thread] != r->out->n)
		return forget(r, &lock);
	if (push_lock(r, &lock))
		return true;
	r->failed = true;
	return forget(r, &lock);
}
