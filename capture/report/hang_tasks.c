// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who hung: tasks that wait, and for whom in the end. Each is counted once: for a circle of locks,
 * for the task at the end of its chain of locks, for a disk or server, or for the place it waits
 * in.
 */
#include "report/hang.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "report/blocked.h"
#include "report/disk_queues.h"

/* Of different disks and servers, holders of locks, and places. */
#define PLACES_MAX  16
#define HOLDERS_MAX 8
#define GROUPS_MAX  8
/* A server's answer takes less even if it has to be asked again. */
#define SERVER_SECONDS (HANG_SECONDS / 2.0)

/* By thread: what waits for it, directly or through others. */
struct holder {
	bool in_circle;
	uint32_t behind;
	uint32_t first;	 /* blocked task: the one that waited longest */
	uint32_t direct; /* thread whose lock it has */
};

struct place {
	struct io_target target;
	const struct io_place *place;
	uint32_t n, named[HANG_NAMED]; /* blocked tasks */
	double seconds;
	bool hung;
};

struct search {
	struct report *r;
	struct hang *h;
	struct blocked_tasks b;
	struct holder *holder;
	bool *counted; /* by blocked task */
	struct place place[PLACES_MAX];
	size_t nplaces;
	struct disk_queues disks;
};

/* --- locks --------------------------------------------------------------------------------------
 */

/* The thread at the end of the chain, or one of a circle; *direct: the last but one. */
static uint32_t end_of_chain(const struct search *s, uint32_t thread, uint32_t *direct)
{
	for (size_t steps = 0; steps <= s->b.all->n; steps++) {
		uint32_t next = lock_waits_for(s->b.locks, thread);
		if (next == LOCK_NONE || s->holder[thread].in_circle)
			return thread;
		*direct = thread;
		thread = next;
	}
	return LOCK_NONE;
}

static void follow_chains(struct search *s)
{
	const struct locks *l = s->b.locks;
	uint32_t circled = 0;
	for (uint32_t i = 0; i < l->ncycles; i++) {
		const uint32_t *member = l->members + l->cycles[i].first;
		for (uint32_t m = 0; m < l->cycles[i].n; m++)
			s->holder[member[m]].in_circle = true;
	}
	for (uint32_t i = 0; i < s->b.n && report_time_left(s->r); i++) {
		uint32_t thread = s->b.blocked[i].thread, direct = thread;
		uint32_t end = end_of_chain(s, thread, &direct);
		if (end == LOCK_NONE || (end == thread && !s->holder[end].in_circle))
			continue;
		s->counted[i] = true;
		struct holder *of = &s->holder[end];
		circled += of->in_circle && end != thread;
		if (of->in_circle)
			continue;
		if (of->behind++ == 0 || s->b.blocked[i].seconds > s->b.blocked[of->first].seconds)
			of->first = i;
		of->direct = direct;
	}
	for (size_t i = 0; circled && i < s->h->n; i++) {
		if (s->h->suspect[i].kind == SUSPECT_DEADLOCK)
			buf_printf(&s->h->suspect[i].text, "; behind them wait%s %" PRIu32 " more",
				   circled == 1 ? "s" : "", circled);
	}
}

static void add_holder(struct search *s, uint32_t thread)
{
	const struct holder *of = &s->holder[thread];
	const struct lock *lock = lock_wanted(s->b.locks, of->direct);
	const struct thread *t = lock_thread(s->b.locks, thread);
	const struct blocked *oldest = &s->b.blocked[of->first];
	_cleanup_buf_ struct buf text = BUF_INIT;
	buf_printf(&text, "%" PRIu32 " task%s wait%s for %s (pid %d: ", of->behind,
		   of->behind == 1 ? "" : "s", of->behind == 1 ? "s" : "", t->task.comm,
		   t->task.pid);
	thread_doing_text(s->r->k, s->b.all, t, &text);
	buf_printf(&text, "), who %s %s ",
		   lock->hold == HELD_BY || lock->hold == HELD_READING ? "has" : "last took",
		   lock_kind_name(lock->kind));
	if (!lock_name(s->r->k, lock, &text))
		buf_printf(&text, "%#" PRIx64, lock->addr);
	buf_printf(&text, "; the longest, %s (pid %d), for %.1f s",
		   blocked_thread(&s->b, of->first)->task.comm,
		   blocked_thread(&s->b, of->first)->task.pid, oldest->seconds);
	hang_add(s->h, SUSPECT_LOCK_HOLDER, "locks", oldest->seconds, true, &text);
}

