// SPDX-License-Identifier: GPL-2.0-or-later
/* The tasks, as ps has them. The text shows processes; threads by themselves are in the JSON. */
#include "report/part.h"

#include <stdlib.h>
#include <string.h>
#include "report/fetch.h"
#include "report/memories.h"

/* What a reader and a capture kernel can take; the rest is counted. */
#define TEXT_PROCESSES 1000
#define JSON_TASKS     16384
#define TEXT_NAMES     100
#define TEXT_WIDTH     100

struct line {
	const struct thread *thread;
	int32_t ppid; /* -1: not known */
	bool kernel;
};

/* Threads that share a tgid, and lie behind each other in by_process. */
struct process {
	size_t first, n;	 /* the leader first, if it is there */
	size_t running, waiting; /* threads in R and D, without the first */
};

struct tasks_part {
	const struct threads *all; /* of the report */
	struct memories memories;
	struct line *line; /* by pid */
	struct line *by_process;
	struct process *process;
	size_t n, nprocesses;
};

static int compare(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_pid(const void *a, const void *b)
{
	const struct task *x = &((const struct line *)a)->thread->task;
	const struct task *y = &((const struct line *)b)->thread->task;
	int order = compare(x->pid, y->pid);
	return order ? order : compare(x->cpu, y->cpu);
}

static int by_process(const void *a, const void *b)
{
	const struct task *x = &((const struct line *)a)->thread->task;
	const struct task *y = &((const struct line *)b)->thread->task;
	int order = compare(x->tgid, y->tgid);
	if (!order)
		order = compare(y->pid == y->tgid, x->pid == x->tgid);
	return order ? order : by_pid(a, b);
}

/* ps asks the same: the process, not the thread, that made it or took it over. */
static int32_t parent_of(struct kmem *k, const struct task *t)
{
	const struct layout *l = k->layout;
	uint64_t parent;
	uint32_t pid;
	if (!fetch_pointer(k, t->addr, l->task_real_parent, &parent) ||
	    !fetch_u32(k, parent, l->task_tgid, &pid))
		return -1;
	return (int32_t)pid;
}

/* Idle tasks have all the pid 0, and are no threads of each other. */
static bool same_process(const struct thread *a, const struct thread *b)
{
	return a->task.tgid == b->task.tgid && a->task.tgid != 0;
}

static void find_processes(struct tasks_part *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct thread *t = p->by_process[i].thread;
		struct process *last = p->nprocesses ? &p->process[p->nprocesses - 1] : NULL;
		if (!last || !same_process(p->by_process[last->first].thread, t)) {
			p->process[p->nprocesses++] = (struct process) {.first = i, .n = 1};
			continue;
		}
		last->n++;
		last->running += t->task.state == 'R';
		last->waiting += t->task.state == 'D';
	}
}

static struct err *gather(struct report *r, void *data)
{
	struct tasks_part *p = data;
	const struct layout *l = r->k->kmem.layout;
	p->all = report_threads(r);
	if (!p->all)
		return err_new(ERR_MISSING, "the tasks cannot be found");
	size_t n = p->all->n, room = n ? n : 1;
	p->line = calloc(room, sizeof(*p->line));
	p->by_process = calloc(room, sizeof(*p->by_process));
	p->process = calloc(room, sizeof(*p->process));
	if (!p->line || !p->by_process || !p->process)
		return err_nomem();
	for (size_t i = 0; i < n; i++) {
		const struct thread *t = &p->all->thread[i];
		int32_t ppid = report_time_left(r) ? parent_of(&r->k->kmem, &t->task) : -1;
		p->line[i] = (struct line) {t, ppid, is_kernel_thread(l, &t->task)};
	}
	p->n = n;
	memcpy(p->by_process, p->line, n * sizeof(*p->line));
	qsort(p->line, n, sizeof(*p->line), by_pid);
	qsort(p->by_process, n, sizeof(*p->by_process), by_process);
	find_processes(p);
	if (n > JSON_TASKS)
		report_missing(r, "of %zu tasks the first %d are listed in the JSON", n,
			       JSON_TASKS);
	return memories_collect(r, p->all, &p->memories);
}

static void release(void *data)
{
	struct tasks_part *p = data;
	memories_deinit(&p->memories);
	free(p->line);
	free(p->by_process);
	free(p->process);
}

/* Kernel threads, zombies, and who else has none: 0, as ps has it. */
static void memory_of(const struct tasks_part *p, const struct line *line, uint64_t *rss,
		      uint64_t *vm)
{
	uint64_t mm = line->kernel ? 0 : line->thread->task.mm;
	const struct process_memory *m = mm ? memories_find(&p->memories, mm) : NULL;
	*rss = m ? m->rss_kib : mm ? MEMORY_UNKNOWN : 0;
	*vm = m ? m->vm_kib : mm ? MEMORY_UNKNOWN : 0;
}

/* --- text ---------------------------------------------------------------------------------------
 */

/* Kernel threads that wait for work, or are the idle loop, are many and say little. */
static bool at_rest(const struct line *line)
{
	const struct thread *t = line->thread;
	return line->kernel && (t->idle || strchr("SIP", t->task.state));
}

static void kib_text(uint64_t kib, struct buf *out)
{
	if (kib == MEMORY_UNKNOWN)
		buf_printf(out, " %10s", "?");
	else
		buf_printf(out, " %10llu", (unsigned long long)kib);
}

