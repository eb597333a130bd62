// SPDX-License-Identifier: GPL-2.0-or-later
/* NT_PRSTATUS notes written by hand, in a dump's notes and in crash_notes. */
#include "stack_image.h"

enum { PID = 32, REGS = 112, X86_SIZE = 336 };

/* struct elf_prstatus of x86_64 with these. */
static void put_prstatus(uint8_t *desc, uint32_t pid, uint64_t pc, uint64_t sp)
{
	memset(desc, 0, X86_SIZE);
	put_u32(desc + PID, pid, ORDER_LE);
	put_u64(desc + REGS + 4 * 8, 0xb9, ORDER_LE);
	put_u64(desc + REGS + 16 * 8, pc, ORDER_LE);
	put_u64(desc + REGS + 17 * 8, 0x10, ORDER_LE);
	put_u64(desc + REGS + 19 * 8, sp, ORDER_LE);
	put_u64(desc + REGS + 26 * 8, 0x65, ORDER_LE);
}

static void x86_64(void **state)
{
	(void)state;
	uint8_t desc[X86_SIZE];
	struct regs r;
	const struct regs_shape *shape = regs_shape(EM_X86_64);
	put_prstatus(desc, 17, 0x1234, 0x5678);
	assert_true(regs_from_prstatus(shape, desc, sizeof(desc), ORDER_LE, &r));
	assert_int_equal(r.pid, 17);
	assert_int_equal(r.pc, 0x1234);
	assert_int_equal(r.sp, 0x5678);
	assert_int_equal(r.fp, 0xb9);
	assert_int_equal(r.link, 0);
	assert_false(r.user);
	assert_int_equal(r.value[26], 0x65);
	assert_string_equal(shape->names[26], "gs");
	assert_string_equal(shape->names[shape->pc], "rip");
	assert_string_equal(shape->names[shape->sp], "rsp");
	assert_string_equal(shape->names[shape->fp], "rbp");
	put_u64(desc + REGS + 17 * 8, 0x33, ORDER_LE);
	assert_true(regs_from_prstatus(shape, desc, sizeof(desc), ORDER_LE, &r));
	assert_true(r.user);
	assert_false(regs_from_prstatus(shape, desc, REGS + 20 * 8, ORDER_LE, &r));
	memset(desc, 0, sizeof(desc)); /* a CPU that did not answer */
	assert_false(regs_from_prstatus(shape, desc, sizeof(desc), ORDER_LE, &r));
}

static void others(void **state)
{
	(void)state;
	uint64_t words[48];
	struct regs r;
	for (size_t i = 0; i < 48; i++)
		words[i] = i << 16;
	const struct regs_shape *shape = regs_shape(EM_PPC64);
	words[33] = 0x4000;
	regs_from_words(shape, words, 48, &r);
	assert_int_equal(r.pc, 32 << 16);
	assert_int_equal(r.sp, 1 << 16);
	assert_int_equal(r.link, 36 << 16);
	assert_true(r.user);
	assert_string_equal(shape->names[32], "nip");
	assert_string_equal(shape->names[36], "link");
	shape = regs_shape(EM_AARCH64);
	words[33] = 5;
	regs_from_words(shape, words, 48, &r);
	assert_int_equal(r.pc, 32 << 16);
	assert_int_equal(r.sp, 31 << 16);
	assert_int_equal(r.fp, 29 << 16);
	assert_int_equal(r.link, 30 << 16);
	assert_false(r.user);
	assert_string_equal(shape->names[32], "pc");
	assert_null(regs_shape(EM_386));
}

/* Two CPUs' notes with one of another kind between; notes that are cut end it. */
static void notes_of_a_dump(void **state)
{
	(void)state;
	static struct image i;
	uint8_t desc[X86_SIZE];
	struct buf notes = BUF_INIT;
	struct regs r;
	image_init(&i, ORDER_LE);
	image_open(&i, EM_X86_64, NULL);
	put_prstatus(desc, 1, 0x111, 0x1000);
	small_vmcore_note(&notes, "CORE", NT_PRSTATUS, desc, sizeof(desc));
	small_vmcore_note(&notes, "QEMU", 0, desc, 13);
	small_vmcore_note(&notes, "", 0, "", 0); /* a CPU that was offline is all zeros */
	put_prstatus(desc, 2, 0x222, 0x2000);
	small_vmcore_note(&notes, "CORE", NT_PRSTATUS, desc, sizeof(desc));
	struct vmcore v = *i.m.vmcore;
	v.notes = (uint8_t *)notes.data;
	v.notes_len = notes.len;
	assert_true(regs_from_note(&v, 0, &r));
	assert_int_equal(r.pc, 0x111);
	assert_true(regs_from_note(&v, 1, &r));
	assert_int_equal(r.pc, 0x222);
	assert_int_equal(r.pid, 2);
	assert_false(regs_from_note(&v, 2, &r));
	for (size_t len = 0; len < notes.len; len++) {
		uint8_t *cut = malloc(len + 1); /* so that a read past the end is seen */
		memcpy(cut, notes.data, len);
		v.notes = cut;
		v.notes_len = len;
		assert_false(regs_from_note(&v, 1, &r));
		free(cut);
	}
	buf_deinit(&notes);
	small_kmem_deinit(&i.m);
}

