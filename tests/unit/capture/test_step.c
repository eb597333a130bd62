// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps: results, limits, children that do not want to end, and what they leave behind. */
#include "unit.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "crash/step.h"

static const struct step_limits none = {0, 0};

static struct err *fine(void *arg, struct step_report *report)
{
	atomic_store(&report->bytes, 42);
	step_say(report, "did %s", (const char *)arg);
	return NULL;
}

static void a_step_that_works(void **state)
{
	(void)state;
	struct step_result r;
	step_run(&none, fine, (void *)(uintptr_t) "it", &r);
	assert_int_equal(r.outcome, OUTCOME_OK);
	assert_int_equal(r.bytes, 42);
	assert_string_equal(r.message, "did it");
	assert_true(r.seconds >= 0 && r.seconds < 5);
}

static struct err *failing(void *arg, struct step_report *report)
{
	(void)arg;
	(void)report;
	return err_os(EIO, "reading %s", "x");
}

static struct err *part(void *arg, struct step_report *report)
{
	(void)arg;
	report->outcome = OUTCOME_INCOMPLETE;
	return NULL;
}

static struct err *crashing(void *arg, struct step_report *report)
{
	(void)arg;
	(void)report;
	signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
	raise(SIGSEGV);
	return NULL;
}

static struct err *exiting(void *arg, struct step_report *report)
{
	(void)arg;
	(void)report;
	_exit(7);
}

static void steps_that_fail(void **state)
{
	(void)state;
	struct step_result r;
	step_run(&none, failing, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_FAILED);
	assert_non_null(strstr(r.message, "reading x"));
	step_run(&none, part, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_INCOMPLETE);
	step_run(&none, crashing, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_FAILED);
	assert_non_null(strstr(r.message, "signal 11"));
	step_run(&none, exiting, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_FAILED);
	assert_non_null(strstr(r.message, "status 7"));
}

static struct err *sleeping(void *arg, struct step_report *report)
{
	(void)arg;
	atomic_store(&report->bytes, 5);
	step_say(report, "half way");
	while (pause() < 0)
		;
	return NULL;
}

static void the_time_limit(void **state)
{
	(void)state;
	struct step_limits l = {.wall = 1};
	struct step_result r;
	double start = clock_now();
	step_run(&l, sleeping, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_TIMEOUT);
	assert_int_equal(r.bytes, 5);
	assert_non_null(strstr(r.message, "time limit passed; killed; last: half way"));
	assert_true(clock_now() - start < 5);
}

static struct err *stubborn(void *arg, struct step_report *report)
{
	signal(SIGTERM, SIG_IGN);
	return sleeping(arg, report);
}

static void a_child_that_ignores_term(void **state)
{
	(void)state;
	struct step_limits l = {.wall = 1};
	struct step_result r;
	double start = clock_now();
	step_run(&l, stubborn, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_TIMEOUT);
	assert_non_null(strstr(r.message, "killed"));
	assert_true(clock_now() - start < 10);
}

static struct err *busy(void *arg, struct step_report *report)
{
	const unsigned *rounds = arg;
	for (unsigned i = 0; i < *rounds; i++) {
		usleep(100000);
		atomic_fetch_add(&report->progress, 1);
	}
	return NULL;
}

static void progress_keeps_a_step_alive(void **state)
{
	(void)state;
	/* Far longer than the stall limit in all, never that long without progress. */
	struct step_limits l = {.stall = 2.5};
	unsigned rounds = 40;
	struct step_result r;
	step_run(&l, busy, &rounds, &r);
	assert_int_equal(r.outcome, OUTCOME_OK);
	step_run(&l, sleeping, NULL, &r);
	assert_int_equal(r.outcome, OUTCOME_TIMEOUT);
	assert_non_null(strstr(r.message, "no progress"));
}

static struct err *leaves_a_child(void *arg, struct step_report *report)
{
	(void)report;
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	*(_Atomic pid_t *)arg = pid;
	return NULL;
}

static void nothing_of_a_step_stays(void **state)
{
	(void)state;
	_Atomic pid_t *orphan = step_share(sizeof(*orphan));
	assert_non_null(orphan);
	struct step_result r;
	step_run(&none, leaves_a_child, orphan, &r);
	assert_int_equal(r.outcome, OUTCOME_OK);
	pid_t pid = atomic_load(orphan);
	assert_true(pid > 0);
	/* Killed with its group; somebody else reaps it. A zombie still answers kill(). */
	char path[64], line[256] = "";
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 100; i++) {
		FILE *f = fopen(path, "r");
		line[0] = '\0';
		if (f) {
			if (!fgets(line, sizeof(line), f))
				line[0] = '\0';
			fclose(f);
		}
		if (!*line || strstr(line, ") Z"))
			break;
		usleep(20000);
	}
	assert_true(!*line || strstr(line, ") Z"));
	step_unshare(orphan, sizeof(*orphan));
}

static struct err *outlives(void *arg, struct step_report *report)
{
	(void)report;
	usleep(100000);
	atomic_fetch_add((_Atomic int *)arg, 1);
	return NULL;
}

static struct err *dies_at_once(void *arg, struct step_report *report)
{
	(void)report;
	struct step s;
	step_begin(&s, outlives, arg);
	raise(SIGKILL);
	return NULL;
}

/* Killed before its child asked to be killed with it. */
static void a_step_does_not_outlive_its_parent(void **state)
{
	(void)state;
	_Atomic int *outlived = step_share(sizeof(*outlived));
	assert_non_null(outlived);
	struct step_result r;
	for (int i = 0; i < 20; i++)
		step_run(&none, dies_at_once, outlived, &r);
	usleep(300000);
	assert_int_equal(atomic_load(outlived), 0);
	step_unshare(outlived, sizeof(*outlived));
}

static struct err *long_words(void *arg, struct step_report *report)
{
	(void)arg;
	(void)report;
	char text[4 * STEP_MESSAGE_MAX];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return err_new(ERR_OTHER, "%s", text);
}

static void messages_are_cut(void **state)
{
	(void)state;
	struct step_result r;
	step_run(&none, long_words, NULL, &r);
	assert_int_equal(strlen(r.message), STEP_MESSAGE_MAX - 1);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(outcome_name(OUTCOME_OK), "ok");
	assert_string_equal(outcome_name(OUTCOME_TIMEOUT), "timeout");
	assert_string_equal(outcome_name((enum outcome)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_works),
		cmocka_unit_test(steps_that_fail),
		cmocka_unit_test(the_time_limit),
		cmocka_unit_test(a_child_that_ignores_term),
		cmocka_unit_test(progress_keeps_a_step_alive),
		cmocka_unit_test(nothing_of_a_step_stays),
		cmocka_unit_test(a_step_does_not_outlive_its_parent),
		cmocka_unit_test(messages_are_cut),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
