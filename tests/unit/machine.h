/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crashed machine for unit tests: VMCOREINFO, RAM from address 0 on, and single pages elsewhere,
 * as a vmcore in memory whose reads are counted. On x86_64 with phys_base 0 the kernel's image
 * mapping (KERNEL_MAP) shows RAM without page tables; on ppc64 the linear map does. Header only;
 * not for several machines at a time.
 */
#ifndef SALVOR_TESTS_MACHINE_H
#define SALVOR_TESTS_MACHINE_H

#include "unit.h"
#include "small_vmcore.h"
#include "kernel/kmem.h"

#define KERNEL_MAP UINT64_C(0xffffffff80000000)
#define LINEAR	   UINT64_C(0xc000000000000000)
#define FAR_MAX	   8

struct machine {
	uint16_t elf_machine;
	const char *text; /* VMCOREINFO */
	uint8_t *ram;
	size_t ram_size;
	uint64_t far[FAR_MAX]; /* physical addresses of single pages of 4 KiB; 0 ends */
	struct vmcore *vmcore;
	struct vmcoreinfo info;
	struct layout layout;
	struct source_ops ops;
};

static const struct source_ops *machine_real_ops;
static unsigned long machine_reads;

static struct err *machine_read_at(const struct source *s, void *state, uint64_t offset, void *buf,
				   size_t len)
{
	__atomic_add_fetch(&machine_reads, 1, __ATOMIC_RELAXED);
	return machine_real_ops->read_at(s, state, offset, buf, len);
}

static inline void machine_init(struct machine *m, size_t ram_size)
{
	*m = (struct machine) {.elf_machine = EM_X86_64, .ram_size = ram_size};
	m->ram = calloc(1, ram_size);
	assert_non_null(m->ram);
}

static inline void machine_put(struct machine *m, uint64_t paddr, uint64_t value)
{
	assert_true(paddr + 8 <= m->ram_size);
	put_u64(m->ram + paddr, value, ORDER_LE);
}

static inline void machine_append(struct buf *file, Elf64_Phdr *ph, uint64_t paddr,
				  const void *data, size_t len)
{
	*ph = (Elf64_Phdr) {.p_type = PT_LOAD,
			    .p_paddr = paddr,
			    .p_offset = file->len,
			    .p_filesz = len,
			    .p_memsz = len};
	buf_append(file, data, len);
}

/* Makes the vmcore of what was set, opens it, and loads the layout. */
static inline void machine_crash(struct machine *m)
{
	_cleanup_buf_ struct buf notes = BUF_INIT, file = BUF_INIT;
	static const uint8_t page[4096];
	Elf64_Phdr ph[FAR_MAX + 2];
	uint16_t n = 1;
	buf_reserve(&file, sizeof(Elf64_Ehdr) + sizeof(ph));
	file.len = sizeof(Elf64_Ehdr) + sizeof(ph);
	small_vmcore_note(&notes, "VMCOREINFO", 0, m->text, strlen(m->text));
	ph[0] = (Elf64_Phdr) {.p_type = PT_NOTE, .p_offset = file.len, .p_filesz = notes.len};
	buf_append(&file, notes.data, notes.len);
	if (m->ram_size)
		machine_append(&file, &ph[n++], 0, m->ram, m->ram_size);
	for (size_t i = 0; i < FAR_MAX && m->far[i]; i++)
		machine_append(&file, &ph[n++], m->far[i], page, sizeof(page));
	Elf64_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_CORE,
			 .e_machine = m->elf_machine,
			 .e_version = EV_CURRENT,
			 .e_phoff = sizeof(eh),
			 .e_ehsize = sizeof(eh),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = n};
	assert_ok(buf_error(&file));
	memcpy(file.data, &eh, sizeof(eh));
	memcpy(file.data + sizeof(eh), ph, n * sizeof(*ph));
	m->vmcore = small_vmcore_open(file.data, file.len);
	assert_non_null(m->vmcore);
	m->info = (struct vmcoreinfo) {m->vmcore->vmcoreinfo, m->vmcore->vmcoreinfo_len};
	assert_ok(layout_load(&m->info, &m->layout));
	machine_real_ops = m->vmcore->source->ops;
	m->ops = *machine_real_ops;
	m->ops.read_at = machine_read_at;
	m->vmcore->source->ops = &m->ops;
	machine_reads = 0;
}

static inline void machine_deinit(struct machine *m)
{
	vmcore_destroy(m->vmcore);
	free(m->ram);
}

#endif
