// SPDX-License-Identifier: GPL-2.0-or-later
/* Hardware watchdogs that are pipes: which are opened, what they are fed, how they are left. */
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/root.h"
#include "crash/watchdog.h"

static char *dir;
static struct root root;
static int reader[2];

static void make_dir(const char *name)
{
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void dog(unsigned n, const char *state, const char *identity)
{
	char path[512];
	snprintf(path, sizeof(path), "sys/class/watchdog/watchdog%u", n);
	make_dir(path);
	snprintf(path, sizeof(path), "sys/class/watchdog/watchdog%u/state", n);
	unit_write(dir, path, state);
	snprintf(path, sizeof(path), "sys/class/watchdog/watchdog%u/identity", n);
	unit_write(dir, path, identity);
	snprintf(path, sizeof(path), "%s/dev/watchdog%u", dir, n);
	assert_int_equal(mkfifo(path, 0600), 0);
	reader[n] = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(reader[n] >= 0);
}

static int setup(void **state)
{
	static const char *const dirs[] = {
		"dev", "etc", "etc/salvor", "sys", "sys/class", "sys/class/watchdog",
	};
	(void)state;
	dir = unit_mkdtemp();
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		make_dir(dirs[i]);
	assert_ok(root_init(&root, dir));
	reader[0] = reader[1] = -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	watchdog_deinit();
	for (size_t i = 0; i < ARRAY_SIZE(reader); i++)
		if (reader[i] >= 0)
			close(reader[i]);
	root_deinit(&root);
	unit_rmdir(dir);
	return 0;
}

/* What it was given since the last look; "" when nothing comes or when nobody has it open. */
static const char *given(unsigned n)
{
	static char text[256];
	ssize_t len = 0;
	for (int i = 0; len <= 0 && i < 10; i++) {
		usleep(50000);
		len = read(reader[n], text, sizeof(text) - 1);
	}
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static bool drivers_hang;

/* libc's, for this program: a driver that never comes back. */
int ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	while (drivers_hang)
		pause();
	errno = ENOTTY;
	return -1;
}

static void an_active_one_is_fed_and_stopped(void **state)
{
	(void)state;
	dog(0, "active\n", "iTCO_wdt\n");
	watchdog_init(&root);
	assert_string_equal(given(0), "\n");
	watchdog_feed();
	assert_string_equal(given(0), ""); /* not more often than needed */
	usleep(1100000);
	watchdog_feed();
	assert_string_equal(given(0), "\n");
	watchdog_deinit();
	assert_string_equal(given(0), "V");
	usleep(1100000);
	watchdog_feed();
	assert_string_equal(given(0), "");
}

static void one_that_was_not_armed_stays_so(void **state)
{
	(void)state;
	dog(0, "inactive\n", "iTCO_wdt\n");
	dog(1, "inactive\n", "i6300ESB timer\n");
	unit_write(dir, "etc/salvor/watchdog", "module i6300esb\nidentity i6300ESB\n");
	watchdog_init(&root);
	watchdog_deinit();
	assert_string_equal(given(0), "");
	assert_string_equal(given(1), "");
}

/* Many drivers cannot tell that the hardware runs already. */
static void one_that_the_crashed_system_had_armed(void **state)
{
	(void)state;
	dog(0, "inactive\n", "iTCO_wdt\n");
	dog(1, "inactive\n", "i6300ESB timer\n");
	unit_write(dir, "etc/salvor/watchdog", "module i6300esb\nidentity i6300ESB timer\n");
	watchdog_init(&root);
	assert_string_equal(given(0), "");
	assert_string_equal(given(1), "\n");
}

static void a_driver_that_hangs_holds_nobody_up(void **state)
{
	(void)state;
	dog(0, "active\n", "ipmi_watchdog\n");
	double start = clock_now();
	drivers_hang = true;
	alarm(20);
	watchdog_init(&root);
	watchdog_feed();
	assert_true(clock_now() - start < 5);
	watchdog_deinit();
	drivers_hang = false;
	alarm(0);
	assert_true(clock_now() - start < 15);
}

/* What a step leaves behind, stuck in the kernel, must not keep a watchdog open: it would not stop.
 */
static void nobody_else_has_it_open(void **state)
{
	(void)state;
	char byte;
	dog(0, "active\n", "iTCO_wdt\n");
	watchdog_init(&root);
	assert_string_equal(given(0), "\n");
	pid_t step = fork();
	if (step == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	watchdog_deinit();
	assert_string_equal(given(0), "V");
	assert_int_equal(read(reader[0], &byte, 1), 0); /* EAGAIN while someone can write */
	kill(step, SIGKILL);
	waitpid(step, NULL, 0);
}

static void no_watchdog_and_no_device(void **state)
{
	(void)state;
	watchdog_init(&root);
	watchdog_feed();
	make_dir("sys/class/watchdog/watchdog7");
	unit_write(dir, "sys/class/watchdog/watchdog7/state", "active\n");
	watchdog_init(&root);
	watchdog_feed();
	watchdog_deinit();
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_active_one_is_fed_and_stopped),
		T(one_that_was_not_armed_stays_so),
		T(one_that_the_crashed_system_had_armed),
		T(a_driver_that_hangs_holds_nobody_up),
		T(nobody_else_has_it_open),
		T(no_watchdog_and_no_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
