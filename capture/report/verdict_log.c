// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the log, and the decision. What lines look like is in verdict_signs.c. */
#include "report/verdict_log.h"

#include <string.h>
#include "base/cleanup.h"
#include "report/verdict_signs.h"

/* Lines at most this many seconds apart belong to one burst. */
#define BURST 5.0
/* How long after its cause a panic may come, and still be its end. */
#define AFTERMATH 60.0
/* Lines that may belong to one report: registers, stack, the stacks of other CPUs. */
#define CONTEXT_LINES 400

static const enum verdict_kind kinds[TROUBLES] = {
	[TROUBLE_PANIC] = VERDICT_PANIC,      [TROUBLE_SYSRQ] = VERDICT_USER_REQUESTED,
	[TROUBLE_OOPS] = VERDICT_OOPS,	      [TROUBLE_HARD] = VERDICT_HARD_LOCKUP,
	[TROUBLE_SOFT] = VERDICT_SOFT_LOCKUP, [TROUBLE_RCU] = VERDICT_RCU_STALL,
	[TROUBLE_HUNG] = VERDICT_HUNG_TASK,   [TROUBLE_MCE] = VERDICT_MACHINE_CHECK,
	[TROUBLE_NMI] = VERDICT_NMI,	      [TROUBLE_OOM] = VERDICT_OUT_OF_MEMORY,
	[TROUBLE_CORRUPTION] = VERDICT_PANIC, [TROUBLE_TX] = VERDICT_UNKNOWN,
	[TROUBLE_WARNING] = VERDICT_PANIC,
};

const char *verdict_kind_name(enum verdict_kind kind)
{
	static const char *const names[] = {
		[VERDICT_UNKNOWN] = "unknown",
		[VERDICT_PANIC] = "panic",
		[VERDICT_OOPS] = "oops",
		[VERDICT_NMI] = "nmi",
		[VERDICT_WATCHDOG] = "watchdog",
		[VERDICT_HUNG_TASK] = "hung-task",
		[VERDICT_SOFT_LOCKUP] = "soft-lockup",
		[VERDICT_HARD_LOCKUP] = "hard-lockup",
		[VERDICT_RCU_STALL] = "rcu-stall",
		[VERDICT_DEADLOCK] = "deadlock",
		[VERDICT_OUT_OF_MEMORY] = "out-of-memory",
		[VERDICT_STACK_OVERFLOW] = "stack-overflow",
		[VERDICT_MACHINE_CHECK] = "machine-check",
		[VERDICT_USER_REQUESTED] = "user-requested",
	};
	return names[kind];
}

/* --- lines that begin a report ------------------------------------------------------------------
 */

struct reading {
	struct verdict_log *v;
	enum trouble_type type; /* of the report that is being read */
	unsigned int lines;	/* of it that may still come; 0: none is being read */
	bool first;		/* of its burst: what follows is kept */
	bool muted;		/* another CPU's or task's stack stands in between */
	bool waiting;		/* a hung task's frames so far are those of waiting */
	bool dies;		/* the line of die() is still to come */
};

static const struct verdict_sign *find_sign(struct text line)
{
	for (size_t i = 0; i < verdict_nr_signs; i++) {
		const struct verdict_sign *s = &verdict_signs[i];
		bool there =
			s->where == AT_START ? text_starts(line, s->text) : text_has(line, s->text);
		if (there && (!s->also || text_has(line, s->also)))
			return s;
	}
	return NULL;
}

static void number_after(struct text line, const char *what, int *ret)
{
	struct text t = text_after(line, what);
	int64_t n;
	if (t.at && text_number(&t, &n) && n < INT32_MAX)
		*ret = (int)n;
}

/* "[#3]": the third since boot */
static void take_die(struct trouble *t, struct text line)
{
	struct text number = text_after(line, " [#");
	if (number.at)
		(void)text_number(&number, &t->number);
}

/* "BUG: soft lockup - CPU#1 stuck for 26s! [insmod:593]" */
static void take_soft(struct trouble *t, struct text line)
{
	struct text seconds = text_after(line, " stuck for ");
	struct text task = text_after(line, "! [");
	number_after(line, "CPU#", &t->task.cpu);
	if (seconds.at)
		(void)text_number(&seconds, &t->number);
	if (task.at)
		(void)log_comm_pid(task, &t->task);
}

