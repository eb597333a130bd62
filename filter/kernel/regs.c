// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/regs.h"

#include <elf.h>
#include "kernel/percpu.h"

/* struct user_regs_struct; its first 21 words are struct pt_regs (arch/x86/include/asm/user_64.h).
 */
static const char *const x86_64_names[] = {
	"r15",	  "r14", "r13", "r12",	   "rbp",     "rbx", "r11",	 "r10", "r9",
	"r8",	  "rax", "rcx", "rdx",	   "rsi",     "rdi", "orig_rax", "rip", "cs",
	"rflags", "rsp", "ss",	"fs_base", "gs_base", "ds",  "es",	 "fs",	"gs",
};

static bool x86_64_user(const uint64_t *value)
{
	return value[17] & 3; /* the privilege level in cs */
}

/* struct pt_regs (arch/powerpc/include/uapi/asm/ptrace.h), 48 words in a note. */
static const char *const ppc64_names[] = {
	"r0",	"r1",  "r2",	"r3",	  "r4",	     "r5",  "r6",   "r7",  "r8",  "r9",
	"r10",	"r11", "r12",	"r13",	  "r14",     "r15", "r16",  "r17", "r18", "r19",
	"r20",	"r21", "r22",	"r23",	  "r24",     "r25", "r26",  "r27", "r28", "r29",
	"r30",	"r31", "nip",	"msr",	  "orig_r3", "ctr", "link", "xer", "ccr", "softe",
	"trap", "dar", "dsisr", "result", "",	     "",    "",	    "",
};

static bool ppc64_user(const uint64_t *value)
{
	return value[33] & 0x4000; /* MSR[PR] */
}

/* struct user_pt_regs (arch/arm64/include/uapi/asm/ptrace.h). */
static const char *const arm64_names[] = {
	"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",	 "x7",	"x8",  "x9",	 "x10", "x11",
	"x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",	 "x22", "x23",
	"x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",	"pc",  "pstate",
};

static bool arm64_user(const uint64_t *value)
{
	return (value[33] & 0xf) == 0; /* EL0, of 64 and of 32 bits */
}

static const struct regs_shape shapes[] = {
	{EM_X86_64, ARRAY_SIZE(x86_64_names), 21, 16, 19, 4, 16, x86_64_names, x86_64_user},
	{EM_PPC64, ARRAY_SIZE(ppc64_names), 44, 32, 1, 1, 36, ppc64_names, ppc64_user},
	{EM_AARCH64, ARRAY_SIZE(arm64_names), 34, 32, 31, 29, 30, arm64_names, arm64_user},
};

const struct regs_shape *regs_shape(uint16_t machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		if (shapes[i].machine == machine)
			return &shapes[i];
	return NULL;
}

void regs_from_words(const struct regs_shape *shape, const uint64_t *words, size_t n,
		     struct regs *ret)
{
	struct regs r = {.shape = shape};
	for (size_t i = 0; i < n && i < shape->count; i++)
		r.value[i] = words[i];
	r.pc = r.value[shape->pc];
	r.sp = r.value[shape->sp];
	r.fp = r.value[shape->fp];
	r.link = shape->link == shape->pc ? 0 : r.value[shape->link];
	r.user = shape->user(r.value);
	*ret = r;
}

/*
 * powerpc keeps interrupts away in two ways: MSR[EE], and a mask that is only looked at when one
 * comes (softe), a set of bits where the kernel has paca.irq_soft_mask, and a bool of the opposite
 * meaning before (arch/powerpc/include/asm/hw_irq.h). arm64 has another such way of which its notes
 * have nothing (pseudo-NMIs).
 */
enum irq_mask regs_irq_mask(const struct layout *l, const struct regs *regs)
{
	if (regs->user)
		return IRQS_ON;
	switch (regs->shape->machine) {
	case EM_X86_64:
		return regs->value[18] & 0x200 ? IRQS_ON : IRQS_OFF; /* X86_EFLAGS_IF */
	case EM_PPC64:
		if (!(regs->value[33] & 0x8000))
			return IRQS_OFF;
		if (!layout_known(l->paca_irq_soft_mask))
			return IRQS_UNKNOWN;
		return regs->value[39] & 1 ? IRQS_OFF : IRQS_ON; /* IRQS_DISABLED */
	case EM_AARCH64:
		return regs->value[33] & 0x80 ? IRQS_OFF : IRQS_UNKNOWN; /* PSR_I_BIT */
	default:
		return IRQS_UNKNOWN;
	}
}

