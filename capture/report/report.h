/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report on a dead kernel: runs its parts one after the other, each with a limit of its own,
 * and writes each as soon as it is known, so that what is later cannot lose what is earlier. What
 * several parts need (tasks, stacks, the log) is found once and kept here. It does not interpret.
 * One thread.
 */
#ifndef SALVOR_REPORT_REPORT_H
#define SALVOR_REPORT_REPORT_H

#include "base/buf.h"
#include "kernel/kernel.h"
#include "report/locks.h"
#include "report/threads.h"

struct report_part;
struct ending;
struct hang;

struct report {
	struct kernel *k;
	const char *path;

	/* Shared, found at the first use: ask with the functions below. */
	struct buf log;
	struct err *log_error;
	bool log_read;
	uint64_t log_skipped; /* records */
	struct threads *threads;
	struct buf threads_missing; /* lines: what they lack */
	struct locks *locks;
	struct ending *ending; /* report/ending.h */
	struct hang *hang;     /* report/hang.h */

	bool begun;	 /* some part has run */
	bool found_any;	 /* some part has something to say */
	double patience; /* times the seconds of each part: 1, more in tests on slow machines */

	/* Of the part that runs. */
	struct buf missing; /* lines */
	unsigned int nmissing;
	double until; /* clock_cpu() at which it must end */
	bool out_of_time;
};

/* Where a report goes. Either may be -1. The descriptors stay the caller's. */
struct report_output {
	int text_fd;
	int json_fd; /* a file that can be overwritten in place: it is valid JSON after each part */
};

/*
 * Runs all parts. A part that fails is a line in the report, not an error; what cannot be written
 * is one, and so is that all parts failed (ERR_MISSING; the report is written). names: the parts to
 * run, separated by commas; NULL: all. ERR_USAGE for an unknown name.
 */
struct err *report_run(struct report *r, const char *names,
		       const struct report_output *out) must_check;

struct err *report_init(struct report *r, struct kernel *k, const char *path) must_check;
void report_deinit(struct report *r);

/* A line on what this part cannot say, and why; the same one is said once. After REPORT_MISSING_MAX
 * they are only counted. */
#define REPORT_MISSING_MAX 64
void report_missing(struct report *r, const char *fmt, ...) printf_like(2, 3);
/* The same for an error, which it frees; NULL is nothing. True if there was one. */
bool report_failed(struct report *r, struct err *e);
/* False once the part's CPU time is used up; the report says so then. */
bool report_time_left(struct report *r);

/* The whole log as text, NUL-terminated, borrowed; NULL if it cannot be read. */
const char *report_log(struct report *r);
/* Every thread with its stack, borrowed; NULL if there is no way to them (said as missing). */
const struct threads *report_threads(struct report *r);

/* What threads wait for and who has it, borrowed; NULL if that cannot be found (said as missing).
 */
const struct locks *report_locks(struct report *r);

/* ERR_USAGE where names, as for report_run(), has one that is no part's, or none at all. */
struct err *report_check_names(const char *names) must_check;
/* The names of all parts, NULL at the end of the table. */
const char *report_part_name(size_t i);
/* The heading of the part of that name. */
const char *report_part_title(const char *name);

#endif
