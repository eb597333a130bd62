// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64 stacks written by hand, with the ORC tables that explain them. */
#include "orc_image.h"

static void task_that_waits(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, sp + 0x100, TEXT + 0x110);
	image_u64(&i, sp + 56 + 8, TEXT + 0x210); /* 0x110 has 16 bytes, with the return address */
	image_u64(&i, sp + 0x100, 0x1234);	  /* 0x210 is by bp */
	image_u64(&i, sp + 0x108, TEXT + 0x310);
	image_u64(&i, sp + 0x110 + 16, 0x5678); /* 0x310 saved bp */
	image_u64(&i, sp + 0x110 + 24, TEXT + 0x820);
	open_image(&i);
	image_unwind(&i, NULL, -1, "110 210 310 820", UNWIND_DONE);
	assert_int_equal(i.frame[0].sp, sp + 56);
	assert_int_equal(i.frame[1].sp, sp + 56 + 16);
	assert_int_equal(i.frame[2].sp, sp + 0x110);
	assert_int_equal(i.frame[2].fp, 0x1234);
	assert_int_equal(i.frame[3].sp, sp + 0x110 + 32);
	assert_int_equal(i.frame[3].fp, 0x5678);
	image_close(&i);
}

/* A return address just after a function belongs to the function before: the call was its last. */
static void call_at_the_end_of_a_function(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, 0, TEXT + 0x200);
	image_u64(&i, sp + 56 + 8, TEXT + 0x820);
	open_image(&i);
	image_unwind(&i, NULL, -1, "200 820", UNWIND_DONE);
	image_close(&i);
}

static void task_that_never_ran(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	switched_out(&i, STACK + 0x3f00, 0, TEXT + 0x800);
	open_image(&i);
	image_unwind(&i, NULL, -1, "800", UNWIND_DONE);
	image_close(&i);
}

/* NMI in an interrupt, on its stack, in a system call: four stacks and two kinds of registers. */
static void through_all_stacks(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	cpu(&i);
	/* the CPU's registers: in the handler of the NMI, whose entry is 0x410 */
	struct regs now = registers(TEXT + 0x110, NMI_STACK + 0xe00, 0, 0, 0x10);
	image_u64(&i, NMI_STACK + 0xe08, TEXT + 0x410);
	struct regs nmi = registers(TEXT + 0x910, IRQ_STACK + 0x3f00, 0, 0, 0x10);
	put_registers(&i, NMI_STACK + 0xe10, &nmi);
	/* interrupted: 0x910, called by 0x610, which switched from the task's stack */
	image_u64(&i, IRQ_STACK + 0x3f00, TEXT + 0x610);
	image_u64(&i, IRQ_STACK + 0x3f08, STACK + 0x3a00);
	image_u64(&i, STACK + 0x3a00, TEXT + 0x410);
	/* that came from an interrupt in 0x110 of the task, in user space's system call */
	struct regs irq = registers(TEXT + 0x118, STACK + 0x3b00, 0, 0, 0x10);
	put_registers(&i, STACK + 0x3a08, &irq);
	image_u64(&i, STACK + 0x3b08, TEXT + 0x510);
	uint64_t pushed[5] = {0x401000, 0x33, 0x202, 0x7ffc0000, 0x2b};
	for (size_t j = 0; j < 5; j++)
		image_u64(&i, STACK + 0x3b18 + j * 8, pushed[j]);
	open_image(&i);
	image_unwind(&i, &now, 1, "110i 410 910i 610 410 118i 510 401000u", UNWIND_DONE);
	assert_int_equal(i.frame[7].sp, 0x7ffc0000);
	/* the same without knowing the CPU: its first stack is none of the task's */
	image_unwind(&i, &now, -1, "110i", UNWIND_STACK);
	image_close(&i);
}

static void registers_as_base(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	image_u64(&i, STACK + 0x3000, TEXT + 0x820);
	/* a return address: nobody knows r10 there */
	uint64_t sp = STACK + 0x2000;
	switched_out(&i, sp, 0, TEXT + 0x710);
	open_image(&i);
	struct regs r = registers(TEXT + 0x710, STACK + 0x2f00, 0, STACK + 0x3008, 0x10);
	image_unwind(&i, &r, -1, "710i 820", UNWIND_DONE);
	image_close(&i);
}

static void user_space_was_running(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	open_image(&i);
	struct regs r = registers(0x401000, 0x7ffc0000, 0, 0, 0x33);
	image_unwind(&i, &r, -1, "401000u", UNWIND_DONE);
	image_close(&i);
}

static void jump_to_null(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	image_u64(&i, STACK + 0x3000, TEXT + 0x110);
	image_u64(&i, STACK + 0x3010, TEXT + 0x820);
	open_image(&i);
	struct regs r = registers(0, STACK + 0x3000, 0, 0, 0x10);
	struct unwind_start from = {TASK, &r, -1};
	assert_int_equal(unwind(&i.u, &from, i.frame, 32, &i.n), UNWIND_DONE);
	assert_int_equal(i.n, 3);
	assert_int_equal(i.frame[1].pc, TEXT + 0x110);
	assert_true(i.frame[1].exact);
	image_close(&i);
}

