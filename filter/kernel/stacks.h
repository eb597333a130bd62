/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks on which one unwinding may go: a task's own, and those that its CPU switches to for
 * interrupts and exceptions. It reads words from them and sees to it that unwinding ends: upwards
 * inside a stack, and onto each stack once. It knows no frames. One unwinding; one thread.
 */
#ifndef SALVOR_KERNEL_STACKS_H
#define SALVOR_KERNEL_STACKS_H

#include "kernel/kmem.h"

enum stack_kind {
	STACK_TASK,
	STACK_INTERRUPT,
	STACK_EXCEPTION, /* x86_64: of the interrupt stack table; others: emergency, overflow */
	STACK_ENTRY,	 /* x86_64: the trampoline of the kernel's entry */
};

struct stack {
	uint64_t begin, end;
	enum stack_kind kind;
	bool left; /* unwinding was here and went on to another */
};

#define STACKS_MAX 16
/* The largest that a kernel has: THREAD_SIZE with KASAN and 64K pages. */
#define STACK_MAX_SIZE (UINT64_C(256) * 1024)

struct stacks {
	struct kmem *k;
	struct stack stack[STACKS_MAX];
	unsigned int n;
	const struct stack *on; /* where unwinding is; NULL: on none yet */
	uint64_t floor;		/* what is below was taken */
	uint64_t page;		/* address of what bytes holds; 1: nothing */
	uint8_t bytes[4096];
};

void stacks_init(struct stacks *s, struct kmem *k);

/* A stack of size bytes from begin on. What cannot be one is left out. */
void stacks_add(struct stacks *s, enum stack_kind kind, uint64_t begin, uint64_t size);

/* The stack that holds all of [addr, addr+len), or NULL. */
const struct stack *stacks_at(const struct stacks *s, uint64_t addr, uint64_t len);

/* The word at addr, if it is aligned, on one of the stacks, and in the dump. */
bool stacks_word(struct stacks *s, uint64_t addr, uint64_t *ret);

/* Words from addr on, all on one stack. */
bool stacks_words(struct stacks *s, uint64_t addr, uint64_t *ret, size_t n);

/* Unwinding begins at sp: what is below on its stack is of no frame. */
void stacks_start(struct stacks *s, uint64_t sp);

/*
 * Unwinding uses [addr, addr+len), and from now on only what is above on this stack, or a stack on
 * which it was not yet. False: that would go back.
 */
bool stacks_take(struct stacks *s, uint64_t addr, uint64_t len);

#endif
