// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks that somebody waits for: who has them, who waits, and where that is a circle. */
#include "report/part.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "report/waits.h"

#define TEXT_LOCKS   40
#define TEXT_WAITERS 12
#define TEXT_CYCLES  10
/* A line with more than that goes on in the next. */
#define TEXT_WIDTH 70

#define PERHAPS "Perhaps a deadlock: "

struct locks_part {
	const struct locks *locks; /* of the report */
	uint32_t *order;	   /* locks, those with most waiters first */
};

static int by_waiters(const void *x, const void *y, void *locks)
{
	const struct lock *lock = ((const struct locks *)locks)->lock;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	if (lock[a].n != lock[b].n)
		return lock[a].n > lock[b].n ? -1 : 1;
	return a < b ? -1 : a > b;
}

static struct err *gather(struct report *r, void *data)
{
	struct locks_part *p = data;
	p->locks = report_locks(r);
	if (!p->locks)
		return err_new(ERR_MISSING, "nothing is known of the locks");
	p->order = calloc(p->locks->n + 1, sizeof(*p->order));
	if (!p->order)
		return err_nomem();
	for (uint32_t i = 0; i < p->locks->n; i++)
		p->order[i] = i;
	qsort_r(p->order, p->locks->n, sizeof(*p->order), by_waiters, (void *)(uintptr_t)p->locks);
	return NULL;
}

static void release(void *data)
{
	free(((struct locks_part *)data)->order);
}

/* --- text ---------------------------------------------------------------------------------------
 */

static void thread_text(const struct thread *t, struct buf *out)
{
	buf_printf(out, "%s, pid %d", t->task.comm, t->task.pid);
}

static void holder_text(const struct report *r, const struct locks *l, const struct lock *lock,
			struct buf *out)
{
	static const char *const words[] = {
		[HELD_NOT] = "free, or just being handed over",
		[HELD_UNKNOWN] = "unclear who holds it: its words contradict each other",
		[HELD_BY] = "held by ",
		[HELD_READING] = "held for reading by ",
		[HELD_READING_LAST] = "held for reading, last taken by ",
		[HELD_LAST] = "not free, last taken by ",
	};
	const struct thread *t = lock_thread(l, lock->owner_thread);
	buf_printf(out, "    %s", lock->handed ? "just given to " : words[lock->hold]);
	if (t) {
		thread_text(t, out);
		buf_puts(out, ": ");
		thread_doing_text(r->k, l->all, t, out);
	} else if (lock->owner) {
		buf_printf(out, "%#" PRIx64 ", which is no task (any more)", lock->owner);
	} else if (lock->hold > HELD_UNKNOWN) {
		buf_puts(out, "someone it does not name");
	}
	if (lock->hold == HELD_READING || lock->hold == HELD_READING_LAST)
		buf_printf(out, " (%" PRIu64 " reader%s)", lock->readers,
			   lock->readers == 1 ? "" : "s");
	buf_putc(out, '\n');
}

static void waiters_text(const struct locks *l, const struct lock *lock, struct buf *out)
{
	size_t line = out->len;
	buf_printf(out, "    wanted by %" PRIu32 ": ", lock->n);
	for (uint32_t i = 0; i < lock->n && i < TEXT_WAITERS; i++) {
		const struct lock_waiter *w = &l->waiters[lock->first + i];
		if (out->len - line > TEXT_WIDTH) {
			buf_puts(out, ";\n");
			line = out->len;
			buf_puts(out, "        ");
		} else if (i > 0) {
			buf_puts(out, "; ");
		}
		thread_text(lock_thread(l, w->thread), out);
		if (lock->kind == LOCK_RWSEM)
			buf_puts(out, w->reads ? " (to read)" : " (to write)");
	}
	if (lock->n > TEXT_WAITERS)
		buf_printf(out, "; and %" PRIu32 " more", lock->n - TEXT_WAITERS);
	buf_putc(out, '\n');
	if (lock->incomplete)
		buf_puts(out, "    (its list of waiters breaks off: there may be more)\n");
}

/* The function that wants it, as far as the first waiter's stack says it. */
static const char *wanted_in(const struct report *r, const struct locks *l, const struct lock *lock)
{
	struct wait w;
	wait_of(r->k, l->all, lock_thread(l, l->waiters[lock->first].thread), &w);
	return wait_for_lock(&w) ? w.caller : NULL;
}

static void lock_text(const struct report *r, const struct locks *l, const struct lock *lock,
		      struct buf *out)
{
	const char *in = wanted_in(r, l, lock);
	buf_printf(out, "%s ", lock_kind_name(lock->kind));
	if (lock_name(r->k, lock, out))
		buf_printf(out, " (%#" PRIx64 ")", lock->addr);
	else
		buf_printf(out, "%#" PRIx64, lock->addr);
	if (in)
		buf_printf(out, ", wanted in %s()", in);
	buf_putc(out, '\n');
	holder_text(r, l, lock, out);
	waiters_text(l, lock, out);
}

