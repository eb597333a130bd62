// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/threads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bitmap.h"
#include "kernel/percpu.h"
#include "report/report.h"

struct collecting {
	struct report *r;
	struct kmem *k;
	struct unwinder unwinder;
	bool unwinds;
	struct threads *all;
	size_t cap, frames_cap;
};

/* Room for one more of each; false: out of memory. */
static bool grow(struct collecting *c)
{
	struct threads *all = c->all;
	if (all->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 256;
		struct thread *more = realloc(all->thread, cap * sizeof(*more));
		if (!more)
			return false;
		all->thread = more;
		c->cap = cap;
	}
	if (c->frames_cap - all->nframes < THREAD_FRAMES) {
		size_t cap = c->frames_cap ? c->frames_cap * 2 : 4096;
		struct frame *more = realloc(all->frames, cap * sizeof(*more));
		if (!more)
			return false;
		all->frames = more;
		c->frames_cap = cap;
	}
	return true;
}

/* cpu: which one ran it when the kernel stopped, with its place among those online; negative: none
 */
static struct err *add(struct collecting *c, uint64_t addr, int cpu, unsigned int nth, bool idle)
{
	struct threads *all = c->all;
	struct regs regs;
	if (!grow(c))
		return err_nomem();
	struct thread *t = &all->thread[all->n];
	*t = (struct thread) {.idle = idle, .running = cpu >= 0, .first = (uint32_t)all->nframes};
	struct err *e = task_read(c->k, addr, &t->task);
	if (e)
		return e;
	if (cpu >= 0)
		t->task.cpu = cpu;
	if (c->unwinds) {
		struct unwind_start from = {.task = addr, .cpu = t->task.cpu};
		size_t n = 0;
		if (cpu >= 0 && regs_of_cpu(c->k, cpu, nth, &regs))
			from.regs = &regs;
		t->end = unwind(&c->unwinder, &from, all->frames + all->nframes, THREAD_FRAMES, &n);
		t->n = (uint32_t)n;
		all->nframes += n;
	}
	all->n++;
	return NULL;
}

/* What one CPU ran, and its idle task. */
static struct err *add_cpu(struct collecting *c, int cpu, unsigned int nth)
{
	uint64_t current = 0, idle = 0;
	bool known = task_current(c->k, cpu, &current);
	bool has_idle = task_idle(c->k, cpu, &idle);
	struct err *e = NULL;
	if (known)
		e = add(c, current, cpu, nth, has_idle && current == idle);
	else
		report_missing(c->r, "what CPU %d was running is not known", cpu);
	if (!e && has_idle && idle != current)
		e = add(c, idle, -1, 0, true);
	if (!e || err_code(e) == ERR_NOMEM)
		return e;
	report_missing(c->r, "CPU %d: %s", cpu, err_message(e));
	err_free(e);
	return NULL;
}

/* What each CPU runs comes first: a stack from registers, and the idle tasks are on no list. */
static struct err *add_running(struct collecting *c)
{
	unsigned int nth = 0;
	_cleanup_(bitmap_deinit) struct bitmap online = {0};
	struct err *e = cpu_mask_read(c->k, CPUS_ONLINE, &online);
	if (e) {
		report_missing(c->r, "which CPUs there were: %s", err_message(e));
		err_free(e);
		return NULL;
	}
	for (uint64_t cpu = bitmap_next(&online, 0);
	     cpu < online.nbits && !e && report_time_left(c->r);
	     cpu = bitmap_next(&online, cpu + 1))
		e = add_cpu(c, (int)cpu, nth++);
	return e;
}

static bool known_running(const struct threads *all, size_t first_listed, uint64_t addr)
{
	for (size_t i = 0; i < first_listed; i++) {
		if (all->thread[i].task.addr == addr)
			return true;
	}
	return false;
}

static struct err *add_listed(struct collecting *c)
{
	struct task_iter i;
	uint64_t addr;
	size_t first = c->all->n, lost = 0;
	task_iter_init(&i, c->k);
	while (report_time_left(c->r) && task_next(&i, &addr)) {
		if (known_running(c->all, first, addr))
			continue;
		struct err *e = add(c, addr, -1, 0, false);
		if (e && err_code(e) == ERR_NOMEM)
			return e;
		lost += e != NULL;
		err_free(e);
	}
	if (lost)
		report_missing(c->r, "%zu tasks could not be read", lost);
	if (i.damaged)
		report_missing(c->r, "%" PRIu32 " lists of tasks are damaged: some may be missing",
			       i.damaged);
	return NULL;
}

