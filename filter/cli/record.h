/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run did, for programs (JSON) and people (a few lines): times of each phase, pages by
 * reason, bytes. Filled by cmd_filter; it measures nothing itself but the process's CPU time and
 * memory. One thread.
 */
#ifndef SALVOR_CLI_RECORD_H
#define SALVOR_CLI_RECORD_H

#include "cli/options.h"
#include "output/writer.h"
#include "pages/select.h"

enum phase { PHASE_OPEN, PHASE_SELECT, PHASE_COPY, NR_PHASES };

struct record {
	const struct options *options;
	const char *format;
	double seconds[NR_PHASES];
	uint64_t existing, selected, unknown;
	uint64_t excluded[PAGE_NR_CLASSES];
	struct written written;
	uint64_t missing_bytes; /* of a vmcore that was cut */
	bool incomplete_input;	/* it is a dump that is flagged so, or a stream that was cut */
	bool complete;
	const char *error; /* NULL if none */
};

/* ERR_USAGE if the record would be written over the vmcore or the dump. */
struct err *record_check(const struct options *o) must_check;
/* Writes the JSON record to options->record. */
struct err *record_write(const struct record *r) must_check;
/* The report for people, to standard error. */
void record_print(const struct record *r);

#endif
