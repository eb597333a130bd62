// SPDX-License-Identifier: GPL-2.0-or-later
#include "run_sums.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>

#include "report_once.h"

static void note_worst(struct worst *w, const struct worst *other)
{
	if (other->value > w->value)
		*w = *other;
}

void run_sums_count(struct run_sums *sums, const struct plan *p, const struct run_result *r,
		    bool failed)
{
	int status = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;
	struct run_sums one = {
		.runs = 1,
		.failures = failed,
		.refused = status == RUN_REFUSED,
		.nothing = status == RUN_NOTHING,
		.parts = r->parts,
		.cpu = r->cpu,
		.most_cpu = {r->cpu, p->seed},
		.most_rss = {(double)r->rss_kib, p->seed},
	};
	one.by_place[p->place][0] = 1;
	one.by_place[p->place][1] = failed;
	run_sums_add(sums, &one);
}

void run_sums_add(struct run_sums *sums, const struct run_sums *more)
{
	sums->runs += more->runs;
	sums->failures += more->failures;
	sums->refused += more->refused;
	sums->nothing += more->nothing;
	sums->parts += more->parts;
	for (enum place place = 0; place < PLACES; place++) {
		sums->by_place[place][0] += more->by_place[place][0];
		sums->by_place[place][1] += more->by_place[place][1];
	}
	sums->cpu += more->cpu;
	note_worst(&sums->most_cpu, &more->most_cpu);
	note_worst(&sums->most_rss, &more->most_rss);
}

void run_sums_say(const struct run_sums *sums)
{
	printf("# %" PRIu64 " runs: %.1f parts each have something to say; %" PRIu64
	       " times nothing, %" PRIu64 " times refused\n",
	       sums->runs, (double)sums->parts / (double)MAX(sums->runs, 1u), sums->nothing,
	       sums->refused);
	printf("# CPU: %.3f s each, %.2f s at most (seed %" PRIu64
	       "); memory: %.0f KiB at most (seed "
	       "%" PRIu64 ")\n",
	       sums->cpu / (double)MAX(sums->runs, 1u), sums->most_cpu.value, sums->most_cpu.seed,
	       sums->most_rss.value, sums->most_rss.seed);
	for (enum place place = 0; place < PLACES; place++)
		printf("# %-10s %6" PRIu64 " runs, %" PRIu64 " failed\n", place_name(place),
		       sums->by_place[place][0], sums->by_place[place][1]);
}
