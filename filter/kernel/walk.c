// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/walk.h"

const char *walk_why_name(enum walk_why why)
{
	switch (why) {
	case WALK_GOING:
		return "not finished";
	case WALK_END:
		return "the end";
	case WALK_LIMIT:
		return "too many entries";
	case WALK_CYCLE:
		return "a circle";
	case WALK_UNREADABLE:
		return "memory that cannot be read";
	case WALK_DAMAGED:
		return "damage";
	}
	return "?";
}

bool walk_stop(struct walk *w, enum walk_why why, uint64_t where)
{
	if (w->why == WALK_GOING) {
		w->why = why;
		w->where = where;
	}
	return false;
}

bool walk_count(struct walk *w)
{
	if (w->visited >= w->limit)
		return walk_stop(w, WALK_LIMIT, 0);
	w->visited++;
	return true;
}

bool walk_deliver(struct walk *w, bool found, enum walk_why trouble, uint64_t where)
{
	if (!found)
		return walk_stop(w, trouble == WALK_GOING ? WALK_END : trouble, where);
	return walk_count(w);
}

bool walk_read(struct walk *w, uint64_t addr, void *buf, size_t len)
{
	struct err *e = kmem_read(w->k, addr, buf, len);
	if (!e)
		return true;
	err_free(e);
	return walk_stop(w, WALK_UNREADABLE, addr);
}

bool walk_u64(struct walk *w, uint64_t addr, uint64_t *ret)
{
	uint8_t bytes[8];
	if (!walk_read(w, addr, bytes, sizeof(bytes)))
		return false;
	*ret = get_u64(bytes, w->k->vmcore->order);
	return true;
}
