// SPDX-License-Identifier: GPL-2.0-or-later
/* Which program saves the vmcore: what is configured, what is chosen, and what comes after one that
 * failed. */
#include "capture/small_run.h"

/* lzo where more bytes cannot be too many, zstd elsewhere; and zstd where there is no lzo. */
static void what_saves_when_nobody_chose(void **state)
{
	(void)state;
	plan_save(run);
	assert_string_equal(run->core.attempt[0].collector, "vmcore-filter -l -d 31");
	run->steps = 0;
	run->started_wall++;
	run->target.published = false;
	script("vmcore-filter", DMESG LAST_TWO "[ $1 = -z ] || exit 2; cp $in $out");
	plan_save(run);
	assert_int_equal(run->core.attempts, 2);
	assert_string_equal(run->core.attempt[1].collector, "vmcore-filter -z -d 31");
	assert_true(run_whole(run));
	run->steps = 0;
	run->started_wall++;
	run->target.published = false;
	ops.open = open_with_little_room;
	plan_save(run);
	assert_int_equal(run->core.attempts, 1);
	assert_string_equal(run->core.attempt[0].collector, "vmcore-filter -z -d 31");
}

/* What is configured, what the programs do with a dump, and what comes of it. */
static const struct {
	const char *configured;
	const char *filter; /* what it does with a dump */
	const char *makedumpfile;
	bool usable, complete;
	const char *saved_by;
	unsigned attempts;
} in_turn[] = {
	{"", "exit 1", NULL, true, true, "copy", 2},
	{"", "kill -9 $$", NULL, true, true, "copy", 2},
	{"", "exit 1", "cp $in $out", true, true, "makedumpfile -l --message-level 7 -d 31", 2},
	{"vmcore-filter -l -d1", "exit 1", "exit 1", true, true, "copy", 3},
	{"vmcore-filter --nonsense", "[ $1 = -z ] || exit 2; cp $in $out", NULL, true, true,
	 "vmcore-filter -z -d 31", 2},
	{"vmcore-filter -d 31", "echo part > $out; exit 3", "cp $in $out", true, false,
	 "vmcore-filter -d 31", 1},
	{"vmcore-filter -d 31", "exit 4", "cp $in $out", false, false, NULL, 1},
	{"unknown-program -x", "cp $in $out", NULL, true, true, "vmcore-filter -z -d 31", 1},
	{"vmcore-filter --odd", "[ $1 = -z ] && cp $in $out; exit 0", NULL, true, true,
	 "vmcore-filter -z -d 31", 2},
	{"vmcore-filter", "exit 0", NULL, true, true, "copy", 3},
	{"vmcore-filter", ": > $out", "echo usage > $out", true, true, "copy", 4},
	{"makedumpfile", "cp $in $out", "exit 0", true, true, "vmcore-filter -z -d 31", 2},
	{"makedumpfile", "exit 1", "printf 'KDUMP   x' > $out", true, true, "makedumpfile", 1},
	{"makedumpfile -F -d 31", "exit 1", "[ $1 = -d ] && cp $in $out", true, true,
	 "makedumpfile -d 31", 1},
	{"vmcore-filter -lQd17", "[ $1 = -z ] || exit 2; cp $in $out", NULL, true, true,
	 "vmcore-filter -z -d 17", 2},
	{"vmcore-filter -lQd 17", "[ $1 = -z ] || exit 2; cp $in $out", NULL, true, true,
	 "vmcore-filter -z -d 17", 2},
	{"vmcore-filter -Q --level=17", "[ $1 = -z ] || exit 2; cp $in $out", NULL, true, true,
	 "vmcore-filter -z -d 17", 2},
	{"vmcore-filter -d 1 -Qx -d -d 17,31", "[ $1 = -z ] || exit 2; cp $in $out", NULL, true,
	 true, "vmcore-filter -z -d 17", 2},
	{"makedumpfile -lFd 31", "exit 1", "[ $1 = -ld ] && cp $in $out", true, true,
	 "makedumpfile -ld 31", 1},
};

static void collectors_in_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(in_turn); i++) {
		char body[512];
		assert_ok(settings_set(&settings, SET_CORE_COLLECTOR, in_turn[i].configured));
		snprintf(body, sizeof(body), DMESG LAST_TWO "%s", in_turn[i].filter);
		script("vmcore-filter", body);
		if (in_turn[i].makedumpfile) {
			snprintf(body, sizeof(body), LAST_TWO "%s", in_turn[i].makedumpfile);
			script("makedumpfile", body);
		} else {
			assert_int_equal(sh("rm -f bin/makedumpfile"), 0);
		}
		run->steps = 0;
		run->started_wall++;
		run->target.published = false;
		plan_save(run);
		if (run->core.usable != in_turn[i].usable ||
		    run->core.complete != in_turn[i].complete ||
		    run->core.attempts != in_turn[i].attempts)
			fail_msg("case %zu: usable %d complete %d attempts %u: %s", i,
				 run->core.usable, run->core.complete, run->core.attempts,
				 step("vmcore")->message);
		if (in_turn[i].saved_by)
			assert_string_equal(run->core.attempt[run->core.saved_by].collector,
					    in_turn[i].saved_by);
		assert_true(run->target.published);
		assert_int_equal(step("vmcore")->outcome, in_turn[i].complete ? OUTCOME_OK
							  : in_turn[i].usable ? OUTCOME_INCOMPLETE
									      : OUTCOME_FAILED);
	}
}

static void the_collectors_record_is_kept(void **state)
{
	(void)state;
	script("vmcore-filter", DMESG LAST_TWO "[ \"$4 $6\" = \"--progress --record\" ] || exit 2; "
					       "echo '{\"pages\": 7}' > $7; cp $in $out");
	plan_save(run);
	assert_true(run->core.complete);
	assert_int_equal(check("grep -q 7 vmcore.json && grep -q vmcore.json SHA256SUMS && "
			       "sha256sum --strict --quiet -c SHA256SUMS"),
			 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_saves_when_nobody_chose),
		T(collectors_in_turn),
		T(the_collectors_record_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