static void find_holders(struct search *s)
{
	size_t found = 0;
	for (uint32_t i = 0; i < s->b.all->n && found < HOLDERS_MAX; i++) {
		if (!s->holder[i].behind || s->b.blocked[s->holder[i].first].seconds < HANG_SECONDS)
			continue;
		add_holder(s, i);
		found++;
	}
}

/* --- disks and servers --------------------------------------------------------------------------
 */

static struct place *place_of(struct search *s, const struct io_target *t)
{
	for (size_t i = 0; i < s->nplaces; i++) {
		if (io_target_same(&s->place[i].target, t))
			return &s->place[i];
	}
	return NULL;
}

/* How long a task has waited, in seconds; negative: not known. */
static double waited(const struct blocked *b, uint64_t now)
{
	uint64_t asked = b->target.asked;
	double seconds = asked && asked < now ? (double)(now - asked) / 1e9 : -1;
	return MAX(seconds, b->seconds);
}

static void find_places(struct search *s)
{
	uint64_t now = requests_now(&s->r->k->kmem);
	for (uint32_t g = 0; g < s->b.ngroups; g++) {
		const struct blocked_group *group = &s->b.groups[g];
		const struct io_target *t = &s->b.blocked[group->first].target;
		if (!group->place)
			continue;
		struct place *p = place_of(s, t);
		if (!p && s->nplaces == PLACES_MAX)
			continue;
		if (!p) {
			p = &s->place[s->nplaces++];
			*p = (struct place) {.target = *t, .place = group->place, .seconds = -1};
		}
		for (uint32_t i = group->first; i < group->first + group->n; i++) {
			if (p->n < HANG_NAMED)
				p->named[p->n] = i;
			p->n++;
			p->seconds = MAX(p->seconds, waited(&s->b.blocked[i], now));
		}
	}
}

static void waiters_text(const struct search *s, const struct place *p, const char *what,
			 struct buf *out)
{
	buf_printf(out, "%" PRIu32 " task%s wait%s for %s", p->n, p->n == 1 ? "" : "s",
		   p->n == 1 ? "s" : "", what);
	for (uint32_t i = 0; i < MIN(p->n, (uint32_t)HANG_NAMED); i++)
		hang_name_task(&blocked_thread(&s->b, p->named[i])->task, i, out);
	hang_name_more(p->n, out);
}

/* Suspended devices, and servers that do not answer. */
static void add_places(struct search *s)
{
	for (size_t i = 0; i < s->nplaces; i++) {
		struct place *p = &s->place[i];
		_cleanup_buf_ struct buf text = BUF_INIT, what = BUF_INIT;
		bool suspended = p->place->is_dm && p->place->dm.suspended;
		bool late = p->target.client && p->seconds >= SERVER_SECONDS;
		p->hung = suspended || late || (p->target.client && p->seconds < 0);
		if (!p->hung)
			continue;
		io_place_text(p->place, &what);
		waiters_text(s, p, buf_str(&what), &text);
		if (p->seconds >= 0)
			buf_printf(&text, ", for up to %.1f s", p->seconds);
		hang_add(s->h, SUSPECT_IO, "blocked", p->seconds, suspended || late, &text);
	}
}

static struct place *place_of_disk(struct search *s, uint64_t gendisk)
{
	for (size_t i = 0; i < s->nplaces; i++) {
		if (s->place[i].target.disk == gendisk)
			return &s->place[i];
	}
	return NULL;
}

