// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole plan below a directory, with made-up collectors: what is saved when things go right and
 * when they do not, in which order, and what the journal says. The target is the local one without
 * its mount.
 */
#include "capture/small_run.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include "crash/collector.h"
#include "crash/fallback.h"
#include "crash/journal.h"
#include "nic/decode/json_check.h"

static struct err *open_never(struct run *r, struct step_report *report)
{
	(void)r;
	(void)report;
	return err_new(ERR_IO, "no disk today");
}

static struct err *publish_never(struct run *r, bool complete, struct step_report *report)
{
	(void)r;
	(void)complete;
	(void)report;
	return err_new(ERR_IO, "the name is not to be had");
}

static void all_is_well(void **state)
{
	(void)state;
	plan_save(run);
	assert_true(run->core.complete);
	assert_true(run->target.published);
	assert_int_equal(run->core.bytes, CORE_SIZE);
	assert_int_equal(step("digest")->bytes, CORE_SIZE);
	assert_int_equal(
		check("sha256sum --strict --quiet -c SHA256SUMS && cmp vmcore "
		      "../../proc/vmcore && [ \"$(LC_ALL=C ls)\" = "
		      "\"$(printf '%s\\n' SHA256SUMS capture.json nic nic-dead report.json "
		      "report.txt vmcore vmcore-dmesg.txt)\" ] && "
		      "[ -z \"$(find . -name '.*' -type f)\" ]"),
		0);
	/* of the steps that are over when it is written */
	assert_int_equal(check("grep -q '\"name\": \"manifest\"' capture.json && "
			       "! grep -qE '\"name\": \"journal\"|not-run' capture.json"),
			 0);
	assert_int_equal(sh("[ -d target/h-20261122T094142Z ]"), 0);
	static const char *const order[] = {
		"pre",	    "open",   "dmesg",	"nic-before", "nic-drivers", "nic-after", "report",
		"nic-dead", "vmcore", "digest", "manifest",   "journal",     "publish",	  "post"};
	assert_int_equal(run->steps, ARRAY_SIZE(order));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		assert_string_equal(run->step[i].name, order[i]);
}

static void the_journal(void **state)
{
	(void)state;
	assert_ok(settings_set(&settings, SET_CORE_COLLECTOR, "makedumpfile -l -d 17"));
	script("makedumpfile", "printf 'bad \\377 \"quoted\"\\n' >&2; exit 1");
	plan_save(run);
	_cleanup_buf_ struct buf text = BUF_INIT;
	journal_write(run, &text);
	assert_ok(buf_error(&text));
	assert_true(json_check(text.data, text.len));
	assert_non_null(strstr(text.data, "\"saved_by\": \"vmcore-filter -z -d 17\""));
	assert_non_null(strstr(text.data, "\"complete\": true"));
	assert_non_null(strstr(text.data, "\"started\": \"2026-11-22T09:41:42Z\""));
	assert_non_null(strstr(text.data, "\"name\": \"publish\""));
	/* what was saved as the journal knows all up to the manifest */
	assert_int_equal(check("grep -q '\"manifest\"' capture.json && ! grep -q '\"name\": "
			       "\"publish\"' capture.json"),
			 0);
	assert_int_equal(run->core.attempts, 2);
	assert_int_equal(run->core.attempt[0].outcome, OUTCOME_FAILED);
	assert_int_equal(run->core.attempt[0].exit_status, 1);
}

static void an_incomplete_dump_is_named_so(void **state)
{
	(void)state;
	script("vmcore-filter",
	       DMESG LAST_TWO "echo part > $out; echo 'No space left on device' >&2; exit 3");
	plan_save(run);
	assert_true(run->core.usable);
	assert_false(run->core.complete);
	assert_int_equal(check("case $PWD in */h-20261122T094142Z-incomplete) ;; *) exit 1 ;; "
			       "esac; [ -f vmcore-incomplete ] && "
			       "[ ! -e vmcore ] && sha256sum --strict --quiet -c SHA256SUMS && "
			       "grep -q 'No space left' capture.json"),
			 0);
}

/* What cannot be read back may not be what was written. */
static void a_dump_without_its_manifest_is_not_called_complete(void **state)
{
	(void)state;
	script("vmcore-filter", DMESG LAST_TWO "cp $in $out; mkdir ${out%/*}/SHA256SUMS");
	plan_save(run);
	assert_int_equal(step("vmcore")->outcome, OUTCOME_OK);
	assert_int_equal(step("manifest")->outcome, OUTCOME_FAILED);
	assert_true(run->target.published);
	assert_false(run_whole(run));
	assert_int_equal(check("case $PWD in */h-20261122T094142Z-incomplete) ;; *) exit 1 ;; "
			       "esac; cmp vmcore ../../proc/vmcore && "
			       "tr -d '\n' < capture.json | grep -q '\"complete\": "
			       "false.*\"complete\": true,[^,]*\"digested\": false'"),
			 0);
}

