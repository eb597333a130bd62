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
 * doubt.
 */
static bool is_return_address(struct unwinder *u, uint64_t pc)
{
	uint8_t before[7];
	if (!ktext_has(&u->text, pc) || !ktext_has(&u->text, pc - sizeof(before)))
		return false;
	struct err *e = kmem_read(u->k, pc - sizeof(before), before, sizeof(before));
	err_free(e);
	if (e)
		return true;
	return before[2] == 0xe8 || indirect_call(before + 5) || indirect_call(before + 4) ||
	       indirect_call(before + 1) || indirect_call(before);
}

/* Generated code keeps a frame pointer: arch/x86/net/bpf_jit_comp.c, and whoever copies an entry.
 */
static bool by_frame_pointer(struct orc_walk *w)
{
	struct stacks *s = &w->u->stacks;
	uint64_t bp, pc;
	if (w->bp < w->sp || !stacks_word(s, w->bp, &bp) || !stacks_word(s, w->bp + 8, &pc))
		return false;
	bool generated = pc >= MODULES_BEGIN && pc < MODULES_END;
	if (!generated && !is_return_address(w->u, pc))
		return false;
	if (orc_return_to(w, w->bp + 8) != STEP_NEXT)
		return false;
	w->bp = bp;
	return true;
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
	const struct stack *stack;
	w->u->guessed = true;
	if (by_frame_pointer(w))
		return STEP_NEXT;
	/* Ends: stacks_take() refuses to come back to a stack. */
	while ((stack = stacks_at(s, w->sp, 8))) {
		uint64_t word;
		for (uint64_t at = (w->sp + 7) & ~UINT64_C(7); at < stack->end; at += 8)
			if (stacks_word(s, at, &word) && is_return_address(w->u, word))
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
