// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happened, in words: vmcore-report on the dump that is about to be saved. Whatever becomes of
 * it, the dump comes next: it has little time, little memory, and files of a limited size, and is
 * the first to go when the capture kernel runs short. What it wrote until then stays.
 */
#include "crash/steps.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "crash/flush.h"
#include "crash/say.h"
#include "crash/target.h"

#define PROGRAM "vmcore-report"
/*
 * Its own data are 3.5 MiB on an ordinary kernel's /proc/vmcore; with less it leaves out what needs
 * the kernel's symbols and types.
 */
#define MEMORY_MIN_KIB ((uint64_t)6 * 1024)
#define MEMORY_MAX_KIB ((uint64_t)48 * 1024)
/* The log is in both files; on a remote target both are in memory. */
#define FILE_BYTES_MAX ((uint64_t)16 << 20)

static const char *const files[] = {FILE_REPORT_TEXT, FILE_REPORT_JSON};

static struct err *write_report(struct run *run, uint64_t memory_kib, struct step_report *report)
{
	char text[PATH_MAX];
	char json[PATH_MAX];
	struct err *e = path_printf(text, "%s/%s", run->target.work, FILE_REPORT_TEXT);
	if (!e)
		e = path_printf(json, "%s/%s", run->target.work, FILE_REPORT_JSON);
	if (e)
		return e;
	char *argv[] = {
		(char[]) {PROGRAM},
		(char[]) {"--text"},
		text,
		(char[]) {"--json"},
		json,
		run->vmcore,
		NULL,
	};
	struct program p = {
		.argv = argv,
		.wall = run->report_seconds,
		.progress = &report->progress,
		.memory = memory_kib * 1024,
		.file_bytes = FILE_BYTES_MAX,
	};
	struct program_result r;
	return program_run(&p, &r);
}

/* Makes the files last, and removes those that it did not come to. Returns what they hold. */
static struct err *keep(struct run *run, struct step_report *report, uint64_t *bytes)
{
	struct err *e = NULL;
	*bytes = 0;
	for (size_t i = 0; !e && i < ARRAY_SIZE(files); i++) {
		char path[PATH_MAX];
		struct stat st;
		e = path_printf(path, "%s/%s", run->target.work, files[i]);
		if (e || stat(path, &st) < 0)
			continue;
		if (st.st_size == 0) {
			unlink(path);
			continue;
		}
		*bytes += (uint64_t)st.st_size;
		atomic_store(&report->bytes, *bytes);
		e = flush_file(path, &report->progress);
	}
	return e;
}

struct err *step_report(void *arg, struct step_report *report)
{
	struct run *run = arg;
	uint64_t memory_kib = environment_spare_kib(run->root, MEMORY_MIN_KIB, MEMORY_MAX_KIB);
	uint64_t bytes;
	if (!program_exists(PROGRAM) || !memory_kib) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "%s",
			 memory_kib ? PROGRAM " is not here" : "there is too little memory for it");
		return NULL;
	}
	struct err *e = write_report(run, memory_kib, report);
	struct err *flush_err = keep(run, report, &bytes);
	if (e && bytes > 0)
		report->outcome = OUTCOME_INCOMPLETE;
	if (!e)
		return flush_err;
	err_free(flush_err);
	return e;
}

struct err *step_send_report(void *arg, struct step_report *report)
{
	struct run *run = arg;
	struct err *e = NULL;
	unsigned sent = 0;
	for (size_t i = 0; !e && i < ARRAY_SIZE(files); i++) {
		char path[PATH_MAX];
		e = path_printf(path, "%s/%s", run->target.work, files[i]);
		if (e || access(path, F_OK) < 0)
			continue;
		e = target_put(run, files[i], report);
		sent++;
	}
	if (!e && !sent) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "there is none");
	}
	return e;
}
