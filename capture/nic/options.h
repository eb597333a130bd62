/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the commands of nic-dump read their options: one loop, with the same errors, and numbers.
 * What an option means is the command's. Strings are borrowed from argv; one thread (getopt).
 */
#ifndef SALVOR_NIC_OPTIONS_H
#define SALVOR_NIC_OPTIONS_H

#include <getopt.h>
#include "base/err.h"

/* c: the option's val in the table; value: its argument, or NULL. */
typedef struct err *nic_take_option(void *arg, int c, const char *value);

/* Calls take for each option, up to the first error. What is left begins at argv[optind]. */
struct err *nic_options(int argc, char **argv, const struct option *table, nic_take_option *take,
			void *arg) must_check;

/* option is for the error. */
struct err *nic_option_number(const char *option, const char *text, double min, double max,
			      double *ret) must_check;

#endif
