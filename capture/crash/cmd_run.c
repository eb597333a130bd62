// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump-capture run: save, release, and what comes then. */
#include "crash/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "base/pool.h"
#include "crash/alive.h"
#include "crash/fallback.h"
#include "crash/final.h"
#include "crash/flush.h"
#include "crash/plan.h"
#include "crash/run.h"
#include "crash/say.h"
#include "crash/steps.h"
#include "crash/target.h"
#include "crash/watchdog.h"

/* --early: what a local disk needs to appear after its driver was loaded. A later hook waits
 * longer. */
#define EARLY_SECONDS 10.0
/* Its step: the look at a sick device may block. */
#define EARLY_LIMIT 30.0

/* Says that this boot's dump was dealt with, for hooks that call us again. */
#define DONE_FILE "done"

static double read_uptime(const struct root *root)
{
	char line[64];
	double up;
	if (root_read_line(root, "/proc/uptime", line, sizeof(line)) <= 0 ||
	    sscanf(line, "%lf", &up) != 1)
		return -1;
	return up;
}

static struct err *load_settings(const struct root *root, const char *file, struct settings *s)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = root_read(root, file, SETTINGS_SIZE_MAX, &text);
	if (e)
		return err_wrap(e, "resolved configuration");
	return settings_parse(s, file, buf_str(&text), text.len);
}

static struct err *run_init(struct run *run, const struct root *root, const struct settings *s,
			    const struct options *o)
{
	run->root = root;
	run->settings = s;
	run->live = strcmp(root->path, "/") == 0;
	run->early = o->early;
	run->started = clock_now();
	run->started_wall = time(NULL);
	run->uptime = read_uptime(root);
	run->memory_kib = environment_memory_kib(root);
	run->cpus = pool_usable_cpus();
	run->report_seconds = REPORT_SECONDS;
	run->nic_seconds = NIC_SECONDS;
	run->environment = environment_detect(root);
	run->core.saved_by = -1;
	struct err *e = run_path(run, RUN_DIR, run->dir);
	if (!e)
		e = run_path(run, "/proc/vmcore", run->vmcore);
	if (e)
		return e;
	const char *kind = settings_get(s, SET_TARGET);
	run->target.ops = target_find(kind);
	if (!run->target.ops)
		return err_new(ERR_USAGE, "TARGET '%s' is not known; local or ssh", kind);
	return run->target.ops->prepare(run);
}

static struct err *wait_for_device(void *arg, struct step_report *report)
{
	struct run *run = arg;
	(void)report;
	return run->target.ops->wait(run, EARLY_SECONDS);
}

static bool device_is_there(struct run *run)
{
	if (!run->target.ops->wait)
		return true;
	struct step_limits limits = {.wall = EARLY_LIMIT};
	struct step_result r;
	step_run(&limits, wait_for_device, run, &r);
	if (r.outcome != OUTCOME_OK)
		say("not yet: %s", r.message);
	return r.outcome == OUTCOME_OK;
}

static bool saved(const struct run *run)
{
	return run_whole(run) && run->target.published;
}

static enum action action_of(const struct run *run)
{
	enum setting key = saved(run) || run->pre_refused ? SET_FINAL_ACTION : SET_FAILURE_ACTION;
	const char *name = settings_get(run->settings, key);
	enum action a = action_find(name);
	if (a < ACTION_COUNT)
		return a;
	if (strcmp(name, "default") != 0)
		say_error("%s '%s' is not known; taking the default", settings_key_name(key), name);
	/* fadump: this boot is the production boot; it goes on once the dump is saved. */
	return run->environment == ENVIRONMENT_FADUMP && saved(run) ? ACTION_CONTINUE
								    : ACTION_REBOOT;
}

static int exit_status(const struct run *run)
{
	if (saved(run))
		return EXIT_SAVED;
	bool part = run->core.usable && run->target.published;
	return part || fallback_has_first(run) ? EXIT_INCOMPLETE : EXIT_NOT_SAVED;
}

static void summary(const struct run *run)
{
	const struct target *t = &run->target;
	double seconds = clock_now() - run->started;
	if (run->core.complete && !run->core.digested)
		say_error("the vmcore was not read back: what the target holds may not be what "
			  "was written");
	if (saved(run))
		say("saved: %s:%s/%s, vmcore %llu bytes, %.1f s", t->device, t->save_path, t->name,
		    (unsigned long long)run->core.bytes, seconds);
	else if (run->core.usable && t->published)
		say_error("INCOMPLETE dump: %s:%s/%s" INCIDENT_INCOMPLETE "/%s, %llu bytes, %.1f s",
			  t->device, t->save_path, t->name, run->core.file,
			  (unsigned long long)run->core.bytes, seconds);
	else
		say_error("the dump was NOT saved%s",
			  t->published ? "; see capture.json for what was" : "");
}

