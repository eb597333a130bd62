/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs whose clock stood still while a task was on them, as of one that spins with interrupts off:
 * no watchdog need have seen them. It does not look at the log. One thread.
 */
#ifndef SALVOR_REPORT_STOPPED_CPUS_H
#define SALVOR_REPORT_STOPPED_CPUS_H

#include "report/report.h"
#include "report/runqueues.h"

/*
 * A tick comes every 10 ms at most, and every second where it is kept away from a CPU (nohz_full):
 * a clock that is behind by more while a task is running has stopped.
 */
#define STOPPED_SECONDS 2

struct stopped_search {
	/* When the kernel began to end, in seconds of its own clock, if the log says so: where all
	 * CPUs stood still there is no other clock to be behind of. Else 0. */
	double end;
	/* The CPU that went through the crash path, which has interrupts off itself, -1: not known;
	 * and whether an NMI took it there, out of what it was doing. */
	int crash_cpu;
	bool by_nmi;
};

/*
 * Which they are, since when, where, with which task: a sentence without its full stop. False,
 * nothing added: none that can be seen.
 */
bool report_stopped_cpus(struct report *r, const struct stopped_search *s, struct buf *sentence);

#endif
