/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ordered thread pool: items go in, are worked on by N threads, and come out in the order in which
 * they went in. It knows nothing of what the items are; with zero threads the work is done when the
 * item is taken out, in the caller's thread (the serial twin, for one CPU and for tests).
 *
 * Threads: one owner thread calls every function below; workers run only the work function, each
 * with its own context. An item belongs to the pool between pool_submit() and pool_take(). Workers
 * sleep when there is nothing to do. Threads end by returning, never by pthread_exit() or
 * cancellation: those load libgcc_s at run time, which a capture image may not have.
 */
#ifndef SALVOR_BASE_POOL_H
#define SALVOR_BASE_POOL_H

#include <stdbool.h>
#include "base/err.h"

struct pool;

/* Processors that this process may run on; 1 when that is not known. */
unsigned int pool_usable_cpus(void);

/* Works on one item with the worker's own context; reports failures inside the item. */
typedef void (*pool_work_fn)(void *worker, void *item);

/*
 * workers: an array of nthreads contexts (at least one: the serial twin uses workers[0]), borrowed
 * until pool_destroy(). nthreads 0 means serial. If the system refuses threads, fewer are used,
 * down to serial: pool_threads() tells. depth: the most items inside at one time.
 */
struct err *pool_create(unsigned int nthreads, unsigned int depth, pool_work_fn work,
			void **workers, struct pool **ret) must_check;
/* Waits for items that are being worked on, drops the rest (they stay the caller's), ends the
 * threads. */
void pool_destroy(struct pool *p);

unsigned int pool_threads(const struct pool *p);
/* True if depth items are inside: take one before the next submit. */
bool pool_full(const struct pool *p);
/* The pool must not be full. */
void pool_submit(struct pool *p, void *item);
/* The oldest item, when its work is done; NULL if the pool is empty. */
void *pool_take(struct pool *p);

#endif
