/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step of a plan, run so that it cannot take the others with it: in a forked child that leads
 * its own process group, with a limit on its whole time and on the time without progress. A child
 * that does not die (stuck in the kernel) is abandoned. What the child knows is in memory shared
 * with the parent, so it is still there when the child was killed. This module knows nothing about
 * dumps. The parent is single-threaded; steps may be nested in a child, and one may go on beside
 * another (step_begin).
 */
#ifndef SALVOR_CRASH_STEP_H
#define SALVOR_CRASH_STEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/err.h"

#define STEP_MESSAGE_MAX 512

enum outcome {
	OUTCOME_NONE, /* has not run */
	OUTCOME_OK,
	OUTCOME_FAILED,
	OUTCOME_TIMEOUT,    /* a limit passed; the child was killed or abandoned */
	OUTCOME_SKIPPED,    /* nothing to do, or something it needs is not there */
	OUTCOME_INCOMPLETE, /* part of the work is done and usable */
};

const char *outcome_name(enum outcome o);

/* Written by the child, read by the parent; in shared memory. */
struct step_report {
	_Atomic uint64_t progress;	/* anything that grows or changes while work is done */
	_Atomic uint64_t bytes;		/* saved so far */
	enum outcome outcome;		/* OUTCOME_NONE: decided by the function's return value */
	char message[STEP_MESSAGE_MAX]; /* one line, may be empty */
};

struct step_result {
	enum outcome outcome;
	double start;	/* clock_now() */
	double seconds; /* how long it took */
	uint64_t bytes;
	char message[STEP_MESSAGE_MAX];
};

/* What ending one that passed its limits may take besides, in seconds. */
#define STEP_GRACE 5.0

struct step_limits {
	double wall;  /* seconds; 0: no limit */
	double stall; /* seconds without a change of progress or bytes; 0: no limit */
};

/*
 * The work. NULL: done (or what report->outcome says); an error: failed, its text becomes the
 * message. It runs in the child: what it changes outside shared memory is lost.
 */
typedef struct err *step_fn(void *arg, struct step_report *report);

/* Never fails: whatever goes wrong is in the result. */
void step_run(const struct step_limits *limits, step_fn *fn, void *arg, struct step_result *result);

/*
 * step_run() in two halves, for a step that goes on while this process runs others. What step_begin
 * began step_end() ends, always; until then nobody looks at its limits, which count from there.
 */
struct step {
	pid_t pid; /* <0: there is none, and report says why */
	struct step_report *report;
	double start; /* clock_now() */
};
void step_begin(struct step *s, step_fn *fn, void *arg);
void step_end(struct step *s, const struct step_limits *limits, struct step_result *result);
/*
 * Ends what is left of a step whose parent, a step itself, was killed: group is what its step.pid
 * was. For a process that adopts orphans (PR_SET_CHILD_SUBREAPER). Returns when they are gone, or,
 * where they do not die, after some seconds.
 */
void step_end_orphans(pid_t group);

/*
 * Called in this process several times a second while a step runs here and is within its limits;
 * left: seconds until one of them ends it, INFINITY when there is none. Not called for steps that
 * a step's child runs. fn NULL: no longer.
 */
typedef void step_tick_fn(double left);
void step_on_tick(step_tick_fn *fn);
/* The same for what is no step: calls fn now. */
void step_tick(double left);

/* Sets the report's message, cut to its size. */
void step_say(struct step_report *report, const char *fmt, ...) printf_like(2, 3);

/* Zeroed memory shared with children forked later; NULL when there is none. Freed with
 * step_unshare(). */
void *step_share(size_t size);
void step_unshare(void *p, size_t size);

/*
 * Waits up to seconds for pid, which is a child, to end. Returns false when it has not. The child
 * is not reaped: waitpid() is the caller's.
 */
bool child_ended(pid_t pid, double seconds);
/*
 * Ends a child: TERM, a grace, KILL, a last wait; group: its process group as well. Reaps it.
 * Returns false when it is still there (uninterruptible in the kernel): it is left behind.
 */
bool child_end(pid_t pid, bool group, int *status);

#endif
