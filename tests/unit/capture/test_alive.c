// SPDX-License-Identifier: GPL-2.0-or-later
/* The file that says until when a silent capture is not a hung one. */
#include "unit.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "crash/alive.h"
#include "crash/step.h"

static char *dir;
static char path[512];

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	snprintf(path, sizeof(path), "%s/alive", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	step_on_tick(NULL);
	alive_deinit();
	unit_rmdir(dir);
	return 0;
}

/* Seconds from now. */
static double left(void)
{
	int pid = 0;
	double until = 0;
	struct timespec now;
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d %lf", &pid, &until), 2);
	fclose(f);
	assert_int_equal(pid, getpid());
	clock_gettime(CLOCK_BOOTTIME, &now);
	return until - (double)now.tv_sec;
}

static void says_the_margin_first(void **state)
{
	(void)state;
	assert_ok(alive_init(path));
	assert_in_range((unsigned)left(), ALIVE_MARGIN - 5, ALIVE_MARGIN + 5);
	alive_say(600);
	assert_in_range((unsigned)left(), ALIVE_MARGIN + 590, ALIVE_MARGIN + 610);
	alive_say(INFINITY);
	assert_true(left() > 1e9);
	alive_say(-20);
	assert_in_range((unsigned)left(), ALIVE_MARGIN - 5, ALIVE_MARGIN + 5);
	alive_deinit();
	alive_say(600);
	assert_true(left() < ALIVE_MARGIN + 100);
}

/* An empty file would mean that we never got as far as to say anything. */
static void says_nothing_where_it_cannot(void **state)
{
	struct rlimit was, none;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	none = (struct rlimit) {0, was.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	unit_write(dir, "alive", "");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	struct err *e = alive_init(path);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_err(e, ERR_NOSPACE, "File too large");
	assert_int_equal(access(path, F_OK), -1);
	alive_say(10);
}

static struct err *nap(void *arg, struct step_report *report)
{
	(void)arg;
	for (int i = 0; i < 6; i++) {
		usleep(200000);
		atomic_fetch_add(&report->progress, 1);
	}
	return NULL;
}

/* Of a step inside a step nothing is said. */
static struct err *nested(void *arg, struct step_report *report)
{
	struct step_limits much = {.wall = 100000};
	struct step_result r;
	(void)report;
	step_run(&much, nap, arg, &r);
	return NULL;
}

static double shortest, longest;
static void forget(void)
{
	shortest = INFINITY;
	longest = 0;
}

static void note(double seconds)
{
	shortest = MIN(shortest, seconds);
	longest = MAX(longest, seconds);
	alive_say(seconds);
}

/* Never shorter than what the limits leave. */
static void a_step_says_what_is_left_of_its_limits(void **state)
{
	(void)state;
	struct step_result r;
	struct step_limits wall = {.wall = 500};
	struct step_limits stall = {.stall = 300};
	struct step_limits none = {0};
	assert_ok(alive_init(path));
	step_on_tick(note);
	forget();
	step_run(&wall, nested, NULL, &r);
	assert_true(longest < 500.1 && shortest > 490 && shortest < 499.5);
	assert_in_range((unsigned)left(), ALIVE_MARGIN + 490, ALIVE_MARGIN + 510);
	forget();
	step_run(&stall, nap, NULL, &r);
	assert_true(longest < 300.1 && shortest > 298);
	step_run(&none, nap, NULL, &r);
	assert_true(isinf(longest));
	step_on_tick(NULL);
	longest = 0;
	step_run(&wall, nap, NULL, &r);
	assert_true(longest == 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(says_the_margin_first),
		T(says_nothing_where_it_cannot),
		T(a_step_says_what_is_left_of_its_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
