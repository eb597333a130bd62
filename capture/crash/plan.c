// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include "base/clock.h"
#include "crash/collector.h"
#include "crash/say.h"
#include "crash/steps.h"
#include "crash/target.h"

enum {
	NEEDS_TARGET = 1 << 0,	/* skipped when the target did not open */
	ONLY_KDUMP = 1 << 1,	/* fadump: the devices were reset and production owns them */
	NEEDS_PRE = 1 << 2,	/* skipped when kdump_pre said no */
	CLEANUP = 1 << 3,	/* its success is not worth a line */
	ONLY_UNBOUND = 1 << 4,	/* pointless once the NIC drivers are loaded */
	ONLY_FALLBACK = 1 << 5, /* part of the plan only after another target failed */
	ONLY_FIRST = 1 << 6,	/* and only before */
	ONLY_CUT = 1 << 7,	/* only when the step's process was killed while a collector ran */
	BESIDE = 1 << 8,	/* beside the others, where there are the means (beside_fits) */
	BESIDE_FROM = 1 << 9,	/* those begin when it is this one's turn */
	BESIDE_UNTIL = 1 << 10, /* this one needs what they leave */
};

struct row {
	const char *name;
	step_fn *fn;
	struct step_limits limits; /* wall, stall: seconds; 0 none */
	unsigned flags;
	const char *phase; /* said when it is done */
};

/*
 * The limits are generous: they are there so that nothing waits for ever, not to be met. Where work
 * grows with memory or the disk's mood there is no wall limit, only one on the time without
 * progress; the vmcore step's is longer than a collector's own (collector.c), so that a hung
 * collector is replaced before the step is given up.
 */
#define OPEN_LIMITS                                                                                \
	{                                                                                          \
		300, 0                                                                             \
	} /* 120 s for the device, then a mount that may replay a journal */
#define SMALL_LIMITS                                                                               \
	{                                                                                          \
		120, 0                                                                             \
	}
#define NIC_LIMITS                                                                                 \
	{                                                                                          \
		NIC_SECONDS + 15, 0                                                                \
	} /* nic-dump ends itself in time, or is ended; this is for when that fails */
#define REPORT_LIMITS                                                                              \
	{                                                                                          \
		REPORT_SECONDS + 30, 0                                                             \
	} /* its program is ended in time; then the files are flushed */
#define DRIVERS_LIMITS                                                                             \
	{                                                                                          \
		90, 0                                                                              \
	} /* some drivers of 15 s each at worst */
#define NETWORK_LIMITS                                                                             \
	{                                                                                          \
		200, 0                                                                             \
	}
#define VMCORE_LIMITS                                                                              \
	{                                                                                          \
		0, 300                                                                             \
	}
#define STREAM_LIMITS                                                                              \
	{                                                                                          \
		0, 180                                                                             \
	} /* reading a dump back, syncing it */
#define HOOK_LIMITS                                                                                \
	{                                                                                          \
		600, 0                                                                             \
	}
#define RELEASE_LIMITS                                                                             \
	{                                                                                          \
		120, 0                                                                             \
	}
#define CLOSE_LIMITS                                                                               \
	{                                                                                          \
		60, 0                                                                              \
	}

