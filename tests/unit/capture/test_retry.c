// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection that breaks while the plain copy writes to a server, which is a directory here: what
 * the second attempt makes of what the first one saved.
 */
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "crash/collector.h"

#define MIB	  ((uint64_t)1 << 20)
#define CORE_SIZE (4 * MIB + 1234)
#define NEVER	  (1000 * MIB)

static char *dir;
static struct root root;
static struct settings settings;
static struct run *run;
/* Where each connection breaks, in order. */
static uint64_t breaks[2];
static unsigned connections;
static char saved_path[4096];

struct dir_sink {
	struct sink sink;
	int fd;
	uint64_t limit;
};

static char *at(const char *name)
{
	static char path[PATH_MAX];
	assert_ok(path_printf(path, "%s/server/%s", dir, name));
	return path;
}

static struct err *write_at(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	struct dir_sink *d = (struct dir_sink *)s;
	if (offset >= d->limit)
		return err_os(EPIPE, "the connection broke");
	return pwrite(d->fd, data, len, (off_t)offset) == (ssize_t)len ? NULL : err_os(errno, "x");
}

static struct err *finish(struct sink *s, uint64_t size)
{
	struct dir_sink *d = (struct dir_sink *)s;
	return ftruncate(d->fd, (off_t)size) == 0 ? NULL : err_os(errno, "x");
}

static void destroy(struct sink *s)
{
	close(((struct dir_sink *)s)->fd);
	free(s);
}

static struct err *sink_create(struct run *r, const char *name, struct step_report *report,
			       struct sink **out)
{
	struct dir_sink *d = calloc(1, sizeof(*d));
	(void)r;
	(void)report;
	assert_non_null(d);
	d->sink = (struct sink) {write_at, finish, destroy};
	d->fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(d->fd >= 0 && connections < ARRAY_SIZE(breaks));
	d->limit = breaks[connections++];
	*out = &d->sink;
	return NULL;
}

static struct err *remove_file(struct run *r, const char *name)
{
	(void)r;
	return unlink(at(name)) < 0 && errno != ENOENT ? err_os(errno, "%s", name) : NULL;
}

static struct err *rename_file(struct run *r, const char *from, const char *to)
{
	char old[PATH_MAX];
	(void)r;
	assert_ok(path_printf(old, "%s", at(from)));
	/* sftp does not replace */
	assert_int_not_equal(access(at(to), F_OK), 0);
	return rename(old, at(to)) < 0 ? err_os(errno, "%s", from) : NULL;
}

static bool size_of(struct run *r, const char *name, uint64_t *bytes)
{
	struct stat st;
	(void)r;
	if (stat(at(name), &st) < 0)
		return false;
	*bytes = (uint64_t)st.st_size;
	return true;
}

static const struct target_ops ops = {
	.name = "directory",
	.remote = true,
	.sink_create = sink_create,
	.remove = remove_file,
	.rename = rename_file,
	.size = size_of,
};

static int setup(void **state)
{
	char path[PATH_MAX];
	uint64_t seed = 7;
	(void)state;
	dir = unit_mkdtemp();
	assert_ok(path_printf(path, "%s/server", dir));
	assert_int_equal(mkdir(path, 0700), 0);
	/* the copy alone: no collector is found there */
	snprintf(saved_path, sizeof(saved_path), "%s", getenv("PATH"));
	setenv("PATH", path, 1);
	assert_ok(root_init(&root, dir));
	run = step_share(sizeof(*run));
	assert_non_null(run);
	run->root = &root;
	run->settings = &settings;
	run->target.ops = &ops;
	connections = 0;
	assert_ok(path_printf(run->dir, "%s", dir));
	assert_ok(path_printf(run->vmcore, "%s/vmcore", dir));
	int fd = open(run->vmcore, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	for (uint64_t done = 0; done < CORE_SIZE; done += 8) {
		uint64_t word = unit_random(&seed);
		assert_int_equal(write(fd, &word, MIN(8, CORE_SIZE - done)),
				 MIN(8, CORE_SIZE - done));
	}
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	setenv("PATH", saved_path, 1); /* unit_rmdir() runs rm */
	root_deinit(&root);
	step_unshare(run, sizeof(*run));
	unit_rmdir(dir);
	return 0;
}

/* Saves with connections that break there; returns what the file has then, and that it is alone. */
static uint64_t save(uint64_t first, uint64_t second)
{
	struct step_report report = {0};
	uint64_t bytes = 0, other;
	breaks[0] = first;
	breaks[1] = second;
	assert_ok(collector_save(run, &report));
	assert_true(size_of(run, FILE_VMCORE_INCOMPLETE, &bytes));
	assert_false(size_of(run, FILE_VMCORE_RETRY, &other));
	assert_true(run->core.usable);
	assert_string_equal(run->core.file, FILE_VMCORE_INCOMPLETE);
	return bytes;
}

static void a_shorter_second_does_not_cost_the_first(void **state)
{
	(void)state;
	uint64_t bytes = save(3 * MIB, MIB);
	assert_true(bytes >= 3 * MIB && bytes < 4 * MIB);
	assert_false(run->core.complete);
	assert_int_equal(run->core.saved_by, 0);
	assert_int_equal(run->core.bytes, bytes);
	assert_int_equal(run->core.attempts, 2);
}

static void a_second_that_saves_nothing(void **state)
{
	(void)state;
	uint64_t bytes = save(2 * MIB, 0);
	assert_true(bytes >= 2 * MIB && bytes < 3 * MIB);
	assert_int_equal(run->core.saved_by, 0);
}

static void a_longer_second_takes_its_place(void **state)
{
	(void)state;
	uint64_t bytes = save(MIB, 3 * MIB);
	assert_true(bytes >= 3 * MIB);
	assert_false(run->core.complete);
	assert_int_equal(run->core.saved_by, 1);
}

static void a_second_that_is_complete(void **state)
{
	(void)state;
	assert_int_equal(save(MIB, NEVER), CORE_SIZE);
	assert_true(run->core.complete);
	assert_int_equal(run->core.saved_by, 1);
}

/* Room for the second: the first goes once it cannot be the better one. */
static void what_is_outgrown_goes(void **state)
{
	uint64_t bytes;
	(void)state;
	unit_write(dir, "server/" FILE_VMCORE_INCOMPLETE, "x");
	run->core.to_beat = 10 * MIB;
	collector_outgrown(run, 12 * MIB);
	assert_true(size_of(run, FILE_VMCORE_INCOMPLETE, &bytes));
	collector_outgrown(run, 100 * MIB);
	assert_false(size_of(run, FILE_VMCORE_INCOMPLETE, &bytes));
	assert_int_equal(run->core.to_beat, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_shorter_second_does_not_cost_the_first),
		T(a_second_that_saves_nothing),
		T(a_longer_second_takes_its_place),
		T(a_second_that_is_complete),
		T(what_is_outgrown_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
