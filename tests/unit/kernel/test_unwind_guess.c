// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64 stacks of code that no ORC table knows, and what may be made of them. */
#include "orc_image.h"

/* Code without ORC: the next word that looks like a return address, and no word after is exact. */
static void guessing(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, 0, TEXT + 0xa10);
	image_u64(&i, sp + 64, TEXT + 0x150);	/* a pointer to code, but not behind a call */
	image_u64(&i, sp + 80, STACK + 0x3f00); /* data */
	image_u64(&i, sp + 96, TEXT + 0x160);
	image_u64(&i, sp + 112, TEXT + 0x820);
	call_before(&i, TEXT + 0x160);
	open_image(&i);
	image_unwind(&i, NULL, -1, "a10 160? 820?", UNWIND_DONE);
	assert_int_equal(i.frame[1].sp, sp + 104);
	/* a register that no entry may name is no better */
	image_close(&i);
	switched_out(&i, sp, 0, TEXT + 0xc10);
	open_image(&i);
	image_unwind(&i, NULL, -1, "c10 160? 820?", UNWIND_DONE);
	image_close(&i);
}

/*
 * No entry knows the function at 0xd00, but who calls it directly is its caller, past words that
 * only look like one; what follows is as certain as ever, bp where it is plausible.
 */
static void function_that_nothing_is_known_about(void **state)
{
	(void)state;
	for (int plausible = 0; plausible < 2; plausible++) {
		static struct image i;
		functions(&i);
		orc(&i, TEXT + 0xcf0, ORC_REG_UNDEFINED, 0, 0, 0, ORC_TYPE_UNDEFINED);
		orc(&i, TEXT + 0xe00, ORC_REG_SP, 8, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
		uint64_t sp = STACK + 0x3000;
		call_before(&i, TEXT + 0x160); /* calls itself */
		image_u64(&i, sp + 8, TEXT + 0x160);
		call_before(&i, TEXT + 0x230);
		image_u32(&i, TEXT + 0x22c, 0xd00 - 0x230);
		image_u64(&i, sp + 0x80, TEXT + 0x230);
		image_u64(&i, sp + 0x100, 0x1234); /* the frame of 0x230, by bp */
		image_u64(&i, sp + 0x108, TEXT + 0x940);
		if (plausible)
			call_before(&i, TEXT + 0x940);
		image_u64(&i, sp + 0x110, TEXT + 0x820);
		call_before(&i, TEXT + 0x820);
		open_image(&i);
		struct regs r = registers(TEXT + 0xd80, sp, sp + 0x100, 0, 0x10);
		image_unwind(&i, &r, -1, plausible ? "d80i 230 940 820" : "d80i 230 820?",
			     UNWIND_DONE);
		image_close(&i);
	}
}

/* A program of BPF keeps a frame pointer, and is in no table. */
static void generated_code(void **state)
{
	(void)state;
	static struct image i;
	uint64_t jit = UINT64_C(0xffffffffc0000100);
	functions(&i);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, sp + 0x80, TEXT + 0x110);
	image_u64(&i, sp + 64, jit);
	image_u64(&i, sp + 72, TEXT + 0x160); /* in its locals: a scan would take it */
	call_before(&i, TEXT + 0x160);
	image_u64(&i, sp + 0x80, sp + 0x100);
	image_u64(&i, sp + 0x88, TEXT + 0x320);
	call_before(&i, TEXT + 0x320);
	image_u64(&i, sp + 0x90 + 24, TEXT + 0x820);
	open_image(&i);
	struct unwind_start from = {TASK, NULL, -1};
	assert_int_equal(unwind(&i.u, &from, i.frame, 32, &i.n), UNWIND_DONE);
	assert_int_equal(i.n, 4);
	assert_int_equal(i.frame[1].pc, jit);
	assert_true(i.frame[1].exact); /* who was called by it is known */
	assert_int_equal(i.frame[2].pc, TEXT + 0x320);
	assert_false(i.frame[2].exact);
	assert_int_equal(i.frame[2].fp, sp + 0x100);
	image_close(&i);
}

/* From the interrupt's stack, when nothing on it helps, over the word at its end. */
static void guessing_leaves_the_interrupt_stack(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	cpu(&i);
	image_u64(&i, IRQ_END - 8, STACK + 0x3a00);
	image_u64(&i, STACK + 0x3a40, TEXT + 0x160);
	call_before(&i, TEXT + 0x160);
	image_u64(&i, STACK + 0x3a50, TEXT + 0x820);
	struct regs nmi = registers(TEXT + 0xa20, IRQ_STACK + 0x3f00, 0, 0, 0x10);
	put_registers(&i, NMI_END - 168, &nmi);
	open_image(&i);
	struct regs r = registers(TEXT + 0xa10, IRQ_STACK + 0x3800, 0, 0, 0x10);
	image_unwind(&i, &r, 1, "a10i 160? 820?", UNWIND_DONE);
	/* and an exception's stack has the registers of what it interrupted at its end */
	r = registers(TEXT + 0xa10, NMI_STACK + 0x800, 0, 0, 0x10);
	image_unwind(&i, &r, 1, "a10i a20i? 160? 820?", UNWIND_DONE);
	image_close(&i);
}

/* The end of the interrupt's stack leads back to it. */
static void guessing_in_a_circle(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	cpu(&i);
	image_u64(&i, IRQ_END - 8, IRQ_STACK + 0x100);
	struct regs nmi = registers(TEXT + 0xa20, NMI_STACK + 0x10, 0, 0, 0x10);
	put_registers(&i, NMI_END - 168, &nmi);
	open_image(&i);
	struct regs r = registers(TEXT + 0xa10, IRQ_STACK + 0x3800, 0, 0, 0x10);
	image_unwind(&i, &r, 1, "a10i", UNWIND_LOST);
	r = registers(TEXT + 0xa10, NMI_STACK + 0x800, 0, 0, 0x10);
	image_unwind(&i, &r, 1, "a10i a20i?", UNWIND_STACK);
	image_close(&i);
}

static void without_tables(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, 0, TEXT + 0x110);
	image_u64(&i, sp + 96, TEXT + 0x160);
	call_before(&i, TEXT + 0x160);
	image_open(&i, EM_X86_64, &unwind_x86_64);
	layout(&i);
	i.m.layout.orc_entry_signal = LAYOUT_UNKNOWN;
	assert_ok(unwinder_init(&i.u, &i.m.k));
	assert_non_null(i.u.less);
	assert_non_null(strstr(err_message(i.u.less), "orc_entry"));
	image_unwind(&i, NULL, -1, "110 160?", UNWIND_LOST);
	image_close(&i);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(guessing),
		cmocka_unit_test(function_that_nothing_is_known_about),
		cmocka_unit_test(generated_code),
		cmocka_unit_test(guessing_leaves_the_interrupt_stack),
		cmocka_unit_test(guessing_in_a_circle),
		cmocka_unit_test(without_tables),
	};
	return cmocka_run_group_tests_name("kernel/unwind_guess", tests, NULL, NULL);
}