/* "on cpu 3"; powerpc: "CPU 28 self-detected hard LOCKUP @ f+0x90/0x1d0", "on other CPUs 3" */
static void take_hard(struct trouble *t, struct text line)
{
	struct text place = text_after(line, " LOCKUP @ ");
	if (place.at && log_place(place, &t->place))
		t->place_line = t->line;
	if (text_has(line, "self-detected"))
		number_after(line, "CPU ", &t->task.cpu);
	number_after(line, "LOCKUP on cpu ", &t->task.cpu);
	number_after(line, "LOCKUP on other CPUs ", &t->task.cpu);
}

/* "INFO: task sh:577 blocked for more than 120 seconds." */
static void take_hung(struct trouble *t, struct text line)
{
	struct text seconds = text_after(line, " for more than ");
	(void)log_comm_pid(text_after(line, "INFO: task "), &t->task);
	(void)text_number(&seconds, &t->number);
}

static void take_oom(struct trouble *t, struct text line)
{
	struct text rest = text_after(line, " invoked oom-killer: ");
	if (rest.at)
		t->task.comm = text_until(line, " ");
}

/* "WARNING: CPU: 1 PID: 8 at lib/x.c:5 f+0xa4/0xd8"; since 6.18 "at f+0xa4/0xd8, CPU#1: sh/8" */
static void take_warning(struct trouble *t, struct text line)
{
	struct text at = text_after(line, " at ");
	number_after(line, "CPU: ", &t->task.cpu);
	number_after(line, ", CPU#", &t->task.cpu);
	if (!at.at || log_place(at, &t->place))
		return;
	(void)log_place(text_after(at, " "), &t->place);
}

static void take_headline(struct trouble *t, enum trouble_type type, struct text line)
{
	switch (type) {
	case TROUBLE_SOFT:
		take_soft(t, line);
		break;
	case TROUBLE_HARD:
		take_hard(t, line);
		break;
	case TROUBLE_HUNG:
		take_hung(t, line);
		break;
	case TROUBLE_OOM:
		take_oom(t, line);
		break;
	case TROUBLE_WARNING:
		take_warning(t, line);
		break;
	case TROUBLE_NMI:
		number_after(line, " on CPU ", &t->task.cpu);
		take_die(t, line);
		break;
	case TROUBLE_MCE:
		number_after(line, "[Hardware Error]: CPU ", &t->task.cpu);
		number_after(line, "MCE: CPU", &t->task.cpu);
		take_die(t, line);
		break;
	case TROUBLE_OOPS:
		take_die(t, line);
		break;
	default:
		break;
	}
}

/* A line that is all there is, and may stand in the middle of another report. */
static void count_line(struct trouble *t, const struct log_line *l)
{
	if (t->count++ == 0) {
		t->first = l->whole;
		t->begin = l->stamp;
	}
	t->end = l->stamp;
}

static void begin(struct reading *r, const struct verdict_sign *s, const struct log_line *l)
{
	struct trouble *t = &r->v->trouble[s->type];
	bool die = s->type == TROUBLE_OOPS && text_has(l->text, " [#");
	if (s->type == TROUBLE_TX) {
		count_line(t, l);
		return;
	}
	if (die && r->dies && r->lines > 0 && r->type == TROUBLE_OOPS) {
		r->dies = false;
		if (r->first) {
			take_die(t, l->text);
			t->detail = l->whole;
		}
		return;
	}
	/* stamps of several CPUs may go back a little */
	double since = l->stamp - t->end;
	r->first = t->count == 0 || since > BURST || since < -BURST;
	r->type = s->type;
	r->lines = CONTEXT_LINES;
	r->muted = false;
	r->waiting = true;
	r->dies = s->type == TROUBLE_OOPS && !die;
	if (t->count == 0)
		t->first = l->whole;
	if (r->first)
		*t = (struct trouble) {.count = t->count,
				       .first = t->first,
				       .begin = l->stamp,
				       .line = l->whole,
				       .text = l->text,
				       .task = LOG_NO_TASK,
				       .what = s->what};
	t->count++;
	t->burst++;
	t->end = l->stamp;
	if (!r->first)
		return;
	take_headline(t, s->type, l->text);
	if (s->type == TROUBLE_PANIC)
		r->v->reason = text_after(l->text, s->text);
}

