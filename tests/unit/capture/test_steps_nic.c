// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The adapters' state in the capture environment: the live side and the dead side are programs of
 * their own, with limits; whatever becomes of one, the other, the report and the dump are there.
 */
#include "capture/small_run.h"
#include "base/buf.h"
#include "crash/journal.h"

#define ALL_IS_SAVED                                                                               \
	"sha256sum --strict --quiet -c SHA256SUMS && cmp vmcore ../../proc/vmcore && "             \
	"grep -q report.txt SHA256SUMS && "

static void again(void)
{
	assert_int_equal(sh("rm -rf target/h-*"), 0);
	run->steps = 0;
	run->target.open = run->target.published = run->core.complete = false;
}

/* What one side does, what its step comes to, and what the directory then has of it. */
static const struct {
	const char *does;
	enum outcome outcome;
	const char *message, *has;
} cases[] = {
	{"echo {} > $out/$file.json", OUTCOME_OK, "", "grep -q $dir/$file.json SHA256SUMS"},
	{"echo 'no such thing' >&2; exit 1", OUTCOME_FAILED, "status 1: no such thing",
	 "! grep -q $dir/$file.json SHA256SUMS"},
	{"echo half > $out/$file.json; kill -SEGV $$", OUTCOME_INCOMPLETE, "killed by signal 11",
	 "grep -q $dir/$file.json SHA256SUMS"},
	{"kill -9 $$", OUTCOME_FAILED, "killed by signal 9", "true"},
	{"mkdir $out/d && echo half > $out/d/$file.json; exec sleep 60", OUTCOME_INCOMPLETE,
	 "took too long", "[ $(cat $dir/d/$file.json) = half ]"},
	{"trap '' TERM; while :; do sleep 1; done", OUTCOME_TIMEOUT, "took too long", "true"},
};

/* Only who waits for one that hangs is in a hurry; all the others may be slow. */
static double seconds(const char *message)
{
	return strcmp(message, "took too long") == 0 ? 1.5 : 20;
}

/* side: of which the script is the program; the other one is well. */
static void one_side(const char *side, const char *bad, const char *good, const char *directory,
		     const char *file)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char body[1024];
		snprintf(body, sizeof(body),
			 NIC_OUT "[ $side = %s ] || { echo {} > $out/$file.json; exit; }; %s", side,
			 cases[i].does);
		script("nic-dump", body);
		run->nic_seconds = seconds(cases[i].message);
		plan_save(run);
		const struct step_result *r = step(bad);
		if (r->outcome != cases[i].outcome || !strstr(r->message, cases[i].message))
			fail_msg("%s, case %zu: %s: %s", side, i, outcome_name(r->outcome),
				 r->message);
		assert_true(r->seconds < 15);
		assert_int_equal(step(good)->outcome, OUTCOME_OK);
		assert_int_equal(step("report")->outcome, OUTCOME_OK);
		assert_true(run->core.complete && run->target.published);
		snprintf(body, sizeof(body), ALL_IS_SAVED "dir=%s file=%s && %s", directory, file,
			 cases[i].has);
		if (check(body) != 0)
			fail_msg("%s, case %zu: what is saved is not: %s", side, i, cases[i].has);
		again();
	}
}

static void whatever_the_dead_side_does_all_else_is_saved(void **state)
{
	(void)state;
	one_side("dead", "nic-dead", "nic-after", "nic-dead", "nic-dead");
}

static void whatever_the_live_side_does_all_else_is_saved(void **state)
{
	(void)state;
	run->environment = ENVIRONMENT_FADUMP; /* once is enough */
	one_side("save", "nic-after", "nic-dead", "nic", "nic");
}

