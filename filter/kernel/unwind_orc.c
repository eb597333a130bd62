// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64: what arch/x86/kernel/unwind_orc.c does to the living, for the dead. */
#include "kernel/unwind_orc.h"
#include "kernel/percpu.h"

#include <string.h>

/* struct inactive_task_frame: r15 … bx, bp, ret_addr (arch/x86/include/asm/switch_to.h). */
#define INACTIVE_BP   40
#define INACTIVE_PC   48
#define INACTIVE_SIZE 56

/* IRQ_STACK_SIZE is THREAD_SIZE: both grow with KASAN (arch/x86/include/asm/page_64_types.h). */
static void add_interrupt_stack(struct unwinder *u, int cpu, struct stacks *s)
{
	const struct layout *l = u->l;
	uint64_t top;
	/* In pcpu_hot from 6.2 to 6.14 (d7b6d709a76a), before and after that a variable. */
	if (!percpu_pointer(u->k, l->pcpu_hot, l->pcpu_hot_irq_stack, cpu, &top) &&
	    !percpu_pointer(u->k, l->hardirq_stack_ptr, 0, cpu, &top))
		return;
	/* The end of the stack, from 5.12 on 8 bytes before it (951c2a51ae75). */
	top = (top + 4095) & ~UINT64_C(4095);
	stacks_add(s, STACK_INTERRUPT, top - u->thread_size, u->thread_size);
}

/* The stacks of the interrupt stack table, and the entry trampoline, in the CPU entry area. */
static void add_entry_area(struct unwinder *u, int cpu, struct stacks *s)
{
	const struct layout *l = u->l;
	const int64_t stack[] = {l->cea_df,  l->cea_nmi, l->cea_db,
				 l->cea_mce, l->cea_vc,	 l->cea_vc2};
	uint64_t area;
	if (!percpu_pointer(u->k, l->cea_exception_stacks, 0, cpu, &area))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(stack); i++)
		if (layout_known(stack[i]) && layout_known(l->cea_df_size))
			stacks_add(s, STACK_EXCEPTION, area + (uint64_t)stack[i],
				   (uint64_t)l->cea_df_size);
	if (layout_known(l->cpu_entry_area_estacks) && layout_known(l->cpu_entry_area_entry) &&
	    layout_known(l->entry_stack_page_size))
		stacks_add(s, STACK_ENTRY,
			   area - (uint64_t)l->cpu_entry_area_estacks +
				   (uint64_t)l->cpu_entry_area_entry,
			   (uint64_t)l->entry_stack_page_size);
}

static void cpu_stacks(struct unwinder *u, int cpu, struct stacks *s)
{
	add_interrupt_stack(u, cpu, s);
	add_entry_area(u, cpu, s);
}

/* Why a word of the stack at addr could not be had. */
static enum orc_step stuck(const struct orc_walk *w, uint64_t addr)
{
	return addr % 8 == 0 && stacks_at(&w->u->stacks, addr, 8) ? STEP_MEMORY : STEP_STACK;
}

enum orc_step orc_return_to(struct orc_walk *w, uint64_t addr)
{
	uint64_t pc;
	if (!stacks_word(&w->u->stacks, addr, &pc))
		return stuck(w, addr);
	if (pc == 0)
		return STEP_LOST;
	if (!stacks_take(&w->u->stacks, addr, 8))
		return STEP_STACK;
	w->pc = pc;
	w->sp = addr + 8;
	w->interrupted = w->signal = w->have_regs = false;
	return STEP_NEXT;
}

enum orc_step orc_interrupted_at(struct orc_walk *w, uint64_t addr, bool partial)
{
	uint64_t words[PT_REGS_WORDS];
	size_t first = partial ? PT_IP : 0;
	size_t n = partial ? PT_REGS_CPU_PUSHED : PT_REGS_WORDS;
	if (!stacks_words(&w->u->stacks, addr, words + first, n))
		return stuck(w, addr);
	if (!stacks_take(&w->u->stacks, addr, n * 8))
		return STEP_STACK;
	/* After a partial one the others still hold what they did in the frame that was entered. */
	memcpy(w->regs + first, words + first, n * sizeof(words[0]));
	if (!partial)
		w->have_regs = true;
	w->pc = w->regs[PT_IP];
	w->sp = w->regs[PT_SP];
	w->interrupted = w->signal = true;
	return STEP_NEXT;
}

/* The stack pointer of the caller before its call, or where its registers are. */
static enum orc_step caller_sp(struct orc_walk *w, const struct orc_entry *o, uint64_t *ret)
{
	static const uint8_t in_regs[] = {[ORC_REG_AX] = PT_AX,
					  [ORC_REG_DX] = PT_DX,
					  [ORC_REG_DI] = PT_DI,
					  [ORC_REG_R10] = PT_R10,
					  [ORC_REG_R13] = PT_R13};
	uint64_t offset = (uint64_t)(int64_t)o->sp_offset, at;
	switch (o->sp_reg) {
	case ORC_REG_SP:
		*ret = w->sp + offset;
		return STEP_NEXT;
	case ORC_REG_BP:
		*ret = w->bp + offset;
		return STEP_NEXT;
	case ORC_REG_AX:
	case ORC_REG_DX:
	case ORC_REG_DI:
	case ORC_REG_R10:
	case ORC_REG_R13:
		*ret = w->regs[in_regs[o->sp_reg]];
		return w->have_regs ? STEP_NEXT : STEP_LOST;
	case ORC_REG_SP_INDIRECT: /* the offset is added after since 5.12 (87ccc826bf1c) */
	case ORC_REG_BP_INDIRECT:
		at = o->sp_reg == ORC_REG_SP_INDIRECT ? w->sp : w->bp + offset;
		if (!stacks_word(&w->u->stacks, at, ret))
			return stuck(w, at);
		if (o->sp_reg == ORC_REG_SP_INDIRECT)
			*ret += offset;
		return STEP_NEXT;
	default:
		return STEP_LOST;
	}
}