static struct err *unreadable(struct run *r, const char *name, struct step_report *report,
			      char hex[65])
{
	(void)r;
	(void)report;
	(void)hex;
	return err_os(EIO, "%s", name);
}

/* A vmcore that cannot be read back costs the other files nothing, and is not read twice. */
static void a_dump_that_cannot_be_read_back_has_a_manifest_of_the_rest(void **state)
{
	(void)state;
	ops.digest = unreadable;
	plan_save(run);
	assert_int_equal(step("digest")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("manifest")->outcome, OUTCOME_OK);
	assert_true(step("manifest")->bytes < CORE_SIZE);
	assert_false(run_whole(run));
	assert_int_equal(
		check("case $PWD in */h-20261122T094142Z-incomplete) ;; *) exit 1 ;; "
		      "esac; cmp vmcore ../../proc/vmcore && "
		      "! grep -q ' vmcore$' SHA256SUMS && grep -q report.txt SHA256SUMS && "
		      "sha256sum --strict --quiet -c SHA256SUMS"),
		0);
}

/* Root reads everything: here another user saves the dump. */
static void a_small_file_that_cannot_be_read_costs_its_own_line(void **state)
{
	(void)state;
	script("nic-dump", NIC_OUT "echo {} > $out/$file.json; umask 777; : > $out/locked");
	assert_int_equal(machine_sh(".", "chown -R 65534 . 2>/dev/null || :"), 0);
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setuid(65534) < 0 || access(dir, X_OK) < 0))
			_exit(1);
		plan_save(run);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		skip(); /* a user namespace with root alone, or a TMPDIR of root's */
	assert_int_equal(status, 0);
	assert_int_equal(step("manifest")->outcome, OUTCOME_INCOMPLETE);
	assert_non_null(strstr(step("manifest")->message, "/locked: Permission denied"));
	assert_true(run_whole(run));
	assert_int_equal(check("! grep -q locked SHA256SUMS && grep -q ' vmcore$' SHA256SUMS && "
			       "grep -q nic.json SHA256SUMS && grep -q capture.json SHA256SUMS && "
			       "sha256sum --strict --quiet -c SHA256SUMS"),
			 0);
}

/* As when memory runs out: the step's process is killed while it waits for the collector. */
static void a_killed_step_goes_on_with_the_next_collector(void **state)
{
	(void)state;
	script("vmcore-filter", DMESG LAST_TWO "echo part > $out; kill -9 $PPID; sleep 60");
	plan_save(run);
	assert_int_equal(step("vmcore")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("vmcore-again")->outcome, OUTCOME_OK);
	assert_true(run_whole(run));
	assert_int_equal(run->core.attempts, 2);
	assert_int_equal(run->core.saved_by, 1);
	assert_string_equal(run->core.attempt[1].collector, "copy");
	assert_int_equal(check("case $PWD in */h-20261122T094142Z) ;; *) exit 1 ;; esac; "
			       "cmp vmcore ../../proc/vmcore && "
			       "sha256sum --strict --quiet -c SHA256SUMS && "
			       "grep -q 'watched over it was killed' capture.json"),
			 0);
}

/* Once: a second one that is killed is the last. */
static void a_step_that_is_killed_twice(void **state)
{
	(void)state;
	script("vmcore-filter", DMESG "kill -9 $PPID; sleep 60");
	script("makedumpfile", "kill -9 $PPID; sleep 60");
	plan_save(run);
	assert_int_equal(step("vmcore-again")->outcome, OUTCOME_FAILED);
	assert_false(run->core.usable);
	assert_int_equal(run->core.attempts, 2);
	assert_int_equal(step("publish")->outcome, OUTCOME_OK);
}

