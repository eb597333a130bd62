/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sleeping thread waits for, as far as the functions on its stack say it. It knows names of
 * functions and reads no memory: which lock, and whose, is for locks.h. Immutable; any thread.
 */
#ifndef SALVOR_REPORT_WAITS_H
#define SALVOR_REPORT_WAITS_H

#include "report/threads.h"

enum wait_class {
	WAIT_OTHER,
	WAIT_MUTEX,
	WAIT_RWSEM_READ,
	WAIT_RWSEM_WRITE,
	WAIT_SEMAPHORE,
	WAIT_RT_MUTEX,
};

struct wait {
	enum wait_class class;
	const char *what;   /* "a mutex", "I/O"; NULL: the stack does not say */
	const char *in;	    /* the function that called the scheduler, or NULL */
	const char *caller; /* of the function that waits; NULL: not known */
	uint32_t frame;	    /* of the caller, or how many frames there are */
};

static inline bool wait_for_lock(const struct wait *w)
{
	return w->class != WAIT_OTHER;
}

void wait_of(const struct kernel *k, const struct threads *all, const struct thread *t,
	     struct wait *ret);
/* The same for the names alone, the newest first; NULL is a function without a name. */
void wait_of_names(const char *const *names, size_t n, struct wait *ret);

/* The part of its stack that the waiting functions use: up to the caller of their caller. */
void wait_stack(const struct threads *all, const struct thread *t, const struct wait *w,
		uint64_t *start, uint64_t *end);

/* "runs on CPU 3", "could run", "has exited", "D, waits for a mutex": what a thread did at the end.
 */
void thread_doing_text(const struct kernel *k, const struct threads *all, const struct thread *t,
		       struct buf *out);

/* "a mutex", "in pipe_read()", or nothing. */
void wait_text(const struct wait *w, struct buf *out);

#endif
