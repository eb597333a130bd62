// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x86_64 without ORC: code that objtool never saw (BPF programs, trampolines of ftrace and
 * kprobes, a jump into nowhere) and kernels without tables.
 */
#include "kernel/unwind_orc.h"

/* Documentation/arch/x86/x86_64/mm.rst: modules and what is generated at run time. */
#define MODULES_BEGIN UINT64_C(0xffffffffa0000000)
#define MODULES_END   UINT64_C(0xffffffffff000000)

/* A call through a register or memory: opcode ff, /2 in the next byte (Intel SDM volume 2). */
static bool indirect_call(const uint8_t *at)
{
	return at[0] == 0xff && (at[1] & 0x38) == 0x10;
}

/*
 * Is this the address after a call in the kernel's or a module's code? Many words on a stack point
 * into code; few of them right behind a call. Code that is not in the dump has the benefit of
 * doubt. target: where a direct call went; 0: not known.
 */
static bool after_call(struct unwinder *u, uint64_t pc, uint64_t *target)
{
	uint8_t before[7];
	*target = 0;
	if (!ktext_has(&u->text, pc) || !ktext_has(&u->text, pc - sizeof(before)))
		return false;
	struct err *e = kmem_read(u->k, pc - sizeof(before), before, sizeof(before));
	err_free(e);
	if (e)
		return true;
	if (before[2] == 0xe8)
		*target = pc + (uint64_t)(int64_t)(int32_t)get_u32(before + 3, ORDER_LE);
	return before[2] == 0xe8 || indirect_call(before + 5) || indirect_call(before + 4) ||
	       indirect_call(before + 1) || indirect_call(before);
}

bool orc_is_return_address(struct unwinder *u, uint64_t pc)
{
	uint64_t target;
	return after_call(u, pc, &target);
}

/* Generated code keeps a frame pointer: arch/x86/net/bpf_jit_comp.c. What was compiled need not. */
static bool by_frame_pointer(struct orc_walk *w)
{
	struct stacks *s = &w->u->stacks;
	uint64_t bp, pc;
	if (ktext_has(&w->u->text, w->pc) || w->bp < w->sp || !stacks_word(s, w->bp, &bp) ||
	    !stacks_word(s, w->bp + 8, &pc))
		return false;
	bool generated = pc >= MODULES_BEGIN && pc < MODULES_END;
	if (!generated && !orc_is_return_address(w->u, pc))
		return false;
	if (orc_return_to(w, w->bp + 8) != STEP_NEXT)
		return false;
	w->bp = bp;
	return true;
}

/*
 * A function whose stack objtool was told not to look at (STACK_FRAME_NON_STANDARD), above all
 * __crash_kexec, where each kernel dies that kdump captures: one entry that knows nothing covers
 * it. A return address behind a call of it is the one.
 */
static bool by_caller(struct orc_walk *w, const struct stack *stack, uint64_t *at)
{
	struct orc_entry here, there;
	uint64_t word, target;
	if (!orc_tables_find(w->u, w->signal ? w->pc : w->pc - 1, &here) ||
	    here.type != ORC_TYPE_UNDEFINED)
		return false;
	for (*at = (w->sp + 7) & ~UINT64_C(7); *at < stack->end; *at += 8)
		if (stacks_word(&w->u->stacks, *at, &word) && after_call(w->u, word, &target) &&
		    target <= w->pc && orc_tables_find(w->u, target, &there) && there.ip == here.ip)
			return true;
	return false;
}

/* Any return address. */
static bool by_scan(struct orc_walk *w, const struct stack *stack, uint64_t *at)
{
	uint64_t word;
	for (*at = (w->sp + 7) & ~UINT64_C(7); *at < stack->end; *at += 8)
		if (stacks_word(&w->u->stacks, *at, &word) && orc_is_return_address(w->u, word))
			return true;
	return false;
}

/* From the interrupt stack: its last word is the stack pointer of the one that was left for it. */
static bool leave_interrupt_stack(struct orc_walk *w, const struct stack *stack)
{
	struct stacks *s = &w->u->stacks;
	uint64_t sp;
	if (stack->kind != STACK_INTERRUPT || !stacks_word(s, stack->end - 8, &sp) ||
	    !stacks_take(s, stack->end - 8, 8))
		return false;
	w->sp = sp;
	return true;
}

enum orc_step orc_guess(struct orc_walk *w)
{
	struct stacks *s = &w->u->stacks;
	const struct stack *stack = stacks_at(s, w->sp, 8);
	uint64_t at;
	w->bp_doubtful = true;
	if (stack && by_caller(w, stack, &at))
		return orc_return_to(w, at);
	w->u->guessed = true;
	if (by_frame_pointer(w))
		return STEP_NEXT;
	/* Ends: stacks_take() refuses to come back to a stack. */
	for (; stack; stack = stacks_at(s, w->sp, 8)) {
		if (by_scan(w, stack, &at))
			return orc_return_to(w, at);
		/* An exception's stack ends with the registers of what was interrupted. */
		if (stack->kind == STACK_EXCEPTION)
			return orc_interrupted_at(w, stack->end - (uint64_t)PT_REGS_WORDS * 8,
						  false);
		if (!leave_interrupt_stack(w, stack))
			break;
	}
	return STEP_LOST;
}
