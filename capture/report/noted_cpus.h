/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs by their registers alone: where the kernel does not say what its tasks are, the dump's notes
 * still say where each CPU was, and its symbols what called that. It knows no tasks. One thread.
 */
#ifndef SALVOR_REPORT_NOTED_CPUS_H
#define SALVOR_REPORT_NOTED_CPUS_H

#include "report/report.h"

struct noted_cpu {
	unsigned int nth; /* of the notes; the CPU's number, unless some were offline */
	struct regs regs;
	struct frame *frames; /* the first is where it was */
	size_t n;
	enum unwind_end end;
};

struct noted_cpus {
	struct noted_cpu *v;
	size_t n;
};

/* Those whose registers are in the notes; ERR_MISSING: none. Without symbols there is one frame
 * each, said as missing. */
struct err *noted_cpus_read(struct report *r, struct noted_cpus *ret) must_check;
void noted_cpus_deinit(struct noted_cpus *c);

#endif
