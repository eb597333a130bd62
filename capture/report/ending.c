// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/ending.h"

#include <stdlib.h>
#include <string.h>

static void add_missing(void *arg, const char *what)
{
	buf_printf(&((struct ending *)arg)->missing, "%s\n", what);
}

/*
 * Of a log without an end: system_reset_exception() (arch/powerpc/kernel/traps.c) calls
 * crash_fadump() first of all; die() would have printed, panic() would have set panic_cpu.
 */
static bool by_system_reset(const struct ending *e)
{
	return !e->seen.ended && e->system.way == WAY_FADUMP && !e->system.panicked;
}

/* The kernel's own variables come first; where they are silent, the log may know. */
static void take_who(const struct verdict_log *seen, struct system *s)
{
	const struct log_task *t = &seen->trouble[TROUBLE_PANIC].task;
	if (seen->trouble[TROUBLE_PANIC].count == 0)
		t = &seen->trouble[seen->cause].task;
	if (!seen->ended || s->cpu >= 0 || t->cpu < 0)
		return;
	s->cpu = t->cpu;
	s->pid = t->pid;
	snprintf(s->comm, sizeof(s->comm), "%.*s", (int)t->comm.len, t->comm.at ? t->comm.at : "");
}

const struct ending *report_ending(struct report *r)
{
	if (r->ending)
		return r->ending;
	struct ending *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	const char *log = report_log(r);
	system_read(r->k, add_missing, e, &e->system);
	e->has_log = log != NULL;
	if (log)
		verdict_log_read(log, &e->seen);
	if (e->seen.last_stamp > e->system.uptime)
		e->system.uptime = e->seen.last_stamp;
	take_who(&e->seen, &e->system);
	e->by_system_reset = by_system_reset(e);
	e->kind = e->seen.kind;
	if (e->kind == VERDICT_UNKNOWN && e->by_system_reset)
		e->kind = VERDICT_NMI;
	r->ending = e;
	return e;
}

void ending_destroy(struct ending *e)
{
	if (e)
		buf_deinit(&e->missing);
	free(e);
}

bool ending_is_hang(const struct ending *e)
{
	switch (e->kind) {
	case VERDICT_UNKNOWN:
	case VERDICT_NMI:
	case VERDICT_USER_REQUESTED:
	case VERDICT_WATCHDOG:
	case VERDICT_HUNG_TASK:
	case VERDICT_SOFT_LOCKUP:
	case VERDICT_HARD_LOCKUP:
	case VERDICT_RCU_STALL:
		return true;
	default:
		return false;
	}
}

bool ending_by_nmi(const struct ending *e)
{
	return e->seen.kind == VERDICT_NMI || e->by_system_reset;
}

double ending_began(const struct ending *e)
{
	const struct verdict_log *seen = &e->seen;
	const struct trouble *end = &seen->trouble[TROUBLE_PANIC],
			     *nmi = &seen->trouble[TROUBLE_NMI];
	if (seen->kind == VERDICT_NMI && nmi->count > 0)
		end = nmi;
	return seen->ended && end->count > 0 ? end->begin : 0;
}
