// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks and their stacks out of a hostile kernel of each architecture: everything that the walks
 * read is input, the places of members are fixed. Input: a byte that chooses the architecture, the
 * CPU's registers, and up to 64 KiB of memory (unit/kernel/stack_image.h draws its map).
 */
#include "fuzz.h"
#include "../unit/small_kmem.h"
#include "kernel/task.h"
#include "kernel/unwind.h"

#define BASE  UINT64_C(0xffffffff81000000)
#define WORDS 48

/* Members one behind the other, from 0 on, in structures that are there. */
static void lay_out(struct layout *l)
{
	int64_t at = 0;
	int64_t *const members[] = {
		&l->task_stack,	     &l->thread_sp,	  &l->thread_ksp,  &l->thread_arm64_fp,
		&l->thread_arm64_sp, &l->thread_arm64_pc, &l->task_signal, &l->task_pid,
		&l->task_tgid,	     &l->task_comm,	  &l->task_state,  &l->task_exit_state,
		&l->task_on_cpu,
	};
	for (size_t i = 0; i < ARRAY_SIZE(members); i++, at += 8)
		*members[i] = at;
	l->task_size = 256;
	l->task_tasks = at;
	l->task_thread_node = at + 16;
	l->signal_thread_head = 0;
	l->stext = (int64_t)BASE;
	l->etext = (int64_t)BASE + 0x1000;
	l->orc_ip_begin = (int64_t)BASE + 0x1000;
	l->orc_ip_end = (int64_t)BASE + 0x1100;
	l->orc_begin = (int64_t)BASE + 0x1100;
	l->orc_entry_signal = 5;
	l->orc_lookup = (int64_t)BASE + 0x1400;
	l->orc_lookup_end = (int64_t)BASE + 0x1440;
	l->init_task = (int64_t)BASE + 0x2000;
	l->modules = (int64_t)BASE + 0x3000;
	l->module_list = 0;
	l->module_mem = 16;
	l->module_memory_size = 16;
	l->module_memory_base = 0;
	l->module_memory_len = 8;
	l->module_arch = 96;
	l->mod_arch_num_orcs = 0;
	l->mod_arch_orc_ip = 8;
	l->mod_arch_orc = 16;
	l->per_cpu_offset = (int64_t)BASE + 0xc000;
	l->hardirq_stack_ptr = l->irq_stack_ptr = 0;
	l->cea_exception_stacks = l->overflow_stack = 8;
	l->cea_df = 0x1000;
	l->cea_nmi = 0x3000;
	l->cea_df_size = 0x1000;
	l->hardirq_ctx = (int64_t)BASE + 0xc100;
	l->softirq_ctx = (int64_t)BASE + 0xc110;
	l->paca_ptrs = (int64_t)BASE + 0xc120;
	l->paca_emergency_sp = 8;
	l->runqueues = 16;
	l->rq_curr = l->rq_idle = 0;
	l->pt_regs_stackframe = 0x120;
	l->frame_record_meta_size = 24;
	l->crash_notes = (int64_t)BASE + 0xc130;
}

static void unwind_all(struct kmem *k, const struct regs *regs)
{
	_cleanup_unwinder_ struct unwinder u = {0};
	struct frame frames[64];
	size_t n;
	struct err *e = unwinder_init(&u, k);
	if (e) {
		err_free(e);
		return;
	}
	struct task_iter iter;
	uint64_t task, current;
	unsigned int tasks = 0;
	task_iter_init(&iter, k);
	while (task_next(&iter, &task) && tasks++ < 64) {
		struct task t;
		err_free(task_read(k, task, &t));
		unwind(&u, &(struct unwind_start) {.task = task, .cpu = -1}, frames, 64, &n);
	}
	if (!task_current(k, 1, &current))
		current = (uint64_t)k->layout->init_task;
	unwind(&u, &(struct unwind_start) {.task = current, .regs = regs, .cpu = 1}, frames, 64,
	       &n);
	struct regs own;
	if (regs_of_cpu(k, 1, 0, &own))
		unwind(&u, &(struct unwind_start) {.task = current, .regs = &own, .cpu = 1}, frames,
		       64, &n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		uint16_t machine;
		const struct unwind_ops *ops;
	} archs[] = {{EM_X86_64, &unwind_x86_64},
		     {EM_PPC64, &unwind_ppc64},
		     {EM_AARCH64, &unwind_arm64}};
	uint64_t words[WORDS];
	struct small_kmem m;
	struct regs regs;
	if (size < 1 + sizeof(words) + 1)
		return 0;
	size_t arch = data[0] % ARRAY_SIZE(archs);
	for (size_t i = 0; i < WORDS; i++)
		words[i] = get_u64(data + 1 + i * 8, ORDER_LE);
	data += 1 + sizeof(words);
	size = MIN(size - 1 - sizeof(words), (size_t)65536);
	small_kmem_init(&m, ORDER_LE, BASE, data, size);
	m.vmcore->machine = archs[arch].machine;
	m.arch.unwind = archs[arch].ops;
	lay_out(&m.layout);
	regs_from_words(regs_shape(archs[arch].machine), words, WORDS, &regs);
	unwind_all(&m.k, &regs);
	small_kmem_deinit(&m);
	return 0;
}
