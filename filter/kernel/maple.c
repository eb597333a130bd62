// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/maple.h"

/*
 * Pointers to nodes carry what they point to: bits 3 to 6 are the type; the root's has bit 1 set
 * besides (MAPLE_ROOT_NODE), others bit 2 (MAPLE_ENODE_NULL, lib/maple_tree.c mte_mk_node()). Nodes
 * are aligned to their size.
 */
#define NODE_MASK UINT64_C(255)

enum maple_type { DENSE, LEAF_64, RANGE_64, ARANGE_64 };

static unsigned int type_of(uint64_t encoded)
{
	return encoded >> 3 & 0xf;
}

/* Entries of the XArray's internal kind are no data: reservations (XA_ZERO_ENTRY) and retries. */
static bool reserved(uint64_t entry)
{
	return (entry & 3) == 2 && entry <= 4096;
}

static void note(struct maple_iter *it, enum walk_why why, uint64_t where)
{
	if (!it->trouble) {
		it->trouble = why;
		it->trouble_at = where;
	}
}

static uint64_t word(const struct maple_iter *it, const struct maple_level *l, int64_t offset,
		     unsigned int i)
{
	return get_u64(l->bytes + offset + (size_t)i * 8, it->walk.k->vmcore->order);
}

static unsigned int slots_of(const struct maple_iter *it, const struct maple_level *l)
{
	return l->type == ARANGE_64 ? it->offsets.arange_slots : it->offsets.range_slots;
}

static uint64_t pivot_of(const struct maple_iter *it, const struct maple_level *l, unsigned int i)
{
	return word(it, l,
		    l->type == ARANGE_64 ? it->offsets.arange_pivot : it->offsets.range_pivot, i);
}

static uint64_t slot_of(const struct maple_iter *it, const struct maple_level *l, unsigned int i)
{
	return word(it, l, l->type == ARANGE_64 ? it->offsets.arange_slot : it->offsets.range_slot,
		    i);
}

/*
 * The last slot that may be in use, as ma_data_end() of lib/maple_tree.c finds it: a range node
 * that is not full keeps the number in the place of its last slot (struct maple_metadata). There is
 * one pivot less than slots, and a pivot that is the node's end comes last, whatever follows it.
 */
static unsigned int data_end(const struct maple_iter *it, const struct maple_level *l)
{
	const struct maple_offsets *o = &it->offsets;
	unsigned int last = slots_of(it, l) - 1;
	if (l->type == ARANGE_64)
		return l->bytes[o->arange_meta];
	return pivot_of(it, l, last - 1) ? last : l->bytes[o->range_slot + (int64_t)last * 8];
}

/* Does the node say that it belongs where it was found? One that was freed names itself. */
static bool fits(const struct maple_iter *it, const struct maple_level *l)
{
	uint64_t parent = word(it, l, it->offsets.parent, 0);
	if (it->height == 0)
		return parent == (it->tree | 1);
	return (parent & ~NODE_MASK) == it->levels[it->height - 1].node;
}

static void enter(struct maple_iter *it, uint64_t encoded, uint64_t min, uint64_t max)
{
	struct walk probe = walk_start(it->walk.k, 0);
	struct maple_level *l = &it->levels[it->height];
	uint64_t node = encoded & ~NODE_MASK;
	unsigned int type = type_of(encoded);
	if (it->height == MAPLE_MAX_HEIGHT || type < LEAF_64 || type > ARANGE_64) {
		note(it, WALK_DAMAGED, node);
		return;
	}
	if (it->nodes++ / MAPLE_MAX_HEIGHT > it->walk.limit) {
		note(it, WALK_LIMIT, node);
		return;
	}
	if (!walk_read(&probe, node, l->bytes, sizeof(l->bytes))) {
		note(it, probe.why, probe.where);
		return;
	}
	l->node = node;
	l->min = min;
	l->max = max;
	l->type = type;
	l->slot = 0;
	l->end = data_end(it, l);
	if (!fits(it, l) || l->end >= slots_of(it, l)) {
		note(it, WALK_DAMAGED, node);
		return;
	}
	it->height++;
}

/* What the caller took from a foreign kernel's types must keep inside a node. */
static bool offsets_fit(const struct maple_offsets *o)
{
	return o->parent >= 0 && o->parent <= MAPLE_NODE_SIZE - 8 && o->range_pivot >= 0 &&
	       o->range_slot >= 0 && o->arange_pivot >= 0 && o->arange_slot >= 0 &&
	       o->arange_meta >= 0 && o->arange_meta < MAPLE_NODE_SIZE && o->range_slots >= 2 &&
	       o->range_slots <= 31 && o->arange_slots >= 2 && o->arange_slots <= 31 &&
	       o->range_pivot + ((int64_t)o->range_slots - 1) * 8 <= MAPLE_NODE_SIZE &&
	       o->range_slot + (int64_t)o->range_slots * 8 <= MAPLE_NODE_SIZE &&
	       o->arange_pivot + ((int64_t)o->arange_slots - 1) * 8 <= MAPLE_NODE_SIZE &&
	       o->arange_slot + (int64_t)o->arange_slots * 8 <= MAPLE_NODE_SIZE;
}

void maple_init(struct maple_iter *it, struct kmem *k, uint64_t tree,
		const struct maple_offsets *offsets, size_t limit)
{
	uint64_t root;
	it->walk = walk_start(k, limit);
	it->offsets = *offsets;
	it->tree = tree;
	it->first = it->last = 0;
	it->single = 0;
	it->trouble = WALK_GOING;
	it->trouble_at = 0;
	it->nodes = 0;
	it->height = 0;
	if (!offsets_fit(offsets))
		walk_stop(&it->walk, WALK_DAMAGED, 0);
	else if (!walk_u64(&it->walk, tree + (uint64_t)offsets->root, &root))
		return;
	else if ((root & 3) == 2 && root > 4096)
		enter(it, root, 0, UINT64_MAX);
	else if (!reserved(root))
		it->single = root;
}

/* The next slot of a leaf that holds something, going into nodes and out of them. */
static bool next_entry(struct maple_iter *it, uint64_t *entry)
{
	while (it->height > 0) {
		struct maple_level *l = &it->levels[it->height - 1];
		if (l->slot > l->end) {
			it->height--;
			continue;
		}
		uint64_t value = slot_of(it, l, l->slot), first = l->min;
		/* the last one's pivot may be left out: mas_logical_pivot() */
		uint64_t last = l->slot == l->end ? l->max : pivot_of(it, l, l->slot);
		if (last < first || last > l->max) {
			note(it, WALK_DAMAGED, l->node);
			it->height--;
			continue;
		}
		/* What follows begins behind it; nothing follows the last one. */
		l->min = last + 1;
		l->slot = last == l->max ? l->end + 1 : l->slot + 1;
		if (l->type != LEAF_64 && value) {
			enter(it, value, first, last);
		} else if (l->type == LEAF_64 && value && !reserved(value)) {
			it->first = first;
			it->last = last;
			*entry = value;
			return true;
		}
	}
	return false;
}

bool maple_next(struct maple_iter *it, uint64_t *entry)
{
	uint64_t next = it->single;
	if (it->walk.why != WALK_GOING)
		return false;
	it->single = 0;
	bool found = next || next_entry(it, &next);
	if (!walk_deliver(&it->walk, found, it->trouble, it->trouble_at))
		return false;
	*entry = next;
	return true;
}
