// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened, to which system: one sentence, what it rests on, and what the system was. */
#include "report/part.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "report/ending.h"
#include "report/hang.h"
#include "report/stopped_cpus.h"
#include "report/taint.h"
#include "report/wrap.h"

/* Of each kind of line; a log can have more troubles than a reader patience. */
#define EVIDENCE_MAX 16

struct verdict_part {
	enum verdict_kind kind;
	struct buf sentence;
	struct buf evidence;	  /* lines */
	const struct ending *end; /* of the report */
};

static void add_evidence(void *arg, struct text line, size_t more)
{
	struct verdict_part *v = arg;
	buf_append(&v->evidence, line.at, line.len);
	if (more > 0)
		buf_printf(&v->evidence, " (and %zu more like it)", more);
	buf_putc(&v->evidence, '\n');
}

/* --- the verdict --------------------------------------------------------------------------------
 */

/* Which suspects explain such an end better than what the log has, or come beside it. */
static unsigned int explanations(enum verdict_kind kind)
{
	unsigned int all = (1u << SUSPECT_KINDS) - 1, blocked = 1u << SUSPECT_BLOCKED;
	switch (kind) {
	case VERDICT_UNKNOWN:
	case VERDICT_NMI:
	case VERDICT_WATCHDOG:
		return all;
	case VERDICT_USER_REQUESTED: /* as often as not to try it */
	case VERDICT_HUNG_TASK:	     /* the log names who is blocked */
		return all & ~blocked;
	case VERDICT_SOFT_LOCKUP:
		return 1u << SUSPECT_DEADLOCK;
	case VERDICT_RCU_STALL: /* a lockup that was seen is in the log */
		return 1u << SUSPECT_STOPPED_CPU;
	default:
		return 0;
	}
}

static void put_task(const struct system *s, struct buf *out)
{
	if (s->cpu < 0)
		return;
	buf_printf(out, " on CPU %d", s->cpu);
	if (s->pid >= 0)
		buf_printf(out, " in %s (pid %d)", s->comm, s->pid);
}

/* The log has no end in it, if there is one: what the rest of the memory says of it. */
static void say_end(struct verdict_part *v, bool log)
{
	const struct system *s = &v->end->system;
	struct buf *out = &v->sentence;
	bool trouble = out->len > 0;
	buf_puts(out, trouble ? "; " : "");
	if (v->end->by_system_reset) {
		buf_puts(out, trouble ? "then a system reset (NMI) stopped it"
				      : "A system reset (NMI) stopped the kernel");
		put_task(s, out);
		buf_puts(out, ", as when an HMC asks for a dump");
	} else if (s->crashed || s->panicked) {
		buf_puts(out, trouble ? "it went through its crash path"
				      : "The kernel went through its crash path");
		put_task(s, out);
		buf_puts(out,
			 log ? ", but its log does not say why" : ", but its log cannot be read");
	} else if (trouble) {
		buf_puts(out, "it was still running when its memory was dumped");
	} else if (log) {
		buf_puts(out, "No crash: the kernel was running when its memory was dumped");
	} else {
		buf_puts(out, "Nothing says that the kernel crashed, but its log cannot be read");
	}
}

/* Several disks or servers may have stopped to answer, for one reason that none of them knows. */
static void put_suspect(const struct hang *h, const struct suspect *best, struct buf *out)
{
	if (best->kind == SUSPECT_DEADLOCK)
		buf_puts(out, "Deadlock: ");
	buf_puts(out, buf_str(&best->text));
	for (const struct suspect *s = best + 1;
	     best->kind == SUSPECT_IO && s < h->suspect + h->n && s->kind == SUSPECT_IO; s++)
		buf_printf(out, "; %s", buf_str(&s->text));
}

