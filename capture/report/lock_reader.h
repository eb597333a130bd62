/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How struct locks is filled, for the lock*.c files alone: from a thread to the lock that it waits
 * for, and from the lock to all that wait for it. It lives while locks_collect() runs; one thread.
 */
#ifndef SALVOR_REPORT_LOCK_READER_H
#define SALVOR_REPORT_LOCK_READER_H

#include "report/addr_map.h"
#include "report/locks.h"
#include "report/report.h"
#include "report/waits.h"

struct lock_reader {
	struct report *r;
	struct kmem *k;
	const struct layout *l;
	const struct threads *all;
	struct locks *out;
	struct addr_map threads; /* of task_structs */
	struct addr_map known;	 /* locks by their address */
	bool failed;		 /* out of memory */
};

/* Offsets in a kind of lock, and in what a waiter for it has on its stack. */
struct lock_shape {
	/* Of the list's head, or the tree's root; LAYOUT_UNKNOWN where there is none. */
	int64_t list;
	int64_t first; /* of the pointer to the first waiter; LAYOUT_UNKNOWN: list is there */
	int64_t node, task;
};

/* False: this kernel's locks of that kind are not understood. */
bool lock_shape(const struct layout *l, enum lock_kind kind, struct lock_shape *ret);

/* A pointer, or false. */
bool lock_read_u64(struct lock_reader *r, uint64_t addr, uint64_t *ret);
/* Whether there is a waiter with that list node: on the stack of the thread that it names. */
bool lock_waiter_at(struct lock_reader *r, const struct lock_shape *s, uint64_t node,
		    uint32_t *thread);

/*
 * Adds the lock at addr with all its waiters, if one of them is that thread. False, with nothing
 * added, if not. guessed: nothing else says that there is a lock, so its words have to say that
 * somebody waits for it.
 */
bool lock_read(struct lock_reader *r, enum lock_kind kind, uint64_t addr, uint32_t thread,
	       bool guessed);

/* Finds what a thread waits for, and lock_read()s it. w: what its stack says. */
bool lock_find(struct lock_reader *r, uint32_t thread, const struct wait *w);

#endif
