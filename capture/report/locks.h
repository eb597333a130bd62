/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mutexes, rwsems, semaphores and rt_mutexes that threads sleep for: who waits, who holds, and
 * where that goes round in a circle. Found from the threads that wait; a lock that nobody waits for
 * is not seen. Nothing is believed for being a pointer: a lock counts when its own list has the
 * waiter, and the waiter lies on the stack of the thread that it names. Immutable once collected;
 * one thread.
 *
 * PREEMPT_RT kernels have rt_mutexes inside of mutexes and rwsems: seen as what is inside.
 */
#ifndef SALVOR_REPORT_LOCKS_H
#define SALVOR_REPORT_LOCKS_H

#include "report/threads.h"

struct report;

enum lock_kind { LOCK_MUTEX, LOCK_RWSEM, LOCK_SEMAPHORE, LOCK_RT_MUTEX, LOCK_KINDS };

enum lock_hold {
	HELD_NOT,     /* free, or on its way to a waiter */
	HELD_UNKNOWN, /* its words contradict each other */
	HELD_BY,      /* by its owner */
	HELD_READING, /* by its owner among others, for reading */
	/* By owner at last, who may have given it back since: what an rwsem held for reading
	 * remembers before 6.17, and a semaphore. */
	HELD_READING_LAST,
	HELD_LAST,
};

/* Of threads and locks. */
#define LOCK_NONE UINT32_MAX

struct lock {
	uint64_t addr;
	enum lock_kind kind;
	enum lock_hold hold;
	uint64_t owner;	       /* its struct task_struct; 0: it does not say */
	uint32_t owner_thread; /* LOCK_NONE: no owner, or none that is a thread (any more) */
	uint64_t readers;      /* of an rwsem that is held for reading */
	bool contended;	       /* its words say that somebody waits */
	bool handed;	       /* a mutex given to owner, who has not woken up yet */
	bool incomplete;       /* its list was not followed to its end: some waiters are missing */
	uint32_t first, n;     /* of struct locks' waiters, in their order */
};

struct lock_waiter {
	uint32_t thread;
	bool reads;
};

struct lock_cycle {
	uint32_t first, n; /* of struct locks' members: each waits for what the next holds */
	bool certain;	   /* false: an owner is only the last known, or one of them runs */
};

struct locks {
	const struct threads *all; /* of the report */
	struct lock *lock;
	uint32_t n, cap;
	struct lock_waiter *waiters;
	uint32_t nwaiters, waiters_cap;
	uint32_t *wanted; /* by each thread: a lock, or LOCK_NONE */
	struct lock_cycle *cycles;
	uint32_t ncycles;
	uint32_t *members;
	uint32_t unfound[LOCK_KINDS]; /* threads that wait for a lock that was not found */
	bool partial;		      /* time was up */
};

struct err *locks_collect(struct report *r, struct locks **ret) must_check;
void locks_destroy(struct locks *l);
/* Lines on what is not known, as report_missing() has them. */
void locks_say_missing(const struct locks *l, struct report *r);

static inline const struct thread *lock_thread(const struct locks *l, uint32_t thread)
{
	return thread == LOCK_NONE ? NULL : &l->all->thread[thread];
}
static inline const struct lock *lock_wanted(const struct locks *l, uint32_t thread)
{
	return l->wanted[thread] == LOCK_NONE ? NULL : &l->lock[l->wanted[thread]];
}
/* The thread that another waits for, or LOCK_NONE: not known, or it waits for none. */
uint32_t lock_waits_for(const struct locks *l, uint32_t thread);
/* For locks_collect(). */
struct err *lock_cycles_find(struct locks *l) must_check;

/* "mutex", "rwsem", "semaphore", "rt_mutex" */
const char *lock_kind_name(enum lock_kind kind);
/* "rtnl_mutex", "table+0x40 [nf_tables]" for what is static; false: it is not. */
bool lock_name(const struct kernel *k, const struct lock *lock, struct buf *out);
/* "a (pid 1) waits for a mutex held by b (pid 2), which waits for a mutex held by a" */
void lock_cycle_text(const struct kernel *k, const struct locks *l, const struct lock_cycle *c,
		     struct buf *out);

/*
 * Is there a deadlock, and in one sentence: whose? Only one that is certain (struct lock_cycle);
 * report_possible_deadlock() has the others.
 */
bool report_deadlock(struct report *r, struct buf *sentence);
bool report_possible_deadlock(struct report *r, struct buf *sentence);

#endif
