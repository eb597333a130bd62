// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/locks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "report/lock_reader.h"

const char *lock_kind_name(enum lock_kind kind)
{
	static const char *const names[] = {"mutex", "rwsem", "semaphore", "rt_mutex"};
	return names[kind];
}

void locks_destroy(struct locks *l)
{
	if (!l)
		return;
	free(l->lock);
	free(l->waiters);
	free(l->wanted);
	free(l->cycles);
	free(l->members);
	free(l);
}

static struct err *index_threads(struct lock_reader *r)
{
	struct err *e = NULL;
	for (size_t i = 0; i < r->all->n && !e; i++) {
		uint64_t addr = r->all->thread[i].task.addr;
		if (addr)
			e = addr_map_put(&r->threads, addr, (uint32_t)i);
		r->out->wanted[i] = LOCK_NONE;
	}
	return e;
}

/* Which lock a class of waiting is for; false: none. */
static bool kind_of_wait(enum wait_class class, enum lock_kind *ret)
{
	static const enum lock_kind kinds[] = {
		[WAIT_MUTEX] = LOCK_MUTEX,	 [WAIT_RWSEM_READ] = LOCK_RWSEM,
		[WAIT_RWSEM_WRITE] = LOCK_RWSEM, [WAIT_SEMAPHORE] = LOCK_SEMAPHORE,
		[WAIT_RT_MUTEX] = LOCK_RT_MUTEX,
	};
	*ret = kinds[class];
	return class != WAIT_OTHER;
}

static void find_all(struct lock_reader *r)
{
	struct locks *out = r->out;
	for (uint32_t i = 0; i < r->all->n && !r->failed && report_time_left(r->r); i++) {
		const struct thread *t = &r->all->thread[i];
		struct wait w;
		enum lock_kind kind;
		if (t->idle || out->wanted[i] != LOCK_NONE)
			continue;
		wait_of(r->r->k, r->all, t, &w);
		/* One that runs again may have its lock already, with the frames still there. */
		if (!lock_find(r, i, &w) && kind_of_wait(w.class, &kind) && t->task.state != 'R')
			out->unfound[kind]++;
	}
	out->partial = r->r->out_of_time;
}

struct err *locks_collect(struct report *r, struct locks **ret)
{
	struct lock_reader reader = {.r = r, .k = &r->k->kmem, .l = &r->k->layout};
	reader.all = report_threads(r);
	if (!reader.all)
		return err_new(ERR_MISSING, "the threads that may wait for locks are not known");
	struct locks *l = calloc(1, sizeof(*l));
	if (!l)
		return err_nomem();
	l->all = reader.all;
	reader.out = l;
	l->wanted = calloc(l->all->n + 1, sizeof(*l->wanted));
	struct err *e = l->wanted ? index_threads(&reader) : err_nomem();
	if (!e)
		find_all(&reader);
	if (!e && reader.failed)
		e = err_nomem();
	if (!e)
		e = lock_cycles_find(l);
	addr_map_deinit(&reader.threads);
	addr_map_deinit(&reader.known);
	if (e)
		locks_destroy(l);
	else
		*ret = l;
	return e;
}

void locks_say_missing(const struct locks *l, struct report *r)
{
	struct lock_shape s;
	if (l->partial)
		report_missing(r, "locks were looked for until the time was up: some are missing");
	for (unsigned int kind = 0; kind < LOCK_KINDS; kind++) {
		uint32_t n = l->unfound[kind];
		if (n)
			report_missing(r, "%" PRIu32 " task%s for a%s %s that %s", n,
				       n == 1 ? " waits" : "s wait",
				       kind == LOCK_RWSEM || kind == LOCK_RT_MUTEX ? "n" : "",
				       lock_kind_name(kind),
				       lock_shape(&r->k->layout, kind, &s)
					       ? "was not found"
					       : "is not understood: this kernel's types lack it");
	}
}

bool lock_name(const struct kernel *k, const struct lock *lock, struct buf *out)
{
	struct symbol s;
	uint64_t offset;
	if (!k->symbols || !symbols_at(k->symbols, lock->addr, &s, &offset) ||
	    !strchr("bBdDrRvVA", s.type))
		return false;
	buf_puts(out, s.name);
	if (offset)
		buf_printf(out, "+%#" PRIx64, offset);
	if (s.module)
		buf_printf(out, " [%s]", s.module);
	return true;
}
