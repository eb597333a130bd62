// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/fetch.h"

#include <inttypes.h>
#include <string.h>
#include "base/printable.h"
#include "kernel/list.h"

bool fetch_u32(struct kmem *k, uint64_t addr, int64_t offset, uint32_t *ret)
{
	if (!layout_known(offset))
		return false;
	struct err *e = kmem_u32(k, addr + (uint64_t)offset, ret);
	err_free(e);
	return !e;
}

bool fetch_u64(struct kmem *k, uint64_t addr, int64_t offset, uint64_t *ret)
{
	if (!layout_known(offset))
		return false;
	struct err *e = kmem_u64(k, addr + (uint64_t)offset, ret);
	err_free(e);
	return !e;
}

bool fetch_pointer(struct kmem *k, uint64_t addr, int64_t offset, uint64_t *ret)
{
	uint64_t value;
	if (!fetch_u64(k, addr, offset, &value) || value == 0)
		return false;
	*ret = value;
	return true;
}

/* In steps that end where pages may end: behind a string there may be nothing. */
bool fetch_string(struct kmem *k, uint64_t addr, char *ret, size_t cap)
{
	enum { STEP = 64 };
	size_t len = 0;
	ret[0] = '\0';
	while (len + 1 < cap) {
		size_t n = MIN(cap - 1 - len, (size_t)(STEP - (addr + len) % STEP));
		struct err *e = kmem_read(k, addr + len, ret + len, n);
		if (e) {
			err_free(e);
			ret[0] = '\0';
			return false;
		}
		ret[len + n] = '\0';
		size_t part = strlen(ret + len);
		len += part;
		if (part < n)
			break;
	}
	make_printable(ret);
	return true;
}

bool fetch_name(struct kmem *k, uint64_t addr, int64_t offset, char *ret, size_t cap)
{
	uint64_t name;
	ret[0] = '\0';
	return fetch_pointer(k, addr, offset, &name) && fetch_string(k, name, ret, cap);
}

void fetch_walk_ended(struct report *r, const char *what, const struct walk *w)
{
	if (w->why == WALK_LIMIT)
		report_missing(r, "%s: more than %zu: the rest is left out", what, w->limit);
	else if (w->why != WALK_END && w->why != WALK_GOING)
		report_missing(r, "%s: %s at %#" PRIx64 " after %zu", what, walk_why_name(w->why),
			       w->where, w->visited);
}

/*
 * The walk went round until it noticed: it came back to the entry `again`, and what was delivered
 * since is that circle. The same entries may have come before, as often as it was long.
 */
static void drop_repeated(struct entries *e, uint64_t again)
{
	size_t first = e->n, round, n = 0;
	while (first > 0 && e->at[first - 1] != again)
		first--;
	if (first == 0)
		return;
	round = e->n - (first - 1);
	while (n + round < e->n && e->at[n] != e->at[n + round])
		n++;
	e->n = MIN(n + round, e->n);
}

static bool add(struct entries *e, size_t *cap, uint64_t entry)
{
	if (e->n == *cap) {
		size_t more = *cap ? *cap * 2 : 64;
		uint64_t *at = realloc(e->at, more * sizeof(*at));
		if (!at)
			return false;
		e->at = at;
		*cap = more;
	}
	e->at[e->n++] = entry;
	return true;
}

struct err *fetch_list(struct report *r, const char *what, uint64_t head, int64_t member,
		       size_t limit, struct entries *ret)
{
	struct list_iter it;
	uint64_t entry;
	size_t cap = 0;
	*ret = (struct entries) {0};
	list_init(&it, &r->k->kmem, head, member, limit);
	while (report_time_left(r) && list_next(&it, &entry)) {
		if (!add(ret, &cap, entry))
			return err_nomem();
	}
	if (it.walk.why == WALK_CYCLE)
		drop_repeated(ret, it.mark - it.member);
	fetch_walk_ended(r, what, &it.walk);
	return NULL;
}

void entries_deinit(struct entries *e)
{
	free(e->at);
	*e = (struct entries) {0};
}
