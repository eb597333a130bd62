// SPDX-License-Identifier: GPL-2.0-or-later
/* Sinks: short and interrupted writes, full disks, what finish and abort leave, the flattened
 * stream. */
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "io/sink.h"
#include "ondisk/flat.h"

/* What the C library's calls are for this program: at most so many bytes, a signal now and then,
 * and an end of the disk. */
static size_t most_written, room;
static unsigned int signals, writes;
static int fallocate_errno;

static ssize_t limited(size_t *len)
{
	writes++;
	if (signals && writes % signals == 0) {
		errno = EINTR;
		return -1;
	}
	if (most_written && *len > most_written)
		*len = most_written;
	if (*len > room)
		*len = room;
	if (*len == 0) {
		errno = ENOSPC;
		return -1;
	}
	room -= *len;
	return 0;
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
	return limited(&len) < 0 ? -1 : syscall(SYS_pwrite64, fd, buf, len, offset);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	if (fd > 2 && limited(&len) < 0)
		return -1;
	return syscall(SYS_write, fd, buf, len);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t len)
{
	if (fallocate_errno) {
		errno = fallocate_errno;
		return -1;
	}
	return (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

static char *dir, *path;

static int setup(void **state)
{
	(void)state;
	most_written = signals = writes = 0;
	fallocate_errno = 0;
	room = SIZE_MAX;
	dir = unit_mkdtemp();
	return asprintf(&path, "%s/file", dir) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	free(path);
	unit_rmdir(dir);
	return 0;
}

static void assert_file(const char *want, size_t len)
{
	char got[100];
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(got, 1, sizeof(got), f), len);
	assert_memory_equal(got, want, len);
	fclose(f);
}

static bool exists(void)
{
	struct stat st;
	return stat(path, &st) == 0;
}

static void short_and_interrupted_writes(void **state)
{
	(void)state;
	static const struct {
		size_t most;
		unsigned int signals;
	} cases[] = {{0, 0}, {1, 0}, {2, 2}, {3, 3}, {0, 2}};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink *s;
		most_written = cases[i].most;
		signals = cases[i].signals;
		assert_ok(sink_open_file(path, true, NULL, &s));
		assert_true(s->holes);
		assert_ok(sink_write_at(s, 10, "0123456789", 10));
		assert_ok(sink_write_at(s, 2, "ab", 2));
		assert_ok(sink_write_at(s, 4, "", 0));
		assert_int_equal(s->written, 12);
		assert_ok(sink_finish(s));
		assert_file("\0\0ab\0\0\0\0\0\0"
			    "0123456789",
			    20);
	}
}

static void a_full_disk(void **state)
{
	(void)state;
	struct sink *s;
	assert_ok(sink_open_file(path, false, NULL, &s));
	room = 5;
	assert_err(sink_write_at(s, 0, "0123456789", 10), ERR_NOSPACE, path);
	/* what was there before can still be changed, and kept */
	room = 1;
	assert_ok(sink_write_at(s, 0, "X", 1));
	assert_ok(sink_finish(s));
	assert_file("X1234", 5);
}

static void abort_removes_only_files(void **state)
{
	(void)state;
	struct sink *s;
	assert_ok(sink_open_file(path, false, NULL, &s));
	assert_ok(sink_write_at(s, 0, "x", 1));
	sink_abort(s);
	assert_false(exists());
	sink_abort(NULL);
	assert_ok(sink_open_file("/dev/null", true, NULL, &s));
	assert_false(s->holes);
	sink_abort(s);
	assert_int_equal(access("/dev/null", F_OK), 0);
}

static void what_is_there_is_kept(void **state)
{
	(void)state;
	struct sink *s;
	unit_write(dir, "file", "old");
	assert_err(sink_open_file(path, false, NULL, &s), ERR_USAGE, "exists already");
	assert_err(sink_open_file(path, true, path, &s), ERR_USAGE, "the file that is read");
	char *link = NULL;
	assert_true(asprintf(&link, "%s/link", dir) > 0);
	assert_int_equal(symlink("file", link), 0);
	assert_err(sink_open_file(link, true, path, &s), ERR_USAGE, "the file that is read");
	free(link);
	assert_file("old", 3);
	assert_err(sink_open_file("/nonexistent/file", true, NULL, &s), ERR_IO, "creating");
	assert_ok(sink_open_file(path, true, NULL, &s));
	assert_ok(sink_finish(s));
	assert_file("", 0);
}

