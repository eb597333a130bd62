// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/stopped_cpus.h"

#include <math.h>

#define NAMED_MAX 4

double stopped_cpus_text(const struct kernel *k, const struct cpus_progress *all,
			 struct buf *sentence)
{
	double longest = 0;
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++) {
		const struct cpu_progress *c = &all->cpu[i];
		if (!cpu_stood_still(c))
			continue;
		longest = fmax(longest, c->stopped);
		if (n++ >= NAMED_MAX)
			continue;
		buf_printf(sentence, "%sCPU %zu stood still for %.0f s, as with interrupts off,",
			   n > 1 ? "; " : "", i, c->stopped);
		cpu_place_text(k, all->all, c, sentence);
	}
	if (n > NAMED_MAX)
		buf_printf(sentence, "; and %zu more CPUs", n - NAMED_MAX);
	return longest;
}

bool report_stopped_cpus(struct report *r, const struct stopped_search *s, struct buf *sentence)
{
	struct cpus_progress all;
	struct err *e = cpus_progress_read(r, s, &all);
	double longest = e ? 0 : stopped_cpus_text(r->k, &all, sentence);
	err_free(e); /* the part of the run queues says it */
	cpus_progress_deinit(&all);
	return longest > 0;
}
