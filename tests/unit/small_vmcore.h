/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz targets share: inputs as files in memory, and a small vmcore made of an input. Header
 * only. A target is one file fuzz_*.c with LLVMFuzzerTestOneInput(); its seeds are in corpus/NAME/.
 * It must free all it takes: leaks are found too.
 */
#ifndef SALVOR_TESTS_SMALL_VMCORE_H
#define SALVOR_TESTS_SMALL_VMCORE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "vmcore/vmcore.h"

/* A vmcore whose file is these bytes; NULL if it is refused. */
static inline struct vmcore *small_vmcore_open(const void *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[64];
	struct vmcore *v = NULL;
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err_free(vmcore_open(path, &v));
	return v;
}

static inline void small_vmcore_note(struct buf *out, const char *name, uint32_t type,
				     const void *desc, size_t len)
{
	Elf64_Nhdr header = {(Elf64_Word)strlen(name) + 1, (Elf64_Word)len, type};
	static const char zeros[4];
	buf_append(out, &header, sizeof(header));
	buf_append(out, name, header.n_namesz);
	buf_append(out, zeros, -header.n_namesz & 3);
	buf_append(out, desc, len);
	buf_append(out, zeros, -(Elf64_Word)len & 3);
}

/*
 * A vmcore whose VMCOREINFO is the input up to its first NUL byte and whose physical memory, from
 * address 0 on, is the rest. NULL if the input has no NUL or the vmcore is refused.
 */
static inline struct vmcore *small_vmcore_make(const uint8_t *data, size_t size, uint16_t machine)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	if (!nul || (size_t)(nul - data) + 1 == size)
		return NULL;
	size_t text = (size_t)(nul - data), memory = size - text - 1;
	_cleanup_buf_ struct buf notes = BUF_INIT, file = BUF_INIT;
	small_vmcore_note(&notes, "VMCOREINFO", 0, data, text);
	Elf64_Ehdr eh = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(eh),
		.e_ehsize = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr ph[2] = {
		{.p_type = PT_NOTE, .p_offset = sizeof(eh) + sizeof(ph), .p_filesz = notes.len},
		{.p_type = PT_LOAD,
		 .p_offset = sizeof(eh) + sizeof(ph) + notes.len,
		 .p_filesz = memory,
		 .p_memsz = memory},
	};
	buf_append(&file, &eh, sizeof(eh));
	buf_append(&file, ph, sizeof(ph));
	buf_append(&file, notes.data, notes.len);
	buf_append(&file, nul + 1, memory);
	return small_vmcore_open(file.data, file.len);
}

#endif
