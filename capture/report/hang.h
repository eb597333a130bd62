/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who hung: what the CPUs, run queues, locks, blocked tasks, disks and the memory of a dead kernel
 * say together, as a list of suspects, the best first, each in one line with its evidence. It looks
 * at what the parts of the report look at, with their means, and asks no log. For a kernel that was
 * ended because it hung (ending.h); one that died of something else has suspects of no interest.
 * Found once for a report; immutable; one thread.
 */
#ifndef SALVOR_REPORT_HANG_H
#define SALVOR_REPORT_HANG_H

#include "report/cpu_progress.h"

/* Tasks and requests that wait for less than that are usual on a machine that works. */
#define HANG_SECONDS 10

/* In the order in which they are believed. */
enum suspect_kind {
	SUSPECT_STOPPED_CPU, /* its clock stood still */
	SUSPECT_LOCKUP,	     /* a watchdog's thread did not get to run */
	SUSPECT_DEADLOCK,
	SUSPECT_CPU_HOG, /* others do not get its CPU */
	SUSPECT_MEMORY,
	SUSPECT_IO,	     /* a disk or server that does not answer */
	SUSPECT_LOCK_HOLDER, /* others wait for its locks */
	SUSPECT_BLOCKED,     /* for a reason that its stack alone says */
	SUSPECT_RUN_QUEUE,   /* more to run than the CPU gets done */
	SUSPECT_RCU,	     /* a grace period that does not end */
	SUSPECT_POSSIBLE_DEADLOCK,
	SUSPECT_KINDS
};

/* As report.json has it: "cpu-hog". */
const char *suspect_kind_name(enum suspect_kind kind);

struct suspect {
	enum suspect_kind kind;
	const char *part; /* of the report, that has the details */
	double seconds;	  /* how long, as far as it is seen; negative: not known */
	bool strong;	  /* enough for a verdict */
	struct buf text;  /* without a full stop */
};

#define HANG_SUSPECTS 32

struct hang {
	struct suspect suspect[HANG_SUSPECTS];
	size_t n, more; /* kept, not kept */
	struct cpus_progress cpus;
	struct buf missing; /* lines: what could not be looked at */
	bool cut;	    /* for lack of time */
};

/*
 * Borrowed until the next part of the report, as what one part had no time for is looked for again
 * by the next. NULL: out of memory. The part "hang" says what is missing.
 */
const struct hang *report_hang(struct report *r);
void hang_destroy(struct hang *h);

/* The first of those that are strong and of which kinds has the bit 1 << kind; or NULL. */
const struct suspect *hang_best(const struct hang *h, unsigned int kinds);

/* --- for the files hang_*.c, which look for suspects of some kinds each */

/* Takes the text. */
void hang_add(struct hang *h, enum suspect_kind kind, const char *part, double seconds, bool strong,
	      struct buf *text);
/* ": a (pid 1), b (pid 2), and 3 more": tasks of a list, of which the first are named. */
#define HANG_NAMED 4
void hang_name_task(const struct task *t, size_t nth, struct buf *out);
void hang_name_more(size_t n, struct buf *out);

void hang_find_cpus(struct report *r, struct hang *h);
void hang_find_tasks(struct report *r, struct hang *h);
void hang_find_memory(struct report *r, struct hang *h);

#endif