static void cycles_text(const struct report *r, const struct locks *l, struct buf *out)
{
	for (uint32_t i = 0; i < l->ncycles && i < TEXT_CYCLES; i++) {
		buf_puts(out, l->cycles[i].certain ? "Deadlock: " : PERHAPS);
		lock_cycle_text(r->k, l, &l->cycles[i], out);
		buf_putc(out, '\n');
	}
	if (l->ncycles > TEXT_CYCLES)
		buf_printf(out, "and %" PRIu32 " more such circles\n", l->ncycles - TEXT_CYCLES);
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct locks_part *p = data;
	const struct locks *l = p->locks;
	cycles_text(r, l, out);
	for (uint32_t i = 0; i < l->n && i < TEXT_LOCKS; i++)
		lock_text(r, l, &l->lock[p->order[i]], out);
	if (l->n > TEXT_LOCKS)
		buf_printf(out, "and %" PRIu32 " more locks with fewer waiters\n",
			   l->n - TEXT_LOCKS);
	if (l->n == 0)
		buf_puts(out,
			 "  no task waits for a mutex, an rwsem, a semaphore or an rt_mutex\n");
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void address_json(uint64_t addr, const char *key, struct json *j)
{
	char text[24];
	snprintf(text, sizeof(text), "%#" PRIx64, addr);
	json_str(j, key, text);
}

static void waiter_json(const struct locks *l, const struct lock *lock, const struct lock_waiter *w,
			struct json *j)
{
	const struct thread *t = lock_thread(l, w->thread);
	json_object(j, NULL);
	json_i64(j, "pid", t->task.pid);
	json_str(j, "comm", t->task.comm);
	if (lock->kind == LOCK_RWSEM)
		json_str(j, "to", w->reads ? "read" : "write");
	json_object_end(j);
}

static void lock_json(const struct report *r, const struct locks *l, const struct lock *lock,
		      struct json *j)
{
	static const char *const held[] = {
		[HELD_NOT] = "no",
		[HELD_UNKNOWN] = "unknown",
		[HELD_BY] = "by owner",
		[HELD_READING] = "for reading",
		[HELD_READING_LAST] = "for reading, owner took it last",
		[HELD_LAST] = "owner took it last",
	};
	_cleanup_buf_ struct buf name = BUF_INIT;
	json_object(j, NULL);
	address_json(lock->addr, "address", j);
	json_str(j, "kind", lock_kind_name(lock->kind));
	json_str(j, "name", lock_name(r->k, lock, &name) ? buf_str(&name) : NULL);
	json_str(j, "wanted_in", wanted_in(r, l, lock));
	json_str(j, "held", lock->handed ? "handed to owner" : held[lock->hold]);
	thread_json(lock_thread(l, lock->owner_thread), "owner", j);
	if (lock->owner && lock->owner_thread == LOCK_NONE)
		address_json(lock->owner, "owner_address", j);
	if (lock->hold == HELD_READING || lock->hold == HELD_READING_LAST)
		json_u64(j, "readers", lock->readers);
	json_bool(j, "incomplete", lock->incomplete);
	json_array(j, "waiters");
	for (uint32_t i = 0; i < lock->n; i++)
		waiter_json(l, lock, &l->waiters[lock->first + i], j);
	json_array_end(j);
	json_object_end(j);
}

static void edges_json(const struct locks *l, struct json *j)
{
	json_array(j, "edges");
	for (uint32_t i = 0; i < l->nwaiters; i++) {
		uint32_t waiter = l->waiters[i].thread, owner = lock_waits_for(l, waiter);
		if (owner == LOCK_NONE)
			continue;
		json_object(j, NULL);
		json_i64(j, "waiter", lock_thread(l, waiter)->task.pid);
		json_i64(j, "owner", lock_thread(l, owner)->task.pid);
		address_json(lock_wanted(l, waiter)->addr, "lock", j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void cycles_json(const struct locks *l, bool certain, const char *key, struct json *j)
{
	json_array(j, key);
	for (uint32_t i = 0; i < l->ncycles; i++) {
		const struct lock_cycle *c = &l->cycles[i];
		if (c->certain != certain)
			continue;
		json_array(j, NULL);
		for (uint32_t m = c->first; m < c->first + c->n; m++)
			json_i64(j, NULL, lock_thread(l, l->members[m])->task.pid);
		json_array_end(j);
	}
	json_array_end(j);
}

static void sentences_json(const struct report *r, const struct locks *l, struct json *j)
{
	json_array(j, "sentences");
	for (uint32_t i = 0; i < l->ncycles; i++) {
		_cleanup_buf_ struct buf sentence = BUF_INIT;
		if (!l->cycles[i].certain)
			buf_puts(&sentence, PERHAPS);
		lock_cycle_text(r->k, l, &l->cycles[i], &sentence);
		json_str(j, NULL, buf_str(&sentence));
	}
	json_array_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct locks_part *p = data;
	json_array(j, "locks");
	for (uint32_t i = 0; i < p->locks->n; i++)
		lock_json(r, p->locks, &p->locks->lock[p->order[i]], j);
	json_array_end(j);
	edges_json(p->locks, j);
	cycles_json(p->locks, true, "cycles", j);
	cycles_json(p->locks, false, "possible_cycles", j);
	sentences_json(r, p->locks, j);
}

const struct report_part part_locks = {
	.name = "locks",
	.title = "Locks",
	.data_size = sizeof(struct locks_part),
	.seconds = 4,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