#define PRSTATUS_PID  32
#define PRSTATUS_REGS 112

bool regs_from_prstatus(const struct regs_shape *shape, const uint8_t *desc, size_t len,
			enum byte_order order, struct regs *ret)
{
	uint64_t words[REGS_MAX] = {0};
	if (len < PRSTATUS_REGS + (size_t)shape->saved * 8)
		return false;
	size_t n = MIN((len - PRSTATUS_REGS) / 8, (size_t)shape->count);
	for (size_t i = 0; i < n; i++)
		words[i] = get_u64(desc + PRSTATUS_REGS + i * 8, order);
	if (words[shape->pc] == 0 && words[shape->sp] == 0)
		return false;
	regs_from_words(shape, words, n, ret);
	ret->pid = get_u32(desc + PRSTATUS_PID, order);
	return true;
}

/* The description of a note that starts at *at, which moves on; 0 at the end. */
static bool next_note(const struct vmcore *v, size_t *at, const uint8_t **desc, size_t *len,
		      bool *prstatus)
{
	if (v->notes_len < 12 || *at > v->notes_len - 12)
		return false;
	const uint8_t *note = v->notes + *at;
	uint32_t namesz = get_u32(note, v->order), descsz = get_u32(note + 4, v->order);
	size_t left = v->notes_len - *at - 12;
	size_t name = ROUND_UP((size_t)namesz, (size_t)4),
	       size = ROUND_UP((size_t)descsz, (size_t)4);
	if (name > left || descsz > left - name)
		return false;
	*prstatus = get_u32(note + 8, v->order) == NT_PRSTATUS && namesz == 5 &&
		    memcmp(note + 12, "CORE", 5) == 0;
	*desc = note + 12 + name;
	*len = descsz;
	*at += 12 + name + MIN(size, left - name);
	return true;
}

bool regs_from_note(const struct vmcore *v, unsigned int nth, struct regs *ret)
{
	const struct regs_shape *shape = regs_shape(v->machine);
	const uint8_t *desc;
	size_t at = 0, len;
	bool prstatus;
	while (shape && next_note(v, &at, &desc, &len, &prstatus))
		if (prstatus && nth-- == 0)
			return regs_from_prstatus(shape, desc, len, v->order, ret);
	return false;
}

/* crash_notes: per CPU, the notes that crash_save_cpu() writes (kernel/crash_core.c, 6.9: kexec).
 */
static bool from_crash_notes(struct kmem *k, int cpu, const struct regs_shape *shape,
			     struct regs *ret)
{
	uint8_t note[12 + 8 + PRSTATUS_REGS + REGS_MAX * 8];
	uint64_t notes, at;
	if (!layout_known(k->layout->crash_notes))
		return false;
	struct err *e = kmem_u64(k, (uint64_t)k->layout->crash_notes, &notes);
	if (!e && (notes == 0 || !percpu_find(k, (int64_t)notes, cpu, &at))) {
		return false;
	}
	size_t desc = PRSTATUS_REGS + (size_t)shape->count * 8;
	if (!e)
		e = kmem_read(k, at, note, 12 + 8 + desc);
	err_free(e);
	if (e)
		return false;
	enum byte_order order = k->vmcore->order;
	if (get_u32(note, order) != 5 || get_u32(note + 4, order) < desc ||
	    get_u32(note + 8, order) != NT_PRSTATUS || memcmp(note + 12, "CORE", 5) != 0)
		return false;
	return regs_from_prstatus(shape, note + 20, desc, order, ret);
}

bool regs_of_cpu(struct kmem *k, int cpu, unsigned int nth, struct regs *ret)
{
	const struct regs_shape *shape = regs_shape(k->vmcore->machine);
	if (!shape)
		return false;
	return from_crash_notes(k, cpu, shape, ret) || regs_from_note(k->vmcore, nth, ret);
}
