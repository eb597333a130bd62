// SPDX-License-Identifier: GPL-2.0-or-later
/* Files below a root directory; symbolic links never lead outside of it. */
#include "unit.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>

struct fixture {
	char *dir;
	struct root root;
};

static void in_dir(const char *dir, const char *name, char *path, size_t size)
{
	assert_true(snprintf(path, size, "%s/%s", dir, name) < (int)size);
}

static void make_link(const char *dir, const char *target, const char *name)
{
	char path[512];
	in_dir(dir, name, path, sizeof(path));
	assert_int_equal(symlink(target, path), 0);
}

static void make_dir(const char *dir, const char *name)
{
	char path[512];
	in_dir(dir, name, path, sizeof(path));
	assert_int_equal(mkdir(path, 0755), 0);
}

/* outside is beside the root: tmp/outside, tmp/root/... */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[512];
	f->dir = unit_mkdtemp();
	unit_write(f->dir, "outside", "secret\n");
	make_dir(f->dir, "root");
	in_dir(f->dir, "root", path, sizeof(path));
	make_dir(path, "etc");
	make_dir(path, "sys");
	unit_write(path, "etc/value", "42\nsecond\n");
	unit_write(path, "etc/empty", "");
	unit_write(path, "outside", "inside\n");
	make_link(path, "value", "etc/relative");
	make_link(path, "/etc/value", "etc/absolute");
	make_link(path, "../../outside", "etc/climbing");
	make_link(path, "/proc/self/cmdline", "etc/escaping");
	make_link(path, "loop", "etc/loop");
	assert_ok(root_init(&f->root, path));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	root_deinit(&f->root);
	unit_rmdir(f->dir);
	free(f);
	return 0;
}

static void reads_with_and_without_slash(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	assert_ok(root_read(&f->root, "/etc/value", 1000, &b));
	assert_ok(root_read(&f->root, "etc/value", 1000, &b));
	assert_ok(root_read(&f->root, "//etc/empty", 1000, &b));
	assert_string_equal(buf_str(&b), "42\nsecond\n42\nsecond\n");
}

static void reads_are_cut_at_max(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	assert_ok(root_read(&f->root, "etc/value", 4, &b));
	assert_string_equal(buf_str(&b), "42\ns");
	assert_ok(root_read(&f->root, "etc/value", 0, &b));
	assert_int_equal(b.len, 4);
}

static void reads_large_files_whole(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	char *text = malloc(200001);
	assert_non_null(text);
	for (size_t i = 0; i < 200000; i++)
		text[i] = (char)('a' + i % 23);
	text[200000] = '\0';
	unit_write(f->dir, "root/etc/large", text);
	assert_ok(root_read(&f->root, "etc/large", 1 << 20, &b));
	assert_int_equal(b.len, 200000);
	assert_string_equal(buf_str(&b), text);
	free(text);
}

static void missing_files_are_named(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	assert_err(root_read(&f->root, "etc/none", 10, &b), ERR_IO,
		   "etc/none: No such file or directory");
	assert_int_equal(root_open(&f->root, "etc/none", O_RDONLY, 0), -ENOENT);
	assert_false(root_exists(&f->root, "etc/none"));
	assert_true(root_exists(&f->root, "/etc"));
	assert_true(root_exists(&f->root, "/"));
}

/* A read that fails after the file was opened leaves the buffer as it was, terminated. */
static void failed_reads_add_nothing(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_puts(&b, "kept");
	/* so that bytes of the reserved room are not zero by chance */
	void *room = buf_reserve(&b, 1 << 17);
	assert_non_null(room);
	memset(room, 'x', 1 << 17);
	assert_err(root_read(&f->root, "etc", 1000, &b), ERR_IO, "etc");
	assert_int_equal(b.len, 4);
	assert_memory_equal(buf_str(&b), "kept", 5);
}

