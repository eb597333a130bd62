/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that nic-dump now, dbg and watch share. Strings are borrowed from argv.
 */
#ifndef SALVOR_NIC_WATCH_OPTIONS_H
#define SALVOR_NIC_WATCH_OPTIONS_H

#include <stdbool.h>
#include "base/err.h"

struct nic_take_options {
	const char *reason;
	const char *conf; /* NULL: NIC_CONF_FILE, if it is there */
	const char *root;
	unsigned deadline;
	bool registers; /* now, dbg: read those of the device too */
};

#define NIC_TAKE_OPTIONS                                                                           \
	{                                                                                          \
		.reason = "NA", .deadline = 60                                                     \
	}

/* What is left begins at argv[optind]. */
struct err *nic_take_options(int argc, char **argv, struct nic_take_options *o) must_check;

/* name is for the error. base as in strtoul(). */
struct err *nic_number(const char *name, const char *text, unsigned max, int base,
		       unsigned *ret) must_check;

#endif