/* What hung, of which the log only has who saw it, or nothing. */
static void say_hang(struct report *r, struct verdict_part *v)
{
	unsigned int kinds = explanations(v->kind);
	const struct hang *h = kinds ? report_hang(r) : NULL;
	const struct suspect *best = h ? hang_best(h, kinds) : NULL;
	struct stopped_search search = {.end = ending_began(v->end),
					.crash_cpu = v->end->system.cpu};
	size_t before = v->sentence.len;
	if (best) {
		v->kind = best->kind == SUSPECT_DEADLOCK ? VERDICT_DEADLOCK : v->kind;
		put_suspect(h, best, &v->sentence);
	} else if (v->kind == VERDICT_PANIC) {
		(void)report_stopped_cpus(r, &search, &v->sentence);
	}
	if (v->sentence.len > before && v->end->seen.kind)
		buf_puts(&v->sentence, ". ");
}

static void say_missing(struct report *r, const struct ending *end)
{
	const char *line = buf_str(&end->missing);
	for (size_t len; *line; line += len + 1) {
		len = strcspn(line, "\n");
		report_missing(r, "%.*s", (int)len, line);
	}
}

static struct err *gather(struct report *r, void *data)
{
	struct verdict_part *v = data;
	v->end = report_ending(r);
	if (!v->end)
		return err_nomem();
	v->kind = v->end->kind;
	say_missing(r, v->end);
	say_hang(r, v);
	verdict_log_sentence(&v->end->seen, &v->sentence);
	if (!v->end->seen.ended)
		say_end(v, v->end->has_log);
	verdict_log_evidence(&v->end->seen, add_evidence, v);
	struct err *e = buf_error(&v->sentence);
	return e ? e : buf_error(&v->evidence);
}

static void release(void *data)
{
	struct verdict_part *v = data;
	buf_deinit(&v->sentence);
	buf_deinit(&v->evidence);
}

/* --- text ---------------------------------------------------------------------------------------
 */

static const char *way_name(enum system_way way)
{
	return way == WAY_FADUMP ? "fadump" : way == WAY_KDUMP ? "kdump" : "unknown";
}

/* UTC; nothing if it is not known. */
static bool put_time(const struct system *s, struct buf *out)
{
	time_t t = (time_t)s->time;
	struct tm tm;
	char iso[32];
	if (!s->time || !gmtime_r(&t, &tm) ||
	    strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return false;
	buf_puts(out, iso);
	return true;
}

static void put_uptime(double seconds, struct buf *out)
{
	uint64_t s = (uint64_t)seconds;
	if (s >= 86400)
		buf_printf(out, "%" PRIu64 " day%s, ", s / 86400, s >= 2 * 86400 ? "s" : "");
	buf_printf(out, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600 % 24, s / 60 % 60,
		   s % 60);
}

static void field(struct buf *out, const char *name, const char *value)
{
	char first[24];
	snprintf(first, sizeof(first), "  %-15s ", name);
	text_wrapped(out, first, "                  ", value);
}

static void text_system(const struct system *s, struct buf *out)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	if (put_time(s, &b) || s->uptime >= 0) {
		buf_puts(&b, b.len && s->uptime >= 0 ? ", up " : "");
		if (s->uptime >= 0)
			put_uptime(s->uptime, &b);
		field(out, s->crashed ? "Crashed" : "Last seen", buf_str(&b));
	}
	b.len = 0;
	buf_printf(&b, "%s%s%s", s->host, *s->host && *s->machine ? ", " : "", s->machine);
	field(out, "Host", buf_str(&b));
	field(out, "Kernel", s->release);
	field(out, "Build", s->version);
	if (s->cpu >= 0) {
		b.len = 0;
		buf_printf(&b, "CPU %d", s->cpu);
		if (s->pid >= 0)
			buf_printf(&b, ", %s (pid %d)", s->comm, s->pid);
		field(out, "Died on", buf_str(&b));
	}
	if (s->way != WAY_UNKNOWN)
		field(out, "Saved by", way_name(s->way));
}

