// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare-memory DUMP WHOLE: does every page that our own reader finds in DUMP have the bytes that
 * it has in WHOLE (an ELF vmcore), and do all others say that they are missing? Reads whole pages
 * in order, then parts of pages here and there. Where compare-dumps judges what we write by
 * libkdumpfile, this judges what we read, of whoever wrote it. One thread.
 */
#include <elf.h>
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "vmcore/vmcore.h"

enum { WINDOW = 65536, RANDOM_READS = 200000 };

struct dump {
	struct vmcore *v;
	struct view view;
};

static void open_dump(struct dump *d, const char *path)
{
	struct err *e = vmcore_open(path, &d->v);
	if (!e)
		e = view_init(&d->view, d->v->source, WINDOW);
	if (e)
		errx(2, "%s", err_message(e));
}

static void close_dump(struct dump *d)
{
	view_deinit(&d->view);
	vmcore_destroy(d->v);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(0x2545f4914f6cdd1d);
}

/* Where WHOLE has a page in part, dumps have zeros in place of the rest. */
static bool same_in_part(const uint8_t *a, struct dump *whole, uint64_t paddr, size_t len)
{
	size_t there = 0;
	for (size_t i = 0; i < len; i++) {
		const uint8_t *b;
		struct err *e = vmcore_view(whole->v, &whole->view, paddr + i, 1, &b);
		if (a[i] != (e ? 0 : *b))
			there = len + 1; /* differs */
		there += !e;
		err_free(e);
	}
	return there > 0 && there <= len;
}

/* False if the bytes differ, or only one of them can be read. */
static bool same(struct dump *dump, struct dump *whole, uint64_t paddr, size_t len)
{
	const uint8_t *a, *b;
	struct err *e = vmcore_view(dump->v, &dump->view, paddr, len, &a);
	if (!e) {
		e = vmcore_view(whole->v, &whole->view, paddr, len, &b);
		if (e && err_code(e) == ERR_MISSING && same_in_part(a, whole, paddr, len)) {
			err_free(e);
			return true;
		}
	}
	if (e) {
		printf("%#" PRIx64 ": %s\n", paddr, err_message(e));
		err_free(e);
		return false;
	}
	if (memcmp(a, b, len) == 0)
		return true;
	printf("%#" PRIx64 ": %zu bytes differ\n", paddr, len);
	return false;
}

static bool says_missing(struct dump *d, uint64_t paddr, size_t len)
{
	const uint8_t *p;
	struct err *e = vmcore_view(d->v, &d->view, paddr, len, &p);
	bool missing = e && err_code(e) == ERR_MISSING;
	if (!missing)
		printf("%#" PRIx64 ": should be missing: %s\n", paddr,
		       e ? err_message(e) : "it was read");
	err_free(e);
	return missing;
}

static struct bitmap pages_of(const struct vmcore *v, unsigned int shift, uint64_t max_pfn)
{
	struct bitmap map;
	struct err *e = bitmap_init(&map, max_pfn);
	if (!e)
		e = vmcore_page_map(v, shift, &map);
	if (e)
		errx(2, "%s", err_message(e));
	return map;
}

int main(int argc, char **argv)
{
	struct dump dump, whole;
	uint64_t wrong = 0, there = 0, parts = 0, seed = 4711;
	if (argc != 3)
		errx(2, "usage: compare-memory DUMP WHOLE");
	open_dump(&dump, argv[1]);
	open_dump(&whole, argv[2]);
	unsigned int shift = dump.v->page_shift ? dump.v->page_shift : 12;
	size_t size = (size_t)1 << shift;
	uint64_t max_pfn = vmcore_max_pfn(dump.v, shift);
	struct bitmap map = pages_of(dump.v, shift, max_pfn);
	for (uint64_t pfn = 0; pfn < max_pfn && wrong < 20; pfn++) {
		if (!bitmap_test(&map, pfn)) {
			wrong += !says_missing(&dump, pfn << shift, 8);
			continue;
		}
		there++;
		wrong += !same(&dump, &whole, pfn << shift, size);
	}
	/* as many bytes of large pages as of small ones */
	uint64_t reads = RANDOM_READS >> (shift > 12 ? shift - 12 : 0);
	for (uint64_t i = 0; i < reads && wrong < 20; i++) {
		uint64_t pfn = next_random(&seed) % max_pfn, from = next_random(&seed) % size;
		if (!bitmap_test(&map, pfn))
			continue;
		parts++;
		wrong += !same(&dump, &whole, (pfn << shift) + from, size - from);
	}
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	printf("%s: %s%s, level %d: %" PRIu64 " pages and %" PRIu64 " parts, %" PRIu64
	       " wrong; VMCOREINFO %zu bytes, %u CPUs; %ld KiB\n",
	       argv[1], vmcore_format(dump.v), dump.v->incomplete ? ", incomplete" : "",
	       dump.v->level, there, parts, wrong, dump.v->vmcoreinfo_len, dump.v->nr_cpus,
	       u.ru_maxrss);
	bitmap_deinit(&map);
	close_dump(&dump);
	close_dump(&whole);
	return wrong || !there;
}
