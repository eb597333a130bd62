/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the walkers of kernel data structures (list.h, rbtree.h, xarray.h, maple.h) share: how far
 * they may go, and why they stopped. A walk delivers addresses and never an error: a broken
 * structure gives what can be reached, and `why` says that it was not all. Belongs to one thread.
 */
#ifndef SALVOR_KERNEL_WALK_H
#define SALVOR_KERNEL_WALK_H

#include <stdbool.h>
#include "kernel/kmem.h"

enum walk_why {
	WALK_GOING,	 /* not at its end yet */
	WALK_END,	 /* everything was delivered */
	WALK_LIMIT,	 /* the caller's limit */
	WALK_CYCLE,	 /* it came back to where it had been */
	WALK_UNREADABLE, /* memory that is not mapped or not in the dump */
	WALK_DAMAGED,	 /* what is there cannot be part of such a structure */
};

struct walk {
	struct kmem *k; /* borrowed */
	size_t limit;	/* of entries delivered */
	size_t visited; /* entries delivered so far */
	enum walk_why why;
	uint64_t where; /* what could not be read or was damaged first */
};

/* In words: "the end", "a circle at 0x…" without the address. */
const char *walk_why_name(enum walk_why why);

static inline struct walk walk_start(struct kmem *k, size_t limit)
{
	return (struct walk) {.k = k, .limit = limit};
}

/* Ends a walk; the first reason stays. Returns false, for the end of a next function. */
bool walk_stop(struct walk *w, enum walk_why why, uint64_t where);

/* Counts an entry; false if the limit is reached, which ends the walk. */
bool walk_count(struct walk *w);

/*
 * The end of the next function of a tree: delivers what was found, or says that all was, or what
 * kept from the rest (trouble; WALK_GOING: nothing).
 */
bool walk_deliver(struct walk *w, bool found, enum walk_why trouble, uint64_t where);

/* A pointer, or memory; what cannot be read is noted and false. */
bool walk_u64(struct walk *w, uint64_t addr, uint64_t *ret);
bool walk_read(struct walk *w, uint64_t addr, void *buf, size_t len);

#endif
