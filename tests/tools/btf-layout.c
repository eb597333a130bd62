// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * btf-layout FILE: where the members of every named struct and union of a little-endian BTF blob
 * are, for other programs to judge: "struct list_head 16", then "list_head.next 0 8 0 0" (offset,
 * size, first bit and bits of a bitfield); members of anonymous ones as if they were the outer's.
 * Names that several types share are left out. CPU seconds and memory in KiB of parsing go to
 * standard error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "kernel/btf.h"

static bool is_record(struct type t)
{
	enum btf_kind kind = type_kind(type_strip(t));
	return kind == BTF_STRUCT || kind == BTF_UNION;
}

static void print_members(const char *name, struct type t, uint32_t offset)
{
	struct member m;
	const char *member;
	for (uint32_t i = 0; type_member_at(t, i, &member, &m); i++) {
		if (*member)
			printf("%s.%s %" PRIu32 " %" PRIu32 " %u %u\n", name, member,
			       offset + m.offset, m.size, m.bit_offset, m.bit_size);
		else if (is_record(m.type))
			print_members(name, m.type, offset + m.offset);
	}
}

/* Several types may have one name: who shares its first one's. */
static void mark_shared(const struct btf *b, bool *shared)
{
	for (uint32_t id = btf_first(b); id < btf_end(b); id++) {
		struct type t = {b, id}, first;
		if (is_record(t) && btf_find(b, type_tag(t), BTF_BIT(type_kind(t)), &first) &&
		    first.id != id)
			shared[id] = shared[first.id] = true;
	}
}

static struct err *print_types(const struct btf *b)
{
	_cleanup_free_ bool *shared = calloc(btf_end(b), sizeof(*shared));
	if (!shared)
		return err_nomem();
	mark_shared(b, shared);
	for (uint32_t id = btf_first(b); id < btf_end(b); id++) {
		struct type t = {b, id};
		enum btf_kind kind = type_kind(t);
		uint64_t size;
		if ((kind != BTF_STRUCT && kind != BTF_UNION) || !*type_tag(t) || shared[id])
			continue;
		struct err *e = type_size(t, &size);
		if (e)
			return e;
		printf("%s %s %" PRIu64 "\n", kind == BTF_STRUCT ? "struct" : "union", type_tag(t),
		       size);
		print_members(type_tag(t), t, 0);
	}
	return NULL;
}

static struct err *run(const char *path)
{
	_cleanup_btf_ struct btf *b = NULL;
	_cleanup_fclose_ FILE *f = fopen(path, "r");
	struct stat st;
	if (!f || fstat(fileno(f), &st) != 0)
		return err_new(ERR_IO, "%s cannot be read", path);
	void *bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return err_nomem();
	size_t len = fread(bytes, 1, (size_t)st.st_size, f);
	struct timespec start, end;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	struct err *e = btf_parse(bytes, len, ORDER_LE, NULL, &b);
	if (e)
		return e;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	struct rusage usage = {0};
	getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr, "%" PRIu32 " types, %.4f s, %ld KiB\n", btf_end(b) - 1,
		(double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
		usage.ru_maxrss);
	return print_types(b);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: btf-layout FILE\n");
		return 2;
	}
	struct err *e = run(argv[1]);
	if (e)
		fprintf(stderr, "btf-layout: %s\n", err_message(e));
	err_free(e);
	return e ? 1 : 0;
}
