/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the linked lists of a dead kernel: list_head (include/linux/list.h), and those that end
 *with NULL: hlist, hlist_nulls, llist. Only the pointers to the next one are followed. An iterator
 * belongs to one thread; nothing to free.
 *
 *	struct list_iter it;
 *	uint64_t task;
 *	list_init(&it, k, init_task + l->task_tasks, l->task_tasks, 100000);
 *	while (list_next(&it, &task))
 *		…
 *	if (it.walk.why != WALK_END) say so
 */
#ifndef SALVOR_KERNEL_LIST_H
#define SALVOR_KERNEL_LIST_H

#include "kernel/walk.h"

struct list_iter {
	struct walk walk;
	uint64_t head;
	uint64_t at;	 /* the node delivered last */
	uint64_t member; /* offset of the node in an entry */
	uint64_t mark;	 /* an earlier node, moved on at powers of two: Brent's algorithm */
	size_t marked;
	bool circular;
};

/* head: address of the struct list_head; it is no entry itself. */
void list_init(struct list_iter *it, struct kmem *k, uint64_t head, int64_t member, size_t limit);
/* head: address of the struct hlist_head, hlist_nulls_head or llist_head. */
void hlist_init(struct list_iter *it, struct kmem *k, uint64_t head, int64_t member, size_t limit);

/* The address of the next entry: of its node, minus member. False at the end; see walk.why. */
bool list_next(struct list_iter *it, uint64_t *entry);

#endif
