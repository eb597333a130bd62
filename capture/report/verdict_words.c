// SPDX-License-Identifier: GPL-2.0-or-later
/* What was read in the log, in words. */
#include "report/verdict_log.h"

#include <inttypes.h>
#include <string.h>
#include "base/cleanup.h"

/* Troubles this many seconds before the end belong into the sentence. */
#define SHORTLY_BEFORE 3600.0

static void put(struct buf *out, struct text t)
{
	buf_append(out, t.at ? t.at : "", t.len);
}

static void put_duration(struct buf *out, double s)
{
	if (s < 180)
		buf_printf(out, "%.0f s", s);
	else if (s < 3 * 3600)
		buf_printf(out, "%.0f min", s / 60);
	else if (s < 72 * 3600)
		buf_printf(out, "%.0f h", s / 3600);
	else
		buf_printf(out, "%.0f days", s / 86400);
}

static void put_symbol(struct buf *out, const struct log_place *p)
{
	put(out, p->symbol);
	if (p->module.at) {
		buf_puts(out, " [");
		put(out, p->module);
		buf_putc(out, ']');
	}
}

static void put_place(struct buf *out, const char *before, const struct log_place *p)
{
	if (!p->symbol.at)
		return;
	buf_puts(out, before);
	put_symbol(out, p);
}

/* ", in sh (pid 593) on CPU 1", or what is known of it; of: the trouble, else the panic. */
static void put_who(struct buf *out, const struct verdict_log *v, const struct trouble *of,
		    const char *before)
{
	const struct log_task *t = &of->task, *panicked = &v->trouble[TROUBLE_PANIC].task;
	if (!t->comm.at && panicked->comm.at && (t->cpu < 0 || t->cpu == panicked->cpu))
		t = panicked;
	if (!t->comm.at && t->cpu < 0)
		return;
	buf_puts(out, ", ");
	if (t->comm.at) {
		buf_puts(out, before);
		put(out, t->comm);
		if (t->pid >= 0)
			buf_printf(out, " (pid %d)", t->pid);
	}
	if (t->cpu >= 0)
		buf_printf(out, "%son CPU %d", t->comm.at ? " " : "", t->cpu);
}

/* --- kinds of trouble ---------------------------------------------------------------------------
 */

/* What an oops stumbled over. Values: include/linux/poison.h, CONFIG_ILLEGAL_POINTER_VALUE. */
static const char *pointer_meaning(uint64_t a)
{
	if (a >> 16 == UINT64_C(0xdead00000000) || a >> 12 == UINT64_C(0x5deadbeef0000))
		return "what a deleted list entry points to";
	if (a >> 16 == UINT64_C(0x6b6b6b6b6b6b))
		return "what was in freed memory";
	return NULL;
}

static bool fault_address(struct text line, uint64_t *ret)
{
	static const char *const before[] = {"address: ", "address ", " at "};
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		struct text rest = text_after(line, before[i]);
		if (rest.at && text_address(rest, ret))
			return true;
	}
	return false;
}

static void say_oops(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	uint64_t address;
	struct text bug = text_after(t->text, "kernel BUG at ");
	if (bug.at) {
		buf_puts(out, "BUG() at ");
		put(out, text_until(bug, "!"));
	} else {
		buf_puts(out, t->what ? t->what : "Oops");
		if (fault_address(t->text, &address)) {
			const char *meaning = pointer_meaning(address);
			buf_printf(out, " (address 0x%" PRIx64 "%s%s)", address,
				   meaning ? ", " : "", meaning ? meaning : "");
		}
	}
	put_place(out, t->place.address || text_starts(t->place.symbol, "0x") ? " at " : " in ",
		  &t->place);
	if (t->place.symbol.at && text_starts(t->place.symbol, "0x"))
		put_place(out, ", called by ", &t->caller);
	put_who(out, v, t, "in ");
}

static void say_sysrq(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	const struct trouble *with_stack = &v->trouble[TROUBLE_PANIC];
	if (!with_stack->caller.symbol.at)
		with_stack = &v->trouble[TROUBLE_OOPS];
	bool by_process = text_starts(with_stack->caller.symbol, "write_sysrq_trigger+");
	buf_puts(out, "A crash was requested with sysrq c");
	if (!with_stack->count)
		return;
	put_who(out, v, t->task.comm.at ? t : with_stack,
		by_process ? "by " : "with a key, not by the task that ran: ");
}

