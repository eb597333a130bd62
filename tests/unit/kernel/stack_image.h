/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dead kernel small enough to be written by hand: 64 KiB of memory with a task, its stack, the
 * stacks of a CPU, some code and a module. Header only. A test writes words, then opens it, which
 * copies them.
 */
#ifndef SALVOR_TESTS_STACK_IMAGE_H
#define SALVOR_TESTS_STACK_IMAGE_H

#include "unit.h"
#include "small_kmem.h"
#include "kernel/unwind.h"

/* Where things are; an address is also what stands in the words. */
#define BASE	    UINT64_C(0xffffffff81000000)
#define TEXT	    BASE /* code of vmlinux */
#define TEXT_END    (BASE + 0x1000)
#define ORC_IPS	    (BASE + 0x1000)
#define ORC_ENTRIES (BASE + 0x1800)
#define TASK	    (BASE + 0x2000)
#define MODULES	    (BASE + 0x3000) /* the list */
#define MODULE	    (BASE + 0x3100) /* struct module */
#define MODULE_TEXT (BASE + 0x3800)
#define STACK	    (BASE + 0x4000)
#define STACK_END   (BASE + 0x8000)
#define IRQ_STACK   (BASE + 0x8000)
#define IRQ_END	    (BASE + 0xc000)
#define PERCPU	    (BASE + 0xc000)
#define CEA	    (BASE + 0xd000) /* exception stacks: a guard page, then one stack */
#define NMI_STACK   (BASE + 0xe000)
#define NMI_END	    (BASE + 0xf000)

/* Members of the fake struct task_struct. */
enum {
	T_ON_CPU = 0,
	T_STACK = 8,
	T_SP = 16,
	T_TASKS = 32,
	T_THREADS = 48,
	T_SIGNAL = 64,
	T_PID = 72,
	T_TGID = 76,
	T_COMM = 80,
	T_STATE = 96,
	T_EXIT_STATE = 100,
	T_CPU = 104,
	T_FP = 120,
	T_PC = 128,
};

struct image {
	uint8_t bytes[0x10000];
	enum byte_order order;
	struct small_kmem m;
	struct unwinder u;
	struct frame frame[32];
	size_t n;
	unsigned int norc;
};

static inline void image_u64(struct image *i, uint64_t addr, uint64_t value)
{
	assert_in_range(addr, BASE, BASE + sizeof(i->bytes) - 8);
	put_u64(i->bytes + (addr - BASE), value, i->order);
}

static inline void image_u32(struct image *i, uint64_t addr, uint32_t value)
{
	assert_in_range(addr, BASE, BASE + sizeof(i->bytes) - 4);
	put_u32(i->bytes + (addr - BASE), value, i->order);
}

/* The task's memory and an empty list of modules. */
static inline void image_init(struct image *i, enum byte_order order)
{
	memset(i, 0, sizeof(*i));
	i->order = order;
	image_u64(i, TASK + T_STACK, STACK);
	image_u64(i, MODULES, MODULES);
}

static inline void image_layout(struct layout *l)
{
	l->stext = (int64_t)TEXT;
	l->etext = (int64_t)TEXT_END;
	l->modules = (int64_t)MODULES;
	l->module_list = 0;
	l->module_mem = 16;
	l->module_memory_size = 16;
	l->module_memory_base = 0;
	l->module_memory_len = 8;
	l->task_stack = T_STACK;
	l->task_on_cpu = T_ON_CPU;
	l->init_stack_begin = 0;
	l->init_stack_end = 0x4000;
}

/* Opens what was written; the caller sets further members of i->m.layout before unwinder_init(). */
static inline void image_open(struct image *i, uint16_t machine, const struct unwind_ops *ops)
{
	small_kmem_init(&i->m, i->order, BASE, i->bytes, sizeof(i->bytes));
	i->m.vmcore->machine = machine;
	i->m.arch.unwind = ops;
	image_layout(&i->m.layout);
}

static inline void image_close(struct image *i)
{
	unwinder_deinit(&i->u);
	small_kmem_deinit(&i->m);
}

/* Each frame as "offset of pc from BASE", in hexadecimal, with what it is: "100 234i 300?". */
static inline const char *image_frames(struct image *i)
{
	static char text[1024];
	static const char *const kinds[] = {"", "i", "u"};
	size_t at = 0;
	text[0] = '\0';
	for (size_t j = 0; j < i->n; j++) {
		const struct frame *f = &i->frame[j];
		at += (size_t)snprintf(
			text + at, sizeof(text) - at, "%s%llx%s%s", j ? " " : "",
			(unsigned long long)(f->kind == FRAME_USER ? f->pc : f->pc - BASE),
			kinds[f->kind], f->exact ? "" : "?");
	}
	return text;
}

static inline void image_unwind(struct image *i, const struct regs *regs, int cpu,
				const char *frames, enum unwind_end end)
{
	struct unwind_start from = {.task = TASK, .regs = regs, .cpu = cpu};
	enum unwind_end why = unwind(&i->u, &from, i->frame, ARRAY_SIZE(i->frame), &i->n);
	assert_string_equal(image_frames(i), frames);
	assert_string_equal(unwind_end_text(why), unwind_end_text(end));
}

#endif
