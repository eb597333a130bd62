/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the maple trees of a dead kernel in order (include/linux/maple_tree.h, 6.1 and newer; the
 * tree of a process's mappings, of interrupts). Each entry stands for a range of indices. Nodes
 * must name their parent and keep inside its range; what does not is passed over, and walk.why
 * tells. An iterator belongs to one thread; nothing to free.
 */
#ifndef SALVOR_KERNEL_MAPLE_H
#define SALVOR_KERNEL_MAPLE_H

#include "kernel/walk.h"

/* Nodes have 5 children or more, except the root: 5^15 of them. */
#define MAPLE_MAX_HEIGHT 16
#define MAPLE_NODE_SIZE	 256

struct maple_offsets {
	int64_t root;	/* maple_tree.ma_root */
	int64_t parent; /* maple_node.parent, the same in all kinds of nodes */
	/* maple_range_64: leaves and nodes of trees that do not look for gaps */
	int64_t range_pivot, range_slot;
	unsigned int range_slots; /* LENGTH(maple_range_64.slot), 16 */
	/* maple_arange_64: nodes of trees that do */
	int64_t arange_pivot, arange_slot, arange_meta;
	unsigned int arange_slots; /* 10 */
};

struct maple_iter {
	struct walk walk;
	struct maple_offsets offsets;
	uint64_t tree;
	uint64_t first, last; /* indices of the entry delivered last */
	uint64_t single;      /* the only entry, kept in ma_root itself; 0: none */
	enum walk_why trouble;
	uint64_t trouble_at;
	size_t nodes; /* read so far: bounded by the limit too */
	size_t height;
	struct maple_level {
		uint64_t node, min, max;
		unsigned int type, slot, end;
		uint8_t bytes[MAPLE_NODE_SIZE];
	} levels[MAPLE_MAX_HEIGHT];
};

/* tree: address of the struct maple_tree. */
void maple_init(struct maple_iter *it, struct kmem *k, uint64_t tree,
		const struct maple_offsets *offsets, size_t limit);
/* The next entry that is not NULL or reserved; it->first to it->last is where it is. */
bool maple_next(struct maple_iter *it, uint64_t *entry);

#endif
