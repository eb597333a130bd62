// SPDX-License-Identifier: GPL-2.0-or-later
/* arm64 stacks written by hand: frame records, the boundaries of 6.13, signed addresses. */
#include "stack_image.h"

#define REGS_RECORD 0x120 /* pt_regs.stackframe in this image */

static void put_record(struct image *i, uint64_t fp, uint64_t next, uint64_t pc)
{
	image_u64(i, fp, next);
	image_u64(i, fp + 8, pc);
}

static struct regs registers(uint64_t pc, uint64_t sp, uint64_t fp, uint64_t link, uint64_t pstate)
{
	uint64_t words[34] = {[29] = fp, [30] = link, [31] = sp, [32] = pc, [33] = pstate};
	struct regs r;
	regs_from_words(regs_shape(EM_AARCH64), words, 34, &r);
	return r;
}

/* struct pt_regs whose record of two zeros is at fp. */
static void put_registers(struct image *i, uint64_t fp, const struct regs *r, uint64_t type)
{
	for (size_t j = 0; j < 34; j++)
		image_u64(i, fp - REGS_RECORD + j * 8, r->value[j]);
	put_record(i, fp, 0, 0);
	image_u64(i, fp + 16, type);
}

static void open_image(struct image *i, bool meta)
{
	struct layout *l = &i->m.layout;
	image_open(i, EM_AARCH64, &unwind_arm64);
	l->thread_arm64_fp = T_FP;
	l->thread_arm64_sp = T_SP;
	l->thread_arm64_pc = T_PC;
	l->pt_regs_stackframe = REGS_RECORD;
	if (meta)
		l->frame_record_meta_size = 24;
	l->per_cpu_offset = (int64_t)PERCPU;
	l->irq_stack_ptr = 0x100;
	l->overflow_stack = (int64_t)(NMI_STACK - (PERCPU + 0x80)); /* an array, not a pointer */
	assert_ok(unwinder_init(&i->u, &i->m.k));
}

/* A task in the kernel since a system call: its registers are at the end of its stack. */
static void blocked(struct image *i)
{
	uint64_t fp = STACK + 0x3000;
	image_init(i, ORDER_LE);
	image_u64(i, TASK + T_SP, fp - 0x40);
	image_u64(i, TASK + T_FP, fp);
	image_u64(i, TASK + T_PC, TEXT + 0x110);
	put_record(i, fp, fp + 0x40, TEXT + 0x210);
	put_record(i, fp + 0x40, fp + 0x200, TEXT + 0x310);
	struct regs user = registers(0x400123, 0x7ffff000, 0, 0, 0);
	put_registers(i, fp + 0x200, &user, 1);
	image_u64(i, PERCPU + 8, PERCPU + 0x80);
	image_u64(i, PERCPU + 0x180, IRQ_STACK);
}

static void task_that_waits(void **state)
{
	(void)state;
	for (int meta = 0; meta < 2; meta++) {
		static struct image i;
		blocked(&i);
		open_image(&i, meta);
		image_unwind(&i, NULL, -1, "110 210 310 400123u", UNWIND_DONE);
		assert_int_equal(i.frame[0].sp, STACK + 0x2fc0);
		assert_int_equal(i.frame[1].fp, STACK + 0x3040);
		image_close(&i);
	}
}

static void signed_addresses(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i);
	uint64_t mask = UINT64_C(0xff7f000000000000), address = TEXT + 0x310;
	put_record(&i, STACK + 0x3040, STACK + 0x3200,
		   (address & ~mask) | UINT64_C(0x5a15000000000000));
	open_image(&i, true);
	i.m.layout.kernel_pac_mask = (int64_t)mask;
	image_unwind(&i, NULL, -1, "110 210 310 400123u", UNWIND_DONE);
	image_close(&i);
}

/* An interrupt on its own stack; what it interrupted is in registers on the task's. */
static void interrupt(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i);
	uint64_t fp = IRQ_STACK + 0x3000, boundary = STACK + 0x2800;
	struct regs now = registers(TEXT + 0x810, fp - 0x20, fp, TEXT + 0x910, 5);
	put_record(&i, fp, boundary - 0x200, TEXT + 0x910);
	put_record(&i, boundary - 0x200, boundary, TEXT + 0xa10);
	/* in a function that makes no calls: x29 is its caller's, x30 goes back there */
	struct regs r = registers(TEXT + 0xb10, STACK + 0x2fe0, STACK + 0x3000, TEXT + 0x118, 5);
	put_registers(&i, boundary, &r, 2);
	open_image(&i, true);
	image_unwind(&i, &now, 1, "810i 910 a10 b10i 118? 210 310 400123u", UNWIND_DONE);
	image_close(&i);
}

static void overflow(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i);
	struct regs now = registers(TEXT + 0x810, NMI_STACK + 0xe00, NMI_STACK + 0xe00, 0, 5);
	put_record(&i, NMI_STACK + 0xe00, STACK + 0x3040, TEXT + 0x820);
	open_image(&i, true);
	image_unwind(&i, &now, 1, "810i 820 310 400123u", UNWIND_DONE);
	image_close(&i);
}

static void hostile_records(void **state)
{
	(void)state;
	static const struct {
		uint64_t next;
		enum unwind_end end;
	} cases[] = {
		{STACK + 0x3040, UNWIND_STACK}, /* itself */
		{STACK + 0x3000, UNWIND_STACK}, /* back */
		{STACK + 0x3204, UNWIND_STACK}, /* not aligned */
		{STACK_END - 8, UNWIND_STACK},	{UINT64_MAX - 7, UNWIND_STACK},
		{IRQ_STACK, UNWIND_STACK},	{0, UNWIND_DONE},
	};
	for (size_t j = 0; j < ARRAY_SIZE(cases); j++) {
		static struct image i;
		blocked(&i);
		put_record(&i, STACK + 0x3040, cases[j].next, TEXT + 0x310);
		open_image(&i, true);
		image_unwind(&i, NULL, -1, "110 210 310", cases[j].end);
		image_close(&i);
	}
}

/* Registers that say the interrupted code is where they are themselves, and no type at all. */
static void hostile_boundaries(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i);
	struct regs r = registers(TEXT + 0xb10, STACK + 0x3200, STACK + 0x3200, 0, 5);
	put_registers(&i, STACK + 0x3200, &r, 2);
	open_image(&i, true);
	image_unwind(&i, NULL, -1, "110 210 310 b10i", UNWIND_STACK);
	image_close(&i);
	put_registers(&i, STACK + 0x3200, &r, 77);
	open_image(&i, true);
	image_unwind(&i, NULL, -1, "110 210 310", UNWIND_LOST);
	image_close(&i);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(task_that_waits), cmocka_unit_test(signed_addresses),
		cmocka_unit_test(interrupt),	   cmocka_unit_test(overflow),
		cmocka_unit_test(hostile_records), cmocka_unit_test(hostile_boundaries),
	};
	return cmocka_run_group_tests_name("kernel/unwind_arm64", tests, NULL, NULL);
}