/* --- lines that belong to it --------------------------------------------------------------------
 */

/* Whose registers and stack come now. True: of the task or CPU that this is about. */
static bool take_task(struct trouble *t, struct text line)
{
	struct log_task found;
	if (!log_line_task(line, &found))
		return false;
	if (t->task.cpu >= 0 ? t->task.cpu != found.cpu : t->task.pid >= 0)
		return false;
	t->task = found;
	return true;
}

/* True: a function of waiting, not what waits. */
static bool is_waiting(struct trouble *t, struct text symbol)
{
	for (size_t i = 0; i < verdict_nr_waits; i++) {
		if (!text_starts(symbol, verdict_waits[i].prefix))
			continue;
		if (verdict_waits[i].what)
			t->what = verdict_waits[i].what;
		return true;
	}
	return false;
}

/* The way into panic() that every panic has. */
static bool is_panicking(struct text symbol)
{
	static const char *const prefixes[] = {"dump_stack", "__dump_stack", "dump_backtrace",
					       "show_stack", "panic+",	     "vpanic+",
					       "nmi_panic",  "panic.cold"};
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (text_starts(symbol, prefixes[i]))
			return true;
	}
	return false;
}

static void take_frame(struct reading *r, struct trouble *t, struct text line)
{
	struct log_place frame;
	if (!log_line_frame(line, &frame))
		return;
	/* Whether a process asked for a crash, or a key. */
	if (text_starts(frame.symbol, "write_sysrq_trigger+"))
		t->caller = frame;
	if (t->caller.symbol.at)
		return;
	if (r->type == TROUBLE_HUNG ? is_waiting(t, frame.symbol) : is_panicking(frame.symbol))
		return;
	t->caller = frame;
}

/* What single kinds of report have besides registers and stack. */
static void take_more(enum trouble_type type, struct trouble *t, const struct log_line *l)
{
	struct text stalled = l->text, reason;
	switch (type) {
	case TROUBLE_RCU: /* "rcu: \t1-....: (5249 ticks this GP)" */
		if (text_starts(stalled, "rcu: "))
			stalled = text_after(stalled, "rcu: ");
		stalled = text_trim(stalled);
		int64_t cpu;
		if (t->task.cpu < 0 && text_number(&stalled, &cpu) && text_starts(stalled, "-"))
			t->task.cpu = (int)cpu;
		break;
	case TROUBLE_MCE: /* "[Hardware Error]: RIP 10:<ffffffff817897b4> {down_write+0x24/0x40}" */
		if (text_has(l->text, "[Hardware Error]: RIP "))
			(void)log_place(text_after(l->text, "{"), &t->place);
		reason = text_after(l->text, "[Hardware Error]: Machine check: ");
		if (reason.at && !t->detail.at)
			t->detail = l->whole;
		break;
	case TROUBLE_HUNG: /* "INFO: task sh:577 is blocked on a mutex likely owned by task …" */
		if (!t->detail.at && text_has(l->text, "likely owned by task"))
			t->detail = l->whole;
		break;
	default:
		break;
	}
}

static void context(struct reading *r, const struct log_line *l)
{
	struct trouble *t = &r->v->trouble[r->type];
	r->lines--;
	if (text_starts(l->text, "---[ end ") || l->stamp - t->end > BURST) {
		r->lines = 0;
		return;
	}
	t->end = l->stamp;
	if (!r->first)
		return;
	if (text_starts(l->text, "CPU: ")) {
		r->muted = !take_task(t, l->text);
		return;
	}
	take_more(r->type, t, l);
	if (r->muted)
		return;
	struct log_place pc;
	if (!t->place.symbol.at && log_line_pc(l->text, &pc)) {
		t->place = pc;
		t->place_line = l->whole;
		return;
	}
	take_frame(r, t, l->text);
}

/* --- the decision -------------------------------------------------------------------------------
 */

