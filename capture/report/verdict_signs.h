/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines by which kernels tell of their troubles, and what panic() says, as tables for
 * verdict_log.c alone. A new kind of line is a line there. Immutable; any thread.
 */
#ifndef SALVOR_REPORT_VERDICT_SIGNS_H
#define SALVOR_REPORT_VERDICT_SIGNS_H

#include "report/verdict_log.h"

enum sign_where { AT_START, ANYWHERE };

/* A line that begins a report. */
struct verdict_sign {
	enum trouble_type type;
	enum sign_where where;
	const char *text;
	const char *also; /* must be in the line as well; NULL: nothing */
	const char *what; /* struct trouble has it; NULL: the type says enough */
};

extern const struct verdict_sign verdict_signs[];
extern const size_t verdict_nr_signs;

/* What panic() says → which of the troubles it ends. The first that is in it counts. */
struct verdict_reason {
	const char *text;
	enum verdict_kind kind;
	enum trouble_type cause;
};

extern const struct verdict_reason verdict_reasons[];
extern const size_t verdict_nr_reasons;

/* Functions at the top of the stack of a task that waits, by the start of their names. */
struct verdict_wait {
	const char *prefix; /* with a + at its end: the whole name */
	const char *what;   /* it waits for; NULL: that is further down */
};

extern const struct verdict_wait verdict_waits[];
extern const size_t verdict_nr_waits;

#define STACK_OVERFLOW "Kernel stack overflow"

#endif
