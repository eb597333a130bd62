// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ppc64: the back chain. The first word of a frame is the address of its caller's, the third of
 * that is where the callee goes back to (ELF V2 ABI 2.2.2; arch/powerpc/kernel/process.c,
 * show_stack).
 */
#include "kernel/unwind.h"

#define LR_SAVE 16
/* What is looked at of a frame; the smallest of the ABI is 32 bytes. */
#define FRAME_HEAD 32

/*
 * struct pt_regs in an interrupt's frame and the marker that says so
 * (arch/powerpc/include/asm/ptrace.h): after the header of ELF V2, or, big-endian and before 6.2,
 * of ELF V1. "regshere" became "REGS" later.
 */
static const struct {
	uint16_t marker, regs;
} regs_frames[] = {{32, 48}, {96, 112}};
#define MARKER	   UINT64_C(0x7265677368657265)
#define MARKER_LE  UINT64_C(0x53474552)
#define MARKER_BE  UINT64_C(0x52454753)
#define REGS_WORDS 44

static void add_at(struct unwinder *u, struct stacks *s, enum stack_kind kind, int64_t array,
		   int cpu)
{
	uint64_t begin;
	if (!layout_known(array))
		return;
	struct err *e = kmem_u64(u->k, (uint64_t)array + (uint64_t)cpu * 8, &begin);
	err_free(e);
	if (!e)
		stacks_add(s, kind, begin, u->thread_size);
}

static void cpu_stacks(struct unwinder *u, int cpu, struct stacks *s)
{
	const struct layout *l = u->l;
	const int64_t tops[] = {l->paca_emergency_sp, l->paca_nmi_sp, l->paca_mc_sp};
	uint64_t pacas, paca = 0, top;
	add_at(u, s, STACK_INTERRUPT, l->hardirq_ctx, cpu);
	add_at(u, s, STACK_INTERRUPT, l->softirq_ctx, cpu);
	if (!layout_known(l->paca_ptrs))
		return;
	struct err *e = kmem_u64(u->k, (uint64_t)l->paca_ptrs, &pacas);
	if (!e)
		e = kmem_u64(u->k, pacas + (uint64_t)cpu * 8, &paca);
	for (size_t i = 0; !e && i < ARRAY_SIZE(tops); i++) {
		if (!layout_known(tops[i]))
			continue;
		e = kmem_u64(u->k, paca + (uint64_t)tops[i], &top);
		if (!e && top > u->thread_size)
			stacks_add(s, STACK_EXCEPTION, top - u->thread_size, u->thread_size);
	}
	err_free(e);
}

struct ppc64_walk {
	struct unwinder *u;
	uint64_t sp;
	uint64_t link; /* of registers that were just taken; 0: none */
};

/*
 * An interrupt's registers in the frame at sp. The frame's back chain is the stack pointer that
 * they hold: a marker that some earlier interrupt left behind in this place does not pass.
 */
static bool interrupted(const struct ppc64_walk *w, uint64_t back, struct regs *ret)
{
	struct stacks *s = &w->u->stacks;
	uint64_t words[REGS_WORDS], marker;
	for (size_t i = 0; i < ARRAY_SIZE(regs_frames); i++) {
		if (!stacks_word(s, w->sp + regs_frames[i].marker, &marker) ||
		    (marker != MARKER && marker != MARKER_LE && marker != MARKER_BE))
			continue;
		if (!stacks_words(s, w->sp + regs_frames[i].regs, words, REGS_WORDS))
			continue;
		regs_from_words(w->u->shape, words, REGS_WORDS, ret);
		if (ret->sp == back && ret->pc)
			return true;
	}
	return false;
}

static enum unwind_end stuck(const struct ppc64_walk *w, uint64_t addr)
{
	return stacks_at(&w->u->stacks, addr, 8) ? UNWIND_MEMORY : UNWIND_STACK;
}

/* From the frame at w->sp to its caller's; UNWIND_LIMIT also where there is more to come. */
static bool next(struct ppc64_walk *w, enum unwind_end *end)
{
	struct unwinder *u = w->u;
	struct regs regs;
	uint64_t back, pc = 0;
	*end = UNWIND_STACK;
	if (!stacks_word(&u->stacks, w->sp, &back)) {
		*end = stuck(w, w->sp);
		return false;
	}
	if (w->sp % 16 || !stacks_take(&u->stacks, w->sp, FRAME_HEAD))
		return false;
	if (interrupted(w, back, &regs)) {
		w->sp = regs.sp;
		w->link = regs.link;
		bool room =
			unwind_emit(u, regs.pc, regs.sp, 0, regs.user ? FRAME_USER : FRAME_REGS);
		*end = room && regs.user ? UNWIND_DONE : UNWIND_LIMIT;
		return room && !regs.user;
	}
	*end = UNWIND_DONE; /* the first frame of a stack has no caller */
	if (back == 0)
		return false;
	bool there = stacks_word(&u->stacks, back + LR_SAVE, &pc);
	if (w->link && !unwind_emit_link(u, w->link, w->sp, pc)) {
		*end = UNWIND_LIMIT;
		return false;
	}
	w->link = 0;
	if (!there) {
		*end = stuck(w, back + LR_SAVE);
		return false;
	}
	if (pc == 0)
		return false;
	*end = UNWIND_LIMIT;
	w->sp = back;
	return unwind_emit(u, pc, back, 0, FRAME_CALL);
}

static enum unwind_end walk(struct unwinder *u, const struct unwind_start *from)
{
	struct ppc64_walk w = {.u = u};
	enum unwind_end end = UNWIND_LIMIT;
	if (from->regs) {
		w.sp = from->regs->sp;
		w.link = from->regs->link;
		if (!unwind_emit(u, from->regs->pc, w.sp, 0, FRAME_REGS))
			return end;
	} else if (!unwind_task_word(u, from->task, u->l->thread_ksp, &w.sp)) {
		return UNWIND_MEMORY;
	}
	while (next(&w, &end))
		;
	return end;
}

const struct unwind_ops unwind_ppc64 = {
	.thread_size = UINT64_C(16) * 1024,
	.cpu_stacks = cpu_stacks,
	.walk = walk,
};
