// SPDX-License-Identifier: GPL-2.0-or-later
/* What each CPU was doing when the kernel stopped: its task, its registers, its stack. */
#include "report/part.h"

#include <inttypes.h>
#include <stdio.h>
#include "kernel/regs.h"
#include "report/ending.h"
#include "report/noted_cpus.h"

struct cpus_part {
	const struct threads *all; /* of the report; NULL, or none of them running: what follows */
	struct noted_cpus noted;
	uint64_t crashed; /* cpu that the kernel says it died on; UINT64_MAX: not known */
};

/* A system reset of POWER ends in no panic, so that panic_cpu alone does not say. */
static uint64_t crashed_cpu(struct report *r)
{
	const struct ending *end = report_ending(r);
	return end && end->system.cpu >= 0 ? (uint64_t)end->system.cpu : UINT64_MAX;
}

static bool any_running(const struct threads *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->thread[i].running)
			return true;
	}
	return false;
}

static struct err *gather(struct report *r, void *data)
{
	struct cpus_part *c = data;
	c->crashed = crashed_cpu(r);
	c->all = report_threads(r);
	if (c->all && any_running(c->all))
		return NULL;
	report_missing(r, "the tasks that the CPUs ran cannot be found");
	return noted_cpus_read(r, &c->noted);
}

static void release(void *data)
{
	struct cpus_part *c = data;
	noted_cpus_deinit(&c->noted);
}

static void registers_text(const struct regs *regs, struct buf *out)
{
	for (unsigned int i = 0; i < regs->shape->saved; i++)
		buf_printf(out, "%s%-8s %016" PRIx64,
			   i % 4 ? "  "
			   : i	 ? "\n    "
				 : "    ",
			   regs->shape->names[i], regs->value[i]);
	buf_putc(out, '\n');
}

static bool registers(const struct report *r, const struct thread *t, unsigned int nth,
		      struct regs *ret)
{
	/* the reader's window moves; nothing else of it changes */
	return regs_of_cpu((struct kmem *)(uintptr_t)&r->k->kmem, t->task.cpu, nth, ret);
}

static const char *mark(const struct cpus_part *c, int cpu)
{
	return (uint64_t)cpu == c->crashed ? " (the kernel died here)" : "";
}

static void noted_text(const struct report *r, const struct cpus_part *c, struct buf *out)
{
	for (size_t i = 0; i < c->noted.n; i++) {
		const struct noted_cpu *n = &c->noted.v[i];
		buf_printf(out, "CPU %u%s\n", n->nth, mark(c, (int)n->nth));
		stack_text(r->k, n->frames, n->n, n->end, "    ", out);
		registers_text(&n->regs, out);
	}
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct cpus_part *c = data;
	unsigned int nth = 0;
	noted_text(r, c, out);
	for (size_t i = 0; c->all && i < c->all->n; i++) {
		const struct thread *t = &c->all->thread[i];
		struct regs regs;
		if (!t->running)
			continue;
		buf_printf(out, "CPU %d%s: %s, pid %d\n", t->task.cpu, mark(c, t->task.cpu),
			   t->task.comm, t->task.pid);
		stack_text(r->k, thread_frames(c->all, t), t->n, t->end, "    ", out);
		if (registers(r, t, nth, &regs))
			registers_text(&regs, out);
		nth++;
	}
}

static void registers_json(const struct regs *regs, struct json *j)
{
	char value[24];
	json_object(j, "registers");
	for (unsigned int i = 0; i < regs->shape->saved; i++) {
		snprintf(value, sizeof(value), "%#" PRIx64, regs->value[i]);
		json_str(j, regs->shape->names[i], value);
	}
	json_object_end(j);
}

/* task: NULL if it is not known; regs likewise */
static void cpu_json(const struct cpus_part *c, int cpu, const struct thread *task,
		     const struct regs *regs, struct json *j)
{
	json_object(j, NULL);
	json_i64(j, "cpu", cpu);
	json_bool(j, "crashed", (uint64_t)cpu == c->crashed);
	thread_json(task, "task", j);
	if (regs)
		registers_json(regs, j);
}

static void stack_end_json(const struct report *r, const struct frame *f, size_t n,
			   enum unwind_end end, struct json *j)
{
	stack_json(r->k, f, n, "stack", j);
	json_str(j, "stack_end", unwind_end_text(end));
	json_object_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct cpus_part *c = data;
	unsigned int nth = 0;
	json_array(j, "cpus");
	for (size_t i = 0; i < c->noted.n; i++) {
		const struct noted_cpu *n = &c->noted.v[i];
		cpu_json(c, (int)n->nth, NULL, &n->regs, j);
		stack_end_json(r, n->frames, n->n, n->end, j);
	}
	for (size_t i = 0; c->all && i < c->all->n; i++) {
		const struct thread *t = &c->all->thread[i];
		struct regs regs;
		if (!t->running)
			continue;
		cpu_json(c, t->task.cpu, t, registers(r, t, nth, &regs) ? &regs : NULL, j);
		stack_end_json(r, thread_frames(c->all, t), t->n, t->end, j);
		nth++;
	}
	json_array_end(j);
}

const struct report_part part_cpus = {
	.name = "cpus",
	.title = "CPUs",
	.data_size = sizeof(struct cpus_part),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
