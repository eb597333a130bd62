// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/rbtree.h"

/* The two low bits of __rb_parent_color are the colour and a bit that nobody uses. */
#define COLOR UINT64_C(3)

static void note(struct rbtree_iter *it, enum walk_why why, uint64_t where)
{
	if (!it->trouble) {
		it->trouble = why;
		it->trouble_at = where;
	}
}

struct node {
	uint64_t parent, right, left;
};

static bool read_node(struct rbtree_iter *it, uint64_t at, struct node *n)
{
	struct walk probe = walk_start(it->walk.k, 0);
	if (at & 7) {
		note(it, WALK_DAMAGED, at);
		return false;
	}
	if (walk_u64(&probe, at + (uint64_t)it->offsets.parent, &n->parent) &&
	    walk_u64(&probe, at + (uint64_t)it->offsets.right, &n->right) &&
	    walk_u64(&probe, at + (uint64_t)it->offsets.left, &n->left)) {
		n->parent &= ~COLOR;
		return true;
	}
	note(it, probe.why, probe.where);
	return false;
}

/* From a node down to the leftmost one below it, each of which is a level. */
static void descend(struct rbtree_iter *it, uint64_t at, uint64_t parent)
{
	while (at) {
		struct node n;
		if (!read_node(it, at, &n))
			return;
		if (n.parent != parent || (n.left && n.left == n.right)) {
			note(it, WALK_DAMAGED, at);
			return;
		}
		if (it->height == RBTREE_MAX_HEIGHT) {
			note(it, WALK_CYCLE, at);
			return;
		}
		it->levels[it->height++] = (struct rbtree_level) {at, n.right};
		parent = at;
		at = n.left;
	}
}

void rbtree_init(struct rbtree_iter *it, struct kmem *k, uint64_t root,
		 const struct rbtree_offsets *offsets, int64_t member, size_t limit)
{
	uint64_t first;
	it->walk = walk_start(k, limit);
	it->offsets = *offsets;
	it->member = (uint64_t)member;
	it->trouble = WALK_GOING;
	it->trouble_at = 0;
	it->height = 0;
	if (walk_u64(&it->walk, root, &first))
		descend(it, first, 0);
}

bool rbtree_next(struct rbtree_iter *it, uint64_t *entry)
{
	struct walk *w = &it->walk;
	if (w->why != WALK_GOING)
		return false;
	if (it->height == 0)
		return walk_stop(w, it->trouble ? it->trouble : WALK_END, it->trouble_at);
	if (!walk_count(w))
		return false;
	struct rbtree_level level = it->levels[--it->height];
	descend(it, level.right, level.node);
	*entry = level.node - it->member;
	return true;
}
