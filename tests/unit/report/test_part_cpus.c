// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of CPUs where no task is known: their registers, out of the dump's notes. */
#include <elf.h>
#include "fake_kernel.h"

/* struct elf_prstatus of x86_64: pr_reg, and words in it */
enum { REGS = 112, RIP = 16, CS = 17, RSP = 19, X86_SIZE = 336 };

static struct fake f;

static void put_note(struct buf *notes, uint64_t rip, uint64_t cs)
{
	uint8_t desc[X86_SIZE] = {0};
	put_u64(desc + REGS + RIP * 8, rip, ORDER_LE);
	put_u64(desc + REGS + CS * 8, cs, ORDER_LE);
	put_u64(desc + REGS + RSP * 8, 0x7ffc1000, ORDER_LE);
	small_vmcore_note(notes, "CORE", NT_PRSTATUS, desc, sizeof(desc));
}

/* The second CPU did not answer. */
static void open_it(struct vmcore *v, struct buf *notes)
{
	fake_init(&f);
	fake_open(&f);
	put_note(notes, 0xffffffff81000123, 0x10);
	put_note(notes, 0, 0);
	memset(notes->data + notes->len - X86_SIZE, 0, X86_SIZE);
	put_note(notes, 0x401000, 0x33);
	*v = *f.m.vmcore;
	v->notes = (uint8_t *)notes->data;
	v->notes_len = notes->len;
	v->nr_cpus = 3;
	f.kernel.kmem.vmcore = v;
}

static void registers_alone(void **state)
{
	(void)state;
	struct vmcore v;
	struct buf notes = BUF_INIT;
	open_it(&v, &notes);
	fake_run(&f, "cpus");
	fake_assert_outcome(&f, "partial", "(the tasks that the CPUs ran cannot be found)\n");
	fake_contains(f.text, "stacks of fake cannot be unwound yet");
	fake_contains(f.text, "CPU 0\n"
			      "    0xffffffff81000123\n"
			      "    (nothing says where the next frame is)\n"
			      "    r15      ");
	fake_contains(f.text, "CPU 2\n"
			      "    user space at 0x401000\n"
			      "    r15      ");
	assert_null(strstr(f.text, "CPU 1"));
	fake_contains(
		f.json,
		"\"cpus\":[{\"cpu\":0,\"crashed\":false,\"task\":null,\"registers\":{\"r15\":");
	fake_contains(f.json, "\"rip\":\"0xffffffff81000123\"");
	fake_contains(f.json, "{\"cpu\":2,\"crashed\":false,\"task\":null,");
	fake_contains(f.json, "\"kind\":\"user\"}],\"stack_end\":\"complete\"}]");
	buf_deinit(&notes);
	fake_close(&f);
}

static void no_registers_either(void **state)
{
	(void)state;
	fake_init(&f);
	fake_open(&f);
	fake_run(&f, "cpus");
	fake_assert_outcome(&f, "failed", "(the dump has no registers of the CPUs)\n");
	fake_close(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_alone),
		cmocka_unit_test(no_registers_either),
	};
	return cmocka_run_group_tests_name("report/part_cpus", tests, NULL, NULL);
}
