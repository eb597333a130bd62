// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fill_memory: gives a guest's memory the contents of a busy machine, then holds them until it is
 * ended. Not a measuring tool; single-threaded; the same arguments write the same bytes.
 *
 * fill_memory ANON_MIB FREED_MIB FILES
 *   ANON_MIB   anonymous memory that stays: of each 8 pages 2 zero, 3 text-like, 3 random
 *   FREED_MIB  the same, then given back, so that free pages hold old data as they do on real
 * machines FILES      empty files in /dev/shm: inodes and dentries, that is slab
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 };

static uint64_t xorshift(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void fill_page(unsigned char *page, size_t index, uint64_t *state)
{
	switch (index % 8) {
	case 0:
	case 1:
		/* a zero page that is really there: written, not just mapped */
		memset(page, 0, PAGE);
		break;
	case 2:
	case 3:
	case 4:
		for (size_t at = 0; at < PAGE; at += 64)
			snprintf((char *)page + at, 64,
				 "record %zu.%zu owner=%06llu state=running next=0x%08llx\n", index,
				 at, (unsigned long long)(xorshift(state) % 1000000),
				 (unsigned long long)(xorshift(state) & 0xffffff00));
		break;
	default:
		for (size_t at = 0; at < PAGE; at += 8) {
			uint64_t word = xorshift(state);

			memcpy(page + at, &word, 8);
		}
	}
}

static unsigned char *fill(size_t mib, uint64_t seed)
{
	size_t pages = mib * 256;
	unsigned char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		fprintf(stderr, "fill_memory: %zu MiB: %s\n", mib, strerror(errno));
		exit(1);
	}
	for (size_t i = 0; i < pages; i++)
		fill_page(memory + i * PAGE, i, &seed);
	return memory;
}

int main(int argc, char **argv)
{
	size_t anon, freed;
	long files;

	if (argc != 4) {
		fprintf(stderr, "fill_memory ANON_MIB FREED_MIB FILES\n");
		return 2;
	}
	anon = strtoul(argv[1], NULL, 10);
	freed = strtoul(argv[2], NULL, 10);
	files = strtol(argv[3], NULL, 10);
	if (anon)
		fill(anon, 88172645463325252ULL);
	if (freed)
		munmap(fill(freed, 362436069362436069ULL), freed * 256 * PAGE);
	for (long i = 0; i < files; i++) {
		char name[64];
		int fd;

		snprintf(name, sizeof(name), "/dev/shm/fill-%ld", i);
		fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (fd < 0)
			break;
		close(fd);
	}
	printf("filled\n");
	fflush(stdout);
	pause();
	return 0;
}