static void say_hung(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	struct text rest = text_after(t->text, "INFO: task ");
	(void)v;
	buf_puts(out, "Task ");
	if (t->task.comm.at) {
		put(out, t->task.comm);
		buf_printf(out, " (pid %d)", t->task.pid);
	} else {
		put(out, text_until(rest, " "));
	}
	buf_printf(out, " blocked for more than %" PRId64 " s", t->number);
	if (t->what)
		buf_printf(out, " waiting for %s", t->what);
	put_place(out, " in ", &t->caller);
	if (t->burst > 1)
		buf_printf(out, ", and %zu more task%s", t->burst - 1, t->burst > 2 ? "s" : "");
	if (v->ended)
		buf_puts(out, "; the hung task check then made the kernel panic");
}

static void say_lockup(const struct verdict_log *v, const struct trouble *t, enum trouble_type type,
		       struct buf *out)
{
	struct trouble rest = *t;
	rest.task.cpu = -1; /* said first */
	if (t->task.cpu >= 0)
		buf_printf(out, "CPU %d", t->task.cpu);
	else
		buf_puts(out, "A CPU");
	if (type == TROUBLE_HARD)
		buf_puts(out, " hung with interrupts off (hard lockup)");
	else if (type == TROUBLE_RCU)
		buf_puts(out, " held up RCU (RCU stall)");
	else if (t->number > 0)
		buf_printf(out, " did not schedule for %" PRId64 " s (soft lockup)", t->number);
	else
		buf_puts(out, " did not schedule (soft lockup)");
	put_place(out, " in ", &t->place);
	if (t->task.comm.at)
		put_who(out, v, &rest, "in ");
}

static void say_nmi(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	const struct trouble *panic = &v->trouble[TROUBLE_PANIC];
	struct text reason = text_after(t->text, "reason ");
	if (t == panic) {
		/* hpwdt's reason is a list of places to look at */
		buf_puts(out, "NMI: ");
		put(out, text_until(v->reason, "."));
	} else {
		buf_puts(out, t->what ? t->what : "NMI");
		if (reason.at) {
			buf_puts(out, t->what && strstr(t->what, "reason") ? " 0x" : ", reason 0x");
			put(out, text_until(reason, " "));
		}
	}
	put_place(out, " while in ", t->place.symbol.at ? &t->place : &panic->place);
	put_who(out, v, t, "in ");
}

static void say_mce(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	struct text why = text_after(t->detail, "Machine check: ");
	buf_puts(out, "Machine check");
	if (why.at) {
		buf_puts(out, ": ");
		put(out, why);
	} else if (t->what) {
		buf_printf(out, ": %s", t->what);
	} else if (v->reason.at) {
		buf_puts(out, ": ");
		put(out, v->reason);
	}
	put_place(out, " while in ", &t->place);
	put_who(out, v, t, "in ");
}

static void say_panic(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	buf_puts(out, v->kind == VERDICT_WATCHDOG ? "A watchdog ran out: " : "Kernel panic: ");
	put(out, v->reason);
	put_place(out, ", called by ", &t->caller);
	put_who(out, v, t, "in ");
}

static void say_cause(const struct verdict_log *v, const struct trouble *t, struct buf *out)
{
	switch (v->cause) {
	case TROUBLE_SYSRQ:
		say_sysrq(v, t, out);
		break;
	case TROUBLE_OOPS:
		if (v->kind == VERDICT_USER_REQUESTED)
			say_sysrq(v, t, out);
		else
			say_oops(v, t, out);
		break;
	case TROUBLE_HARD:
	case TROUBLE_SOFT:
	case TROUBLE_RCU:
		say_lockup(v, t, v->cause, out);
		break;
	case TROUBLE_HUNG:
		say_hung(v, t, out);
		break;
	case TROUBLE_NMI:
		say_nmi(v, t, out);
		break;
	case TROUBLE_MCE:
		say_mce(v, t, out);
		break;
	case TROUBLE_OOM:
		if (!text_starts(v->reason, "Out of memory"))
			buf_puts(out, "Out of memory: ");
		put(out, v->reason);
		put_who(out, v, t, "in ");
		break;
	case TROUBLE_WARNING:
		buf_puts(out, "A warning");
		put_place(out, " in ", &t->place);
		put_who(out, v, t, "in ");
		buf_puts(out, "; panic_on_warn made it a panic");
		break;
	default:
		if (v->kind == VERDICT_NMI)
			say_nmi(v, t, out);
		else
			say_panic(v, t, out);
	}
}