/* Space that is taken reads as zeros, with and without the help of the file system. */
static void reserve(void **state)
{
	(void)state;
	static const int errnos[] = {0, EOPNOTSUPP, ENOSYS};
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++) {
		struct sink *s;
		struct stat st;
		fallocate_errno = errnos[i];
		assert_ok(sink_open_file(path, true, NULL, &s));
		assert_ok(sink_write_at(s, 0, "abc", 3));
		assert_ok(sink_reserve(s, 4096, 4096 + 200000));
		assert_ok(sink_reserve(s, 5000, 5000));
		assert_int_equal(fstat(s->fd, &st), 0);
		assert_int_equal(st.st_size, 4096 + 200000);
		assert_true(st.st_blocks * 512 >= 200000);
		char start[4];
		assert_int_equal(pread(s->fd, start, 4, 0), 4);
		assert_memory_equal(start, "abc", 4);
		assert_ok(sink_finish(s));
	}
	static const int full[] = {ENOSPC, EDQUOT, EFBIG};
	for (size_t i = 0; i < ARRAY_SIZE(full); i++) {
		struct sink *s;
		fallocate_errno = full[i];
		assert_ok(sink_open_file(path, true, NULL, &s));
		assert_err(sink_reserve(s, 10, 30), ERR_NOSPACE, "reserving 20 bytes");
		sink_abort(s);
	}
	struct sink *s;
	fallocate_errno = EOPNOTSUPP;
	room = 70000;
	assert_ok(sink_open_file(path, true, NULL, &s));
	assert_err(sink_reserve(s, 0, 200000), ERR_NOSPACE, path);
	sink_abort(s);
}

/* The records of a stream, as "offset:text " each, and "end". */
static void read_stream(int fd, char *out, size_t cap)
{
	uint8_t header[FLAT_HEADER_SIZE], bytes[FLAT_RECORD_SIZE];
	struct flat_record r = {0};
	*out = '\0';
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(read(fd, header, sizeof(header)), sizeof(header));
	assert_true(flat_header_check(header));
	while (!r.end && read(fd, bytes, sizeof(bytes)) == sizeof(bytes)) {
		char text[100] = "";
		assert_ok(flat_record_decode(bytes, &r));
		assert_true(r.end || r.size < sizeof(text));
		bool cut = !r.end && read(fd, text, r.size) < (ssize_t)r.size;
		size_t len = strlen(out);
		if (r.end || cut)
			snprintf(out + len, cap - len, r.end ? "end" : "cut");
		else
			snprintf(out + len, cap - len, "%d:%s ", (int)r.offset, text);
	}
}

static void the_flattened_stream(void **state)
{
	(void)state;
	static const struct {
		size_t most;
		unsigned int signals;
	} cases[] = {{0, 0}, {1, 0}, {5, 2}};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char got[200];
		struct sink *s;
		int fd = memfd_create("stream", MFD_CLOEXEC);
		assert_true(fd > 2);
		most_written = cases[i].most;
		signals = cases[i].signals;
		assert_ok(sink_open_flat(fd, &s));
		assert_true(s->holes);
		assert_ok(sink_reserve(s, 0, UINT64_C(1) << 40)); /* sends nothing */
		assert_ok(sink_write_at(s, 4096, "page", 4));
		assert_ok(sink_write_at(s, 5, "", 0)); /* a record of no bytes is the end to some */
		assert_ok(sink_write_at(s, 0, "header", 6));
		assert_ok(sink_finish(s));
		read_stream(fd, got, sizeof(got));
		assert_string_equal(got, "4096:page 0:header end");
		close(fd);
	}
}

static void a_stream_that_ends_early_has_no_end(void **state)
{
	(void)state;
	char got[200];
	struct sink *s;
	int fd = memfd_create("stream", MFD_CLOEXEC);
	assert_ok(sink_open_flat(fd, &s));
	assert_ok(sink_write_at(s, 1, "a", 1));
	room = 18;
	assert_err(sink_write_at(s, 2, "bcd", 3), ERR_NOSPACE, "flattened stream");
	sink_abort(s);
	read_stream(fd, got, sizeof(got));
	assert_string_equal(got, "1:a cut");
	room = 100;
	assert_err(sink_open_flat(fd, &s), ERR_NOSPACE, "flattened stream");
	close(fd);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(short_and_interrupted_writes),
		T(a_full_disk),
		T(abort_removes_only_files),
		T(what_is_there_is_kept),
		T(reserve),
		T(the_flattened_stream),
		T(a_stream_that_ends_early_has_no_end),
	};
	return cmocka_run_group_tests_name("io/sinks", tests, NULL, NULL);
}
