// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks that wait for what does not answer any more, as a sentence of the verdict. */
#include "report/io_wait.h"

#include <inttypes.h>

/* Different devices and servers, and tasks of each by name. */
#define PLACES_MAX 4
#define NAMED_MAX  4

struct stuck {
	struct io_target target;
	struct io_place place;
	uint32_t n, named[NAMED_MAX]; /* threads */
};

struct stuck_all {
	struct stuck at[PLACES_MAX];
	uint32_t n;
	bool servers;
};

static void add(struct report *r, struct stuck_all *all, const struct io_target *t, uint32_t thread)
{
	uint32_t i = 0;
	while (i < all->n && !io_target_same(&all->at[i].target, t))
		i++;
	if (i == PLACES_MAX)
		return;
	struct stuck *s = &all->at[i];
	if (i == all->n) {
		*s = (struct stuck) {.target = *t};
		io_place_read(r, t, &s->place);
		if (!(s->place.is_dm && s->place.dm.suspended) && !(all->servers && t->client))
			return;
		all->n++;
	}
	if (s->n < NAMED_MAX)
		s->named[s->n] = thread;
	s->n++;
}

static void say(const struct threads *threads, const struct stuck *s, struct buf *out)
{
	const char *verb = s->n == 1 ? "waits" : "wait";
	_cleanup_buf_ struct buf place = BUF_INIT;
	io_place_text(&s->place, &place);
	buf_printf(out, "%" PRIu32 " task%s %s for %s:", s->n, s->n == 1 ? "" : "s", verb,
		   buf_str(&place));
	for (uint32_t i = 0; i < s->n && i < NAMED_MAX; i++) {
		const struct task *t = &threads->thread[s->named[i]].task;
		buf_printf(out, "%s %s (pid %d)", i ? "," : "", t->comm, t->pid);
	}
	if (s->n > NAMED_MAX)
		buf_printf(out, ", and %" PRIu32 " more", s->n - NAMED_MAX);
}

bool report_stuck_io(struct report *r, bool servers, struct buf *sentence)
{
	const struct threads *threads = report_threads(r);
	struct stuck_all all = {.servers = servers};
	for (uint32_t i = 0; threads && i < threads->n && report_time_left(r); i++) {
		const struct thread *t = &threads->thread[i];
		struct io_target target;
		struct wait w;
		if (t->idle || t->running || t->task.state != 'D')
			continue;
		wait_of(r->k, threads, t, &w);
		if (io_wait_target(r, threads, t, &w, &target))
			add(r, &all, &target, i);
	}
	for (uint32_t i = 0; i < all.n; i++) {
		buf_puts(sentence, i ? "; " : "");
		say(threads, &all.at[i], sentence);
	}
	return all.n > 0;
}