static const struct row rows_local[] = {
	{"pre", step_pre, HOOK_LIMITS, ONLY_FIRST, NULL},
	{"open", step_open, OPEN_LIMITS, NEEDS_PRE, "target-open"},
	{"dmesg", step_dmesg, SMALL_LIMITS, NEEDS_TARGET, "dmesg-saved"},
	{"nic-staged", step_nic_staged, SMALL_LIMITS, NEEDS_TARGET | ONLY_FALLBACK, NULL},
	{"nic-before", step_nic_before, NIC_LIMITS,
	 NEEDS_TARGET | ONLY_KDUMP | ONLY_UNBOUND | BESIDE_FROM, NULL},
	{"nic-drivers", step_nic_drivers, DRIVERS_LIMITS, NEEDS_TARGET | ONLY_KDUMP | ONLY_UNBOUND,
	 NULL},
	{"nic-after", step_nic_after, NIC_LIMITS, NEEDS_TARGET, "nic-saved"},
	/* What these two say can be had again of the vmcore: nothing need wait for them. */
	{"report", step_report, REPORT_LIMITS, NEEDS_TARGET | BESIDE, "report-saved"},
	{"nic-dead", step_nic_dead, NIC_LIMITS, NEEDS_TARGET | BESIDE, "nic-dead-saved"},
	{"vmcore", step_vmcore, VMCORE_LIMITS, NEEDS_TARGET, "vmcore-saved"},
	{"vmcore-again", step_vmcore, VMCORE_LIMITS, NEEDS_TARGET | ONLY_CUT, "vmcore-saved"},
	{"digest", step_digest, STREAM_LIMITS, NEEDS_TARGET, NULL},
	{"manifest", step_manifest, STREAM_LIMITS, NEEDS_TARGET | BESIDE_UNTIL, NULL},
	{"journal", step_journal, SMALL_LIMITS, NEEDS_TARGET, NULL},
	{"publish", step_publish, STREAM_LIMITS, NEEDS_TARGET, "published"},
	{"post", step_post, HOOK_LIMITS, 0, NULL},
};

/* The network needs the drivers: config space is read before them, into memory. */
static const struct row rows_remote[] = {
	{"pre", step_pre, HOOK_LIMITS, 0, NULL},
	{"dmesg", step_dmesg, SMALL_LIMITS, NEEDS_PRE, NULL},
	{"nic-before", step_nic_before, NIC_LIMITS, NEEDS_PRE | ONLY_KDUMP, NULL},
	{"nic-drivers", step_nic_drivers, DRIVERS_LIMITS, NEEDS_PRE | ONLY_KDUMP, NULL},
	{"network", step_network, NETWORK_LIMITS, NEEDS_PRE, NULL},
	{"open", step_open, OPEN_LIMITS, NEEDS_PRE, "target-open"},
	{"send-dmesg", step_send_dmesg, SMALL_LIMITS, NEEDS_TARGET, "dmesg-saved"},
	{"nic-after", step_nic_after, NIC_LIMITS, NEEDS_PRE, NULL},
	{"send-nic", step_send_nic, SMALL_LIMITS, NEEDS_TARGET, "nic-saved"},
	{"report", step_report, REPORT_LIMITS, NEEDS_TARGET, NULL},
	{"send-report", step_send_report, SMALL_LIMITS, NEEDS_TARGET, "report-saved"},
	{"nic-dead", step_nic_dead, NIC_LIMITS, NEEDS_TARGET, NULL},
	{"send-nic-dead", step_send_nic_dead, SMALL_LIMITS, NEEDS_TARGET, "nic-dead-saved"},
	{"vmcore", step_vmcore, VMCORE_LIMITS, NEEDS_TARGET, "vmcore-saved"},
	{"vmcore-again", step_vmcore, VMCORE_LIMITS, NEEDS_TARGET | ONLY_CUT, "vmcore-saved"},
	{"digest", step_digest, STREAM_LIMITS, NEEDS_TARGET, NULL},
	{"manifest", step_manifest, STREAM_LIMITS, NEEDS_TARGET, NULL},
	{"journal", step_journal, SMALL_LIMITS, NEEDS_TARGET, NULL},
	{"publish", step_publish, STREAM_LIMITS, NEEDS_TARGET, "published"},
	{"post", step_post, HOOK_LIMITS, 0, NULL},
};

static const struct row row_release = {"release", step_release, RELEASE_LIMITS, 0, "released"};
static const struct row row_close = {"close", step_close, CLOSE_LIMITS, CLEANUP, NULL};