static void add_disk(struct search *s, const struct disk_queue *d)
{
	const struct request *oldest = d->requests.request;
	struct place *p = place_of_disk(s, d->gendisk);
	_cleanup_buf_ struct buf text = BUF_INIT;
	char op[32];
	if (d->requests.n == 0 || oldest->age_ns == REQUEST_UNKNOWN ||
	    oldest->age_ns < HANG_SECONDS * UINT64_C(1000000000) || (p && p->hung))
		return;
	request_op_name(s->r->k, oldest->op, op, sizeof(op));
	buf_printf(&text, "%s has not answered %" PRIu64 " request%s, the oldest (%s) for %.1f s",
		   d->name, d->requests.inflight, d->requests.inflight == 1 ? "" : "s", op,
		   (double)oldest->age_ns / 1e9);
	if (p) {
		buf_puts(&text, "; ");
		waiters_text(s, p, "it", &text);
		p->hung = true;
	}
	hang_add(s->h, SUSPECT_IO, "block_io", (double)oldest->age_ns / 1e9, true, &text);
}

static void find_io(struct search *s)
{
	find_places(s);
	add_places(s);
	if (report_failed(s->r, disk_queues_read(s->r, 1, &s->disks)))
		return;
	for (size_t i = 0; i < s->disks.n; i++)
		add_disk(s, &s->disks.disk[i]);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

/* Are they not counted elsewhere, and do they wait, not only have what others want? */
static bool is_unexplained(struct search *s, const struct blocked_group *g)
{
	const struct place *p = g->place ? place_of(s, &s->b.blocked[g->first].target) : NULL;
	return !s->counted[g->first] && !(p && p->hung) &&
	       (blocked_thread(&s->b, g->first)->task.state == 'D' ||
		blocked_lock(&s->b, g->first));
}

static void add_group(struct search *s, const struct blocked_group *g)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	double seconds = s->b.blocked[g->first].seconds;
	buf_printf(&text, "%" PRIu32 " task%s blocked for %s%.1f s%s", g->n, g->n == 1 ? "" : "s",
		   g->n == 1 ? "" : "up to ", seconds, g->wait.what ? ", waiting for " : " ");
	wait_text(&g->wait, &text);
	if (g->place) {
		buf_puts(&text, " of ");
		io_place_text(g->place, &text);
	}
	if (g->wait.what && g->wait.caller)
		buf_printf(&text, " in %s()", g->wait.caller);
	for (uint32_t i = 0; i < MIN(g->n, (uint32_t)HANG_NAMED); i++)
		hang_name_task(&blocked_thread(&s->b, g->first + i)->task, i, &text);
	hang_name_more(g->n, &text);
	hang_add(s->h, SUSPECT_BLOCKED, "blocked", seconds, true, &text);
}

static void find_groups(struct search *s)
{
	size_t found = 0;
	for (uint32_t i = 0; i < s->b.ngroups && found < GROUPS_MAX; i++) {
		const struct blocked_group *g = &s->b.groups[i];
		if (s->b.blocked[g->first].seconds < HANG_SECONDS)
			break; /* the oldest comes first */
		if (!is_unexplained(s, g))
			continue;
		add_group(s, g);
		found++;
	}
}

void hang_find_tasks(struct report *r, struct hang *h)
{
	struct search s = {.r = r, .h = h};
	bool known = !report_failed(r, blocked_collect(r, &s.b));
	if (known) {
		s.counted = calloc(s.b.n + 1, sizeof(*s.counted));
		s.holder = calloc(s.b.all->n + 1, sizeof(*s.holder));
	}
	if (s.counted && s.holder) {
		if (s.b.locks) {
			follow_chains(&s);
			find_holders(&s);
		}
		find_io(&s);
		find_groups(&s);
	} else if (known) {
		report_missing(r, "out of memory");
	}
	disk_queues_deinit(&s.disks);
	free(s.counted);
	free(s.holder);
	blocked_deinit(&s.b);
}