/* Each side counts what it wrote itself; the journal has it. */
static void the_journal_says_so(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT;
	script("nic-dump", NIC_OUT "mkdir -p $out/$file; echo 12345 > $out/$file/a; "
				   "[ $side = save ] || echo 1234567 > $out/b");
	run->drivers_loaded = true; /* no nic-before */
	assert_int_equal(sh("echo 'MemAvailable: 30000 kB' > proc/meminfo"), 0);
	plan_save(run);
	assert_int_equal(step("nic-after")->bytes, 6);
	assert_int_equal(step("nic-dead")->bytes, 6 + 8);
	journal_write(run, &text);
	const char *at = strstr(buf_str(&text), "\"name\": \"nic-dead\"");
	assert_non_null(at);
	assert_true(strncmp(strstr(at, "\"outcome\""), "\"outcome\": \"ok\"", 15) == 0);
	assert_true(strncmp(strstr(at, "\"bytes\""), "\"bytes\": 14", 11) == 0);
	at = strstr(at, "\"available_kib\"");
	assert_true(strncmp(at, "\"available_kib\": 30000", 22) == 0);
	assert_non_null(strstr(at, "\"start\""));
	assert_non_null(strstr(at, "\"seconds\""));
}

/* MemAvailable in KiB (0: not known), what a side may have of it (0: it does not run), and how much
 * of raw rings on a remote target. */
static const struct {
	unsigned available, may_have, raw_remote;
} memory[] = {{0, 49152, 8}, {1 << 20, 49152, 8}, {30000, 22500, 3}, {6000, 4500, 0}, {5000, 0, 0}};

static void both_have_their_limits(void **state)
{
	(void)state;
	run->environment = ENVIRONMENT_FADUMP; /* nothing before the target is open */
	note_what_is_sent();
	script("nic-dump", NIC_OUT "read adj < /proc/self/oom_score_adj; "
				   "echo $(ulimit -d) $adj $(ulimit -f) > $out/$side; "
				   "echo \"$@\" > $out/$side.args");
	for (size_t i = 0; i < ARRAY_SIZE(memory) * 2; i++) {
		unsigned available = memory[i / 2].available, may_have = memory[i / 2].may_have;
		char command[512];
		ops.remote = i % 2;
		if (available)
			assert_int_equal(sh("echo 'MemAvailable: %u kB' > proc/meminfo", available),
					 0);
		plan_save(run);
		snprintf(command, sizeof(command),
			 "[ \"$(cat nic/save)\" = '%u 1000 131072' ] && cmp nic/save nic-dead/dead "
			 "&& cd nic-dead && grep -q -- '--vmcore .*/proc/vmcore' dead.args && "
			 "grep -q -- '--deadline 16.0$' dead.args && "
			 "grep -q -- '--raw-limit %u ' dead.args",
			 may_have, i % 2 ? memory[i / 2].raw_remote : 32);
		if (may_have && check(command) != 0)
			fail_msg("case %zu: not %s", i, command);
		if (!may_have) {
			assert_int_equal(step("nic-dead")->outcome, OUTCOME_SKIPPED);
			assert_int_equal(step("nic-after")->outcome, OUTCOME_SKIPPED);
		}
		assert_true(run->core.complete);
		if (i % 2 && may_have)
			assert_non_null(strstr(sent, "vmcore-dmesg.txt nic "));
		assert_true(!!strstr(sent, " nic-dead ") == (i % 2 && may_have));
		memset(sent, 0, SENT_SIZE);
		again();
	}
	step_unshare(sent, SENT_SIZE);
}

static void without_the_program_both_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(sh("rm bin/nic-dump"), 0);
	plan_save(run);
	static const char *const names[] = {"nic-before", "nic-after", "nic-dead"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(step(names[i])->outcome, OUTCOME_SKIPPED);
		assert_string_equal(step(names[i])->message, "nic-dump is not here");
	}
	assert_true(run->core.complete);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(whatever_the_dead_side_does_all_else_is_saved),
		T(whatever_the_live_side_does_all_else_is_saved),
		T(the_journal_says_so),
		T(both_have_their_limits),
		T(without_the_program_both_are_skipped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