static const char *reason_to_skip(const struct run *run, const struct row *row)
{
	if (row->flags & ONLY_KDUMP && run->environment != ENVIRONMENT_KDUMP)
		return "not in a fadump capture: the devices were reset";
	if (row->flags & NEEDS_PRE && run->pre_refused)
		return "kdump_pre said no";
	if (row->flags & ONLY_UNBOUND && run->drivers_loaded)
		return "the drivers are loaded already";
	if (row->flags & NEEDS_TARGET && !run->target.open)
		return "the target is not open";
	return NULL;
}

static void tell(const struct row *row, const struct step_result *r)
{
	const char *colon = *r->message ? ": " : "";
	if (r->outcome == OUTCOME_OK) {
		if (row->flags & CLEANUP)
			return;
		say("%s: ok, %llu bytes in %.1f s%s%s", row->name, (unsigned long long)r->bytes,
		    r->seconds, colon, r->message);
		if (row->phase)
			say_phase(row->phase);
	} else if (r->outcome == OUTCOME_SKIPPED) {
		say("%s: skipped%s%s", row->name, colon, r->message);
	} else {
		say_error("%s: %s after %.1f s%s%s", row->name, outcome_name(r->outcome),
			  r->seconds, colon, r->message);
	}
}

/* Killed, as when memory ran out. One that hung was ended by its limits: the next would hang, too.
 */
static bool was_cut(const struct run *run)
{
	return run->steps > 0 && run->steps <= RUN_STEPS_MAX && collector_was_cut(run) &&
	       run->step[run->steps - 1].result.outcome == OUTCOME_FAILED;
}

static bool in_plan(const struct run *run, const struct row *row)
{
	if (row->flags & ONLY_CUT && !was_cut(run))
		return false;
	return !(row->flags & (run->fallback ? ONLY_FIRST : ONLY_FALLBACK));
}

/* Runs a step; what it came to goes into record. */
static void run_step(struct run *run, const struct row *row, struct step_record *record)
{
	struct step_result *r = &record->result;
	record->available_kib = environment_available_kib(run->root);
	const char *skip = reason_to_skip(run, row);
	if (skip) {
		*r = (struct step_result) {.outcome = OUTCOME_SKIPPED, .start = clock_now()};
		snprintf(r->message, sizeof(r->message), "%s", skip);
	} else {
		if (!(row->flags & CLEANUP))
			say("%s: starts", row->name);
		struct step s;
		step_begin(&s, row->fn, run);
		record->group = s.pid;
		step_end(&s, &row->limits, r);
		record->group = 0;
	}
	tell(row, r);
}

/* The next record of the run, or, when they are used up, spare. */
static struct step_record *next_record(struct run *run, const struct row *row,
				       struct step_record *spare)
{
	struct step_record *record = run->steps < RUN_STEPS_MAX ? &run->step[run->steps++] : spare;
	*record = (struct step_record) {.available_kib = 0};
	snprintf(record->name, sizeof(record->name), "%s", row->name);
	return record;
}

static enum outcome run_row(struct run *run, const struct row *row)
{
	struct step_record spare;
	if (!in_plan(run, row))
		return OUTCOME_SKIPPED;
	struct step_record *record = next_record(run, row, &spare);
	run_step(run, row, record);
	return record->result.outcome;
}

/*
 * Whether steps may go on beside the others: only where the vmcore does not suffer from them. It
 * gets no slower with a processor for them; there is memory for all; and the target could not
 * become full, whatever the vmcore turns out to need.
 */
#define BESIDE_MIN_KIB ((uint64_t)128 * 1024)

static bool beside_fits(const struct run *run)
{
	return run->cpus > 1 && target_is_roomy(run) &&
	       environment_available_kib(run->root) >= BESIDE_MIN_KIB;
}

#define BESIDE_MAX 4

/* The steps that go on beside the others, one after the other in a process of their own. */
struct beside {
	struct run *run;
	struct step step; /* that process */
	size_t count;	  /* 0: there are none */
	const struct row *row[BESIDE_MAX];
	struct step_record *record[BESIDE_MAX]; /* of each, in shared memory */
};

