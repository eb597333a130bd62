/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a dead kernel → what happened: finds the lines in which kernels tell of their
 * troubles, with task, CPU and place, decides which of them was the end, and says it in one
 * sentence. It looks at nothing but the text, which may be cut, damaged or made up. What it returns
 * points into the log. Pure.
 */
#ifndef SALVOR_REPORT_VERDICT_LOG_H
#define SALVOR_REPORT_VERDICT_LOG_H

#include "base/buf.h"
#include "report/log_line.h"

enum verdict_kind {
	VERDICT_UNKNOWN,
	VERDICT_PANIC, /* for a reason of its own: none of the following */
	VERDICT_OOPS,
	VERDICT_NMI,
	VERDICT_WATCHDOG, /* a hardware watchdog ran out, or was about to */
	VERDICT_HUNG_TASK,
	VERDICT_SOFT_LOCKUP,
	VERDICT_HARD_LOCKUP,
	VERDICT_RCU_STALL,
	VERDICT_DEADLOCK, /* never found in a log */
	VERDICT_OUT_OF_MEMORY,
	VERDICT_STACK_OVERFLOW,
	VERDICT_MACHINE_CHECK,
	VERDICT_USER_REQUESTED,
};

/* As report.json has it: "soft-lockup". */
const char *verdict_kind_name(enum verdict_kind kind);

/* What a line can tell of. */
enum trouble_type {
	TROUBLE_PANIC,
	TROUBLE_SYSRQ,
	TROUBLE_OOPS,
	TROUBLE_HARD,
	TROUBLE_SOFT,
	TROUBLE_RCU,
	TROUBLE_HUNG,
	TROUBLE_MCE,
	TROUBLE_NMI,
	TROUBLE_OOM,
	TROUBLE_CORRUPTION, /* of memory, noticed and survived */
	TROUBLE_TX,	    /* a network adapter did not send; never why a kernel ends */
	TROUBLE_WARNING,
	TROUBLES
};

/*
 * Everything that the log has of one type. Reports come in bursts (every hung task at once, an oops
 * that brings the next); the last burst is the one that matters, and in it what came first.
 */
struct trouble {
	size_t count; /* in the whole log */
	struct text first;
	size_t burst;		/* in the last burst, and of its first: */
	double begin, end;	/* stamps of the burst's first and last line */
	struct text line, text; /* with and without stamp */
	struct text detail;	/* a second line that says what the first does not */
	struct log_task task;
	struct log_place place; /* where code was interrupted */
	struct text place_line;
	struct log_place caller; /* who asked for it, or waits: in the call trace */
	const char *what;	 /* in words: kind of oops, what is waited for; or NULL */
	int64_t number;		 /* of the oops since boot, of seconds stuck; 0: not known */
};

struct verdict_log {
	enum verdict_kind kind;
	enum trouble_type cause; /* valid unless kind is VERDICT_UNKNOWN */
	bool ended;		 /* the log goes up to the end of the kernel */
	struct text reason;	 /* what panic() was called with */
	struct trouble trouble[TROUBLES];
	double last_stamp;
	struct text last_words[3]; /* the last lines of the log */
};

void verdict_log_read(const char *log, struct verdict_log *ret);

/* One line without a full stop; nothing if kind is VERDICT_UNKNOWN. */
void verdict_log_sentence(const struct verdict_log *v, struct buf *out);

/* Takes a line of the log, and how many more there are like it. */
typedef void (*verdict_line_fn)(void *arg, struct text line, size_t more);
/* The lines that the sentence rests on, then those of earlier troubles. */
void verdict_log_evidence(const struct verdict_log *v, verdict_line_fn fn, void *arg);

#endif