static void links_stay_inside(void **state)
{
	struct fixture *f = *state;
	char line[64];
	assert_int_equal(root_read_line(&f->root, "etc/relative", line, sizeof(line)), 2);
	assert_string_equal(line, "42");
	assert_int_equal(root_read_line(&f->root, "etc/absolute", line, sizeof(line)), 2);
	assert_string_equal(line, "42");
	/* climbing stops at the root, so the file of that name inside is meant */
	assert_int_equal(root_read_line(&f->root, "etc/climbing", line, sizeof(line)), 6);
	assert_string_equal(line, "inside");
	assert_int_equal(root_read_line(&f->root, "../outside", line, sizeof(line)), 6);
	assert_string_equal(line, "inside");
	assert_int_equal(root_read_line(&f->root, "etc/escaping", line, sizeof(line)), -ENOENT);
	assert_int_equal(root_read_line(&f->root, "etc/loop", line, sizeof(line)), -ELOOP);
}

static void lines(void **state)
{
	struct fixture *f = *state;
	char line[4];
	assert_int_equal(root_read_line(&f->root, "etc/empty", line, sizeof(line)), 0);
	assert_string_equal(line, "");
	unit_write(f->dir, "root/etc/long", "abcdefgh");
	assert_int_equal(root_read_line(&f->root, "etc/long", line, sizeof(line)), 3);
	assert_string_equal(line, "abc");
}

static void readlink_does_not_follow(void **state)
{
	struct fixture *f = *state;
	char target[64], small[5];
	assert_int_equal(root_readlink(&f->root, "etc/escaping", target, sizeof(target)), 18);
	assert_string_equal(target, "/proc/self/cmdline");
	assert_int_equal(root_readlink(&f->root, "etc/escaping", small, sizeof(small)), 4);
	assert_string_equal(small, "/pro");
	assert_true(root_readlink(&f->root, "etc/value", target, sizeof(target)) < 0);
	assert_int_equal(root_readlink(&f->root, "etc/none", target, sizeof(target)), -ENOENT);
}

static void writes_existing_files_only(void **state)
{
	struct fixture *f = *state;
	char line[16];
	assert_ok(root_write(&f->root, "/etc/empty", "1"));
	assert_int_equal(root_read_line(&f->root, "etc/empty", line, sizeof(line)), 1);
	assert_string_equal(line, "1");
	assert_err(root_write(&f->root, "etc/none", "1"), ERR_IO, "etc/none");
	assert_false(root_exists(&f->root, "etc/none"));
}

static void creates_below_the_root(void **state)
{
	struct fixture *f = *state;
	int fd = root_open(&f->root, "/sys/new", O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_true(root_exists(&f->root, "sys/new"));
}

static void directories(void **state)
{
	struct fixture *f = *state;
	DIR *d = root_opendir(&f->root, "/etc");
	assert_non_null(d);
	int seen = 0;
	for (struct dirent *e; (e = readdir(d));)
		seen += e->d_name[0] != '.';
	assert_int_equal(seen, 7);
	closedir(d);
	assert_null(root_opendir(&f->root, "/etc/value"));
	assert_int_equal(errno, ENOTDIR);
}

static void bad_roots_are_named(void **state)
{
	(void)state;
	struct root r;
	assert_err(root_init(&r, "/nonexistent/root"), ERR_IO, "/nonexistent/root");
	assert_err(root_init(&r, "/etc/passwd"), ERR_IO, "/etc/passwd: Not a directory");
	assert_ok(root_init(&r, NULL));
	assert_true(root_exists(&r, "/proc/self"));
	root_deinit(&r);
}

/* By any name. */
static void only_one_root_is_the_machine(void **state)
{
	struct fixture *f = *state;
	struct root r;
	assert_false(root_is_machine(&f->root));
	assert_ok(root_init(&r, "/proc/.."));
	assert_true(root_is_machine(&r));
	root_deinit(&r);
}

#define on_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		on_fixture(reads_with_and_without_slash),
		on_fixture(reads_are_cut_at_max),
		on_fixture(reads_large_files_whole),
		on_fixture(missing_files_are_named),
		on_fixture(failed_reads_add_nothing),
		on_fixture(links_stay_inside),
		on_fixture(lines),
		on_fixture(readlink_does_not_follow),
		on_fixture(writes_existing_files_only),
		on_fixture(creates_below_the_root),
		on_fixture(directories),
		on_fixture(only_one_root_is_the_machine),
		cmocka_unit_test(bad_roots_are_named),
	};
	return cmocka_run_group_tests_name("base/root", tests, NULL, NULL);
}
