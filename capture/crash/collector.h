/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs that can save a vmcore, in the order they are tried: what CORE_COLLECTOR names,
 * vmcore-filter, makedumpfile where the image has it, and our own plain copy. The next one is tried
 * only when the reason of a failure is not the target. Runs inside the vmcore step.
 */
#ifndef SALVOR_CRASH_COLLECTOR_H
#define SALVOR_CRASH_COLLECTOR_H

#include "crash/run.h"
#include "crash/target.h"
#include "crash/words.h"

enum verdict {
	VERDICT_SAVED,	    /* complete */
	VERDICT_INCOMPLETE, /* a flagged, readable part is there; the target is the reason: stop */
	VERDICT_TARGET_FAILED, /* nothing usable; the target is the reason: stop */
	VERDICT_NEXT,	       /* try the next one */
};

/* What one attempt is made of. */
struct attempt_plan {
	const struct collector *collector;
	struct words options; /* argv[0] and the options, without file names and -F */
};

/*
 * To add a program: a line in the table of collector.c; the words core_collector may start with
 * come from there.
 */
struct collector {
	const char *program; /* NULL: the plain copy */
	const char *options; /* of the fallback, in front of -d LEVEL */
	bool own; /* takes --progress json and --record, and tells by its exit status whose fault it
		     was */
};

/* The program core_collector may start with, by the last part of its path; NULL when it is none of
 * ours. */
const struct collector *collector_find(const char *word);
/* Checks a core_collector line: words, program, no file names. */
struct err *collector_check(const char *line) must_check;

/*
 * Tries them all; fills run->core. NULL: what is in run->core; an error: nothing usable was saved.
 * When an earlier call did not return, because its process was killed while a collector ran, it
 * goes on with the next one.
 */
struct err *collector_save(struct run *run, struct step_report *report) must_check;

/* Whether that is so. */
bool collector_was_cut(const struct run *run);

/* Words an attempt that ended because of the target; usable: a readable part is there. */
enum verdict collector_target_verdict(struct run *run, struct attempt *a, bool usable,
				      const struct err *e);

/* To be told how much an attempt has written so far. */
void collector_outgrown(struct run *run, uint64_t bytes);

/* copy.c: /proc/vmcore as it is, with holes for zeros. */
enum verdict copy_vmcore(struct run *run, struct step_report *report, struct attempt *a);

#endif
