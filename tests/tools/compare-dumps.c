// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare-dumps A B: do two dumps hold the same pages with the same bytes, and say the same about
 * the machine? Both are read by libkdumpfile, so that nothing of this project judges its own
 * output. The page set is libkdumpfile's file.pagemap (second bitmap of a kdump-compressed dump;
 * what PT_LOADs hold of an ELF one). Excluded pages are never filled with zeros here. One thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkdumpfile/kdumpfile.h>

#include "base/bitmap.h"
#include "lib/dump_attrs.h"

enum { EXIT_EQUAL = 0, EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 };

struct options {
	bool subset;	 /* pages of B that A lacks are allowed */
	bool pages_only; /* do not compare what the dumps say about the machine */
	bool list;	 /* one dump: print its page set */
	unsigned long limit;
};

struct dump {
	const char *path;
	kdump_ctx_t *ctx;
	int fd;
	size_t page_size;
	uint64_t max_pfn;
	struct bitmap pages;
	uint8_t *page;
};

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("compare-dumps: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_TROUBLE);
}

/* --- the page set
 * ---------------------------------------------------------------------------------- */

static void read_page_set(struct dump *d)
{
	kdump_attr_t attr = {.type = KDUMP_BITMAP};
	if (kdump_get_typed_attr(d->ctx, KDUMP_ATTR_FILE_PAGEMAP, &attr) != KDUMP_OK)
		die("%s: no page map: %s", d->path, kdump_get_err(d->ctx));
	if (bitmap_init(&d->pages, d->max_pfn))
		die("%s: out of memory for %" PRIu64 " pfns", d->path, d->max_pfn);
	if (!d->max_pfn)
		return;
	kdump_bmp_t *map = attr.val.bitmap;
	if (kdump_bmp_get_bits(map, 0, d->max_pfn - 1, d->pages.bytes) != KDUMP_OK)
		die("%s: page map: %s", d->path, kdump_bmp_get_err(map));
	bitmap_clear_range(&d->pages, d->max_pfn, ROUND_UP(d->max_pfn, 64));
}

static void open_dump(struct dump *d, const char *path)
{
	*d = (struct dump) {.path = path};
	d->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0)
		die("%s: %s", path, strerror(errno));
	d->ctx = kdump_new();
	if (!d->ctx)
		die("out of memory");
	if (kdump_open_fd(d->ctx, d->fd) != KDUMP_OK)
		die("%s: not a dump that libkdumpfile " KDUMPFILE_VERSION_STRING " opens: %s", path,
		    kdump_get_err(d->ctx));
	if (kdump_set_number_attr(d->ctx, KDUMP_ATTR_ZERO_EXCLUDED, 0) != KDUMP_OK)
		die("%s: %s: %s", path, KDUMP_ATTR_ZERO_EXCLUDED, kdump_get_err(d->ctx));
	kdump_num_t number;
	if (kdump_get_number_attr(d->ctx, KDUMP_ATTR_PAGE_SIZE, &number) != KDUMP_OK)
		die("%s: no page size: %s", path, kdump_get_err(d->ctx));
	d->page_size = number;
	if (kdump_get_number_attr(d->ctx, "max_pfn", &number) != KDUMP_OK)
		die("%s: no max_pfn: %s", path, kdump_get_err(d->ctx));
	d->max_pfn = number;
	d->page = malloc(d->page_size);
	if (!d->page)
		die("out of memory");
	read_page_set(d);
}

static void close_dump(struct dump *d)
{
	kdump_free(d->ctx);
	close(d->fd);
	bitmap_deinit(&d->pages);
	free(d->page);
}

/* --- comparison
 * ------------------------------------------------------------------------------------ */

struct tally {
	uint64_t compared, bytes;
	uint64_t only_a, only_b, differ, unreadable;
	unsigned long shown, limit;
};