/* Frames that are each other's callers, and ORC entries that lead downwards. */
static void circles(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, sp + 0x100, TEXT + 0x210);
	image_u64(&i, sp + 0x100, sp + 0x200);
	image_u64(&i, sp + 0x108, TEXT + 0x210);
	image_u64(&i, sp + 0x200, sp + 0x100);
	image_u64(&i, sp + 0x208, TEXT + 0x210);
	image_u64(&i, sp - 72, TEXT + 0x820); /* for the entry with sp - 64 */
	open_image(&i);
	image_unwind(&i, NULL, -1, "210 210 210", UNWIND_STACK);
	struct regs r = registers(TEXT + 0xb10, sp, 0, 0, 0x10);
	image_unwind(&i, &r, -1, "b10i", UNWIND_STACK);
	image_close(&i);
}

static void hostile_stack_pointers(void **state)
{
	(void)state;
	static const uint64_t sps[] = {0,
				       8,
				       UINT64_MAX,
				       UINT64_MAX - 55,
				       STACK - 0x1000,
				       STACK_END - 40,
				       STACK_END,
				       STACK + 0x3001};
	for (size_t j = 0; j < ARRAY_SIZE(sps); j++) {
		static struct image i;
		functions(&i);
		image_u64(&i, TASK + T_SP, sps[j]);
		open_image(&i);
		image_unwind(&i, NULL, -1, "", UNWIND_STACK);
		struct regs r = registers(TEXT + 0x110, sps[j], 0, 0, 0x10);
		struct unwind_start from = {TASK, &r, -1};
		enum unwind_end end = unwind(&i.u, &from, i.frame, 32, &i.n);
		/* the last two places hold zeros, which is no address to return to */
		assert_true(end == UNWIND_STACK || (end == UNWIND_LOST && j >= 4));
		assert_int_equal(i.n, 1);
		image_close(&i);
	}
}

/* Below its stack, in the guard page: what the overflow left is all there. */
static void overflow(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	image_u64(&i, STACK, TEXT + 0x820);
	open_image(&i);
	struct regs r = registers(TEXT + 0x110, STACK - 8, 0, 0, 0x10);
	image_unwind(&i, &r, -1, "110i 820", UNWIND_DONE);
	image_close(&i);
}

static void limit(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	uint64_t sp = STACK + 0x1000;
	switched_out(&i, sp, 0, TEXT + 0x910);
	for (uint64_t at = sp + 56; at < STACK_END; at += 8)
		image_u64(&i, at, TEXT + 0x910);
	open_image(&i);
	struct unwind_start from = {TASK, NULL, -1};
	assert_int_equal(unwind(&i.u, &from, i.frame, 32, &i.n), UNWIND_LIMIT);
	assert_int_equal(i.n, 32);
	assert_int_equal(unwind(&i.u, &from, i.frame, 0, &i.n), UNWIND_LIMIT);
	assert_int_equal(i.n, 0);
	image_close(&i);
}

static void stack_that_is_not_in_the_dump(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	switched_out(&i, STACK + 0x3000, 0, TEXT + 0x110);
	open_image(&i);
	i.m.hole = STACK;
	i.m.hole_len = 0x4000;
	image_unwind(&i, NULL, -1, "", UNWIND_MEMORY);
	image_close(&i);
}

/* A task that still runs has left its saved context behind long ago. */
static void running_without_registers(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	image_u32(&i, TASK + T_ON_CPU, 1);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, 0, TEXT + 0x110);
	image_u64(&i, sp + 56 + 8, TEXT + 0x820);
	open_image(&i);
	image_unwind(&i, NULL, -1, "110? 820?", UNWIND_DONE);
	image_close(&i);
}

static void module(struct image *i, uint64_t next)
{
	image_u64(i, MODULES, MODULE);
	image_u64(i, MODULE, next);
	image_u64(i, MODULE + 16, MODULE_TEXT);
	image_u32(i, MODULE + 24, 0x200);
	image_u64(i, MODULE + 16 + 4 * 16, 0); /* no code for initialization left */
	image_u32(i, MODULE + 64, 2);
	image_u64(i, MODULE + 72, MODULE + 0x100);
	image_u64(i, MODULE + 80, MODULE + 0x180);
	image_u32(i, MODULE + 0x100, (uint32_t)(MODULE_TEXT - (MODULE + 0x100)));
	image_u32(i, MODULE + 0x104, (uint32_t)(MODULE_TEXT + 0x100 - (MODULE + 0x104)));
	uint8_t *e = i->bytes + (MODULE + 0x180 - BASE);
	put_u16(e, 40, ORDER_LE);
	put_u16(e + 4, ORC_REG_SP | ORC_TYPE_CALL << 8, ORDER_LE);
	put_u16(e + 6 + 4, ORC_TYPE_END_OF_STACK << 8, ORDER_LE);
}

