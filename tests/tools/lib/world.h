/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small made-up machine: physical memory in which every page's use is known, described in text
 * (the format is in mkvmcore.c). This module parses it, writes the struct pages that a kernel of
 * that generation would have, and says which pages a dump level keeps. It shares no code with the
 * program under test. One thread; everything belongs to the caller of world_init().
 */
#ifndef SALVOR_TOOLS_WORLD_H
#define SALVOR_TOOLS_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { WORLD_MAX_RANGES = 8, WORLD_STRUCT_PAGE = 64 };
#define WORLD_MAX_PFN (UINT64_C(1) << 20)

enum world_machine { WORLD_X86_64, WORLD_PPC64LE };
/* Which kernel: the struct page and what VMCOREINFO says changed in these. */
enum world_kernel { WORLD_4_18, WORLD_6_4, WORLD_6_12, WORLD_7_1 };

enum page_kind {
	KIND_KERNEL,
	KIND_SLAB,
	KIND_FREE,
	KIND_CACHE,
	KIND_CACHE_PRIVATE,
	KIND_ANON,
	KIND_SWAPCACHE,
	KIND_HUGETLB,
	KIND_HWPOISON,
	KIND_OFFLINE,
	KIND_UNACCEPTED,
	KIND_COUNT,
};

struct world_page {
	uint8_t kind;  /* enum page_kind */
	uint8_t order; /* of the block it is part of */
	bool head;     /* first page of its block */
	bool zero;     /* its bytes are zeros */
	bool present;  /* in the file */
};

struct world {
	enum world_machine machine;
	enum world_kernel kernel;
	unsigned int page_shift;
	struct {
		uint64_t start, end; /* pfns */
	} ranges[WORLD_MAX_RANGES];
	unsigned int nranges;
	struct world_page *pages; /* WORLD_MAX_PFN of them */
	uint64_t max_pfn;
};

/* Ends the program with one line that names file and line when the text is wrong. */
void world_init(struct world *w, const char *path);
void world_deinit(struct world *w);

/* Does a dump of that level (0 to 31) hold the page? */
bool world_keeps(const struct world *w, uint64_t pfn, unsigned int level);

/* The struct page of pfn as bytes, in the machine's (little-endian) order. */
void world_struct_page(const struct world *w, uint64_t pfn, uint8_t out[WORLD_STRUCT_PAGE]);
/* Of struct page and its flags: lines of VMCOREINFO. */
const char *world_page_info(const struct world *w);

/* Virtual address of the struct page of pfn 0. */
uint64_t world_vmemmap(const struct world *w);

/* Writes the ELF vmcore (world_vmcore.c). Ends the program on failure. */
void world_write(const struct world *w, const char *path);

#endif
