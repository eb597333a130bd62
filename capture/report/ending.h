/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel ended, as its log and its variables have it together: what the verdict says in
 * words, and what decides whether somebody has to be found who hung. Found once for a report; it
 * does not look for who that was. Immutable; one thread.
 */
#ifndef SALVOR_REPORT_ENDING_H
#define SALVOR_REPORT_ENDING_H

#include "report/report.h"
#include "report/system.h"
#include "report/verdict_log.h"

struct ending {
	struct verdict_log seen;
	bool has_log;
	struct system system;
	enum verdict_kind kind; /* of the log, unless only the rest of the memory knows it */
	bool by_system_reset;	/* of POWER, of which the log has nothing */
	struct buf missing;	/* lines, of the kernel's variables: for the verdict to say */
};

/* Borrowed; NULL: out of memory. */
const struct ending *report_ending(struct report *r);
void ending_destroy(struct ending *e);

/*
 * Was it ended because it hung: by a person, a service processor, a watchdog of any kind, or did it
 * still run when its memory was taken? Else it died of something of its own.
 */
bool ending_is_hang(const struct ending *e);
/* An NMI ended it: the CPU of the crash was taken out of what it did, too. */
bool ending_by_nmi(const struct ending *e);
/* When it began to end, in seconds of its own clock; 0: the log does not say. */
double ending_began(const struct ending *e);

#endif