static void modules(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	module(&i, MODULES);
	uint64_t sp = STACK + 0x3000;
	switched_out(&i, sp, 0, MODULE_TEXT + 0x20);
	image_u64(&i, sp + 56 + 32, MODULE_TEXT + 0x120);
	open_image(&i);
	assert_false(i.u.text.damaged);
	image_unwind(&i, NULL, -1, "3820 3920", UNWIND_DONE);
	image_close(&i);
}

/* A list that is a circle or leads nowhere: the modules before are there. */
static void damaged_modules(void **state)
{
	(void)state;
	static const uint64_t next[] = {MODULE, 0, 0x1234, BASE + 0x20000};
	for (size_t j = 0; j < ARRAY_SIZE(next); j++) {
		static struct image i;
		functions(&i);
		module(&i, next[j]);
		uint64_t sp = STACK + 0x3000;
		switched_out(&i, sp, 0, MODULE_TEXT + 0x20);
		image_u64(&i, sp + 56 + 32, TEXT + 0x820);
		open_image(&i);
		assert_true(i.u.text.damaged);
		assert_true(i.u.text.nmodules >= 1);
		image_unwind(&i, NULL, -1, "3820 820", UNWIND_DONE);
		image_close(&i);
	}
}

/* The index that the kernel makes at boot; one that is nonsense does not mislead. */
static void orc_lookup(void **state)
{
	(void)state;
	for (int damaged = 0; damaged < 2; damaged++) {
		static struct image i;
		functions(&i);
		uint64_t sp = STACK + 0x3000, lookup = BASE + 0x1f00;
		for (uint32_t block = 0; block < 16; block++)
			image_u32(&i, lookup + block * 4,
				  damaged ? UINT32_MAX - block : MIN(block, i.norc - 1));
		switched_out(&i, sp, 0, TEXT + 0x110);
		image_u64(&i, sp + 56 + 8, TEXT + 0x910);
		image_u64(&i, sp + 56 + 16, TEXT + 0x820);
		image_open(&i, EM_X86_64, &unwind_x86_64);
		layout(&i);
		i.m.layout.orc_lookup = (int64_t)lookup;
		i.m.layout.orc_lookup_end = (int64_t)lookup + 64;
		assert_ok(unwinder_init(&i.u, &i.m.k));
		image_unwind(&i, NULL, -1, "110 910 820", UNWIND_DONE);
		image_unwind(&i, NULL, -1, "110 910 820", UNWIND_DONE); /* out of the cache */
		image_close(&i);
	}
}

/* A kernel without types: the registers of a CPU are enough, as long as it is on one stack. */
static void cpu_whose_task_is_not_known(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	struct regs now = registers(TEXT + 0x118, STACK + 0x3b00, 0, 0, 0x10);
	image_u64(&i, STACK + 0x3b08, TEXT + 0x510);
	uint64_t pushed[5] = {0x401000, 0x33, 0x202, 0x7ffc0000, 0x2b};
	for (size_t j = 0; j < 5; j++)
		image_u64(&i, STACK + 0x3b18 + j * 8, pushed[j]);
	open_image(&i);
	i.m.layout.task_stack = LAYOUT_UNKNOWN;
	struct unwind_start from = {.regs = &now, .cpu = -1};
	assert_int_equal(unwind(&i.u, &from, i.frame, ARRAY_SIZE(i.frame), &i.n), UNWIND_DONE);
	assert_string_equal(image_frames(&i), "118i 510 401000u");
	now.sp = now.value[i.u.shape->sp] = 8;
	assert_int_equal(unwind(&i.u, &from, i.frame, ARRAY_SIZE(i.frame), &i.n), UNWIND_STACK);
	assert_string_equal(image_frames(&i), "118i");
	image_close(&i);
}

static void kernels_that_lack_something(void **state)
{
	(void)state;
	static struct image i;
	functions(&i);
	image_open(&i, EM_X86_64, &unwind_x86_64);
	i.m.layout.etext = LAYOUT_UNKNOWN;
	assert_err(unwinder_init(&i.u, &i.m.k), ERR_MISSING, "_etext");
	i.m.arch.unwind = NULL;
	assert_err(unwinder_init(&i.u, &i.m.k), ERR_UNSUPPORTED, "unwound");
	small_kmem_deinit(&i.m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(task_that_waits),
		cmocka_unit_test(call_at_the_end_of_a_function),
		cmocka_unit_test(task_that_never_ran),
		cmocka_unit_test(cpu_whose_task_is_not_known),
		cmocka_unit_test(through_all_stacks),
		cmocka_unit_test(registers_as_base),
		cmocka_unit_test(user_space_was_running),
		cmocka_unit_test(jump_to_null),
		cmocka_unit_test(circles),
		cmocka_unit_test(hostile_stack_pointers),
		cmocka_unit_test(overflow),
		cmocka_unit_test(limit),
		cmocka_unit_test(stack_that_is_not_in_the_dump),
		cmocka_unit_test(running_without_registers),
		cmocka_unit_test(modules),
		cmocka_unit_test(damaged_modules),
		cmocka_unit_test(orc_lookup),
		cmocka_unit_test(kernels_that_lack_something),
	};
	return cmocka_run_group_tests_name("kernel/unwind_orc", tests, NULL, NULL);
}
