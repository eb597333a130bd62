/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of vmcore-filter, makedumpfile's options included, as plain values. The only
 * place that knows of option letters; it opens nothing. Strings are borrowed from argv.
 */
#ifndef SALVOR_CLI_OPTIONS_H
#define SALVOR_CLI_OPTIONS_H

#include <stdbool.h>
#include "codec/codec.h"

enum mode { MODE_FILTER, MODE_DMESG, MODE_REARRANGE, MODE_HELP, MODE_VERSION, MODE_CHECK_PARAMS };
enum progress_kind { PROGRESS_AUTO, PROGRESS_TEXT, PROGRESS_JSON, PROGRESS_NONE };

/* Exit status; documented in vmcore-filter.8. */
enum exit_status {
	EXIT_SAVED = 0,
	EXIT_FAILED = 1, /* nothing usable, and the target is not the reason */
	EXIT_USAGE = 2,
	EXIT_INCOMPLETE =
		3, /* the target failed or is full: what is there is flagged and readable */
	EXIT_TARGET_FAILED = 4, /* the target failed, nothing usable */
};

struct options {
	enum mode mode;
	const struct codec *codec; /* NULL: raw */
	unsigned int level;
	unsigned int threads; /* 0: serial */
	bool flattened;
	bool overwrite;
	bool dry_run;
	bool check_params;
	bool show_stats;
	enum progress_kind progress;
	unsigned int message_level; /* makedumpfile's bits: 1 progress, 2 common, 4 error, 8 debug,
				       16 report */
	const char *record;	    /* file for the run record, or NULL */
	const char *input;
	const char *output; /* NULL: standard output */
};

/* ERR_USAGE with the word that is wrong. argv[0] ending in makedumpfile selects its defaults. */
struct err *options_parse(int argc, char **argv, struct options *ret) must_check;

void options_help(const char *program);

#endif
