/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the red-black trees of a dead kernel in order (include/linux/rbtree.h). It asks of each
 * node that it names its parent, so no node is visited twice whatever the pointers are. Where that
 * is not so the part below is passed over, the rest delivered, and walk.why tells. An iterator
 * belongs to one thread; nothing to free.
 */
#ifndef SALVOR_KERNEL_RBTREE_H
#define SALVOR_KERNEL_RBTREE_H

#include "kernel/walk.h"

/* A tree of n nodes is at most 2 log2(n + 1) high: enough for 2^48. */
#define RBTREE_MAX_HEIGHT 96

/* Of struct rb_node. */
struct rbtree_offsets {
	int64_t parent, right, left; /* __rb_parent_color, rb_right, rb_left */
};

struct rbtree_iter {
	struct walk walk;
	struct rbtree_offsets offsets;
	uint64_t member; /* offset of the rb_node in an entry */
	enum walk_why trouble;
	uint64_t trouble_at;
	size_t height; /* nodes on the way from the root to the next one, where it went left */
	struct rbtree_level {
		uint64_t node, right;
	} levels[RBTREE_MAX_HEIGHT];
};

/* root: address of the struct rb_root (or rb_root_cached, which starts with one). */
void rbtree_init(struct rbtree_iter *it, struct kmem *k, uint64_t root,
		 const struct rbtree_offsets *offsets, int64_t member, size_t limit);
bool rbtree_next(struct rbtree_iter *it, uint64_t *entry);

#endif
