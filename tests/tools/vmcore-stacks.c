// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore-stacks FILE: the stack of each task in a vmcore, out of what the vmcore has in itself:
 *     TASK address pid state cpu why comm
 *       pc sp call|regs|user [?] symbol+offset
 * why: how the walk ended, with - for blanks; ?: guessed. The cost goes to standard error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "kernel/percpu.h"
#include "kernel/symbols.h"
#include "kernel/task.h"
#include "kernel/types.h"
#include "kernel/unwind.h"

#define MAX_CPUS   1024
#define MAX_FRAMES 128

struct machine {
	struct kmem k;
	struct layout layout;
	struct symbols *symbols;
	struct types *types;
	struct unwinder u;
	unsigned int ncpus;
	struct {
		uint64_t task;
		bool known;
		struct regs regs;
	} cpu[MAX_CPUS];
};

static double cpu_seconds(void)
{
	struct timespec t = {0};
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_frame(const struct machine *m, const struct frame *f)
{
	static const char *const kinds[] = {"call", "regs", "user"};
	struct symbol s;
	uint64_t offset;
	/* a call at the end of a function goes back to what is behind it */
	uint64_t back = f->kind == FRAME_CALL;
	printf("  %" PRIx64 " %" PRIx64 " %s%s", f->pc, f->sp, kinds[f->kind],
	       f->exact ? "" : " ?");
	if (f->kind != FRAME_USER && symbols_at(m->symbols, f->pc - back, &s, &offset))
		printf(" %s+%#" PRIx64, s.name, offset + back);
	printf("\n");
}

static struct err *print_task(struct machine *m, uint64_t addr)
{
	struct frame frames[MAX_FRAMES];
	struct unwind_start from = {.task = addr, .cpu = -1};
	struct task t;
	size_t n;
	struct err *e = task_read(&m->k, addr, &t);
	if (e)
		return e;
	for (unsigned int i = 0; i < m->ncpus; i++) {
		if (m->cpu[i].task != addr || !m->cpu[i].known)
			continue;
		from.cpu = (int)i;
		from.regs = &m->cpu[i].regs;
	}
	char why[64];
	snprintf(why, sizeof(why), "%s",
		 unwind_end_text(unwind(&m->u, &from, frames, MAX_FRAMES, &n)));
	for (char *c = why; (c = strchr(c, ' '));)
		*c = '-';
	printf("TASK %" PRIx64 " %d %c %d %s %s\n", addr, t.pid, t.state, t.cpu, why, t.comm);
	for (size_t i = 0; i < n; i++)
		print_frame(m, &frames[i]);
	return NULL;
}

static struct err *print_all(struct machine *m)
{
	struct task_iter iter;
	uint64_t task;
	task_iter_init(&iter, &m->k);
	while (task_next(&iter, &task)) {
		struct err *e = print_task(m, task);
		if (e)
			return e;
	}
	/* that of the first CPU is init_task */
	for (unsigned int i = 1; i < m->ncpus; i++) {
		struct err *e = task_idle(&m->k, (int)i, &task) ? print_task(m, task) : NULL;
		if (e)
			return e;
	}
	return iter.damaged ? err_new(ERR_FORMAT, "%u lists of tasks are damaged", iter.damaged)
			    : NULL;
}

static struct err *find_cpus(struct machine *m)
{
	struct bitmap online;
	struct err *e = cpu_mask_read(&m->k, CPUS_ONLINE, &online);
	if (e)
		return e;
	unsigned int nth = 0;
	m->ncpus = (unsigned int)MIN(online.nbits, (uint64_t)MAX_CPUS);
	for (unsigned int i = 0; i < m->ncpus; i++) {
		if (!bitmap_test(&online, i))
			continue;
		m->cpu[i].known = regs_of_cpu(&m->k, (int)i, nth++, &m->cpu[i].regs) &&
				  task_current(&m->k, (int)i, &m->cpu[i].task);
	}
	bitmap_deinit(&online);
	return NULL;
}

static struct err *open_machine(const struct vmcore *v, const struct vmcoreinfo *info,
				struct machine *m)
{
	struct err *e = layout_load(info, &m->layout);
	if (!e)
		e = kmem_init(&m->k, v, &m->layout);
	if (!e)
		e = symbols_load(&m->k, &m->symbols);
	if (!e)
		e = types_load(&m->k, m->symbols, &m->types);
	if (e)
		return e;
	layout_complete(&m->layout, m->symbols, m->types);
	e = symbols_add_modules(m->symbols, &m->k, m->types);
	if (e)
		return e;
	e = find_cpus(m);
	return e ? e : unwinder_init(&m->u, &m->k);
}

static struct err *run(const char *path, struct machine *m)
{
	_cleanup_(cleanup_vmcore) struct vmcore *v = NULL;
	double start = cpu_seconds();
	struct err *e = vmcore_open(path, &v);
	if (!e && !v->vmcoreinfo)
		e = vmcore_find_vmcoreinfo(v);
	if (e)
		return e;
	struct vmcoreinfo info = {v->vmcoreinfo, v->vmcoreinfo_len};
	e = open_machine(v, &info, m);
	double opened = cpu_seconds();
	if (!e && m->u.less)
		fprintf(stderr, "only guessing: %s\n", err_message(m->u.less));
	if (!e)
		e = print_all(m);
	struct rusage usage = {0};
	getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr, "open %.3f s, stacks %.3f s, %ld KiB\n", opened - start,
		cpu_seconds() - opened, usage.ru_maxrss);
	unwinder_deinit(&m->u);
	symbols_destroy(m->symbols);
	types_destroy(m->types);
	kmem_deinit(&m->k);
	return e;
}

int main(int argc, char **argv)
{
	static struct machine machine;
	if (argc != 2) {
		fprintf(stderr, "usage: vmcore-stacks FILE\n");
		return 2;
	}
	struct err *e = run(argv[1], &machine);
	if (e)
		fprintf(stderr, "vmcore-stacks: %s\n", err_message(e));
	err_free(e);
	return e ? 1 : 0;
}
