/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of the whole report, or of all that nic-dump dead says, on a dump that is damaged on its
 * way to the reader, as the programs do it: once in a process, which then ends. It checks nothing
 * of what it wrote.
 */
#ifndef SALVOR_TOOLS_REPORT_ONCE_H
#define SALVOR_TOOLS_REPORT_ONCE_H

#include "hostile.h"
#include "report/report.h"

struct run {
	const char *path;
	struct damages file, memory;
	const char *text; /* VMCOREINFO instead of the dump's own; NULL: what the dump has */
	struct seen *file_seen, *memory_seen; /* or NULL */
	int text_fd, json_fd;
	bool adapters; /* nic-dump dead, with raw files in this directory (-1: without) */
	int raw_fd;
	/* Called with the report before it is gone; or NULL. */
	void (*look)(void *arg, struct report *r);
	void *arg;
};

/* An exit status. Errors are said on standard error. */
enum run_end {
	RUN_REPORTED = 0,
	RUN_REFUSED = 1, /* the dump could not be opened */
	RUN_NOTHING = 3, /* there is a report, and it has nothing in it */
	RUN_FAILED = 4,	 /* something else */
};

enum run_end report_once(const struct run *run);

/*
 * The same in two steps, so that many runs begin with a kernel that was opened once, each in a
 * process that was forked since: what is damaged is then only what opening did not read. Of the
 * run, opening looks at path, text, and *_seen; the second step, which closes k, at the rest and
 * memory.
 */
struct err *report_open(const struct run *run, struct kernel **ret) must_check;
enum run_end report_opened(const struct run *run, struct kernel *k);

#endif
