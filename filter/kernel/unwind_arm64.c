// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arm64: frame records. x29 points to a pair: the caller's x29, and where the function goes back to
 * (AAPCS64 6.4.6; arch/arm64/kernel/stacktrace.c). Interrupts leave a record of two zeros and what
 * it means since 6.13 (c2c6b27b5aa1); before, one that looks as if the interrupted code had made a
 * call.
 */
#include "kernel/unwind.h"

#include "kernel/percpu.h"

/* arch/arm64/include/asm/stacktrace/frame.h */
#define META_FINAL   1
#define META_PT_REGS 2

#define OVERFLOW_STACK_SIZE 4096
#define REGS_WORDS	    34

static void cpu_stacks(struct unwinder *u, int cpu, struct stacks *s)
{
	const struct layout *l = u->l;
	uint64_t begin;
	if (percpu_pointer(u->k, l->irq_stack_ptr, 0, cpu, &begin))
		stacks_add(s, STACK_INTERRUPT, begin, u->thread_size);
	if (percpu_find(u->k, l->overflow_stack, cpu, &begin))
		stacks_add(s, STACK_EXCEPTION, begin, OVERFLOW_STACK_SIZE);
	if (percpu_pointer(u->k, l->sdei_normal_ptr, 0, cpu, &begin))
		stacks_add(s, STACK_EXCEPTION, begin, u->thread_size);
	if (percpu_pointer(u->k, l->sdei_critical_ptr, 0, cpu, &begin))
		stacks_add(s, STACK_EXCEPTION, begin, u->thread_size);
}

struct arm64_walk {
	struct unwinder *u;
	uint64_t fp;
	uint64_t link; /* of registers that were just taken; 0: none */
};

/* Pointer authentication puts a signature into the bits that all kernel addresses have set. */
static uint64_t strip(const struct unwinder *u, uint64_t pc)
{
	return layout_known(u->l->kernel_pac_mask) && pc ? pc | (uint64_t)u->l->kernel_pac_mask
							 : pc;
}

static bool emit_regs(struct arm64_walk *w, const struct regs *r)
{
	w->fp = r->fp;
	w->link = strip(w->u, r->link);
	return unwind_emit(w->u, r->pc, r->sp, r->fp, r->user ? FRAME_USER : FRAME_REGS);
}

/* The struct pt_regs that the record at w->fp is a part of. */
static bool embedding_regs(const struct arm64_walk *w, struct regs *ret)
{
	uint64_t words[REGS_WORDS];
	int64_t offset = w->u->l->pt_regs_stackframe;
	if (!layout_known(offset) ||
	    !stacks_words(&w->u->stacks, w->fp - (uint64_t)offset, words, REGS_WORDS))
		return false;
	regs_from_words(w->u->shape, words, REGS_WORDS, ret);
	return true;
}

/* A record of two zeros. False: there is nothing after it. */
static bool boundary(struct arm64_walk *w, enum unwind_end *end)
{
	struct regs regs;
	uint64_t type = META_FINAL;
	*end = UNWIND_DONE;
	if (layout_known(w->u->l->frame_record_meta_size) &&
	    !stacks_word(&w->u->stacks, w->fp + 16, &type)) {
		*end = UNWIND_STACK;
		return false;
	}
	bool have = embedding_regs(w, &regs);
	if (type == META_PT_REGS && have && !regs.user) {
		*end = UNWIND_LIMIT;
		return emit_regs(w, &regs);
	}
	/* user space came in here, unless this is the kernel's own thread */
	if (type == META_FINAL && have && regs.user && regs.pc && !emit_regs(w, &regs))
		*end = UNWIND_LIMIT;
	if (type != META_FINAL)
		*end = UNWIND_LOST;
	return false;
}

static bool next(struct arm64_walk *w, enum unwind_end *end)
{
	struct stacks *s = &w->u->stacks;
	uint64_t record[2];
	*end = UNWIND_DONE;
	if (w->fp == 0)
		return false;
	if (!stacks_words(s, w->fp, record, 2)) {
		*end = stacks_at(s, w->fp, 16) && w->fp % 8 == 0 ? UNWIND_MEMORY : UNWIND_STACK;
		return false;
	}
	*end = UNWIND_STACK;
	if (!stacks_take(s, w->fp, 16))
		return false;
	uint64_t pc = strip(w->u, record[1]);
	*end = UNWIND_LIMIT;
	if (w->link && !unwind_emit_link(w->u, w->link, w->fp, pc))
		return false;
	w->link = 0;
	if (record[0] == 0 && record[1] == 0)
		return boundary(w, end);
	uint64_t sp = w->fp + 16;
	w->fp = record[0];
	return unwind_emit(w->u, pc, sp, w->fp, FRAME_CALL);
}

static enum unwind_end walk(struct unwinder *u, const struct unwind_start *from)
{
	const struct layout *l = u->l;
	struct arm64_walk w = {.u = u};
	enum unwind_end end = UNWIND_LIMIT;
	uint64_t pc, sp;
	if (from->regs) {
		if (!emit_regs(&w, from->regs))
			return end;
	} else {
		if (!unwind_task_word(u, from->task, l->thread_arm64_fp, &w.fp) ||
		    !unwind_task_word(u, from->task, l->thread_arm64_sp, &sp) ||
		    !unwind_task_word(u, from->task, l->thread_arm64_pc, &pc))
			return UNWIND_MEMORY;
		if (!unwind_emit(u, strip(u, pc), sp, w.fp, FRAME_CALL))
			return end;
	}
	while (next(&w, &end))
		;
	return end;
}

const struct unwind_ops unwind_arm64 = {
	.thread_size = UINT64_C(16) * 1024,
	.cpu_stacks = cpu_stacks,
	.walk = walk,
};