static void mark_done(const struct run *run, int status)
{
	char path[PATH_MAX];
	_cleanup_buf_ struct buf text = BUF_INIT;
	buf_printf(&text, "%d\n", status);
	struct err *e = path_printf(path, "%s/%s", run->dir, DONE_FILE);
	if (!e)
		e = flush_write(path, &text);
	err_free(e);
}

/* failure_action dump_to_rootfs: once more, to the root file system. */
static void save_to_rootfs(struct run *run)
{
	plan_close(run);
	fallback_begin(run);
	struct err *e = target_local_rootfs(run);
	if (e) {
		say_error("dump_to_rootfs: %s", err_message(e));
		err_free(e);
	} else {
		say("dump_to_rootfs: saving to %s", run->target.device);
		plan_save(run);
		summary(run);
	}
	fallback_say(run);
}

static void save_and_finish(struct run *run, int *status)
{
	plan_save(run);
	summary(run);
	enum action a = action_of(run);
	if (a == ACTION_DUMP_TO_ROOTFS) {
		save_to_rootfs(run);
		a = action_of(run);
		if (a == ACTION_DUMP_TO_ROOTFS)
			a = ACTION_REBOOT;
	}
	if (a == ACTION_CONTINUE && run->environment == ENVIRONMENT_FADUMP &&
	    plan_release(run) != OUTCOME_OK && !run->released) {
		say_error("without its memory this boot cannot go on");
		a = ACTION_REBOOT;
	}
	plan_close(run);
	*status = exit_status(run);
	mark_done(run, *status);
	final_do(a, run->live);
}

static void tick(double left)
{
	alive_say(left);
	watchdog_feed();
}

/* From here on we are looked after: by who started us, and by the hardware. */
static void watch_start(const struct root *root)
{
	char dir[PATH_MAX];
	char path[PATH_MAX];
	const char *prefix = strcmp(root->path, "/") == 0 ? "" : root->path;
	struct err *e = path_printf(dir, "%s" RUN_DIR, prefix);
	if (!e)
		e = incident_mkdirs(dir, 0755);
	if (!e)
		e = path_printf(path, "%s/" ALIVE_FILE, dir);
	if (!e)
		e = alive_init(path);
	if (e)
		say_error("nobody will notice if this hangs: %s", err_message(e));
	err_free(e);
	if (environment_detect(root) == ENVIRONMENT_KDUMP)
		watchdog_init(root);
	step_on_tick(tick);
}

static void watch_end(void)
{
	step_on_tick(NULL);
	watchdog_deinit();
	alive_deinit();
}

static struct err *run_with(const struct options *o, const struct root *root, struct settings *s,
			    int *status)
{
	struct err *e = load_settings(root, o->config ? o->config : SETTINGS_FILE, s);
	struct run *run = e ? NULL : step_share(sizeof(*run));
	if (!e && !run)
		e = err_nomem();
	if (!e)
		e = run_init(run, root, s, o);
	if (!e && o->dry_run) {
		plan_print(run);
		*status = EXIT_SAVED;
	} else if (!e && o->early && !device_is_there(run)) {
		*status = EXIT_NOT_READY;
	} else if (!e) {
		e = incident_mkdirs(run->dir, 0755);
		if (!e && run->target.ops->remote)
			e = incident_mkdirs(run->target.work, 0700);
		if (!e) {
			say_phase("start");
			save_and_finish(run, status);
		}
	}
	step_unshare(run, sizeof(*run));
	return e;
}

struct err *cmd_run(const struct options *o, int *status)
{
	struct root root;
	struct settings s = {0};
	struct err *e = root_init(&root, o->root);
	if (e)
		return e;
	if (!o->dry_run &&
	    (!environment_dump_waits(&root) || root_exists(&root, RUN_DIR "/" DONE_FILE))) {
		fprintf(stderr, "kdump-capture: no dump waits\n");
		*status = EXIT_NO_DUMP;
	} else {
		say_init(strcmp(root.path, "/") == 0 && !o->dry_run);
		if (!o->dry_run)
			watch_start(&root);
		e = run_with(o, &root, &s, status);
		watch_end();
		say_deinit();
	}
	settings_deinit(&s);
	root_deinit(&root);
	return e;
}
