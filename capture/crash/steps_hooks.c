// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kdump_pre and kdump_post. As kdump.conf(5) has it: a kdump_pre that fails means "do not save";
 * kdump_post gets the result as its argument. Other than Fedora's, a kdump_pre that died is not one
 * that said no: nobody decided anything, and the dump is saved.
 */
#include "crash/steps.h"

#include <string.h>
#include <sys/wait.h>
#include "crash/words.h"

/* What a shell returns for a command that could not be run or that a signal ended: 126 and up. */
#define EXIT_DECIDED_MAX 125

static struct err *hook(const char *line, const char *argument, struct step_report *report,
			struct program_result *r)
{
	*r = (struct program_result) {0};
	struct words w;
	struct err *e = words_split(line, &w);
	if (!e && w.count && argument && w.count < WORDS_MAX) {
		w.word[w.count] = strdup(argument);
		w.count += w.word[w.count] != NULL;
	}
	if (!e && w.count) {
		struct program p = {.argv = w.word, .progress = &report->progress};
		e = program_run(&p, r);
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
	struct program_result r;
	struct err *e = hook(settings_get(run->settings, SET_KDUMP_PRE), NULL, report, &r);
	int status =
		e && r.started && !r.timed_out && WIFEXITED(r.status) ? WEXITSTATUS(r.status) : 0;
	run->pre_refused = status > 0 && status <= EXIT_DECIDED_MAX;
	if (e && !run->pre_refused)
		e = err_wrap(e, "kdump_pre did not say no: the dump is saved");
	return e;
}

struct err *step_post(void *arg, struct step_report *report)
{
	struct run *run = arg;
	/* One that could not be read back is not called complete by its name either, and one that
	 * did not get its name is not there for whoever looks for it. */
	bool saved = run_whole(run) && run->target.published;
	struct program_result r;
	return hook(settings_get(run->settings, SET_KDUMP_POST), saved ? "0" : "1", report, &r);
}
