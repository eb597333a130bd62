// SPDX-License-Identifier: GPL-2.0-or-later
/* The crashed kernel's log: the smallest file, worth most, saved first. */
#include "crash/steps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "crash/flush.h"
#include "crash/target.h"

/* Reading a log of at most some MiB; a hung reader must not cost the dump. */
#define DMESG_STALL 30.0

/* Programs that can do it, all with the same option. */
static const char *const readers[] = {"vmcore-filter", "makedumpfile"};

static struct err *extract(struct run *run, const char *reader, char *out,
			   struct step_report *report)
{
	char *argv[] = {(char *)(uintptr_t)reader, (char[]) {"--dump-dmesg"}, run->vmcore, out,
			NULL};
	struct program p = {.argv = argv, .stall = DMESG_STALL, .progress = &report->progress};
	struct program_result r;
	unlink(out);
	return program_run(&p, &r);
}

static struct err *extract_any(struct run *run, char *out, struct step_report *report)
{
	struct err *first = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		if (i > 0 && !program_exists(readers[i]))
			continue;
		struct err *e = extract(run, readers[i], out, report);
		if (!e) {
			err_free(first);
			return NULL;
		}
		if (first)
			err_free(e);
		else
			first = e;
	}
	return first;
}

struct err *step_dmesg(void *arg, struct step_report *report)
{
	struct run *run = arg;
	char part[PATH_MAX];
	char whole[PATH_MAX];
	struct err *e = path_printf(part, "%s/%s", run->target.work, FILE_DMESG_INCOMPLETE);
	if (!e)
		e = path_printf(whole, "%s/%s", run->target.work, FILE_DMESG);
	if (e)
		return e;
	e = extract_any(run, part, report);
	struct stat st;
	if (stat(part, &st) == 0)
		atomic_store(&report->bytes, (uint64_t)st.st_size);
	if (e) {
		/* What there is stays under its incomplete name. */
		if (atomic_load(&report->bytes) > 0)
			report->outcome = OUTCOME_INCOMPLETE;
		else
			unlink(part);
		return e;
	}
	if (rename(part, whole) < 0)
		return err_os(errno, "%s", whole);
	e = flush_file(whole, &report->progress);
	run->dmesg_saved = !e;
	return e;
}

struct err *step_send_dmesg(void *arg, struct step_report *report)
{
	struct run *run = arg;
	return target_put(run, run->dmesg_saved ? FILE_DMESG : FILE_DMESG_INCOMPLETE, report);
}
