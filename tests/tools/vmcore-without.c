// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore-without WHAT… VMCORE OUT: a copy of an ELF vmcore that lacks what a report is made of, as
 * if the kernel had been built without it. WHAT:
 *     btf          the types of the kernel itself
 *     kallsyms     the tables of its symbols
 *     note         VMCOREINFO of the notes
 *     vmcoreinfo   VMCOREINFO, of the notes and of memory
 *     info=PREFIX  VMCOREINFO's lines that begin with PREFIX
 * It is found as the reader of kernel memory finds it. In the copy it is zeros, lines are empty.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/kallsyms.h"
#include "kernel/kernel.h"

#define PAGE ((size_t)4096)
/* Copies of VMCOREINFO: the note, the kernel's text, and the note that the kernel makes of it. */
#define INFO_MAX 8

/* Padded to a multiple of 4. */
static const char note_name[12] = "VMCOREINFO";

struct file {
	struct kernel *k; /* reads the file as it is */
	uint8_t *bytes;	  /* the copy */
	size_t len;
	size_t info[INFO_MAX], ninfo; /* where VMCOREINFO is */
};

static _Noreturn void fail(struct err *e)
{
	errx(2, "%s", err_message(e));
}

/* Where in the file the byte at that address of the kernel is. */
static uint64_t offset_of(struct file *f, uint64_t addr)
{
	struct extent x;
	struct err *e = kmem_translate(&f->k->kmem, addr, &x);
	if (e)
		fail(e);
	const struct segment *s = vmcore_segment(f->k->vmcore, x.paddr);
	if (!s || x.paddr - s->paddr + s->offset >= f->len)
		errx(2, "%#llx is not in the file", (unsigned long long)addr);
	return s->offset + (x.paddr - s->paddr);
}

/* Page by page: they need not be neighbours in the file. */
static void take(struct file *f, uint64_t from, uint64_t to)
{
	while (from < to) {
		uint64_t n = MIN(PAGE - from % PAGE, to - from), at = offset_of(f, from);
		memset(f->bytes + at, 0, (size_t)MIN(n, f->len - at));
		from += n;
	}
}

static uint64_t symbol(struct file *f, const char *name)
{
	uint64_t addr;
	struct err *e = kernel_symbol(f->k, name, &addr);
	if (e)
		fail(e);
	return addr;
}

static void take_btf(struct file *f)
{
	take(f, symbol(f, "__start_BTF"), symbol(f, "__stop_BTF"));
}

/* Whatever order the kernel has them in (scripts/kallsyms.c), the tables are neighbours. */
static void take_kallsyms(struct file *f)
{
	static const char *const tables[] = {"kallsyms_num_syms",    "kallsyms_names",
					     "kallsyms_token_table", "kallsyms_token_index",
					     "kallsyms_offsets",     "kallsyms_relative_base"};
	uint64_t first = UINT64_MAX, last = 0;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		uint64_t addr = symbol(f, tables[i]);
		first = MIN(first, addr);
		last = MAX(last, addr);
	}
	take(f, first, last + KALLSYMS_TOKEN_INDEX);
}

static void find_info(struct file *f)
{
	const struct vmcoreinfo *i = &f->k->info;
	const uint8_t *at = f->bytes, *end = f->bytes + f->len;
	while (f->ninfo < INFO_MAX && (at = memmem(at, (size_t)(end - at), i->text, i->len))) {
		f->info[f->ninfo++] = (size_t)(at - f->bytes);
		at += i->len;
	}
	if (f->ninfo < 2 || f->info[0] >= f->k->vmcore->segments[0].offset)
		errx(2, "VMCOREINFO is not both in the notes and in memory");
}

/* A note is not one of VMCOREINFO without its name, which comes before the text. */
static void take_note(struct file *f)
{
	uint8_t *text = f->bytes + f->info[0], *name = text - sizeof(note_name);
	if (memcmp(name, note_name, sizeof(note_name)) != 0)
		errx(2, "the note of VMCOREINFO has no name");
	memset(name, 'X', strlen(note_name));
	memset(text, 0, f->k->info.len);
}

static void take_info(struct file *f)
{
	take_note(f);
	for (size_t i = 1; i < f->ninfo; i++)
		memset(f->bytes + f->info[i], 0, f->k->info.len);
}

static void take_lines(struct file *f, const char *prefix)
{
	const struct vmcoreinfo *info = &f->k->info;
	for (size_t at = 0, n; at < info->len; at += n + 1) {
		const char *line = info->text + at;
		n = strcspn(line, "\n");
		for (size_t i = 0; i < f->ninfo && strncmp(line, prefix, strlen(prefix)) == 0; i++)
			memset(f->bytes + f->info[i] + at, '\n', n);
	}
}

static void take_what(struct file *f, const char *what)
{
	if (strcmp(what, "btf") == 0)
		take_btf(f);
	else if (strcmp(what, "kallsyms") == 0)
		take_kallsyms(f);
	else if (strcmp(what, "note") == 0)
		take_note(f);
	else if (strcmp(what, "vmcoreinfo") == 0)
		take_info(f);
	else if (strncmp(what, "info=", 5) == 0 && what[5])
		take_lines(f, what + 5);
	else
		errx(2, "%s: it is not known what that is", what);
}

/* What is written to it is seen nowhere else. */
static void map(const char *path, struct file *f)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		err(2, "%s", path);
	f->len = (size_t)st.st_size;
	f->bytes = mmap(NULL, f->len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (f->bytes == MAP_FAILED)
		err(2, "%s", path);
	close(fd);
}

/* Pages of zeros become holes. */
static void write_copy(const struct file *f, const char *path)
{
	static const uint8_t zeros[PAGE];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)f->len) != 0)
		err(2, "%s", path);
	for (size_t at = 0, n; at < f->len; at += n) {
		n = MIN(f->len - at, PAGE);
		if (memcmp(f->bytes + at, zeros, n) != 0 &&
		    pwrite(fd, f->bytes + at, n, (off_t)at) != (ssize_t)n)
			err(2, "%s", path);
	}
	if (close(fd) != 0)
		err(2, "%s", path);
}

int main(int argc, char **argv)
{
	struct file f = {0};
	if (argc < 4)
		errx(2,
		     "usage: vmcore-without btf|kallsyms|note|vmcoreinfo|info=PREFIX… VMCORE OUT");
	const char *path = argv[argc - 2];
	struct err *e = kernel_open(path, &f.k);
	if (e)
		fail(e);
	if (strcmp(vmcore_format(f.k->vmcore), "ELF") != 0)
		errx(2, "%s: not ELF", path);
	map(path, &f);
	find_info(&f);
	for (int i = 1; i < argc - 2; i++)
		take_what(&f, argv[i]);
	write_copy(&f, argv[argc - 1]);
	munmap(f.bytes, f.len);
	kernel_destroy(f.k);
	return 0;
}