/* Says a difference while the limit lasts. */
static void say(struct tally *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct tally *t, const char *fmt, ...)
{
	if (t->shown++ >= t->limit)
		return;
	va_list ap;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* Runs of pfns that only one dump has, one line each. */
static void compare_sets(const struct dump *has, const struct dump *lacks, uint64_t *count,
			 struct tally *t)
{
	uint64_t from = bitmap_next(&has->pages, 0);
	while (from < has->max_pfn) {
		if (bitmap_test(&lacks->pages, from)) {
			from = bitmap_next(&has->pages, from + 1);
			continue;
		}
		uint64_t to = from;
		while (bitmap_test(&has->pages, to) && !bitmap_test(&lacks->pages, to))
			to++;
		*count += to - from;
		say(t, "pfn %#" PRIx64 "-%#" PRIx64 " (%" PRIu64 " pages) only in %s", from, to - 1,
		    to - from, has->path);
		from = bitmap_next(&has->pages, to);
	}
}

static bool read_page(struct dump *d, uint64_t pfn, struct tally *t)
{
	size_t len = d->page_size;
	if (kdump_read(d->ctx, KDUMP_MACHPHYSADDR, pfn * d->page_size, d->page, &len) == KDUMP_OK &&
	    len == d->page_size)
		return true;
	t->unreadable++;
	say(t, "pfn %#" PRIx64 ": %s cannot be read: %s", pfn, d->path, kdump_get_err(d->ctx));
	kdump_clear_err(d->ctx);
	return false;
}

static void compare_bytes(struct dump *a, struct dump *b, struct tally *t)
{
	for (uint64_t pfn = bitmap_next(&a->pages, 0); pfn < a->max_pfn;
	     pfn = bitmap_next(&a->pages, pfn + 1)) {
		if (!bitmap_test(&b->pages, pfn))
			continue;
		bool a_read = read_page(a, pfn, t), b_read = read_page(b, pfn, t);
		if (!a_read || !b_read)
			continue;
		t->compared++;
		t->bytes += a->page_size;
		if (!memcmp(a->page, b->page, a->page_size))
			continue;
		size_t at = 0;
		while (a->page[at] == b->page[at])
			at++;
		t->differ++;
		say(t, "pfn %#" PRIx64 ": bytes differ from offset %#zx on: %02x and %02x", pfn, at,
		    a->page[at], b->page[at]);
	}
}

static int compare(struct dump *a, struct dump *b, const struct options *o)
{
	struct tally t = {.limit = o->limit};
	unsigned long attrs = 0;
	if (a->page_size != b->page_size) {
		printf("different: page sizes %zu and %zu\n", a->page_size, b->page_size);
		return EXIT_DIFFERENT;
	}
	if (!o->pages_only)
		attrs = compare_attributes(a->ctx, b->ctx, o->limit);
	compare_sets(a, b, &t.only_a, &t);
	if (!o->subset)
		compare_sets(b, a, &t.only_b, &t);
	compare_bytes(a, b, &t);
	if (t.shown > t.limit)
		printf("… and %lu more\n", t.shown - t.limit);
	if (!t.only_a && !t.only_b && !t.differ && !t.unreadable && !attrs) {
		printf("equal: %" PRIu64 " pages, %" PRIu64 " bytes\n", t.compared, t.bytes);
		return EXIT_EQUAL;
	}
	printf("different: of %" PRIu64 " common pages %" PRIu64 " differ and %" PRIu64
	       " reads failed; %" PRIu64 " pages only in the first, %" PRIu64
	       " only in the second; %lu attributes differ\n",
	       t.compared, t.differ, t.unreadable, t.only_a, t.only_b, attrs);
	return EXIT_DIFFERENT;
}

/* Runs of pfns, as mkvmcore --expect prints them. */
static void list_pages(const struct dump *d)
{
	uint64_t from = bitmap_next(&d->pages, 0);
	while (from < d->max_pfn) {
		uint64_t to = bitmap_next_clear(&d->pages, from);
		printf("%#" PRIx64 "-%#" PRIx64 "\n", from, to - 1);
		from = bitmap_next(&d->pages, to);
	}
}

/* --- command line
 * ---------------------------------------------------------------------------------- */

static void usage(void)
{
	puts("Usage: compare-dumps [OPTION…] A B\n"
	     "       compare-dumps --list DUMP\n"
	     "\n"
	     "Compares two kernel dumps: the set of pages, every page's bytes, and what both say "
	     "about the\n"
	     "machine (architecture, page size, highest pfn, uname, vmcoreinfo, CPU registers).\n"
	     "\n"
	     "      --subset      A may lack pages that B has\n"
	     "      --pages-only  do not compare what the dumps say about the machine\n"
	     "      --list        print the runs of pfns that one dump holds\n"
	     "      --limit N     show at most N differences (default 20)\n"
	     "      --help        this text\n"
	     "      --version     versions of this program and of libkdumpfile\n"
	     "\n"
	     "Exit status: 0 equal, 1 different, 2 a dump cannot be opened or the command line is "
	     "wrong.");
}

static void parse_options(int argc, char **argv, struct options *o)
{
	enum { OPT_SUBSET = 256, OPT_PAGES_ONLY, OPT_LIST, OPT_LIMIT, OPT_HELP, OPT_VERSION };
	static const struct option longs[] = {
		{"subset", no_argument, NULL, OPT_SUBSET},
		{"pages-only", no_argument, NULL, OPT_PAGES_ONLY},
		{"list", no_argument, NULL, OPT_LIST},
		{"limit", required_argument, NULL, OPT_LIMIT},
		{"help", no_argument, NULL, OPT_HELP},
		{"version", no_argument, NULL, OPT_VERSION},
		{0},
	};
	char *end;
	int c;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_SUBSET:
			o->subset = true;
			break;
		case OPT_PAGES_ONLY:
			o->pages_only = true;
			break;
		case OPT_LIST:
			o->list = true;
			break;
		case OPT_LIMIT:
			errno = 0;
			o->limit = strtoul(optarg, &end, 10);
			if (errno || end == optarg || *end)
				die("--limit %s: not a number", optarg);
			break;
		case OPT_HELP:
			usage();
			exit(EXIT_EQUAL);
		case OPT_VERSION:
			puts("compare-dumps " SALVOR_VERSION
			     ", libkdumpfile " KDUMPFILE_VERSION_STRING);
			exit(EXIT_EQUAL);
		default:
			exit(EXIT_TROUBLE);
		}
	}
	if (argc - optind != (o->list ? 1 : 2))
		die("%s needed; see --help", o->list ? "one dump is" : "two dumps are");
}

int main(int argc, char **argv)
{
	struct options o = {.limit = 20};
	struct dump a, b;
	parse_options(argc, argv, &o);
	open_dump(&a, argv[optind]);
	if (o.list) {
		list_pages(&a);
		close_dump(&a);
		return EXIT_EQUAL;
	}
	open_dump(&b, argv[optind + 1]);
	int status = compare(&a, &b, &o);
	close_dump(&a);
	close_dump(&b);
	return status;
}
