// SPDX-License-Identifier: GPL-2.0-or-later
/* ppc64 stacks written by hand: back chains, interrupts, and what a hostile one tries. */
#include "stack_image.h"

#define MARKER_OLD UINT64_C(0x7265677368657265)
#define MARKER_NEW UINT64_C(0x53474552)

/* A frame: whose caller's is at back, where its callee goes back to pc in it. */
static void put_frame(struct image *i, uint64_t sp, uint64_t back, uint64_t pc)
{
	image_u64(i, sp, back);
	image_u64(i, sp + 16, pc);
}

static struct regs registers(uint64_t pc, uint64_t sp, uint64_t link, uint64_t msr)
{
	uint64_t words[48] = {[1] = sp, [32] = pc, [33] = msr, [36] = link};
	struct regs r;
	regs_from_words(regs_shape(EM_PPC64), words, 48, &r);
	return r;
}

static void put_interrupt(struct image *i, uint64_t sp, size_t marker_at, uint64_t marker,
			  const struct regs *r)
{
	image_u64(i, sp, r->sp);
	image_u64(i, sp + marker_at, marker);
	for (size_t j = 0; j < 44; j++)
		image_u64(i, sp + marker_at + 16 + j * 8, r->value[j]);
}

static void open_image(struct image *i)
{
	struct layout *l = &i->m.layout;
	image_open(i, EM_PPC64, &unwind_ppc64);
	l->thread_ksp = T_SP;
	l->hardirq_ctx = (int64_t)PERCPU;
	l->softirq_ctx = (int64_t)PERCPU + 0x40;
	l->paca_ptrs = (int64_t)PERCPU + 0x80;
	l->paca_emergency_sp = 0;
	l->paca_nmi_sp = 8;
	l->paca_mc_sp = 16;
	assert_ok(unwinder_init(&i->u, &i->m.k));
}

/* The frame of _switch, then three callers; the last has none. */
static void blocked(struct image *i, enum byte_order order, uint64_t sp)
{
	image_init(i, order);
	image_u64(i, TASK + T_SP, sp);
	put_frame(i, sp, sp + 0x200, 0);
	put_frame(i, sp + 0x200, sp + 0x240, TEXT + 0x110);
	put_frame(i, sp + 0x240, sp + 0x280, TEXT + 0x210);
	put_frame(i, sp + 0x280, 0, TEXT + 0x310);
}

static void task_that_waits(void **state)
{
	(void)state;
	for (enum byte_order order = ORDER_LE; order <= ORDER_BE; order++) {
		static struct image i;
		blocked(&i, order, STACK + 0x3000);
		open_image(&i);
		image_unwind(&i, NULL, -1, "110 210 310", UNWIND_DONE);
		assert_int_equal(i.frame[0].sp, STACK + 0x3200);
		image_close(&i);
	}
}

/* The registers of a system call at the end, in each layout that there was. */
static void from_user_space(void **state)
{
	(void)state;
	static const size_t places[] = {32, 96};
	static const uint64_t markers[] = {MARKER_OLD, MARKER_NEW};
	for (size_t j = 0; j < 4; j++) {
		static struct image i;
		blocked(&i, ORDER_LE, STACK + 0x3000);
		struct regs r = registers(0x10000abc, 0x7fffe000, 0x10000def, 0x4000);
		put_interrupt(&i, STACK + 0x3280, places[j & 1], markers[j / 2], &r);
		open_image(&i);
		image_unwind(&i, NULL, -1, "110 210 310 10000abcu", UNWIND_DONE);
		image_close(&i);
	}
}

/* An interrupt on its own stack, of code that had not saved its link register yet. */
static void interrupt(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i, ORDER_LE, STACK + 0x3000);
	image_u64(&i, PERCPU + 8, IRQ_STACK);
	struct regs now = registers(TEXT + 0x810, IRQ_STACK + 0x3000, TEXT + 0x910, 0);
	put_frame(&i, IRQ_STACK + 0x3000, STACK + 0x2000, 0);
	put_frame(&i, STACK + 0x2000, STACK + 0x2200, TEXT + 0x910);
	struct regs r = registers(TEXT + 0x100, STACK + 0x3200, TEXT + 0x118, 0);
	put_interrupt(&i, STACK + 0x2200, 32, MARKER_NEW, &r);
	image_u64(&i, STACK + 0x2200 + 16, TEXT + 0xa10);
	open_image(&i);
	image_unwind(&i, &now, 1, "810i 910 a10 100i 118? 210 310", UNWIND_DONE);
	/* a stack that CPU 0 does not have */
	image_unwind(&i, &now, 0, "810i", UNWIND_STACK);
	image_close(&i);
}

/* Left over from an earlier interrupt in the same place: the back chain does not agree. */
static void stale_marker(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i, ORDER_LE, STACK + 0x3000);
	struct regs r = registers(TEXT + 0x700, STACK + 0x3700, 0, 0);
	put_interrupt(&i, STACK + 0x3280, 32, MARKER_NEW, &r);
	image_u64(&i, STACK + 0x3280, 0);
	open_image(&i);
	image_unwind(&i, NULL, -1, "110 210 310", UNWIND_DONE);
	image_close(&i);
}

static void hostile_chains(void **state)
{
	(void)state;
	static const struct {
		uint64_t back;
		const char *frames;
		enum unwind_end end;
	} cases[] = {
		{STACK + 0x3240, "110 210 210", UNWIND_STACK}, /* itself */
		{STACK + 0x3000, "110 210", UNWIND_DONE}, /* back down: no return address there */
		{STACK + 0x3200, "110 210 110", UNWIND_STACK}, /* back to a frame that was taken */
		{STACK + 0x3288, "110 210 310", UNWIND_STACK}, /* not aligned */
		{STACK_END - 8, "110 210", UNWIND_STACK},
		{UINT64_MAX - 15, "110 210", UNWIND_STACK},
		{0x1000, "110 210", UNWIND_STACK},
		{IRQ_STACK + 0x100, "110 210", UNWIND_STACK}, /* a stack that is not the task's */
	};
	for (size_t j = 0; j < ARRAY_SIZE(cases); j++) {
		static struct image i;
		blocked(&i, ORDER_LE, STACK + 0x3000);
		image_u64(&i, STACK + 0x3240, cases[j].back);
		image_u64(&i, STACK + 0x3288 + 16, TEXT + 0x310);
		open_image(&i);
		image_unwind(&i, NULL, -1, cases[j].frames, cases[j].end);
		image_close(&i);
	}
}

static void emergency_stack(void **state)
{
	(void)state;
	static struct image i;
	blocked(&i, ORDER_LE, STACK + 0x3000);
	image_u64(&i, PERCPU + 0x80, PERCPU + 0x100); /* paca_ptrs */
	image_u64(&i, PERCPU + 0x108, PERCPU + 0x200);
	image_u64(&i, PERCPU + 0x208, IRQ_END); /* the top of CPU 1's stack for system resets */
	struct regs now = registers(TEXT + 0x810, IRQ_STACK + 0x3000, 0, 0);
	put_frame(&i, IRQ_STACK + 0x3000, STACK + 0x3240, 0);
	open_image(&i);
	image_unwind(&i, &now, 1, "810i 210 310", UNWIND_DONE);
	image_close(&i);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(task_that_waits), cmocka_unit_test(from_user_space),
		cmocka_unit_test(interrupt),	   cmocka_unit_test(stale_marker),
		cmocka_unit_test(hostile_chains),  cmocka_unit_test(emergency_stack),
	};
	return cmocka_run_group_tests_name("kernel/unwind_ppc64", tests, NULL, NULL);
}