/* --- all of it ----------------------------------------------------------------------------------
 */

/* What may have led to it, and is worth a word in the sentence. */
static const struct {
	enum trouble_type type;
	const char *one, *many;
} preludes[] = {
	{TROUBLE_MCE, "a machine check", "machine checks"},
	{TROUBLE_CORRUPTION, "a report of damaged memory", "reports of damaged memory"},
	{TROUBLE_OOPS, "an oops", "oopses"},
	{TROUBLE_HARD, "a hard lockup", "hard lockups"},
	{TROUBLE_SOFT, "a soft lockup", "soft lockups"},
	{TROUBLE_RCU, "an RCU stall", "RCU stalls"},
	{TROUBLE_HUNG, "a hung task", "hung tasks"},
	{TROUBLE_TX, "a TX timeout of a network adapter", "TX timeouts of network adapters"},
};

static void say_before(const struct verdict_log *v, const struct trouble *cause, struct buf *out)
{
	const char *separator = "; before that, ";
	if (cause->number > 1 && v->cause == TROUBLE_OOPS)
		buf_printf(out, "; it was oops number %" PRId64 " since boot", cause->number);
	for (size_t i = 0; i < ARRAY_SIZE(preludes); i++) {
		const struct trouble *t = &v->trouble[preludes[i].type];
		if (t->count == 0 || t == cause || t->begin > cause->begin ||
		    cause->begin - t->end > SHORTLY_BEFORE ||
		    (v->kind == VERDICT_USER_REQUESTED && preludes[i].type == TROUBLE_OOPS &&
		     v->cause == TROUBLE_OOPS))
			continue;
		buf_puts(out, separator);
		if (t->count == 1)
			buf_puts(out, preludes[i].one);
		else
			buf_printf(out, "%zu %s", t->count, preludes[i].many);
		separator = ", ";
	}
}

void verdict_log_sentence(const struct verdict_log *v, struct buf *out)
{
	if (v->kind == VERDICT_UNKNOWN)
		return;
	const struct trouble *t = &v->trouble[v->cause];
	say_cause(v, t, out);
	say_before(v, t, out);
	if (v->ended || v->last_stamp - t->end < 1)
		return;
	buf_puts(out, "; the kernel went on for ");
	put_duration(out, v->last_stamp - t->end);
}

static void show(verdict_line_fn fn, void *arg, struct text line, size_t more)
{
	if (line.at && line.len > 0)
		fn(arg, line, more);
}

void verdict_log_evidence(const struct verdict_log *v, verdict_line_fn fn, void *arg)
{
	if (v->kind == VERDICT_UNKNOWN) {
		for (size_t i = 0; i < ARRAY_SIZE(v->last_words); i++)
			show(fn, arg, v->last_words[i], 0);
		return;
	}
	const struct trouble *t = &v->trouble[v->cause], *panic = &v->trouble[TROUBLE_PANIC];
	show(fn, arg, t->line, t->burst - 1);
	show(fn, arg, t->detail, 0);
	if (t->place_line.at != t->line.at)
		show(fn, arg, t->place_line, 0);
	if (t != panic && panic->count > 0)
		show(fn, arg, panic->line, 0);
	if (v->kind == VERDICT_NMI && t != panic)
		show(fn, arg, panic->place_line, 0);
	if (t->count > t->burst)
		show(fn, arg, t->first, t->count - t->burst - 1);
	for (size_t i = 0; i < TROUBLES; i++) {
		const struct trouble *other = &v->trouble[i];
		if (other != t && other != panic && other->count > 0)
			show(fn, arg, other->first, other->count - 1);
	}
}
