/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress of a long run on standard error: one line that is redrawn for people, JSON lines for
 * programs. It decides nothing. One thread.
 */
#ifndef SALVOR_CLI_PROGRESS_H
#define SALVOR_CLI_PROGRESS_H

#include <stdint.h>
#include "cli/options.h"

struct progress {
	enum progress_kind kind;
	const char *phase;
	uint64_t total;
	double started, last;
	bool drawn;
};

void progress_init(struct progress *p, const struct options *o);
void progress_phase(struct progress *p, const char *phase, uint64_t total_pages);
/* May be called often: it prints at most once a second. */
void progress_update(struct progress *p, uint64_t done_pages, uint64_t bytes);
void progress_end(struct progress *p, uint64_t done_pages, uint64_t bytes);

#endif
