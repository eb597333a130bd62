// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore-symbols [--scan] [--linked] FILE: the symbols that a vmcore has in itself, as
 * /proc/kallsyms prints them. --scan: look for the tables, whatever VMCOREINFO names. --linked:
 * addresses as in vmlinux (System.map), without the KERNELOFFSET of KASLR. Symbols, CPU seconds and
 * memory in KiB go to standard error.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "kernel/symbols.h"

struct printer {
	uint64_t from, offset; /* what is at from or above was moved by offset */
};

static void print(void *arg, const struct symbol *s)
{
	const struct printer *p = arg;
	printf("%016" PRIx64 " %c %s", s->addr >= p->from ? s->addr - p->offset : s->addr, s->type,
	       s->name);
	printf(s->module ? "\t[%s]\n" : "\n", s->module);
}

static double cpu_seconds(void)
{
	struct timespec t = {0};
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t kernel_offset(const struct vmcoreinfo *info)
{
	const char *text;
	return vmcoreinfo_text(info, "KERNELOFFSET", &text) > 0 ? strtoull(text, NULL, 16) : 0;
}

static struct err *run(const char *path, bool scan, bool linked)
{
	_cleanup_(cleanup_vmcore) struct vmcore *v = NULL;
	_cleanup_(cleanup_symbols) struct symbols *s = NULL;
	_cleanup_kmem_ struct kmem k = {0};
	struct layout layout;
	struct err *e = vmcore_open(path, &v);
	if (!e && !v->vmcoreinfo)
		e = vmcore_find_vmcoreinfo(v);
	if (e)
		return e;
	struct vmcoreinfo info = {v->vmcoreinfo, v->vmcoreinfo_len};
	e = layout_load(&info, &layout);
	if (!e)
		e = kmem_init(&k, v, &layout);
	if (e)
		return e;
	if (scan)
		layout.kallsyms_names = LAYOUT_UNKNOWN;
	double start = cpu_seconds();
	e = symbols_load(&k, &s);
	if (e)
		return e;
	struct rusage usage = {0};
	getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr, "%zu symbols, %.3f s, %ld KiB\n", symbols_count(s), cpu_seconds() - start,
		usage.ru_maxrss);
	struct printer p = {(uint64_t)layout.stext, linked ? kernel_offset(&info) : 0};
	symbols_each(s, print, &p);
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"scan", no_argument, NULL, 's'}, {"linked", no_argument, NULL, 'l'}, {0}};
	bool scan = false, linked = false;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == '?')
			return 2;
		scan |= c == 's';
		linked |= c == 'l';
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "usage: vmcore-symbols [--scan] [--linked] FILE\n");
		return 2;
	}
	struct err *e = run(argv[optind], scan, linked);
	if (e)
		fprintf(stderr, "vmcore-symbols: %s\n", err_message(e));
	err_free(e);
	return e ? 1 : 0;
}
