/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of vmcore-report, also under its name vmcore-dmesg. It opens nothing. The
 * strings are argv's.
 */
#ifndef SALVOR_REPORT_OPTIONS_H
#define SALVOR_REPORT_OPTIONS_H

#include "base/err.h"

enum report_mode {
	REPORT_RUN,
	REPORT_DMESG,
	REPORT_PRINT,
	REPORT_SYMBOLS,
	REPORT_TYPES,
	REPORT_HELP,
	REPORT_VERSION,
};

struct report_options {
	enum report_mode mode;
	const char *vmcore;
	const char *parts;   /* NULL: all */
	const char *text;    /* file; NULL: standard output, unless another output was asked for */
	const char *json;    /* file, "-" for standard output; NULL: none */
	const char *html;    /* file, or NULL */
	const char *what;    /* --print's expression; a regular expression for --symbols, --types */
	const char *program; /* as it was called */
};

struct err *report_options_parse(int argc, char **argv, struct report_options *ret) must_check;
void report_options_help(const struct report_options *o);

#endif
