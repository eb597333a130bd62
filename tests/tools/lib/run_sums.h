/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What many runs on damaged dumps came to: how many there were, how many failed and where, and what
 * they cost. It judges no run. Has no pointers, so it can lie in memory that processes share.
 */
#ifndef SALVOR_TOOLS_RUN_SUMS_H
#define SALVOR_TOOLS_RUN_SUMS_H

#include "plan.h"

struct run_result {
	int status; /* of waitpid() */
	bool too_long;
	double cpu;
	uint64_t rss_kib;
	size_t parts; /* that had something to say */
};

struct worst {
	double value;
	uint64_t seed;
};

struct run_sums {
	uint64_t runs, failures, refused, nothing, parts;
	uint64_t by_place[PLACES][2]; /* runs, and failures */
	double cpu;
	struct worst most_cpu, most_rss;
};

void run_sums_count(struct run_sums *sums, const struct plan *p, const struct run_result *r,
		    bool failed);
void run_sums_add(struct run_sums *sums, const struct run_sums *more);
/* As TAP's comments, on standard output. */
void run_sums_say(const struct run_sums *sums);

#endif
