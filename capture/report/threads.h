/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every thread of the dead kernel with its stack, and how a stack is printed. Symbols are looked up
 * when it is printed, so that thousands of threads fit into a capture kernel. It does not judge.
 * Immutable once collected; one thread.
 */
#ifndef SALVOR_REPORT_THREADS_H
#define SALVOR_REPORT_THREADS_H

#include "base/json.h"
#include "kernel/kernel.h"
#include "kernel/task.h"
#include "kernel/unwind.h"

struct report;

/* More than any real kernel stack has; recursion that filled one shows its newest frames. */
#define THREAD_FRAMES 96

struct thread {
	struct task task;
	bool idle;    /* a CPU's idle task: on no list */
	bool running; /* on a CPU when the kernel stopped; its stack is from that CPU's registers */
	enum unwind_end end;
	uint32_t first; /* of its frames in struct threads */
	uint32_t n;
};

struct threads {
	struct thread *thread; /* in the order of the kernel's lists, then the idle tasks */
	size_t n;
	struct frame *frames;
	size_t nframes;
	uint64_t stack_size; /* of each thread */
};

/*
 * All threads and their stacks, as far as the part's time goes; what is missing is said as such.
 * ERR_MISSING if the kernel does not say where its tasks are.
 */
struct err *threads_collect(struct report *r, struct threads **ret) must_check;
void threads_destroy(struct threads *t);

static inline const struct frame *thread_frames(const struct threads *all, const struct thread *t)
{
	return all->frames + t->first;
}
/* The thread whose task_struct is at addr, or NULL. */
const struct thread *threads_find(const struct threads *all, uint64_t addr);
/* What a CPU was running; NULL if that is not known. */
const struct thread *threads_on_cpu(const struct threads *all, int cpu);
/* What tells frames apart: not where a process was in its own code, which is elsewhere in each. */
static inline uint64_t frame_place(const struct frame *f)
{
	return f->kind == FRAME_USER ? 0 : f->pc;
}
/* The same functions called from the same places, up to where user space entered the kernel. */
bool threads_same_stack(const struct threads *all, const struct thread *a, const struct thread *b);
/* Whether a function of vmlinux is among the newest max frames; prefix: any whose name starts so.
 */
bool thread_is_in(const struct kernel *k, const struct threads *all, const struct thread *t,
		  const char *prefix, size_t max);

/* The function that a frame is in, and how far in: code is called from the instruction before the
 * one that it returns to. False: it has no name. */
bool frame_symbol(const struct kernel *k, const struct frame *f, struct symbol *ret,
		  uint64_t *offset);
/* "schedule+0x27", "e1000_watchdog+0x1a0 [e1000]", or the address; "? " in front of a guess. */
void frame_text(const struct kernel *k, const struct frame *f, struct buf *out);
/* One line a frame, indented; says why a stack ends that does not end as it should. */
void stack_text(const struct kernel *k, const struct frame *f, size_t n, enum unwind_end end,
		const char *indent, struct buf *out);
/* An array of frames under key, as the manual's description of report.json has them. */
void stack_json(const struct kernel *k, const struct frame *f, size_t n, const char *key,
		struct json *j);
/* An object {"pid", "comm"} under key; null for NULL. */
void thread_json(const struct thread *t, const char *key, struct json *j);

#endif