static bool recent(const struct verdict_log *v, enum trouble_type type, double stamp, double limit)
{
	const struct trouble *t = &v->trouble[type];
	return t->count > 0 && stamp - t->end <= limit;
}

static void decide(struct verdict_log *v, enum trouble_type cause, bool ended)
{
	const struct trouble *t = &v->trouble[cause];
	v->cause = cause;
	v->kind = kinds[cause];
	v->ended = ended;
	if (cause != TROUBLE_OOPS)
		return;
	if (t->what && strcmp(t->what, STACK_OVERFLOW) == 0)
		v->kind = VERDICT_STACK_OVERFLOW;
	/* Before 5.0 (8341f2f222d7) sysrq-c was a NULL pointer. */
	if (t->place.symbol.at && text_starts(t->place.symbol, "sysrq_handle_crash"))
		v->kind = VERDICT_USER_REQUESTED;
}

static void decide_panic(struct verdict_log *v)
{
	double stamp = v->trouble[TROUBLE_PANIC].begin;
	decide(v, TROUBLE_PANIC, true);
	for (size_t i = 0; i < verdict_nr_reasons; i++) {
		const struct verdict_reason *reason = &verdict_reasons[i];
		if (!text_has(v->reason, reason->text))
			continue;
		if (reason->cause == TROUBLE_PANIC) /* the panic's own words are all there is */
			v->kind = reason->kind;
		else if (recent(v, reason->cause, stamp, AFTERMATH))
			decide(v, reason->cause, true);
		else if (reason->cause == TROUBLE_OOPS && recent(v, TROUBLE_MCE, stamp, BURST))
			decide(v, TROUBLE_MCE, true);
		else if (reason->cause == TROUBLE_OOPS && recent(v, TROUBLE_NMI, stamp, BURST))
			decide(v, TROUBLE_NMI, true);
		else
			v->kind = reason->kind;
		return;
	}
	/* A reason that is none by itself: "Attempted to kill init!" */
	if (recent(v, TROUBLE_OOPS, stamp, BURST))
		decide(v, TROUBLE_OOPS, true);
}

/*
 * Where oops_end() finds a capture kernel it starts it and panic() is never called; nor is it by
 * sysrq-c on such a machine. The log ends there.
 */
static bool decide_last(struct verdict_log *v)
{
	static const enum trouble_type fatal[] = {TROUBLE_OOPS, TROUBLE_MCE, TROUBLE_NMI};
	if (recent(v, TROUBLE_SYSRQ, v->last_stamp, BURST)) {
		decide(v, TROUBLE_SYSRQ, true);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++) {
		/* with the number that die() gives it */
		if (v->trouble[fatal[i]].number && recent(v, fatal[i], v->last_stamp, BURST)) {
			decide(v, fatal[i], true);
			return true;
		}
	}
	return false;
}

/* What explains a hang best comes first: who dies in an oops never gives back its locks. */
static void decide_alive(struct verdict_log *v)
{
	static const enum trouble_type ranks[] = {TROUBLE_OOPS, TROUBLE_HARD, TROUBLE_SOFT,
						  TROUBLE_RCU, TROUBLE_HUNG};
	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++) {
		if (v->trouble[ranks[i]].count > 0) {
			decide(v, ranks[i], false);
			return;
		}
	}
}

void verdict_log_read(const char *log, struct verdict_log *ret)
{
	struct reading r = {.v = ret};
	struct log_line l;
	double stamp = 0;
	*ret = (struct verdict_log) {0};
	while (log_line_next(&log, &stamp, &l)) {
		const struct verdict_sign *s = find_sign(l.text);
		if (s)
			begin(&r, s, &l);
		else if (r.lines > 0)
			context(&r, &l);
		if (l.text.len == 0)
			continue;
		memmove(&ret->last_words[0], &ret->last_words[1],
			sizeof(ret->last_words) - sizeof(ret->last_words[0]));
		ret->last_words[ARRAY_SIZE(ret->last_words) - 1] = l.whole;
	}
	ret->last_stamp = stamp;
	if (ret->trouble[TROUBLE_PANIC].count > 0)
		decide_panic(ret);
	else if (!decide_last(ret))
		decide_alive(ret);
}
