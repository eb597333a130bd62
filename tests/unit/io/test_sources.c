// SPDX-License-Identifier: GPL-2.0-or-later
/* Sources and views: short and interrupted reads, ends of files, windows that are mapped or not. */
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "io/source.h"

/* What the C library's pread() is for this program: at most so many bytes, a signal now and then.
 */
static size_t most_read;
static unsigned int signals, reads;

ssize_t pread64(int fd, void *buf, size_t len, off64_t offset)
{
	reads++;
	if (signals && reads % signals == 0) {
		errno = EINTR;
		return -1;
	}
	if (most_read && len > most_read)
		len = most_read;
	return syscall(SYS_pread64, fd, buf, len, offset);
}

static char *dir, *path;

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	most_read = signals = reads = 0;
	if (asprintf(&path, "%s/file", dir) < 0)
		return -1;
	FILE *f = fopen(path, "w");
	for (int i = 0; f && i < 200000; i++)
		fputc(i * 7 + i / 256, f);
	return !f || fclose(f) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	free(path);
	unit_rmdir(dir);
	return 0;
}

static uint8_t byte(uint64_t at)
{
	return (uint8_t)(at * 7 + at / 256);
}

static void assert_bytes(const uint8_t *p, uint64_t offset, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != byte(offset + i))
			fail_msg("byte %zu of %#lx", i, (unsigned long)offset);
}

static void short_and_interrupted_reads(void **state)
{
	(void)state;
	static const struct {
		size_t most;
		unsigned int signals;
	} cases[] = {{0, 0}, {1, 0}, {7, 2}, {4096, 3}, {0, 2}};
	struct source *s;
	uint8_t buf[5000];
	assert_ok(source_open_file(path, &s));
	assert_int_equal(s->size, 200000);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		most_read = cases[i].most;
		signals = cases[i].signals;
		memset(buf, 0, sizeof(buf));
		assert_ok(source_read_at(s, 4321, buf, sizeof(buf)));
		assert_bytes(buf, 4321, sizeof(buf));
		assert_ok(source_read_at(s, 199999, buf, 1));
		assert_err(source_read_at(s, 199999, buf, 2), ERR_FORMAT, "truncated");
		assert_err(source_read_at(s, UINT64_C(1) << 40, buf, 1), ERR_FORMAT, "truncated");
		assert_err(source_read_at(s, UINT64_MAX - 5, buf, 1), ERR_IO, path);
		assert_ok(source_read_at(s, UINT64_C(1) << 40, buf, 0));
	}
	source_destroy(s);
}

static void what_is_no_source(void **state)
{
	(void)state;
	struct source *s;
	char *pipe = NULL;
	assert_true(asprintf(&pipe, "%s/pipe", dir) > 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_err(source_open_file(pipe, &s), ERR_USAGE, "a pipe cannot be used");
	assert_err(source_open_file(dir, &s), ERR_IO, "Is a directory");
	assert_err(source_open_file("/nonexistent", &s), ERR_IO, "/nonexistent");
	assert_err(source_open_file("/dev/zero", &s), ERR_USAGE, "not a file or block device");
	free(pipe);
}

/* A source that can be mapped, and counts how often it is. */
static struct source *mapped;
static unsigned int maps;
static bool no_maps;

static void *count_map(const struct source *s, uint64_t offset, size_t len)
{
	maps++;
	assert_int_equal(offset % 65536, 0);
	assert_true(offset + len <= s->size);
	if (no_maps)
		return NULL;
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, s->fd, (off_t)offset);
	return p == MAP_FAILED ? NULL : p;
}

static void windows_are_kept(void **state)
{
	(void)state;
	struct view v;
	const uint8_t *p;
	assert_ok(source_open_file(path, &mapped));
	struct source_ops ops = *mapped->ops;
	ops.map = count_map;
	const struct source_ops *real = mapped->ops;
	mapped->ops = &ops;
	maps = reads = 0;
	no_maps = false;
	assert_ok(view_init(&v, mapped, 100000));
	static const struct {
		uint64_t offset;
		size_t len;
		unsigned int maps;
	} steps[] = {{0, 1, 1},	     {0, 100000, 1},	{131071, 1, 1}, {65535, 2, 1},
		     {131071, 2, 2}, {196607, 1, 2},	{196607, 2, 3}, {199999, 1, 3},
		     {100, 5, 4},    {65537, 99999, 5}, {65536, 1, 5},	{65535, 1, 6}};
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		assert_ok(view_get(&v, steps[i].offset, steps[i].len, &p));
		assert_bytes(p, steps[i].offset, steps[i].len);
		assert_int_equal(maps, steps[i].maps);
	}
	assert_int_equal(reads, 0);
	/* behind the end there is nothing to map: the read says so */
	assert_err(view_get(&v, 199999, 2, &p), ERR_FORMAT, "truncated");
	/* the window is still good */
	assert_ok(view_get(&v, 65535, 1, &p));
	assert_bytes(p, 65535, 1);
	/* what cannot be mapped is read */
	no_maps = true;
	reads = 0;
	assert_ok(view_get(&v, 150000, 50000, &p));
	assert_bytes(p, 150000, 50000);
	assert_int_equal(reads, 1);
	view_deinit(&v);
	mapped->ops = real;
	source_destroy(mapped);
}

static void views_have_a_limit(void **state)
{
	(void)state;
	struct source *s;
	struct view v;
	const uint8_t *p;
	assert_ok(source_open_file(path, &s));
	assert_ok(view_init(&v, s, 1)); /* rounded up to 64 KiB */
	assert_ok(view_get(&v, 5, 65536, &p));
	assert_bytes(p, 5, 65536);
	assert_err(view_get(&v, 5, 65537, &p), ERR_FORMAT, "not possible");
	assert_err(view_get(&v, UINT64_MAX, 2, &p), ERR_FORMAT, "not possible");
	assert_err(view_get(&v, 199990, 11, &p), ERR_FORMAT, "truncated");
	view_deinit(&v);
	source_destroy(s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(short_and_interrupted_reads),
		T(what_is_no_source),
		T(windows_are_kept),
		T(views_have_a_limit),
	};
	return cmocka_run_group_tests_name("io/sources", tests, NULL, NULL);
}
