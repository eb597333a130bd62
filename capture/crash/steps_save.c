// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the target, the dump itself, and what makes a directory of files a published incident. */
#include "crash/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "crash/collector.h"
#include "crash/digest.h"
#include "crash/flush.h"
#include "crash/journal.h"
#include "crash/say.h"
#include "crash/target.h"

/* vmcore-filter's record is about 1 KiB. */
#define RECORD_MAX ((size_t)64 * 1024)

struct err *step_open(void *arg, struct step_report *report)
{
	struct run *run = arg;
	return run->target.ops->open(run, report);
}

struct err *step_close(void *arg, struct step_report *report)
{
	struct run *run = arg;
	(void)report;
	if (run->target.ops->close)
		run->target.ops->close(run);
	return NULL;
}

struct err *step_vmcore(void *arg, struct step_report *report)
{
	struct run *run = arg;
	struct vmcore_state *core = &run->core;
	struct err *e = collector_save(run, report);
	if (e)
		return e;
	atomic_store(&report->bytes, core->bytes);
	const struct attempt *a = &core->attempt[core->saved_by];
	if (!core->complete) {
		report->outcome = OUTCOME_INCOMPLETE;
		step_say(report, "incomplete, saved by %.60s: %.300s", a->collector, a->message);
		return NULL;
	}
	/* Only a complete dump gets the name that says so. */
	e = run->target.ops->rename(run, FILE_VMCORE_INCOMPLETE, FILE_VMCORE);
	if (e) {
		core->complete = false;
		return e;
	}
	strcpy(core->file, FILE_VMCORE);
	step_say(report, "saved by %.60s%s%.300s", a->collector, *a->message ? "; " : "",
		 a->message);
	return NULL;
}

/* Of what the target holds, wherever that is. */
struct err *step_digest(void *arg, struct step_report *report)
{
	struct run *run = arg;
	struct vmcore_state *core = &run->core;
	char hex[sizeof(core->hex)];
	if (!core->usable) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "no vmcore was saved");
		return NULL;
	}
	struct err *e = run->target.ops->digest(run, core->file, report, hex);
	if (e)
		return err_wrap(e, "no digest of %s", core->file);
	memcpy(core->hex, hex, sizeof(core->hex));
	atomic_store(&report->bytes, core->bytes);
	return NULL;
}

struct listing {
	const struct run *run;
	unsigned not_sent; /* files that are here and did not get to the target */
};

/*
 * The manifest does not list itself. A vmcore that could not be read back is not tried again: the
 * other files would be lost.
 */
static bool not_listed(void *arg, const char *name)
{
	struct listing *l = arg;
	bool core = strcmp(name, FILE_VMCORE) == 0 || strcmp(name, FILE_VMCORE_INCOMPLETE) == 0;
	if (strcmp(name, FILE_MANIFEST) == 0 || (core && l->run->core.usable))
		return true;
	if (target_has(l->run, name))
		return false;
	l->not_sent++;
	return true;
}

/*
 * The collector's record: it was made in memory, because the target may have been full, and comes
 * to the other files now. Without one (another collector) there is nothing to do.
 */
static struct err *take_record(struct run *run, struct step_report *report)
{
	char from[PATH_MAX];
	char to[PATH_MAX];
	struct root here;
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = path_printf(from, "%s/%s", run->dir, FILE_RECORD);
	if (!e)
		e = path_printf(to, "%s/%s", run->target.work, FILE_RECORD);
	if (e || access(from, F_OK) < 0)
		return e;
	e = root_init(&here, run->dir);
	if (e)
		return e;
	e = root_read(&here, FILE_RECORD, RECORD_MAX, &text);
	root_deinit(&here);
	if (!e && text.len)
		e = flush_write(to, &text);
	if (!e && text.len && run->target.ops->put)
		e = target_put(run, FILE_RECORD, report);
	return e;
}

struct err *step_manifest(void *arg, struct step_report *report)
{
	struct run *run = arg;
	const struct target_ops *ops = run->target.ops;
	ops->drop_reserve(run);
	struct err *record_err = take_record(run, report);
	if (record_err)
		say_error("%s: %s", FILE_RECORD, err_message(record_err));
	err_free(record_err);
	_cleanup_buf_ struct buf lines = BUF_INIT;
	struct listing listing = {.run = run};
	struct err *left_out =
		digest_tree(run->target.work, not_listed, &listing, &report->bytes, &lines);
	if (listing.not_sent && !left_out)
		left_out = err_new(ERR_OTHER, "%u did not get to the target", listing.not_sent);
	if (*run->core.hex)
		digest_line(&lines, run->core.hex, run->core.file);
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s/%s", run->target.work, FILE_MANIFEST);
	if (!e)
		e = flush_write(path, &lines);
	if (!e && ops->put)
		e = target_put(run, FILE_MANIFEST, report);
	run->core.digested = !e && *run->core.hex;
	if (!e && left_out) {
		report->outcome = OUTCOME_INCOMPLETE;
		step_say(report, "not all files are in it: %s", err_message(left_out));
	}
	err_free(left_out);
	return e;
}

/* Writes a file beside the others and adds it to the manifest, so that the manifest stays complete.
 */
struct err *steps_add_file(struct run *run, const char *name, const struct buf *content,
			   struct step_report *report)
{
	const struct target_ops *ops = run->target.ops;
	_cleanup_buf_ struct buf line = BUF_INIT;
	char path[PATH_MAX];
	char manifest[PATH_MAX];
	char hex[DIGEST_HEX_SIZE];
	struct err *e = path_printf(path, "%s/%s", run->target.work, name);
	if (!e)
		e = path_printf(manifest, "%s/%s", run->target.work, FILE_MANIFEST);
	if (!e)
		e = flush_write(path, content);
	if (!e)
		e = digest_file(path, NULL, hex);
	if (e)
		return e;
	digest_line(&line, hex, name);
	atomic_fetch_add(&report->bytes, content->len);
	e = flush_append(manifest, &line);
	if (!e && ops->put)
		e = target_put(run, name, report);
	if (!e && ops->put)
		e = target_put(run, FILE_MANIFEST, report);
	return e;
}

struct err *step_journal(void *arg, struct step_report *report)
{
	struct run *run = arg;
	_cleanup_buf_ struct buf text = BUF_INIT;
	journal_write(run, &text);
	struct err *e = buf_error(&text);
	return e ? e : steps_add_file(run, FILE_JOURNAL, &text, report);
}

struct err *step_publish(void *arg, struct step_report *report)
{
	struct run *run = arg;
	run->target.ops->drop_reserve(run); /* if the manifest's step did not get that far */
	return run->target.ops->publish(run, run_whole(run), report);
}
