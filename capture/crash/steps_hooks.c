// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kdump_pre and kdump_post. As kdump.conf(5) has it: a kdump_pre that fails means "do not save";
 * kdump_post gets the result as its argument.
 */
#include "crash/steps.h"

#include <string.h>
#include "crash/words.h"

static struct err *hook(const char *line, const char *argument, struct step_report *report)
{
	struct words w;
	struct err *e = words_split(line, &w);
	if (!e && w.count && argument && w.count < WORDS_MAX) {
		w.word[w.count] = strdup(argument);
		w.count += w.word[w.count] != NULL;
	}
	if (!e && w.count) {
		struct program p = {.argv = w.word, .progress = &report->progress};
		struct program_result r;
		e = program_run(&p, &r);
	} else if (!e) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "not configured");
	}
	words_deinit(&w);
	return e;
}

struct err *step_pre(void *arg, struct step_report *report)
{
	struct run *run = arg;
	struct err *e = hook(settings_get(run->settings, SET_KDUMP_PRE), NULL, report);
	run->pre_refused = e != NULL && err_code(e) == ERR_OTHER;
	return e;
}

struct err *step_post(void *arg, struct step_report *report)
{
	struct run *run = arg;
	/* A dump that did not get its name is not there for whoever looks for it. */
	bool saved = run->core.complete && run->target.published;
	return hook(settings_get(run->settings, SET_KDUMP_POST), saved ? "0" : "1", report);
}
