// SPDX-License-Identifier: GPL-2.0-or-later
/* What each CPU was doing when the kernel stopped: its task, its registers, its stack. */
#include "report/part.h"

#include <inttypes.h>
#include <stdio.h>
#include "kernel/regs.h"

struct cpus_part {
	const struct threads *all; /* of the report */
	uint64_t crashed;	   /* cpu that the kernel says it died on; UINT64_MAX: not known */
};

static struct err *gather(struct report *r, void *data)
{
	struct cpus_part *c = data;
	uint64_t addr;
	uint32_t cpu;
	c->all = report_threads(r);
	if (!c->all)
		return err_new(ERR_MISSING, "the tasks that the CPUs ran cannot be found");
	/* kernel/panic.c: the CPU that panicked; before, and where it does not, -1 (11_1) */
	c->crashed = UINT64_MAX;
	struct err *e = kernel_symbol(r->k, "panic_cpu", &addr);
	if (!e)
		e = kmem_u32(&r->k->kmem, addr, &cpu);
	if (!e && cpu != UINT32_MAX)
		c->crashed = cpu;
	err_free(e);
	return NULL;
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

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct cpus_part *c = data;
	unsigned int nth = 0;
	for (size_t i = 0; i < c->all->n; i++) {
		const struct thread *t = &c->all->thread[i];
		struct regs regs;
		if (!t->running)
			continue;
		buf_printf(out, "CPU %d%s: %s, pid %d\n", t->task.cpu,
			   (uint64_t)t->task.cpu == c->crashed ? " (the kernel died here)" : "",
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

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct cpus_part *c = data;
	unsigned int nth = 0;
	json_array(j, "cpus");
	for (size_t i = 0; i < c->all->n; i++) {
		const struct thread *t = &c->all->thread[i];
		struct regs regs;
		if (!t->running)
			continue;
		json_object(j, NULL);
		json_i64(j, "cpu", t->task.cpu);
		json_bool(j, "crashed", (uint64_t)t->task.cpu == c->crashed);
		thread_json(t, "task", j);
		if (registers(r, t, nth, &regs))
			registers_json(&regs, j);
		stack_json(r->k, thread_frames(c->all, t), t->n, "stack", j);
		json_str(j, "stack_end", unwind_end_text(t->end));
		json_object_end(j);
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
};