/* The caller's bp. Only frames that are found by it miss it. */
static void caller_bp(struct orc_walk *w, const struct orc_entry *o, uint64_t sp)
{
	uint64_t offset = (uint64_t)(int64_t)o->bp_offset;
	if (o->bp_reg == ORC_REG_UNDEFINED) {
		if (w->have_regs) {
			w->bp = w->regs[PT_BP];
			w->bp_doubtful = false;
		}
		return;
	}
	uint64_t at = (o->bp_reg == ORC_REG_PREV_SP ? sp : w->bp) + offset;
	w->bp_doubtful = !stacks_word(&w->u->stacks, at, &w->bp);
}

/* A frame at a doubtful bp: there has to be a return address. */
static bool believable(struct orc_walk *w, const struct orc_entry *o, uint64_t sp)
{
	uint64_t pc;
	if (!w->bp_doubtful || (o->sp_reg != ORC_REG_BP && o->sp_reg != ORC_REG_BP_INDIRECT))
		return true;
	return o->type == ORC_TYPE_CALL && stacks_word(&w->u->stacks, sp - 8, &pc) &&
	       orc_is_return_address(w->u, pc);
}

static enum orc_step next(struct orc_walk *w)
{
	/* Jumped to NULL: the call pushed a return address, and nothing else happened. */
	static const struct orc_entry null_call = {
		.sp_offset = 8, .sp_reg = ORC_REG_SP, .type = ORC_TYPE_CALL};
	struct orc_entry o;
	uint64_t sp;
	if (w->pc == 0 && w->signal)
		o = null_call;
	else if (!orc_tables_find(w->u, w->signal ? w->pc : w->pc - 1, &o))
		return orc_guess(w);
	if (o.type == ORC_TYPE_END_OF_STACK)
		return STEP_DONE;
	if (o.type < ORC_TYPE_CALL || o.type > ORC_TYPE_REGS_PARTIAL)
		return orc_guess(w);
	enum orc_step step = caller_sp(w, &o, &sp);
	if (step == STEP_NEXT && !believable(w, &o, sp))
		step = STEP_LOST;
	if (step == STEP_NEXT && o.type == ORC_TYPE_CALL)
		step = orc_return_to(w, sp - 8);
	else if (step == STEP_NEXT)
		step = orc_interrupted_at(w, sp, o.type == ORC_TYPE_REGS_PARTIAL);
	if (step == STEP_LOST)
		return orc_guess(w);
	if (step == STEP_NEXT)
		caller_bp(w, &o, sp);
	/* Objtool knows better than the kind of frame what the next lookup has to be for. */
	w->signal = o.signal;
	return step;
}

static enum unwind_end ended(enum orc_step step)
{
	return step == STEP_DONE     ? UNWIND_DONE
	       : step == STEP_STACK  ? UNWIND_STACK
	       : step == STEP_MEMORY ? UNWIND_MEMORY
				     : UNWIND_LOST;
}

static bool start(struct orc_walk *w, const struct unwind_start *from)
{
	struct unwinder *u = w->u;
	const struct layout *l = u->l;
	if (from->regs) {
		memcpy(w->regs, from->regs->value, sizeof(w->regs));
		w->have_regs = w->interrupted = w->signal = true;
		w->pc = w->regs[PT_IP];
		w->sp = w->regs[PT_SP];
		w->bp = w->regs[PT_BP];
		return true;
	}
	uint64_t saved, size = INACTIVE_SIZE, pc = INACTIVE_PC, bp = INACTIVE_BP;
	if (layout_known(l->inactive_frame_size) && layout_known(l->inactive_frame_bp) &&
	    layout_known(l->inactive_frame_pc)) {
		size = (uint64_t)l->inactive_frame_size;
		pc = (uint64_t)l->inactive_frame_pc;
		bp = (uint64_t)l->inactive_frame_bp;
	}
	if (!unwind_task_word(u, from->task, l->thread_sp, &saved))
		return false;
	w->sp = saved + size;
	if (!stacks_word(&u->stacks, saved + pc, &w->pc) ||
	    !stacks_word(&u->stacks, saved + bp, &w->bp))
		return false;
	/* A task that never ran starts there, and comes from nowhere. */
	w->signal = w->pc == (uint64_t)l->ret_from_fork || w->pc == (uint64_t)l->ret_from_fork_old;
	return true;
}

static enum unwind_end walk(struct unwinder *u, const struct unwind_start *from)
{
	struct orc_walk w = {.u = u};
	if (!start(&w, from))
		return ended(stuck(&w, w.sp));
	stacks_start(&u->stacks, w.sp);
	for (;;) {
		bool user = w.interrupted && u->shape->user(w.regs);
		enum frame_kind kind = user ? FRAME_USER : w.interrupted ? FRAME_REGS : FRAME_CALL;
		if (!unwind_emit(u, w.pc, w.sp, w.bp, kind))
			return UNWIND_LIMIT;
		enum orc_step step = user ? STEP_DONE : next(&w);
		if (step != STEP_NEXT)
			return ended(step);
	}
}

const struct unwind_ops unwind_x86_64 = {
	.thread_size = UINT64_C(16) * 1024,
	.load = orc_tables_load,
	.unload = orc_tables_unload,
	.cpu_stacks = cpu_stacks,
	.walk = walk,
};
