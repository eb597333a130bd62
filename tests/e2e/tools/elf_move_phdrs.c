// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * elf_move_phdrs FILE: moves the program headers of a QEMU memory dump, in place, to right behind
 * the ELF header.
 *
 * QEMU (dump/dump.c) writes ELF header, section headers, program headers, notes, memory;
 * makedumpfile 1.7.6 (elf_info.c) reads program headers at offset 64 whatever e_phoff says. Section
 * headers are given up; every other byte, and so every p_offset, stays. 64-bit files of either byte
 * order; the file is not needed in memory.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int swapped;

static uint16_t get16(uint16_t v)
{
	return swapped ? __builtin_bswap16(v) : v;
}

static uint64_t get64(uint64_t v)
{
	return swapped ? __builtin_bswap64(v) : v;
}

static int fail(const char *name, const char *what)
{
	fprintf(stderr, "elf_move_phdrs: %s: %s\n", name, what);
	return 1;
}

static int move(int fd, const char *name)
{
	Elf64_Ehdr ehdr;
	uint64_t phoff;
	size_t size;
	char *phdrs;

	if (pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr) ||
	    memcmp(ehdr.e_ident, ELFMAG, SELFMAG) || ehdr.e_ident[EI_CLASS] != ELFCLASS64)
		return fail(name, "not a 64-bit ELF file");
	swapped = ehdr.e_ident[EI_DATA] !=
		  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB);
	phoff = get64(ehdr.e_phoff);
	if (get16(ehdr.e_phnum) == PN_XNUM)
		return fail(name,
			    "too many program headers: their number needs the section header");
	if (get16(ehdr.e_phentsize) != sizeof(Elf64_Phdr) || phoff < sizeof(ehdr))
		return fail(name, "program headers of an unexpected size or place");
	size = (size_t)get16(ehdr.e_phnum) * sizeof(Elf64_Phdr);
	phdrs = malloc(size + 1);
	if (!phdrs || pread(fd, phdrs, size, (off_t)phoff) != (ssize_t)size)
		return fail(name, "cannot read the program headers");
	ehdr.e_phoff = get64(sizeof(ehdr));
	ehdr.e_shoff = 0;
	ehdr.e_shnum = 0;
	ehdr.e_shstrndx = 0;
	if (pwrite(fd, phdrs, size, sizeof(ehdr)) != (ssize_t)size ||
	    pwrite(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr))
		return fail(name, strerror(errno));
	free(phdrs);
	return 0;
}

int main(int argc, char **argv)
{
	int fd, status;

	if (argc != 2) {
		fprintf(stderr, "elf_move_phdrs FILE\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		return fail(argv[1], strerror(errno));
	status = move(fd, argv[1]);
	if (close(fd) && !status)
		status = fail(argv[1], strerror(errno));
	return status;
}