static void text_taints(const struct system *s, struct buf *out)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	const char *name = "Tainted";
	if (s->taints_known && !s->taints)
		field(out, name, "no");
	for (unsigned int bit = TAINT_BITS; bit-- > 0;) {
		if (!(s->taints >> bit & 1))
			continue;
		b.len = 0;
		buf_printf(&b, "%c: %s", taint_of(bit)->letter, taint_of(bit)->meaning);
		field(out, name, buf_str(&b));
		name = "";
	}
}

static void text_modules(const struct system *s, struct buf *out)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	for (size_t i = 0; i < s->nmodules; i++)
		buf_printf(&b, "%s%s", i ? " " : "", s->modules[i]);
	field(out, "Loaded last", buf_str(&b));
	field(out, "Unloaded last", s->unloaded);
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct verdict_part *v = data;
	const char *line = buf_str(&v->evidence);
	(void)r;
	text_wrapped(out, "", "  ", buf_str(&v->sentence));
	for (int n = 0; *line && n < EVIDENCE_MAX; n++) {
		size_t len = strcspn(line, "\n");
		buf_printf(out, "    %.*s%s\n", (int)MIN(len, TEXT_COLUMNS - 8), line,
			   len > TEXT_COLUMNS - 8 ? " ..." : "");
		line += len + 1;
	}
	text_system(&v->end->system, out);
	text_taints(&v->end->system, out);
	text_modules(&v->end->system, out);
	field(out, "Command line", v->end->system.command_line);
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

/* null where the text has nothing */
static void known(struct json *j, const char *key, const char *value)
{
	json_str(j, key, *value ? value : NULL);
}

static void number(struct json *j, const char *key, int value)
{
	if (value >= 0)
		json_i64(j, key, value);
	else
		json_null(j, key);
}

static void json_taints(const struct system *s, struct json *j)
{
	if (!s->taints_known) {
		json_null(j, "taints");
		return;
	}
	json_array(j, "taints");
	for (unsigned int bit = TAINT_BITS; bit-- > 0;) {
		char letter[2] = {taint_of(bit)->letter, '\0'};
		if (!(s->taints >> bit & 1))
			continue;
		json_object(j, NULL);
		json_str(j, "letter", letter);
		json_str(j, "meaning", taint_of(bit)->meaning);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_system(const struct system *s, struct json *j)
{
	_cleanup_buf_ struct buf iso = BUF_INIT;
	known(j, "release", s->release);
	known(j, "kernel_version", s->version);
	known(j, "machine", s->machine);
	known(j, "host", s->host);
	json_str(j, "crash_time", put_time(s, &iso) ? buf_str(&iso) : NULL);
	if (s->uptime >= 0)
		json_double(j, "uptime_seconds", s->uptime, 3);
	else
		json_null(j, "uptime_seconds");
	json_taints(s, j);
	known(j, "command_line", s->command_line);
	json_array(j, "modules_last_loaded");
	for (size_t i = 0; i < s->nmodules; i++)
		json_str(j, NULL, s->modules[i]);
	json_array_end(j);
	known(j, "module_last_unloaded", s->unloaded);
	json_str(j, "way", way_name(s->way));
	number(j, "cpu", s->cpu);
	number(j, "pid", s->pid);
	known(j, "comm", s->comm);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct verdict_part *v = data;
	const char *line = buf_str(&v->evidence);
	(void)r;
	json_str(j, "kind", verdict_kind_name(v->kind));
	json_str(j, "sentence", buf_str(&v->sentence));
	json_array(j, "evidence");
	while (*line) {
		size_t len = strcspn(line, "\n");
		json_strn(j, NULL, line, len);
		line += len + 1;
	}
	json_array_end(j);
	json_system(&v->end->system, j);
}

const struct report_part part_verdict = {
	.name = "verdict",
	.title = "Verdict",
	.data_size = sizeof(struct verdict_part),
	.seconds = 5,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
