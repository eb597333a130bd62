// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/xarray.h"

#include <string.h>

/*
 * Entries whose two low bits are 10 are internal: below 4096 siblings of the slot before, and marks
 * for retries and reservations; above, nodes (xa_is_node()). Errors are among the last 4095
 * numbers, shifted (xa_is_err()). In radix trees before 4.20 the low bits of a node are 01, and a
 * sibling points to a slot of the node it is in (lib/radix-tree.c is_sibling_entry()).
 */
#define INTERNAL_MAX UINT64_C(4096)
#define ERRORS	     (-(UINT64_C(4096) << 2))

enum kind { KIND_EMPTY, KIND_NODE, KIND_ENTRY };

static enum kind kind_of(const struct xarray_iter *it, uint64_t entry, uint64_t inside,
			 uint64_t *node)
{
	if (it->offsets.radix) {
		*node = entry & ~UINT64_C(3);
		if (entry == 0 || (entry & 3) != 1)
			return entry ? KIND_ENTRY : KIND_EMPTY;
		bool sibling = *node - inside - (uint64_t)it->offsets.slots <
			       (uint64_t)it->offsets.chunk * 8;
		return *node == 0 || (inside && sibling) ? KIND_EMPTY : KIND_NODE;
	}
	*node = entry - 2;
	if ((entry & 3) != 2)
		return entry ? KIND_ENTRY : KIND_EMPTY;
	return entry > INTERNAL_MAX && entry < ERRORS ? KIND_NODE : KIND_EMPTY;
}

static void note(struct xarray_iter *it, enum walk_why why, uint64_t where)
{
	if (!it->trouble) {
		it->trouble = why;
		it->trouble_at = where;
	}
}

static unsigned int chunk_shift(const struct xarray_iter *it)
{
	return (unsigned int)__builtin_ctz(it->offsets.chunk);
}

/* Does what the node says of itself agree with where it was found? */
static bool fits(const struct xarray_iter *it, unsigned int shift, unsigned int offset,
		 uint64_t parent)
{
	if (it->height == 0)
		return parent == 0 && shift < 64 && shift % chunk_shift(it) == 0;
	const struct xarray_level *above = &it->levels[it->height - 1];
	return parent == above->node && offset == above->slot &&
	       shift + chunk_shift(it) == above->shift;
}

static void enter(struct xarray_iter *it, uint64_t node, uint64_t index)
{
	const struct xarray_offsets *o = &it->offsets;
	struct walk probe = walk_start(it->walk.k, 0);
	uint8_t shift, offset;
	uint64_t parent;
	struct xarray_level *level = &it->levels[it->height];
	if (node & 7 || it->height == XARRAY_MAX_HEIGHT) {
		note(it, WALK_DAMAGED, node);
		return;
	}
	if (it->nodes++ / XARRAY_MAX_HEIGHT > it->walk.limit) {
		note(it, WALK_LIMIT, node);
		return;
	}
	if (!walk_read(&probe, node + (uint64_t)o->shift, &shift, 1) ||
	    !walk_read(&probe, node + (uint64_t)o->offset, &offset, 1) ||
	    !walk_u64(&probe, node + (uint64_t)o->parent, &parent) ||
	    !walk_read(&probe, node + (uint64_t)o->slots, level->slots, (size_t)o->chunk * 8)) {
		note(it, probe.why, probe.where);
		return;
	}
	if (!fits(it, shift, offset, parent)) {
		note(it, WALK_DAMAGED, node);
		return;
	}
	level->node = node;
	level->index = index;
	level->shift = shift;
	level->slot = 0;
	it->height++;
}

void xarray_init(struct xarray_iter *it, struct kmem *k, uint64_t xarray,
		 const struct xarray_offsets *offsets, size_t limit)
{
	uint64_t head, node;
	it->walk = walk_start(k, limit);
	it->offsets = *offsets;
	it->index = 0;
	it->order = 0;
	it->single = 0;
	it->trouble = WALK_GOING;
	it->trouble_at = 0;
	it->height = 0;
	it->nodes = 0;
	if (offsets->chunk != 64 && offsets->chunk != 16 && offsets->chunk != 32)
		walk_stop(&it->walk, WALK_DAMAGED, 0);
	else if (walk_u64(&it->walk, xarray + (uint64_t)offsets->head, &head)) {
		enum kind kind = kind_of(it, head, 0, &node);
		if (kind == KIND_NODE)
			enter(it, node, 0);
		else if (kind == KIND_ENTRY)
			it->single = head;
	}
}

/* The next slot that holds something, going into nodes and out of them. */
static bool next_entry(struct xarray_iter *it, uint64_t *entry)
{
	while (it->height > 0) {
		struct xarray_level *level = &it->levels[it->height - 1];
		if (level->slot >= it->offsets.chunk) {
			it->height--;
			if (it->height > 0)
				it->levels[it->height - 1].slot++;
			continue;
		}
		uint64_t node, value = get_u64(level->slots + (size_t)level->slot * 8,
					       it->walk.k->vmcore->order);
		uint64_t index = level->index + ((uint64_t)level->slot << level->shift);
		size_t height = it->height;
		enum kind kind = kind_of(it, value, level->node, &node);
		if (kind == KIND_NODE && level->shift == 0)
			note(it, WALK_DAMAGED, level->node);
		else if (kind == KIND_NODE)
			enter(it, node, index);
		if (it->height > height)
			continue;
		level->slot++;
		if (kind == KIND_ENTRY) {
			it->index = index;
			it->order = level->shift;
			*entry = value;
			return true;
		}
	}
	return false;
}

bool xarray_next(struct xarray_iter *it, uint64_t *entry)
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