static void process_text(const struct tasks_part *p, const struct process *process, struct buf *out)
{
	const struct line *line = &p->by_process[process->first];
	const struct task *t = &line->thread->task;
	uint64_t rss, vm;
	memory_of(p, line, &rss, &vm);
	buf_printf(out, "%7d ", t->pid);
	if (line->ppid < 0)
		buf_printf(out, "%7s", "?");
	else
		buf_printf(out, "%7d", line->ppid);
	buf_printf(out, " %4d  %c", t->cpu, t->state);
	kib_text(rss, out);
	kib_text(vm, out);
	buf_printf(out, " %7zu  %s%s%s", process->n, line->kernel ? "[" : "", t->comm,
		   line->kernel ? "]" : "");
	if (process->running)
		buf_printf(out, "  (%zu more in R)", process->running);
	if (process->waiting)
		buf_printf(out, "  (%zu more in D)", process->waiting);
	buf_putc(out, '\n');
}

static void states_text(const struct tasks_part *p, struct buf *out)
{
	size_t states[128] = {0}, kernel = 0, idle = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct thread *t = p->line[i].thread;
		idle += t->idle;
		kernel += p->line[i].kernel && !t->idle;
		if (!t->idle)
			states[t->task.state & 0x7f]++;
	}
	buf_printf(out, "%zu tasks, of them %zu kernel threads, and %zu idle tasks; states:",
		   p->n - idle, kernel, idle);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (states[i])
			buf_printf(out, " %zu %c", states[i], (char)i);
	}
	buf_putc(out, '\n');
}

struct name_count {
	char name[TASK_COMM_LEN + 1];
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct name_count *)a)->name, ((const struct name_count *)b)->name);
}

static int by_count(const void *a, const void *b)
{
	const struct name_count *x = a, *y = b;
	int order = compare((int64_t)y->n, (int64_t)x->n);
	return order ? order : by_name(a, b);
}

/* What kworker/u8:0 and kworker/R-mld have in common; and each name once, with its number. */
static size_t count_names(const struct tasks_part *p, struct name_count *names, size_t *total)
{
	size_t n = 0, unique = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct thread *t = p->line[i].thread;
		if (!at_rest(&p->line[i]))
			continue;
		struct name_count *name = &names[n++];
		memcpy(name->name, t->task.comm, sizeof(name->name));
		name->name[strcspn(name->name, "/")] = '\0';
	}
	*total = n;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		if (unique == 0 || strcmp(names[unique - 1].name, names[i].name) != 0)
			names[unique++] = names[i];
		names[unique - 1].n++;
	}
	return unique;
}

static void at_rest_text(const struct tasks_part *p, struct buf *out)
{
	_cleanup_free_ struct name_count *names = calloc(p->n ? p->n : 1, sizeof(*names));
	size_t total = 0, width = 0;
	if (!names) {
		out->failed = true;
		return;
	}
	size_t n = count_names(p, names, &total);
	if (total == 0)
		return;
	qsort(names, n, sizeof(*names), by_count);
	buf_printf(out, "and %zu kernel threads asleep or idle:", total);
	for (size_t i = 0; i < n && i < TEXT_NAMES; i++) {
		char word[64];
		int len = names[i].n > 1 ? snprintf(word, sizeof(word), " %s x %zu", names[i].name,
						    names[i].n)
					 : snprintf(word, sizeof(word), " %s", names[i].name);
		if (i == 0 || width + (size_t)len + 1 > TEXT_WIDTH) {
			buf_puts(out, "\n   ");
			width = 3;
		}
		width += (size_t)len + 1;
		buf_printf(out, "%s%s", word, i + 1 < n ? "," : "");
	}
	if (n > TEXT_NAMES)
		buf_printf(out, " and %zu other names", n - TEXT_NAMES);
	buf_putc(out, '\n');
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct tasks_part *p = data;
	size_t shown = 0, left = 0;
	(void)r;
	states_text(p, out);
	buf_printf(out, "%7s %7s %4s %2s %10s %10s %7s  %s\n", "PID", "PPID", "CPU", "ST",
		   "RSS KiB", "VM KiB", "THREADS", "COMMAND");
	for (size_t i = 0; i < p->nprocesses; i++) {
		const struct process *process = &p->process[i];
		if (at_rest(&p->by_process[process->first]) && process->n == 1)
			continue;
		if (shown++ < TEXT_PROCESSES)
			process_text(p, process, out);
		else
			left++;
	}
	if (left)
		buf_printf(out, "and %zu processes more\n", left);
	at_rest_text(p, out);
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void json_kib(struct json *j, const char *key, uint64_t kib)
{
	if (kib == MEMORY_UNKNOWN)
		json_null(j, key);
	else
		json_u64(j, key, kib);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct tasks_part *p = data;
	(void)r;
	json_array(j, "tasks");
	for (size_t i = 0; i < p->n && i < JSON_TASKS; i++) {
		const struct task *t = &p->line[i].thread->task;
		char state[2] = {t->state, '\0'};
		uint64_t rss, vm;
		memory_of(p, &p->line[i], &rss, &vm);
		json_object(j, NULL);
		json_i64(j, "pid", t->pid);
		json_i64(j, "tgid", t->tgid);
		if (p->line[i].ppid < 0)
			json_null(j, "ppid");
		else
			json_i64(j, "ppid", p->line[i].ppid);
		if (t->cpu < 0)
			json_null(j, "cpu");
		else
			json_i64(j, "cpu", t->cpu);
		json_str(j, "state", state);
		json_str(j, "comm", t->comm);
		json_bool(j, "kernel", p->line[i].kernel);
		json_kib(j, "rss_kib", rss);
		json_kib(j, "vm_kib", vm);
		json_object_end(j);
	}
	json_array_end(j);
}

const struct report_part part_tasks = {
	.name = "tasks",
	.title = "Tasks",
	.data_size = sizeof(struct tasks_part),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
