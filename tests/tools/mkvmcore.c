// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkvmcore: from a text that says what each page is used for to an ELF vmcore, and to the page set
 *that a dump level must keep. The text, a line each ('#' starts a comment; numbers as in C, ends
 *are exclusive):
 *
 *	machine x86_64|ppc64le		pages of 4 KiB or 64 KiB; first line
 *	kernel 4.18|6.4|6.12|7.1	how struct page and VMCOREINFO look (default 6.12)
 *	memory PFN PFN			a range that is in the file; several, ascending
 *	pages PFN PFN KIND [order N] [zero]
 *
 * KIND: kernel (what is not said otherwise), slab, free, cache, cache_private, anon, swapcache,
 *hugetlb, hwpoison, offline, unaccepted. order N: free blocks or compound pages of 2^N pages. zero:
 *filled with zeros.
 */
#include "lib/world.h"

#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void usage(void)
{
	puts("Usage: mkvmcore WORLD VMCORE          write the ELF vmcore of that text\n"
	     "       mkvmcore --expect LEVEL WORLD  print the pfns that a dump of that level "
	     "keeps\n"
	     "       mkvmcore --help\n"
	     "\n"
	     "Runs of pfns are printed as 0xFIRST-0xLAST, one a line. The text is described in the "
	     "source.");
}

static void print_kept(const struct world *w, unsigned int level)
{
	for (uint64_t pfn = 0; pfn < w->max_pfn; pfn++) {
		uint64_t first = pfn;
		while (world_keeps(w, pfn, level))
			pfn++;
		if (pfn > first)
			printf("%#" PRIx64 "-%#" PRIx64 "\n", first, pfn - 1);
	}
}

int main(int argc, char **argv)
{
	struct world w;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		usage();
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "--expect")) {
		char *end;
		unsigned long level = strtoul(argv[2], &end, 10);
		if (*end || level > 31)
			errx(2, "%s: not a dump level", argv[2]);
		world_init(&w, argv[3]);
		print_kept(&w, (unsigned int)level);
	} else if (argc == 3) {
		world_init(&w, argv[1]);
		world_write(&w, argv[2]);
	} else {
		errx(2, "two arguments are needed; see --help");
	}
	world_deinit(&w);
	return 0;
}
