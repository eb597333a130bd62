/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of kdump-capture and its exit statuses.
 */
#ifndef SALVOR_CRASH_COMMAND_H
#define SALVOR_CRASH_COMMAND_H

#include <stdbool.h>
#include "base/err.h"

enum {
	EXIT_SAVED = 0,
	EXIT_NOT_SAVED = 1,
	EXIT_USAGE = 2,
	EXIT_INCOMPLETE = 3,
	EXIT_NOT_READY = 10, /* --early: the device is not there yet */
	EXIT_NO_DUMP = 11,   /* no /proc/vmcore, or it was dealt with before */
};

struct options {
	const char *config; /* NULL: the command's own default */
	const char *root;   /* NULL: / */
	bool dry_run, early;
	const char *words[4]; /* what is not an option */
	int count;
};

/* NULL: *status is the exit status. */
struct err *cmd_run(const struct options *o, int *status) must_check;
struct err *cmd_config(const struct options *o, int *status) must_check;

#endif
