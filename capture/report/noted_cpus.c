// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/noted_cpus.h"

#include <stdlib.h>

/* u: NULL if stacks cannot be unwound */
static struct err *add(struct noted_cpus *c, struct unwinder *u, unsigned int nth,
		       const struct regs *regs)
{
	struct noted_cpu *v = realloc(c->v, (c->n + 1) * sizeof(*v));
	if (!v)
		return err_nomem();
	c->v = v;
	struct noted_cpu *cpu = &v[c->n];
	*cpu = (struct noted_cpu) {.nth = nth, .regs = *regs, .n = 1};
	cpu->end = regs->user ? UNWIND_DONE : UNWIND_LOST;
	cpu->frames = calloc(u ? THREAD_FRAMES : 1, sizeof(*cpu->frames));
	if (!cpu->frames)
		return err_nomem();
	c->n++;
	struct unwind_start from = {.regs = &cpu->regs, .cpu = (int)nth};
	if (u)
		cpu->end = unwind(u, &from, cpu->frames, THREAD_FRAMES, &cpu->n);
	else
		*cpu->frames = (struct frame) {regs->pc, regs->sp, regs->fp, true,
					       regs->user ? FRAME_USER : FRAME_REGS};
	return NULL;
}

struct err *noted_cpus_read(struct report *r, struct noted_cpus *ret)
{
	struct kmem *k = &r->k->kmem;
	struct noted_cpus c = {0};
	struct unwinder u;
	struct regs regs;
	struct err *e = unwinder_init(&u, k);
	bool unwinds = !report_failed(r, e);
	e = NULL;
	if (unwinds && u.less)
		report_missing(r, "stacks are guessed: %s", err_message(u.less));
	for (unsigned int nth = 0; !e && nth < k->vmcore->nr_cpus && report_time_left(r); nth++) {
		if (regs_from_note(k->vmcore, nth, &regs))
			e = add(&c, unwinds ? &u : NULL, nth, &regs);
	}
	if (unwinds)
		unwinder_deinit(&u);
	if (!e && c.n == 0)
		e = err_new(ERR_MISSING, "the dump has no registers of the CPUs");
	if (e)
		noted_cpus_deinit(&c);
	else
		*ret = c;
	return e;
}

void noted_cpus_deinit(struct noted_cpus *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].frames);
	free(c->v);
	*c = (struct noted_cpus) {0};
}
