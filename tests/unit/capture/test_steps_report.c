// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report in the capture environment: what becomes of it when vmcore-report does not end well or
 * not at all, what it may use, and that the dump comes after it in any case.
 */
#include <errno.h>
#include "capture/small_run.h"
#include "base/buf.h"
#include "crash/journal.h"

/* The dump is whole, and what lies beside it is what the manifest says. */
#define ALL_IS_SAVED "sha256sum --strict --quiet -c SHA256SUMS && cmp vmcore ../../proc/vmcore && "

/* What the program does, what the step comes to, and what the directory then has. */
static const struct {
	const char *does;
	enum outcome outcome;
	const char *message, *has;
} cases[] = {
	{"echo text > $2; echo {} > $4", OUTCOME_OK, "",
	 "grep -q report.txt SHA256SUMS && grep -q report.json SHA256SUMS"},
	{"echo 'no such dump' >&2; exit 1", OUTCOME_FAILED, "status 1: no such dump",
	 "[ ! -e report.txt ] && [ ! -e report.json ]"},
	{": > $2; : > $4; exit 1", OUTCOME_FAILED, "status 1",
	 "[ ! -e report.txt ] && [ ! -e report.json ]"},
	{"echo half > $2; : > $4; kill -SEGV $$", OUTCOME_INCOMPLETE, "killed by signal 11",
	 "[ $(cat report.txt) = half ] && grep -q report.txt SHA256SUMS && [ ! -e report.json ]"},
	{"echo half > $2; echo {} > $4; exec sleep 60", OUTCOME_INCOMPLETE, "took too long",
	 "[ $(cat report.txt) = half ] && grep -q report.json SHA256SUMS"},
	{"trap '' TERM; while :; do sleep 1; done", OUTCOME_TIMEOUT, "took too long",
	 "[ ! -e report.txt ]"},
};

/* Only who waits for one that hangs is in a hurry; all the others may be slow. */
static double seconds(const char *message)
{
	return strcmp(message, "took too long") == 0 ? 1.5 : 20;
}

static void whatever_it_does_the_dump_is_saved(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char body[512];
		script("vmcore-report", cases[i].does);
		run->report_seconds = seconds(cases[i].message);
		run->steps = 0;
		run->target.open = run->target.published = run->core.complete = false;
		plan_save(run);
		const struct step_result *r = step("report");
		if (r->outcome != cases[i].outcome || !strstr(r->message, cases[i].message))
			fail_msg("case %zu: %s: %s", i, outcome_name(r->outcome), r->message);
		assert_true(r->seconds < 15);
		assert_true(run->core.complete && run->target.published);
		snprintf(body, sizeof(body), ALL_IS_SAVED "%s", cases[i].has);
		if (check(body) != 0)
			fail_msg("case %zu: what is saved is not: %s", i, cases[i].has);
		assert_int_equal(sh("rm -r target/h-*"), 0);
	}
}

/* The bytes count, and the journal has the step with its outcome. */
static void the_journal_says_so(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT;
	plan_save(run);
	assert_int_equal(step("report")->bytes, strlen("text\n{}\n"));
	journal_write(run, &text);
	const char *at = strstr(buf_str(&text), "\"name\": \"report\"");
	assert_non_null(at);
	assert_true(strncmp(strstr(at, "\"outcome\""), "\"outcome\": \"ok\"", 15) == 0);
}

static void without_the_program_it_is_skipped(void **state)
{
	(void)state;
	assert_int_equal(sh("rm bin/vmcore-report"), 0);
	plan_save(run);
	assert_int_equal(step("report")->outcome, OUTCOME_SKIPPED);
	assert_string_equal(step("report")->message, "vmcore-report is not here");
	assert_true(run->core.complete);
}

/* MemAvailable in KiB (0: not known), and what the program may have of it; 0: it does not run. */
static const struct {
	unsigned available, may_have;
} memory[] = {{0, 49152}, {1 << 20, 49152}, {30000, 22500}, {9000, 6750}, {8000, 0}};

static void it_gets_three_quarters_of_what_is_free(void **state)
{
	(void)state;
	script("vmcore-report", "read adj < /proc/self/oom_score_adj; "
				"echo $(ulimit -d) $adj $(ulimit -f) > $2");
	for (size_t i = 0; i < ARRAY_SIZE(memory); i++) {
		char command[128];
		if (memory[i].available)
			assert_int_equal(sh("echo 'MemAvailable: %u kB' > proc/meminfo",
					    memory[i].available),
					 0);
		run->steps = 0;
		run->target.open = run->target.published = false;
		plan_save(run);
		snprintf(command, sizeof(command), "[ \"$(cat report.txt)\" = '%u 1000 32768' ]",
			 memory[i].may_have);
		if (memory[i].may_have)
			assert_int_equal(check(command), 0);
		else
			assert_int_equal(step("report")->outcome, OUTCOME_SKIPPED);
		assert_true(run->core.complete);
		assert_int_equal(sh("rm -r target/h-*"), 0);
	}
}

static void it_is_sent_to_a_server(void **state)
{
	(void)state;
	ops.remote = true;
	note_what_is_sent();
	plan_save(run);
	assert_int_equal(step("report")->outcome, OUTCOME_OK);
	assert_int_equal(step("send-report")->outcome, OUTCOME_OK);
	assert_true(strncmp(sent, "vmcore-dmesg.txt nic report.txt report.json ", 44) == 0);
	script("vmcore-report", "exit 1");
	run->steps = 0;
	run->target.open = false;
	run->started_wall++;
	memset(sent, 0, SENT_SIZE);
	plan_save(run);
	assert_int_equal(step("report")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("send-report")->outcome, OUTCOME_SKIPPED);
	assert_null(strstr(sent, "report"));
	assert_int_equal(step("manifest")->outcome, OUTCOME_OK);
	step_unshare(sent, SENT_SIZE);
}

static struct err *put_no_report(struct run *r, const char *name, struct step_report *report)
{
	(void)r;
	(void)report;
	return strcmp(name, "report.txt") == 0 ? err_os(EIO, "%s", name) : NULL;
}

/* The manifest is of what the server has, and with report.txt it has no report.json. */
static void what_did_not_get_there_is_not_in_the_manifest(void **state)
{
	(void)state;
	ops.remote = true;
	ops.put = put_no_report;
	plan_save(run);
	assert_int_equal(step("send-report")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("manifest")->outcome, OUTCOME_INCOMPLETE);
	assert_string_equal(step("manifest")->message,
			    "not all files are in it: 2 did not get to the target");
	assert_true(run_whole(run));
	assert_int_equal(check("! grep -q report SHA256SUMS && grep -q ' nic/nic.json$' SHA256SUMS "
			       "&& grep -q ' capture.json$' SHA256SUMS && "
			       "sha256sum --strict --quiet -c SHA256SUMS"),
			 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(whatever_it_does_the_dump_is_saved),
		T(the_journal_says_so),
		T(without_the_program_it_is_skipped),
		T(it_gets_three_quarters_of_what_is_free),
		T(it_is_sent_to_a_server),
		T(what_did_not_get_there_is_not_in_the_manifest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
