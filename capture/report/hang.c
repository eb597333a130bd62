// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/hang.h"

#include <stdlib.h>
#include <string.h>
#include "report/ending.h"
#include "report/rcu.h"

const char *suspect_kind_name(enum suspect_kind kind)
{
	static const char *const names[SUSPECT_KINDS] = {
		[SUSPECT_STOPPED_CPU] = "stopped-cpu",
		[SUSPECT_LOCKUP] = "lockup",
		[SUSPECT_DEADLOCK] = "deadlock",
		[SUSPECT_CPU_HOG] = "cpu-hog",
		[SUSPECT_MEMORY] = "memory",
		[SUSPECT_IO] = "io",
		[SUSPECT_LOCK_HOLDER] = "lock-holder",
		[SUSPECT_BLOCKED] = "blocked",
		[SUSPECT_RUN_QUEUE] = "run-queue",
		[SUSPECT_RCU] = "rcu",
		[SUSPECT_POSSIBLE_DEADLOCK] = "possible-deadlock",
	};
	return names[kind];
}

void hang_add(struct hang *h, enum suspect_kind kind, const char *part, double seconds, bool strong,
	      struct buf *text)
{
	if (h->n == HANG_SUSPECTS) {
		h->more++;
		buf_deinit(text);
	} else {
		h->suspect[h->n++] = (struct suspect) {kind, part, seconds, strong, *text};
	}
	*text = BUF_INIT;
}

void hang_name_task(const struct task *t, size_t nth, struct buf *out)
{
	if (nth < HANG_NAMED)
		buf_printf(out, "%s %s (pid %d)", nth ? "," : ":", t->comm, t->pid);
}

void hang_name_more(size_t n, struct buf *out)
{
	if (n > HANG_NAMED)
		buf_printf(out, ", and %zu more", n - HANG_NAMED);
}

static void find_deadlocks(struct report *r, struct hang *h)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	if (report_deadlock(r, &text))
		hang_add(h, SUSPECT_DEADLOCK, "locks", -1, true, &text);
	if (report_possible_deadlock(r, &text))
		hang_add(h, SUSPECT_POSSIBLE_DEADLOCK, "locks", -1, false, &text);
}

static void add_rcu(struct hang *h, const struct rcu_wait *w)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	if (!w->stalled)
		return;
	buf_printf(&text, "RCU stalled (%s): ", w->name);
	rcu_wait_text(w, &text);
	hang_add(h, SUSPECT_RCU, "runqueues", w->seconds, false, &text);
}

static void find_rcu(struct report *r, struct hang *h)
{
	struct rcu_waits w = {0};
	if (report_failed(r, rcu_read_waits(r, &w)))
		return;
	add_rcu(h, &w.normal);
	if (w.has_expedited)
		add_rcu(h, &w.expedited);
	rcu_waits_deinit(&w);
}

/*
 * A circle of locks is there or it is not. A CPU that stood still for a few seconds may have been
 * taken from a guest by its hypervisor, and comes after it.
 */
static int rank(const struct suspect *s)
{
	bool doubtful = s->kind == SUSPECT_STOPPED_CPU && s->seconds < HANG_SECONDS;
	return (s->strong ? 0 : 1000) + 10 * (doubtful ? SUSPECT_DEADLOCK : (int)s->kind) +
	       doubtful;
}

static int by_rank(const void *x, const void *y)
{
	const struct suspect *a = x, *b = y;
	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (a->seconds > b->seconds || a->seconds < b->seconds)
		return a->seconds > b->seconds ? -1 : 1;
	return strcmp(buf_str(&a->text), buf_str(&b->text));
}

static void find(struct report *r, struct hang *h)
{
	hang_find_cpus(r, h);
	find_deadlocks(r, h);
	hang_find_tasks(r, h);
	hang_find_memory(r, h);
	find_rcu(r, h);
	qsort(h->suspect, h->n, sizeof(h->suspect[0]), by_rank);
}

const struct hang *report_hang(struct report *r)
{
	if (r->hang && (!r->hang->cut || r->out_of_time))
		return r->hang;
	hang_destroy(r->hang);
	r->hang = calloc(1, sizeof(*r->hang));
	if (!r->hang)
		return NULL;
	/* What is missing of other parts' matters is theirs and the part "hang"'s to say, not of
	 * whoever asks first. */
	struct buf missing = r->missing;
	unsigned int nmissing = r->nmissing;
	r->missing = BUF_INIT;
	r->nmissing = 0;
	find(r, r->hang);
	r->hang->cut = r->out_of_time;
	r->hang->missing = r->missing;
	r->missing = missing;
	r->nmissing = nmissing;
	return r->hang;
}

void hang_destroy(struct hang *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n; i++)
		buf_deinit(&h->suspect[i].text);
	cpus_progress_deinit(&h->cpus);
	buf_deinit(&h->missing);
	free(h);
}

const struct suspect *hang_best(const struct hang *h, unsigned int kinds)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->suspect[i].strong && kinds >> h->suspect[i].kind & 1)
			return &h->suspect[i];
	}
	return NULL;
}
