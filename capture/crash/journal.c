// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/journal.h"

#include <string.h>
#include <sys/utsname.h>
#include "base/json.h"
#include "crash/fallback.h"
#include "crash/target.h"

static void put_time(struct json *j, const char *key, time_t when)
{
	char text[32];
	struct tm tm = {0};
	gmtime_r(&when, &tm);
	if (strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		json_str(j, key, text);
	else
		json_null(j, key);
}

static void put_target(struct json *j, const struct target *t)
{
	json_object(j, "target");
	json_str(j, "kind", t->ops->name);
	json_str(j, "device", t->device);
	if (*t->fstype)
		json_str(j, "fstype", t->fstype);
	json_str(j, "path", t->save_path);
	json_str(j, "name", t->name);
	json_object_end(j);
}

static void put_attempt(struct json *j, const struct attempt *a)
{
	json_object(j, NULL);
	json_str(j, "collector", a->collector);
	json_str(j, "outcome", outcome_name(a->outcome));
	json_double(j, "seconds", a->seconds, 3);
	json_u64(j, "bytes", a->bytes);
	if (a->exit_status >= 0)
		json_i64(j, "exit_status", a->exit_status);
	if (*a->message)
		json_str(j, "message", a->message);
	if (*a->tail)
		json_str(j, "stderr", a->tail);
	json_object_end(j);
}

static void put_core(struct json *j, const struct vmcore_state *core)
{
	json_object(j, "vmcore");
	json_bool(j, "saved", core->usable);
	json_bool(j, "complete", core->complete);
	json_bool(j, "digested", core->digested);
	json_str(j, "file", core->usable ? core->file : NULL);
	json_u64(j, "bytes", core->usable ? core->bytes : 0);
	json_str(j, "saved_by",
		 core->usable && core->saved_by >= 0 ? core->attempt[core->saved_by].collector
						     : NULL);
	if (core->read_errors)
		json_u64(j, "blocks_unreadable", core->read_errors);
	json_array(j, "attempts");
	for (unsigned i = 0; i < core->attempts && i < RUN_ATTEMPTS_MAX; i++)
		put_attempt(j, &core->attempt[i]);
	json_array_end(j);
	json_object_end(j);
}

static void put_steps(struct json *j, const struct run *run)
{
	json_array(j, "steps");
	for (unsigned i = 0; i < run->steps; i++) {
		const struct step_result *r = &run->step[i].result;
		if (r->outcome == OUTCOME_NONE)
			continue; /* the one that writes this */
		json_object(j, NULL);
		json_str(j, "name", run->step[i].name);
		const char *target = fallback_step_target(run, i);
		if (target)
			json_str(j, "target", target);
		json_str(j, "outcome", outcome_name(r->outcome));
		json_double(j, "start", r->start - run->started, 3);
		json_double(j, "seconds", r->seconds, 3);
		json_u64(j, "bytes", r->bytes);
		if (run->step[i].available_kib)
			json_u64(j, "available_kib", run->step[i].available_kib);
		if (*r->message)
			json_str(j, "message", r->message);
		json_object_end(j);
	}
	json_array_end(j);
}

void journal_write(const struct run *run, struct buf *out)
{
	struct json j;
	struct utsname u = {0};
	uname(&u);
	json_init(&j, out, false);
	json_object(&j, NULL);
	json_i64(&j, "format", 1);
	json_str(&j, "program", "kdump-capture " SALVOR_VERSION);
	json_str(&j, "host", settings_get(run->settings, SET_HOST));
	json_str(&j, "environment", environment_name(run->environment));
	json_str(&j, "capture_kernel", u.release);
	json_str(&j, "machine", u.machine);
	put_time(&j, "started", run->started_wall);
	if (run->uptime >= 0)
		json_double(&j, "capture_kernel_uptime", run->uptime, 2);
	json_u64(&j, "memory_kib", run->memory_kib);
	json_bool(&j, "complete", run_whole(run));
	put_target(&j, &run->target);
	fallback_write(run, &j);
	put_core(&j, &run->core);
	put_steps(&j, run);
	json_array(&j, "after");
	json_str(&j, NULL, "publish");
	if (run->environment == ENVIRONMENT_FADUMP)
		json_str(&j, NULL, "release");
	json_str(&j, NULL, "final");
	json_array_end(&j);
	json_object_end(&j);
}
