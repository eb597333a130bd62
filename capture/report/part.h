/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of the report: one question, answered from the dead kernel's memory, printed for people
 * and for programs. A part knows no other part; what they share is in struct report. One thread.
 */
#ifndef SALVOR_REPORT_PART_H
#define SALVOR_REPORT_PART_H

#include "base/json.h"
#include "report/report.h"

/*
 * Adding a part: one file part_x.c that ends in one const struct report_part; a line in report.c's
 * table, whose order is the order of the report; its object in the manual's description of
 * report.json; a test. gather() walks the dead kernel's memory, asks report_time_left() in every
 * loop, and says what it did not find with report_missing(); an error of its own means that there
 * is nothing to print. text() and json() print what was gathered and read nothing more.
 */
struct report_part {
	const char *name;  /* its key in report.json */
	const char *title; /* its heading in the text */
	size_t data_size;  /* of its own struct, zeroed before gather() */
	double seconds;	   /* of CPU that it may take */
	/* Whether there is anything to ask, or the report is without it; NULL: always. */
	bool (*applies)(struct report *r);
	struct err *(*gather)(struct report *r, void *data);
	void (*text)(const struct report *r, const void *data, struct buf *out);
	/* Members of the part's object, which is open. */
	void (*json)(const struct report *r, const void *data, struct json *j);
	void (*release)(void *data); /* what data points to; NULL: nothing */
};

extern const struct report_part part_verdict, part_hang, part_cpus, part_blocked, part_locks,
	part_runqueues, part_memory, part_tasks, part_modules, part_mounts, part_block_io,
	part_network, part_interrupts, part_log;

#endif
