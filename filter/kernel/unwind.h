/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks of the dead kernel as frames: from the context that a task saved when it last gave up the
 * CPU, or from the registers of a CPU. It names no functions and prints nothing. Everything read
 * may be damaged: the number of frames is bounded, stacks are left at their bounds, and no frame is
 * visited twice. An unwinder belongs to one thread.
 */
#ifndef SALVOR_KERNEL_UNWIND_H
#define SALVOR_KERNEL_UNWIND_H

#include "kernel/ktext.h"
#include "kernel/regs.h"
#include "kernel/stacks.h"

enum frame_kind {
	FRAME_CALL, /* pc is where the frame goes on after its call: the call is before it */
	FRAME_REGS, /* interrupted: pc is the instruction that would have run next */
	FRAME_USER, /* user space entered the kernel here; always the last */
};

struct frame {
	uint64_t pc, sp, fp; /* fp: 0 where it is not known */
	bool exact;	     /* false: found by guessing, here or below */
	enum frame_kind kind;
};

/* Why there are no more frames. */
enum unwind_end {
	UNWIND_DONE,   /* the stack's first frame, or user space */
	UNWIND_LIMIT,  /* max frames */
	UNWIND_LOST,   /* nothing says where the next frame is */
	UNWIND_STACK,  /* the next frame would be outside of the stacks, or go back */
	UNWIND_MEMORY, /* the stack is not in the dump */
};

/* In words, for messages. */
const char *unwind_end_text(enum unwind_end end);

struct unwind_start {
	uint64_t task; /* the struct task_struct that is unwound; 0: not known, then regs */
	const struct regs *regs; /* of the CPU that runs it; NULL: from what the task saved */
	int cpu;		 /* whose other stacks may come up; negative: none */
};

struct unwinder;

/*
 * Adding an architecture: one file unwind_x.c that ends in one const struct unwind_ops; its
 * registers in regs.c; the pointer in its arch_ops; a unit test with a stack written by hand; and
 * crash's backtraces of a real vmcore to compare with.
 */
struct unwind_ops {
	uint64_t thread_size; /* where the kernel does not tell */
	/* Once per kernel; may be NULL. On failure the frames are guessed. */
	struct err *(*load)(struct unwinder *u);
	void (*unload)(struct unwinder *u);
	/* Adds the stacks of a CPU to s. */
	void (*cpu_stacks)(struct unwinder *u, int cpu, struct stacks *s);
	/* Appends frames with unwind_emit() until there are no more. */
	enum unwind_end (*walk)(struct unwinder *u, const struct unwind_start *from);
};
extern const struct unwind_ops unwind_x86_64, unwind_ppc64, unwind_arm64;

struct unwinder {
	struct kmem *k; /* borrowed */
	const struct layout *l;
	const struct unwind_ops *ops;
	const struct regs_shape *shape;
	struct ktext text;
	uint64_t thread_size;
	void *arch;	  /* of ops */
	struct err *less; /* why unwinding is only guessing, or NULL */
	/* of the stack that is being unwound */
	struct stacks stacks;
	struct frame *out;
	size_t n, max;
	bool guessed; /* every further frame is not exact */
};

/*
 * ERR_MISSING if the layout lacks what is needed (layout_check(FOR_STACKS) names it),
 * ERR_UNSUPPORTED if the architecture has no unwinder.
 */
struct err *unwinder_init(struct unwinder *u, struct kmem *k) must_check;
void unwinder_deinit(struct unwinder *u);
#define _cleanup_unwinder_ _cleanup_(unwinder_deinit)

/* At most max frames to out, the newest first; their number to n. */
enum unwind_end unwind(struct unwinder *u, const struct unwind_start *from, struct frame *out,
		       size_t max, size_t *n);

/* For the architectures. */

/* False: there is no room for more. */
bool unwind_emit(struct unwinder *u, uint64_t pc, uint64_t sp, uint64_t fp, enum frame_kind kind);
/*
 * The registers say where code was interrupted; its caller may be only in the link register, or
 * that may be left over from an earlier call: a guess, unless the stack says the same next.
 */
bool unwind_emit_link(struct unwinder *u, uint64_t link, uint64_t sp, uint64_t next_pc);
/* A word of a task, at a member of struct task_struct. */
bool unwind_task_word(struct unwinder *u, uint64_t task, int64_t member, uint64_t *ret);

#endif