/* dump_to_rootfs: two dumps, and no doubt which is which. */
static void the_first_target_is_told_from_the_second(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT;
	strcpy(run->target.device, "UUID=first");
	script("vmcore-filter", DMESG LAST_TWO "echo part > $out; exit 3");
	plan_save(run);
	assert_false(fallback_has_first(run));
	fallback_begin(run);
	assert_true(fallback_has_first(run));
	assert_false(run->core.usable);
	strcpy(run->target.device, "UUID=root");
	run->started_wall++;
	run->target.open = run->target.published = false;
	script("vmcore-filter", DMESG LAST_TWO "cp $in $out");
	plan_save(run);
	assert_true(run->core.complete);
	journal_write(run, &text);
	assert_true(json_check(text.data, text.len));
	const char *first = strstr(text.data, "\"first_target\": {");
	assert_non_null(first);
	assert_non_null(strstr(first, "\"device\": \"UUID=first\""));
	assert_non_null(strstr(first, "\"name\": \"h-20261122T094142Z-incomplete\""));
	assert_non_null(strstr(first, "\"file\": \"vmcore-incomplete\""));
	assert_non_null(strstr(text.data, "\"device\": \"UUID=root\""));
	const char *step1 = strstr(text.data, "\"name\": \"vmcore\",");
	const char *step2 = strstr(step1 + 1, "\"name\": \"vmcore\",");
	assert_non_null(step2);
	assert_true(strstr(step1, "\"target\": \"first\"") < strstr(step1, "\"outcome\""));
	assert_true(strstr(step2, "\"target\": \"rootfs\"") < strstr(step2, "\"outcome\""));
	assert_int_equal(sh("[ -f target/h-20261122T094142Z-incomplete/vmcore-incomplete ] && "
			    "[ -f target/h-20261122T094143Z/vmcore ]"),
			 0);
}

static void failures_do_not_spread(void **state)
{
	(void)state;
	script("vmcore-filter",
	       LAST_TWO "[ \"$1\" = --dump-dmesg ] && { echo half > $out; exit 1; }; cp $in $out");
	script("nic-dump", "exit 1");
	script("vmcore-report", "exit 1");
	plan_save(run);
	assert_int_equal(step("dmesg")->outcome, OUTCOME_INCOMPLETE);
	assert_int_equal(step("nic-before")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("report")->outcome, OUTCOME_FAILED);
	assert_int_equal(step("vmcore")->outcome, OUTCOME_OK);
	assert_int_equal(step("publish")->outcome, OUTCOME_OK);
	assert_int_equal(check("[ -f vmcore-dmesg-incomplete.txt ] && [ ! -e vmcore-dmesg.txt ] && "
			       "sha256sum --strict --quiet -c SHA256SUMS"),
			 0);
}

static void no_target(void **state)
{
	(void)state;
	ops.open = open_never;
	plan_save(run);
	assert_int_equal(step("open")->outcome, OUTCOME_FAILED);
	assert_non_null(strstr(step("open")->message, "no disk today"));
	assert_int_equal(step("vmcore")->outcome, OUTCOME_SKIPPED);
	assert_false(run->target.published);
}

static void hooks(void **state)
{
	(void)state;
	char hook[600];
	script("hook", "echo \"$@\" > ${0%/*}/../hook.out; [ \"$1\" != fail ]");
	snprintf(hook, sizeof(hook), "%s/bin/hook one 'two three'", dir);
	assert_ok(settings_set(&settings, SET_KDUMP_POST, hook));
	plan_save(run);
	assert_int_equal(sh("[ \"$(cat hook.out)\" = 'one two three 0' ]"), 0);
	ops.publish = publish_never;
	run->steps = 0;
	run->started_wall++;
	run->target.published = false;
	plan_save(run);
	assert_true(run->core.complete);
	assert_int_equal(sh("[ \"$(cat hook.out)\" = 'one two three 1' ]"), 0);
	ops = target_local;
	ops.open = open_here;
	ops.digest = unreadable;
	run->steps = 0;
	run->started_wall++;
	run->core = (struct vmcore_state) {.saved_by = -1};
	assert_int_equal(sh("rm hook.out"), 0);
	plan_save(run);
	assert_true(run->core.complete && run->target.published);
	assert_int_equal(sh("[ \"$(cat hook.out)\" = 'one two three 1' ]"), 0);
	snprintf(hook, sizeof(hook), "%s/bin/hook fail", dir);
	assert_ok(settings_set(&settings, SET_KDUMP_PRE, hook));
	run->steps = 0;
	run->target.open = run->target.published = false;
	plan_save(run);
	assert_true(run->pre_refused);
	assert_int_equal(step("open")->outcome, OUTCOME_SKIPPED);
	assert_int_equal(step("vmcore")->outcome, OUTCOME_SKIPPED);
}

