/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs whose clock stood still while a task was on them, as of one that spins with interrupts off,
 * in words: no watchdog need have seen them. It does not look at the log. One thread.
 */
#ifndef SALVOR_REPORT_STOPPED_CPUS_H
#define SALVOR_REPORT_STOPPED_CPUS_H

#include "report/cpu_progress.h"

/*
 * Which they are, since when, where, with which task: a sentence without its full stop. Returns how
 * many seconds the longest one stood still; 0, nothing added: none that can be seen.
 */
double stopped_cpus_text(const struct kernel *k, const struct cpus_progress *c,
			 struct buf *sentence);
/* The same, with nothing known before; false for 0. */
bool report_stopped_cpus(struct report *r, const struct stopped_search *s, struct buf *sentence);

#endif
