// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who waits for whom. A thread waits for one lock at a time, and a lock names one owner, so from
 * each thread there is at most one way on: a circle is found by following it.
 */
#include <stdlib.h>
#include "report/locks.h"
#include "report/report.h"

/* Of a circle, in a sentence. */
#define NAMED_MAX 8

uint32_t lock_waits_for(const struct locks *l, uint32_t thread)
{
	const struct lock *lock = lock_wanted(l, thread);
	if (!lock || lock->hold == HELD_NOT || lock->hold == HELD_UNKNOWN)
		return LOCK_NONE;
	/* It has been given the mutex, and only has to wake up. */
	if (lock->handed && lock->owner_thread == thread)
		return LOCK_NONE;
	/* Semaphores are also used to wait for an event: who waits again took it last. */
	if (lock->hold == HELD_LAST && lock->owner_thread == thread)
		return LOCK_NONE;
	return lock->owner_thread;
}

/* One that runs is about to get out of it: a ww_mutex breaks circles by waking one of them up. */
static bool is_certain(const struct locks *l, uint32_t thread)
{
	const struct thread *t = lock_thread(l, thread);
	enum lock_hold hold = lock_wanted(l, thread)->hold;
	return (hold == HELD_BY || hold == HELD_READING) && !t->running && t->task.state != 'R';
}

/* start: one of its members. */
static void add_cycle(struct locks *l, uint32_t start, uint32_t *nmembers)
{
	struct lock_cycle c = {.first = *nmembers, .certain = true};
	uint32_t at = start;
	do {
		c.certain &= is_certain(l, at);
		l->members[(*nmembers)++] = at;
		at = lock_waits_for(l, at);
	} while (at != start);
	c.n = *nmembers - c.first;
	l->cycles[l->ncycles++] = c;
}

struct err *lock_cycles_find(struct locks *l)
{
	uint32_t nmembers = 0, n = (uint32_t)l->all->n;
	uint32_t *seen = calloc((size_t)n + 1, sizeof(*seen)); /* from which thread on */
	l->members = calloc((size_t)n + 1, sizeof(*l->members));
	l->cycles = calloc((size_t)n + 1, sizeof(*l->cycles));
	struct err *e = seen && l->members && l->cycles ? NULL : err_nomem();
	for (uint32_t i = 0; i < n && !e; i++) {
		uint32_t at = i;
		while (at != LOCK_NONE && seen[at] == 0) {
			seen[at] = i + 1;
			at = lock_waits_for(l, at);
		}
		if (at != LOCK_NONE && seen[at] == i + 1)
			add_cycle(l, at, &nmembers);
	}
	free(seen);
	return e;
}

static void lock_words(const struct kernel *k, const struct locks *l, uint32_t thread,
		       struct buf *out)
{
	static const char *const articles[LOCK_KINDS] = {"a", "an", "a", "an"};
	const struct lock *lock = lock_wanted(l, thread);
	_cleanup_buf_ struct buf name = BUF_INIT;
	if (lock_name(k, lock, &name))
		buf_printf(out, "%s %s", lock_kind_name(lock->kind), buf_str(&name));
	else
		buf_printf(out, "%s %s", articles[lock->kind], lock_kind_name(lock->kind));
	for (uint32_t i = lock->first; lock->kind == LOCK_RWSEM && i < lock->first + lock->n; i++) {
		if (l->waiters[i].thread == thread)
			buf_puts(out, l->waiters[i].reads ? " (to read)" : " (to write)");
	}
}

static const char *held_words(enum lock_hold hold)
{
	static const char *const words[] = {
		[HELD_NOT] = "of",
		[HELD_UNKNOWN] = "of",
		[HELD_BY] = "held by",
		[HELD_READING] = "held for reading by",
		[HELD_READING_LAST] = "held for reading, last taken by",
		[HELD_LAST] = "last taken by",
	};
	return words[hold];
}

void lock_cycle_text(const struct kernel *k, const struct locks *l, const struct lock_cycle *c,
		     struct buf *out)
{
	const uint32_t *member = l->members + c->first;
	const struct thread *first = lock_thread(l, member[0]);
	buf_printf(out, "%s (pid %d)", first->task.comm, first->task.pid);
	for (uint32_t i = 0; i < c->n; i++) {
		if (i == NAMED_MAX && c->n > NAMED_MAX + 1) {
			buf_printf(out, ", and so on over %u more, until one waits for %s",
				   c->n - i, first->task.comm);
			return;
		}
		buf_puts(out, i ? ", which waits for " : " waits for ");
		lock_words(k, l, member[i], out);
		buf_printf(out, " %s ", held_words(lock_wanted(l, member[i])->hold));
		const struct thread *next = lock_thread(l, member[(i + 1) % c->n]);
		if (i + 1 < c->n)
			buf_printf(out, "%s (pid %d)", next->task.comm, next->task.pid);
		else
			buf_puts(out, c->n == 1 ? "itself" : next->task.comm);
	}
}

static bool first_cycle(struct report *r, bool certain, struct buf *sentence)
{
	const struct locks *l = report_locks(r);
	const struct lock_cycle *found = NULL;
	uint32_t n = 0;
	for (uint32_t i = 0; l && i < l->ncycles; i++) {
		if (l->cycles[i].certain != certain)
			continue;
		if (n++ == 0)
			found = &l->cycles[i];
	}
	if (!found)
		return false;
	lock_cycle_text(r->k, l, found, sentence);
	if (n > 1)
		buf_printf(sentence, " (and %u more such circles)", n - 1);
	return true;
}

bool report_deadlock(struct report *r, struct buf *sentence)
{
	return first_cycle(r, true, sentence);
}

bool report_possible_deadlock(struct report *r, struct buf *sentence)
{
	return first_cycle(r, false, sentence);
}
