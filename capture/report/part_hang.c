// SPDX-License-Identifier: GPL-2.0-or-later
/* Of a kernel that was ended because it hung: who that was, and what each CPU was doing. */
#include "report/part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/ending.h"
#include "report/hang.h"
#include "report/rcu.h"
#include "report/wrap.h"

/* Of those that were not idle; the part "cpus" has them all. */
#define TEXT_CPUS 32

struct hang_part {
	const struct hang *hang; /* of the report */
};

static bool applies(struct report *r)
{
	const struct ending *end = report_ending(r);
	return end && ending_is_hang(end);
}

static struct err *gather(struct report *r, void *data)
{
	struct hang_part *p = data;
	p->hang = report_hang(r);
	if (!p->hang)
		return err_nomem();
	const char *line = buf_str(&p->hang->missing);
	for (size_t len; *line; line += len + 1) {
		len = strcspn(line, "\n");
		report_missing(r, "%.*s", (int)len, line);
	}
	return NULL;
}

/* --- for people --------------------------------------------------------------------------------
 */

static void suspects_text(const struct hang *h, struct buf *out)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct suspect *s = &h->suspect[i];
		_cleanup_buf_ struct buf line = BUF_INIT;
		char number[24];
		snprintf(number, sizeof(number), "%zu. ", i + 1);
		if (s->kind == SUSPECT_DEADLOCK)
			buf_puts(&line, "Deadlock: ");
		else if (s->kind == SUSPECT_POSSIBLE_DEADLOCK)
			buf_puts(&line, "Perhaps a deadlock: ");
		buf_printf(&line, "%s (see %s)", buf_str(&s->text), report_part_title(s->part));
		text_wrapped(out, number, "   ", buf_str(&line));
	}
	if (h->more)
		buf_printf(out, "and %zu more\n", h->more);
	if (h->n == 0)
		buf_printf(out, "nothing%s looked hung\n",
			   h->missing.len ? " that could be looked at" : "");
}

static void cpu_text(const struct report *r, const struct hang *h, size_t cpu, struct buf *out)
{
	const struct cpu_progress *c = &h->cpus.cpu[cpu];
	_cleanup_buf_ struct buf policy = BUF_INIT;
	buf_printf(out, "  CPU %zu: %s (pid %d", cpu, c->thread->task.comm, c->thread->task.pid);
	if (cpu_policy_text(c, &policy))
		buf_printf(out, ", %s", buf_str(&policy));
	buf_puts(out, ")");
	if (!isnan(c->same_task))
		buf_printf(out, " for %.1f s", c->same_task);
	if (c->at) {
		buf_puts(out, ", in ");
		frame_text(r->k, c->at, out);
	}
	if (!isnan(c->stopped))
		buf_printf(out, ", its clock stood still for %.0f s", c->stopped);
	if (c->irqs == IRQS_OFF)
		buf_puts(out, ", interrupts off");
	buf_putc(out, '\n');
}

static void cpus_text_all(const struct report *r, const struct hang *h, struct buf *out)
{
	_cleanup_(bitmap_deinit) struct bitmap idle = {0};
	size_t shown = 0, left = 0;
	struct err *e = h->cpus.n ? bitmap_init(&idle, h->cpus.n) : NULL;
	for (size_t i = 0; i < h->cpus.n; i++) {
		if (!h->cpus.queues.cpu[i].online || !h->cpus.cpu[i].thread)
			continue;
		if (!e && h->cpus.queues.cpu[i].idle)
			bitmap_set(&idle, i);
		else if (shown++ < TEXT_CPUS)
			cpu_text(r, h, i, out);
		else
			left++;
	}
	if (left)
		buf_printf(out, "  and %zu more CPUs that were not idle (see %s)\n", left,
			   report_part_title("cpus"));
	if (idle.bytes && bitmap_next(&idle, 0) < idle.nbits) {
		buf_puts(out, "  idle: CPU ");
		cpus_text(&idle, out);
		buf_putc(out, '\n');
	}
	err_free(e);
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct hang *h = ((const struct hang_part *)data)->hang;
	suspects_text(h, out);
	cpus_text_all(r, h, out);
}

/* --- for programs ------------------------------------------------------------------------------
 */

static void suspects_json(const struct hang *h, struct json *j)
{
	json_array(j, "suspects");
	for (size_t i = 0; i < h->n; i++) {
		const struct suspect *s = &h->suspect[i];
		json_object(j, NULL);
		json_str(j, "kind", suspect_kind_name(s->kind));
		json_str(j, "text", buf_str(&s->text));
		json_double(j, "seconds", s->seconds < 0 ? NAN : s->seconds, 3);
		json_bool(j, "strong", s->strong);
		json_str(j, "part", s->part);
		json_object_end(j);
	}
	json_array_end(j);
	json_u64(j, "suspects_more", h->more);
}

static void cpu_json(const struct report *r, const struct hang *h, size_t cpu, struct json *j)
{
	static const char *const irqs[] = {
		[IRQS_UNKNOWN] = NULL, [IRQS_ON] = "on", [IRQS_OFF] = "off"};
	const struct cpu_progress *c = &h->cpus.cpu[cpu];
	_cleanup_buf_ struct buf policy = BUF_INIT, at = BUF_INIT;
	if (c->at)
		frame_text(r->k, c->at, &at);
	(void)cpu_policy_text(c, &policy);
	json_object(j, NULL);
	json_u64(j, "cpu", cpu);
	thread_json(c->thread, "task", j);
	json_bool(j, "idle", h->cpus.queues.cpu[cpu].idle);
	json_str(j, "policy", policy.len ? buf_str(&policy) : NULL);
	json_str(j, "at", c->at ? buf_str(&at) : NULL);
	json_double(j, "same_task_seconds", c->same_task, 3);
	json_double(j, "stood_still_seconds", c->stopped, 3);
	json_str(j, "interrupts", irqs[c->irqs]);
	json_object_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct hang *h = ((const struct hang_part *)data)->hang;
	suspects_json(h, j);
	json_array(j, "cpus");
	for (size_t i = 0; i < h->cpus.n; i++) {
		if (h->cpus.queues.cpu[i].online)
			cpu_json(r, h, i, j);
	}
	json_array_end(j);
}

const struct report_part part_hang = {
	.name = "hang",
	.title = "Hang",
	.data_size = sizeof(struct hang_part),
	.seconds = 5,
	.applies = applies,
	.gather = gather,
	.text = text,
	.json = json,
};