/* Only a kdump_pre that decided so keeps the dump from being saved. */
static void a_kdump_pre_that_dies_is_no_refusal(void **state)
{
	static const struct {
		const char *body;
		bool refused;
	} cases[] = {
		{"exit 1", true},	    {"exit 125", true},	   {"kill -SEGV $$", false},
		{"exit 139", false},	    {"nonsense-x", false}, {"exit 0", false},
		{"kill $$; exit 1", false},
	};
	char hook[600];
	(void)state;
	snprintf(hook, sizeof(hook), "%s/bin/hook", dir);
	assert_ok(settings_set(&settings, SET_KDUMP_PRE, hook));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		script("hook", cases[i].body);
		run->steps = 0;
		run->started_wall++;
		run->target.open = run->target.published = run->core.complete = false;
		plan_save(run);
		if (run->pre_refused != cases[i].refused || run->core.complete == cases[i].refused)
			fail_msg("%s: refused %d, saved %d: %s", cases[i].body, run->pre_refused,
				 run->core.complete, step("pre")->message);
	}
	assert_int_equal(sh("rm bin/hook"), 0);
	run->steps = 0;
	plan_save(run);
	assert_false(run->pre_refused);
}

static void fadump_leaves_devices_alone(void **state)
{
	(void)state;
	run->environment = ENVIRONMENT_FADUMP;
	plan_save(run);
	assert_int_equal(step("nic-before")->outcome, OUTCOME_SKIPPED);
	assert_int_equal(step("nic-drivers")->outcome, OUTCOME_SKIPPED);
	assert_int_equal(step("nic-after")->outcome, OUTCOME_OK);
	assert_int_equal(step("nic-dead")->outcome, OUTCOME_OK);
}

/* A core whose header is right and whose middle is a hole. */
static void make_elf(void)
{
	Elf64_Ehdr h = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB}};
	int fd = open(run->vmcore, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, &h, sizeof(h)), sizeof(h));
	assert_int_equal(pwrite(fd, "end", 3, 5 * 1024 * 1024), 3);
	assert_int_equal(ftruncate(fd, 6 * 1024 * 1024), 0);
	close(fd);
}

static void the_copy_keeps_holes(void **state)
{
	(void)state;
	make_elf();
	assert_int_equal(sh("rm bin/vmcore-filter"), 0);
	plan_save(run);
	assert_true(run->core.complete);
	assert_string_equal(run->core.attempt[run->core.saved_by].collector, "copy");
	assert_int_equal(check("cmp vmcore ../../proc/vmcore && [ $(stat -c %b vmcore) -lt 200 ]"),
			 0);
}

/* The target takes what comes before limit. */
static struct err *(*real_write_at)(struct sink *s, uint64_t offset, const void *data, size_t len);
static struct err *limited_write(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	return offset > 1024 * 1024 ? err_os(ENOSPC, "writing")
				    : real_write_at(s, offset, data, len);
}

static struct err *limited_sink(struct run *r, const char *name, struct step_report *report,
				struct sink **out)
{
	struct err *e = target_local.sink_create(r, name, report, out);
	if (!e) {
		real_write_at = (*out)->write_at;
		(*out)->write_at = limited_write;
	}
	return e;
}

static void a_copy_that_fills_the_disk_is_flagged(void **state)
{
	(void)state;
	make_elf();
	assert_int_equal(sh("rm bin/vmcore-filter"), 0);
	ops.sink_create = limited_sink;
	plan_save(run);
	assert_true(run->core.usable);
	assert_false(run->core.complete);
	assert_non_null(strstr(step("vmcore")->message, "the target is full"));
	Elf64_Ehdr h;
	char path[PATH_MAX];
	assert_ok(path_printf(path, "%s/vmcore-incomplete", run->target.work));
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
	close(fd);
	assert_int_equal(h.e_flags, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_is_well),
		T(the_journal),
		T(an_incomplete_dump_is_named_so),
		T(a_dump_without_its_manifest_is_not_called_complete),
		T(a_dump_that_cannot_be_read_back_has_a_manifest_of_the_rest),
		T(a_small_file_that_cannot_be_read_costs_its_own_line),
		T(a_killed_step_goes_on_with_the_next_collector),
		T(a_step_that_is_killed_twice),
		T(the_first_target_is_told_from_the_second),
		T(failures_do_not_spread),
		T(no_target),
		T(hooks),
		T(a_kdump_pre_that_dies_is_no_refusal),
		T(fadump_leaves_devices_alone),
		T(the_copy_keeps_holes),
		T(a_copy_that_fills_the_disk_is_flagged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