struct err *threads_collect(struct report *r, struct threads **ret)
{
	struct collecting c = {.r = r, .k = &r->k->kmem};
	struct err *e = layout_check(&r->k->layout, FOR_TASKS);
	if (e)
		return e;
	c.all = calloc(1, sizeof(*c.all));
	if (!c.all)
		return err_nomem();
	e = unwinder_init(&c.unwinder, c.k);
	c.unwinds = !e;
	if (e)
		report_missing(r, "stacks: %s", err_message(e));
	err_free(e);
	if (c.unwinds)
		c.all->stack_size = c.unwinder.thread_size;
	if (c.unwinds && c.unwinder.less)
		report_missing(r, "stacks are guessed: %s", err_message(c.unwinder.less));
	e = add_running(&c);
	if (!e)
		e = add_listed(&c);
	if (c.unwinds)
		unwinder_deinit(&c.unwinder);
	if (e) {
		threads_destroy(c.all);
		return e;
	}
	*ret = c.all;
	return NULL;
}

void threads_destroy(struct threads *t)
{
	if (!t)
		return;
	free(t->thread);
	free(t->frames);
	free(t);
}

const struct thread *threads_find(const struct threads *all, uint64_t addr)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->thread[i].task.addr == addr)
			return &all->thread[i];
	}
	return NULL;
}

const struct thread *threads_on_cpu(const struct threads *all, int cpu)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->thread[i].running && all->thread[i].task.cpu == cpu)
			return &all->thread[i];
	}
	return NULL;
}

bool threads_same_stack(const struct threads *all, const struct thread *a, const struct thread *b)
{
	const struct frame *x = thread_frames(all, a), *y = thread_frames(all, b);
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (frame_place(&x[i]) != frame_place(&y[i]))
			return false;
	}
	return true;
}

bool frame_symbol(const struct kernel *k, const struct frame *f, struct symbol *ret,
		  uint64_t *offset)
{
	uint64_t back = f->kind == FRAME_CALL;
	if (!k->symbols || f->kind == FRAME_USER ||
	    !symbols_at(k->symbols, f->pc - back, ret, offset))
		return false;
	*offset += back;
	return true;
}

bool thread_is_in(const struct kernel *k, const struct threads *all, const struct thread *t,
		  const char *prefix, size_t max)
{
	const struct frame *f = thread_frames(all, t);
	struct symbol s;
	uint64_t offset;
	for (size_t i = 0; i < t->n && i < max; i++) {
		if (frame_symbol(k, &f[i], &s, &offset) && !s.module &&
		    strncmp(s.name, prefix, strlen(prefix)) == 0)
			return true;
	}
	return false;
}

void frame_text(const struct kernel *k, const struct frame *f, struct buf *out)
{
	struct symbol s;
	uint64_t offset;
	if (!f->exact)
		buf_puts(out, "? ");
	if (f->kind == FRAME_USER)
		buf_printf(out, "user space at %#" PRIx64, f->pc);
	else if (frame_symbol(k, f, &s, &offset))
		buf_printf(out, "%s+%#" PRIx64, s.name, offset);
	else
		buf_printf(out, "%#" PRIx64, f->pc);
	if (f->kind != FRAME_USER && frame_symbol(k, f, &s, &offset) && s.module)
		buf_printf(out, " [%s]", s.module);
}

void stack_text(const struct kernel *k, const struct frame *f, size_t n, enum unwind_end end,
		const char *indent, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(out, indent);
		frame_text(k, &f[i], out);
		if (f[i].kind == FRAME_REGS && i > 0)
			buf_puts(out, "   <- interrupted here");
		buf_putc(out, '\n');
	}
	if (end != UNWIND_DONE)
		buf_printf(out, "%s(%s)\n", indent, unwind_end_text(end));
}

static const char *kind_name(enum frame_kind kind)
{
	static const char *const names[] = {
		[FRAME_CALL] = "call", [FRAME_REGS] = "interrupt", [FRAME_USER] = "user"};
	return names[kind];
}

void stack_json(const struct kernel *k, const struct frame *f, size_t n, const char *key,
		struct json *j)
{
	char pc[24];
	json_array(j, key);
	for (size_t i = 0; i < n; i++) {
		struct symbol s = {0};
		uint64_t offset = 0;
		bool named = frame_symbol(k, &f[i], &s, &offset);
		snprintf(pc, sizeof(pc), "%#" PRIx64, f[i].pc);
		json_object(j, NULL);
		json_str(j, "pc", pc);
		json_str(j, "symbol", named ? s.name : NULL);
		if (named)
			json_u64(j, "offset", offset);
		else
			json_null(j, "offset");
		json_str(j, "module", named ? s.module : NULL);
		json_bool(j, "exact", f[i].exact);
		json_str(j, "kind", kind_name(f[i].kind));
		json_object_end(j);
	}
	json_array_end(j);
}

void thread_json(const struct thread *t, const char *key, struct json *j)
{
	if (!t) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	json_i64(j, "pid", t->task.pid);
	json_str(j, "comm", t->task.comm);
	json_object_end(j);
}
