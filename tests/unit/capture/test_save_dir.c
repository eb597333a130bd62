// SPDX-License-Identifier: GPL-2.0-or-later
/* The directory to save in: made where it is missing, and never outside of the target. */
#include "unit.h"
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>
#include "crash/save_dir.h"

static char *dir;
static char top[PATH_MAX], real[PATH_MAX];

static void at(const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", dir, name);
}

static void make(const char *name)
{
	char path[PATH_MAX];
	at(name, path);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_link(const char *name, const char *to)
{
	char path[PATH_MAX];
	at(name, path);
	assert_int_equal(symlink(to, path), 0);
}

static bool there(const char *name)
{
	char path[PATH_MAX];
	at(name, path);
	return access(path, F_OK) == 0;
}

static void assert_real(const char *name)
{
	char path[PATH_MAX], want[PATH_MAX];
	at(name, path);
	assert_non_null(realpath(path, want));
	assert_string_equal(real, want);
}

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	make("target");
	make("outside");
	at("target", top);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unit_rmdir(dir);
	return 0;
}

static void makes_what_is_missing(void **state)
{
	(void)state;
	struct stat st;
	mode_t mask = umask(077);
	assert_ok(save_dir_open(top, "/var//crash/", real));
	umask(mask);
	assert_real("target/var/crash");
	assert_int_equal(stat(real, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_ok(save_dir_open(top, "/var/crash", real));
	assert_real("target/var/crash");
	assert_ok(save_dir_open(top, "/", real));
	assert_real("target");
}

static void links_stay_inside(void **state)
{
	(void)state;
	char outside[PATH_MAX];
	at("outside", outside);
	make("target/data");
	make_link("target/crash", "/data");
	make_link("target/up", "../../../../outside");
	make_link("target/away", outside);
	assert_ok(save_dir_open(top, "/crash/sub", real));
	assert_real("target/data/sub");
	/* inside the target these name nothing */
	assert_err(save_dir_open(top, "/up/x", real), ERR_IO, "cannot be opened or made");
	assert_err(save_dir_open(top, "/away/x", real), ERR_IO, "cannot be opened or made");
	assert_false(there("outside/x"));
}

static void a_file_is_in_the_way(void **state)
{
	(void)state;
	unit_write(dir, "target/var", "x");
	assert_err(save_dir_open(top, "/var/crash", real), ERR_IO, "/var/crash on the target");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(makes_what_is_missing),
		T(links_stay_inside),
		T(a_file_is_in_the_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
