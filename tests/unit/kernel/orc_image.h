/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image of stack_image.h as an x86_64 kernel with ORC tables. Header only. Its functions lie at
 * 0x100, 0x200, …, and functions() says what the stack of each looks like.
 */
#ifndef SALVOR_TESTS_ORC_IMAGE_H
#define SALVOR_TESTS_ORC_IMAGE_H

#include "stack_image.h"

/* What an address in the text of the image belongs to is what its ORC entry says. */
static inline void orc(struct image *i, uint64_t ip, unsigned int sp_reg, int sp_offset,
		       unsigned int bp_reg, int bp_offset, enum orc_type type)
{
	uint64_t slot = ORC_IPS + i->norc * 4, entry = ORC_ENTRIES + i->norc * ORC_ENTRY_SIZE;
	unsigned int signal = type == ORC_TYPE_REGS || type == ORC_TYPE_REGS_PARTIAL;
	image_u32(i, slot, (uint32_t)(ip - slot));
	uint8_t *e = i->bytes + (entry - BASE);
	put_u16(e, (uint16_t)sp_offset, ORDER_LE);
	put_u16(e + 2, (uint16_t)bp_offset, ORDER_LE);
	put_u16(e + 4, (uint16_t)(sp_reg | bp_reg << 4 | (unsigned int)type << 8 | signal << 11),
		ORDER_LE);
	i->norc++;
}

/* Functions at 0x100 (16 bytes of stack), 0x200 (frame pointer), 0x300 (32 bytes), and so on. */
static inline void functions(struct image *i)
{
	image_init(i, ORDER_LE);
	orc(i, TEXT, ORC_REG_UNDEFINED, 0, 0, 0, ORC_TYPE_UNDEFINED);
	orc(i, TEXT + 0x100, ORC_REG_SP, 16, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
	orc(i, TEXT + 0x200, ORC_REG_BP, 16, ORC_REG_PREV_SP, -16, ORC_TYPE_CALL);
	orc(i, TEXT + 0x300, ORC_REG_SP, 32, ORC_REG_PREV_SP, -16, ORC_TYPE_CALL);
	orc(i, TEXT + 0x400, ORC_REG_SP, 0, ORC_REG_UNDEFINED, 0, ORC_TYPE_REGS);
	orc(i, TEXT + 0x500, ORC_REG_SP, 8, ORC_REG_UNDEFINED, 0, ORC_TYPE_REGS_PARTIAL);
	orc(i, TEXT + 0x600, ORC_REG_SP_INDIRECT, 8, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
	orc(i, TEXT + 0x700, ORC_REG_R10, 0, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
	orc(i, TEXT + 0x800, ORC_REG_UNDEFINED, 0, 0, 0, ORC_TYPE_END_OF_STACK);
	orc(i, TEXT + 0x900, ORC_REG_SP, 8, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
	orc(i, TEXT + 0xa00, ORC_REG_UNDEFINED, 0, 0, 0, ORC_TYPE_UNDEFINED);
	orc(i, TEXT + 0xb00, ORC_REG_SP, -64, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
	orc(i, TEXT + 0xc00, 15, 8, ORC_REG_UNDEFINED, 0, ORC_TYPE_CALL);
}

static inline void layout(struct image *i)
{
	struct layout *l = &i->m.layout;
	l->thread_sp = T_SP;
	l->orc_ip_begin = (int64_t)ORC_IPS;
	l->orc_ip_end = (int64_t)(ORC_IPS + i->norc * 4);
	l->orc_begin = (int64_t)ORC_ENTRIES;
	l->orc_entry_signal = 5;
	l->ret_from_fork = (int64_t)(TEXT + 0x800);
	/* per-CPU variables of CPU 1, 0x80 after the symbols */
	l->per_cpu_offset = (int64_t)PERCPU;
	l->hardirq_stack_ptr = 0x100;
	l->cea_exception_stacks = 0x108;
	l->cea_nmi = 0x1000;
	l->cea_df_size = 0x1000;
	l->module_arch = 64;
	l->mod_arch_num_orcs = 0;
	l->mod_arch_orc_ip = 8;
	l->mod_arch_orc = 16;
}

static inline void cpu(struct image *i)
{
	image_u64(i, PERCPU + 8, PERCPU + 0x80);
	image_u64(i, PERCPU + 0x180, IRQ_END - 8);
	image_u64(i, PERCPU + 0x188, CEA);
}

static inline void open_image(struct image *i)
{
	image_open(i, EM_X86_64, &unwind_x86_64);
	layout(i);
	assert_ok(unwinder_init(&i->u, &i->m.k));
}

/* What __switch_to_asm leaves: six registers, bp the last, and where the task goes on. */
static inline void switched_out(struct image *i, uint64_t sp, uint64_t bp, uint64_t pc)
{
	image_u64(i, TASK + T_SP, sp);
	image_u64(i, sp + 40, bp);
	image_u64(i, sp + 48, pc);
}

static inline struct regs registers(uint64_t pc, uint64_t sp, uint64_t bp, uint64_t r10,
				    uint64_t cs)
{
	uint64_t words[27] = {[4] = bp, [7] = r10, [16] = pc, [17] = cs, [19] = sp};
	struct regs r;
	regs_from_words(regs_shape(EM_X86_64), words, 27, &r);
	return r;
}

static inline void put_registers(struct image *i, uint64_t at, const struct regs *r)
{
	for (size_t j = 0; j < 21; j++)
		image_u64(i, at + j * 8, r->value[j]);
}

/* Opcodes in the fake code, so that the address after them is one to return to. */
static inline void call_before(struct image *i, uint64_t pc)
{
	i->bytes[pc - 5 - BASE] = 0xe8;
}

#endif
