// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps beside the one that saves the vmcore: when, and what becomes of it when they do badly. */
#include <dlfcn.h>
#include <errno.h>
#include "capture/small_run.h"

/* Each waits for the other, and not for ever: in turn neither would succeed. */
#define AWAIT(file)                                                                                \
	"i=0; until [ -e ${0%/*}/../" file " ]; do "                                               \
	"i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done; "
#define NOTE(file) ": > ${0%/*}/../" file "; "

static void give_means(void)
{
	run->cpus = 2;
	unit_write(dir, "proc/meminfo", "MemTotal: 262144 kB\nMemAvailable: 131072 kB\n");
}

static void what_the_vmcore_can_say_again_goes_on_beside_it(void **state)
{
	(void)state;
	give_means();
	script("vmcore-report", NOTE("report") AWAIT("began") "echo text > $2; echo {} > $4");
	script("nic-dump", NIC_OUT AWAIT("report") NOTE("$file") "echo {} > $out/$file.json");
	script("vmcore-filter", DMESG LAST_TWO NOTE("began") AWAIT("nic-dead") "cp $in $out");
	plan_save(run);
	assert_true(run_whole(run));
	assert_int_equal(run->core.attempts, 1);
	assert_int_equal(step("report")->outcome, OUTCOME_OK);
	assert_int_equal(step("nic-dead")->outcome, OUTCOME_OK);
	/* in the order of the plan, however they end */
	assert_true(step("report") < step("nic-dead") && step("nic-dead") < step("vmcore"));
	assert_int_equal(check("sha256sum --strict --quiet -c SHA256SUMS && "
			       "grep -q report.txt SHA256SUMS && grep -q nic-dead SHA256SUMS && "
			       "[ $(grep -cE '\"name\": \"(report|nic-dead|vmcore)\"' "
			       "capture.json) -eq 3 ]"),
			 0);
}

/* The vmcore must not suffer: with one processor, a target that could become full, or little
 * memory, it comes last. */
static void without_the_means_it_comes_first(void **state)
{
	(void)state;
	script("vmcore-filter",
	       DMESG LAST_TWO "[ -e ${out%/*}/report.txt ] && "
			      "[ -e ${out%/*}/nic-dead/nic-dead.json ] && cp $in $out");
	for (unsigned i = 0; i < 3; i++) {
		give_means();
		if (i == 0)
			run->cpus = 1;
		ops.open = i == 1 ? open_with_little_room : open_here;
		if (i == 2)
			unit_write(dir, "proc/meminfo", "MemAvailable: 131071 kB\n");
		run->steps = 0;
		run->started_wall++;
		run->target.published = false;
		plan_save(run);
		assert_int_equal(run->core.attempts, 1);
		assert_true(run_whole(run));
	}
}

static bool fork_fails;

/* libc's, for this program: the process of the steps beside cannot be made. */
pid_t fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	if (!fork_fails || run->steps == 0 || strcmp(run->step[run->steps - 1].name, "nic-dead"))
		return real();
	fork_fails = false;
	errno = EAGAIN;
	return -1;
}

static void without_a_process_each_has_its_turn(void **state)
{
	(void)state;
	give_means();
	script("vmcore-filter", DMESG LAST_TWO "[ -e ${out%/*}/nic-dead/nic-dead.json ] && "
					       "cp $in $out");
	fork_fails = true;
	plan_save(run);
	assert_false(fork_fails);
	assert_true(run_whole(run));
	assert_int_equal(run->core.attempts, 1);
	assert_int_equal(step("report")->outcome, OUTCOME_OK);
	assert_int_equal(step("nic-dead")->outcome, OUTCOME_OK);
	assert_true(step("nic-after") < step("report") && step("nic-dead") < step("vmcore"));
}

/* As when memory runs out: the process of the steps beside is killed. */
static void what_is_beside_is_killed(void **state)
{
	(void)state;
	give_means();
	script("vmcore-report",
	       "read -r a b c parent rest </proc/$PPID/stat; kill -9 $parent; sleep 60");
	plan_save(run);
	assert_true(run_whole(run));
	assert_int_equal(step("report")->outcome, OUTCOME_FAILED);
	assert_non_null(strstr(step("report")->message, "signal 9"));
	assert_int_equal(step("nic-dead")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("vmcore")->outcome, OUTCOME_OK);
}

/* Whoever killed it, nobody writes to the dump's files once they are being digested. */
static void what_is_beside_leaves_nobody_who_writes(void **state)
{
	(void)state;
	give_means();
	script("vmcore-report", "read -r a b c parent rest </proc/$PPID/stat; echo text > $2; "
				"(while echo text; do sleep 0.01; done) >> $2 & "
				"kill -9 $parent; sleep 60");
	plan_save(run);
	assert_true(run_whole(run));
	assert_int_equal(step("report")->outcome, OUTCOME_FAILED);
	assert_int_equal(check("grep -q report.txt SHA256SUMS && sleep 0.2 && "
			       "sha256sum --strict --quiet -c SHA256SUMS"),
			 0);
}

/* One that hangs is ended by its own limit; nothing but the manifest waits for it. */
static void what_is_beside_hangs(void **state)
{
	(void)state;
	give_means();
	run->report_seconds = 2;
	script("vmcore-report", "echo text > $2; sleep 60");
	plan_save(run);
	assert_true(run_whole(run));
	assert_int_equal(step("report")->outcome, OUTCOME_INCOMPLETE);
	assert_int_equal(step("nic-dead")->outcome, OUTCOME_OK);
	assert_true(step("manifest")->start >= step("report")->start + 2);
}

static struct err *digest_noted(struct run *r, const char *name, struct step_report *report,
				char hex[65])
{
	unit_write(dir, "digested", "");
	return target_local.digest(r, name, report, hex);
}

/* The vmcore is read back while they go on. */
static void the_digest_does_not_wait_for_what_is_beside(void **state)
{
	(void)state;
	give_means();
	ops.digest = digest_noted;
	script("vmcore-report", AWAIT("digested") "echo text > $2; echo {} > $4");
	plan_save(run);
	assert_true(run_whole(run));
	assert_int_equal(step("report")->outcome, OUTCOME_OK);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_the_vmcore_can_say_again_goes_on_beside_it),
		T(without_the_means_it_comes_first),
		T(without_a_process_each_has_its_turn),
		T(what_is_beside_is_killed),
		T(what_is_beside_leaves_nobody_who_writes),
		T(what_is_beside_hangs),
		T(the_digest_does_not_wait_for_what_is_beside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
