// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/list.h"

/* next is the first member of list_head, hlist_node and llist_node, as first is of the heads
 * (include/linux/types.h); they never were anything else. */
static void init(struct list_iter *it, struct kmem *k, uint64_t head, int64_t member, size_t limit)
{
	*it = (struct list_iter) {
		.walk = walk_start(k, limit), .head = head, .at = head, .member = (uint64_t)member};
}

void list_init(struct list_iter *it, struct kmem *k, uint64_t head, int64_t member, size_t limit)
{
	init(it, k, head, member, limit);
	it->circular = true;
}

void hlist_init(struct list_iter *it, struct kmem *k, uint64_t head, int64_t member, size_t limit)
{
	init(it, k, head, member, limit);
}

/* hlist_nulls ends with an odd number (include/linux/list_nulls.h). */
static bool at_end(const struct list_iter *it, uint64_t next)
{
	return it->circular ? next == it->head : next == 0 || next & 1;
}

bool list_next(struct list_iter *it, uint64_t *entry)
{
	struct walk *w = &it->walk;
	uint64_t next;
	if (w->why != WALK_GOING || !walk_u64(w, it->at, &next))
		return false;
	if (at_end(it, next))
		return walk_stop(w, WALK_END, it->at);
	if (next == 0 || next & 7)
		return walk_stop(w, WALK_DAMAGED, it->at);
	if (next == it->mark)
		return walk_stop(w, WALK_CYCLE, it->at);
	if (!walk_count(w))
		return false;
	if (w->visited > it->marked * 2) {
		it->mark = next;
		it->marked = w->visited;
	}
	it->at = next;
	*entry = next - it->member;
	return true;
}