static struct err *run_beside(void *arg, struct step_report *report)
{
	struct beside *b = arg;
	(void)report;
	for (size_t i = 0; i < b->count; i++)
		run_step(b->run, b->row[i], b->record[i]);
	return NULL;
}

/* There is no process for them: each has its turn, as where there are not the means. */
static void beside_give_up(struct beside *b)
{
	struct step_limits none = {.wall = 0};
	struct step_result r;
	step_end(&b->step, &none, &r);
	say_error("no step goes on beside the others: %s", r.message);
	b->run->steps -= (unsigned)b->count;
	b->count = 0;
}

static void beside_begin(struct beside *b, const struct row *rows, size_t count)
{
	struct run *run = b->run;
	if (run->steps + BESIDE_MAX > RUN_STEPS_MAX || !beside_fits(run))
		return;
	for (size_t i = 0; i < count && b->count < BESIDE_MAX; i++) {
		if (!(rows[i].flags & BESIDE))
			continue;
		b->row[b->count] = &rows[i];
		b->record[b->count++] = next_record(run, &rows[i], NULL);
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* for beside_end() */
	step_begin(&b->step, run_beside, b);
	if (b->step.pid < 0)
		beside_give_up(b);
}

static bool beside_has(const struct beside *b, const struct row *row)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->row[i] == row)
			return true;
	return false;
}

/* Waits for them; their process is ended when it is not done within the time of all its steps. */
static void beside_end(struct beside *b)
{
	struct step_limits limits = {.wall = 0};
	struct step_result r;
	if (b->count == 0)
		return;
	for (size_t i = 0; i < b->count; i++)
		limits.wall += b->row[i]->limits.wall + STEP_GRACE;
	step_end(&b->step, &limits, &r);
	for (size_t i = 0; i < b->count; i++) {
		struct step_result *of = &b->record[i]->result;
		if (of->outcome != OUTCOME_NONE)
			continue;
		/* it was killed before it came to this one, or in it: what still writes goes, too
		 */
		step_end_orphans(b->record[i]->group);
		*of = r;
		of->outcome = OUTCOME_FAILED;
		tell(b->row[i], of);
	}
	b->count = 0;
}

static const struct row *rows_of(const struct run *run, size_t *count)
{
	bool remote = run->target.ops->remote;
	*count = remote ? ARRAY_SIZE(rows_remote) : ARRAY_SIZE(rows_local);
	return remote ? rows_remote : rows_local;
}

void plan_save(struct run *run)
{
	size_t count;
	const struct row *rows = rows_of(run, &count);
	struct beside beside = {.run = run};
	for (size_t i = 0; i < count; i++) {
		if (rows[i].flags & BESIDE_FROM)
			beside_begin(&beside, rows, count);
		if (rows[i].flags & BESIDE_UNTIL)
			beside_end(&beside);
		if (!beside_has(&beside, &rows[i]))
			run_row(run, &rows[i]);
	}
}

enum outcome plan_release(struct run *run)
{
	return run_row(run, &row_release);
}

void plan_close(struct run *run)
{
	run_row(run, &row_close);
}

static void print_row(const struct run *run, const struct row *row)
{
	char limit[64] = "no limit";
	if (row->limits.wall > 0)
		snprintf(limit, sizeof(limit), "at most %.0f s", row->limits.wall);
	else if (row->limits.stall > 0)
		snprintf(limit, sizeof(limit), "at most %.0f s without progress",
			 row->limits.stall);
	bool skip = row->flags & ONLY_KDUMP && run->environment != ENVIRONMENT_KDUMP;
	printf("%-12s %s%s\n", row->name, limit, skip ? " (skipped: fadump)" : "");
}

void plan_print(const struct run *run)
{
	size_t count;
	const struct row *rows = rows_of(run, &count);
	for (size_t i = 0; i < count; i++)
		if (in_plan(run, &rows[i]))
			print_row(run, &rows[i]);
	if (run->environment == ENVIRONMENT_FADUMP)
		print_row(run, &row_release);
	print_row(run, &row_close);
}