/* CPU 1 has no note of its own in memory: then the dump's second is taken. */
static void registers_of_a_cpu(void **state)
{
	(void)state;
	static struct image i;
	uint8_t desc[X86_SIZE];
	struct buf notes = BUF_INIT, own = BUF_INIT;
	struct regs r;
	image_init(&i, ORDER_LE);
	image_u64(&i, PERCPU, PERCPU + 0x100);
	image_u64(&i, PERCPU + 8, PERCPU + 0x600);
	image_u64(&i, PERCPU + 16, 0x40); /* crash_notes */
	put_prstatus(desc, 7, 0x777, 0x7000);
	small_vmcore_note(&own, "CORE", NT_PRSTATUS, desc, sizeof(desc));
	memcpy(i.bytes + (PERCPU + 0x140 - BASE), own.data, own.len);
	image_open(&i, EM_X86_64, NULL);
	i.m.layout.per_cpu_offset = (int64_t)PERCPU;
	i.m.layout.crash_notes = (int64_t)PERCPU + 16;
	put_prstatus(desc, 1, 0x111, 0x1000);
	small_vmcore_note(&notes, "CORE", NT_PRSTATUS, desc, sizeof(desc));
	put_prstatus(desc, 2, 0x222, 0x2000);
	small_vmcore_note(&notes, "CORE", NT_PRSTATUS, desc, sizeof(desc));
	struct vmcore v = *i.m.vmcore;
	v.notes = (uint8_t *)notes.data;
	v.notes_len = notes.len;
	i.m.k.vmcore = &v;
	assert_true(regs_of_cpu(&i.m.k, 0, 0, &r));
	assert_int_equal(r.pc, 0x777);
	assert_true(regs_of_cpu(&i.m.k, 1, 1, &r));
	assert_int_equal(r.pc, 0x222);
	assert_false(regs_of_cpu(&i.m.k, 1, 2, &r));
	i.m.layout.crash_notes = LAYOUT_UNKNOWN;
	assert_true(regs_of_cpu(&i.m.k, 0, 0, &r));
	assert_int_equal(r.pc, 0x111);
	i.m.k.vmcore = i.m.vmcore;
	buf_deinit(&notes);
	buf_deinit(&own);
	small_kmem_deinit(&i.m);
}

static void assert_irqs(uint16_t machine, size_t word, uint64_t value, const struct layout *l,
			enum irq_mask expected)
{
	uint64_t words[REGS_MAX] = {0};
	struct regs r;
	words[33] = machine == EM_PPC64 ? 0x8000 : machine == EM_AARCH64 ? 5 : 0;
	words[word] = value;
	regs_from_words(regs_shape(machine), words, regs_shape(machine)->count, &r);
	assert_int_equal(regs_irq_mask(l, &r), expected);
}

static void interrupts_off(void **state)
{
	(void)state;
	struct layout old = {.paca_irq_soft_mask = LAYOUT_UNKNOWN}, new = {.paca_irq_soft_mask = 8};
	assert_irqs(EM_X86_64, 18, 0x246, &new, IRQS_ON);
	assert_irqs(EM_X86_64, 18, 0x46, &new, IRQS_OFF);
	assert_irqs(EM_X86_64, 17, 0x33, &new, IRQS_ON); /* user space has them on */
	assert_irqs(EM_PPC64, 33, 0x1033, &new, IRQS_OFF);
	assert_irqs(EM_PPC64, 39, 1, &new, IRQS_OFF);
	assert_irqs(EM_PPC64, 39, 0, &new, IRQS_ON);
	assert_irqs(EM_PPC64, 39, 1, &old, IRQS_UNKNOWN); /* it meant the opposite */
	assert_irqs(EM_AARCH64, 33, 0x3c5, &new, IRQS_OFF);
	assert_irqs(EM_AARCH64, 33, 0x345, &new, IRQS_UNKNOWN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_64),	   cmocka_unit_test(others),
		cmocka_unit_test(notes_of_a_dump), cmocka_unit_test(registers_of_a_cpu),
		cmocka_unit_test(interrupts_off),
	};
	return cmocka_run_group_tests_name("kernel/regs", tests, NULL, NULL);
}
