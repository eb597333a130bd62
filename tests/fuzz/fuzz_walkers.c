// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walkers of lists and trees over memory that is the input, at one virtual address. The first
 * byte chooses the walker, the second the offset of a member. They end, within their limit.
 */
#include "fuzz.h"
#include "../unit/small_kmem.h"
#include "kernel/list.h"
#include "kernel/maple.h"
#include "kernel/rbtree.h"
#include "kernel/xarray.h"

/* Short, so that the fuzzer finds pointers: those to the input are small numbers. */
#define BASE  UINT64_C(0x10000)
#define LIMIT 1000

static void check(const struct walk *w, size_t n)
{
	if (w->why == WALK_GOING || n != w->visited || n > LIMIT ||
	    (w->why == WALK_LIMIT && n < LIMIT && w->where == 0))
		abort();
}

static void walk_list(struct kmem *k, bool hlist, int64_t member)
{
	struct list_iter it;
	uint64_t entry;
	size_t n = 0;
	(hlist ? hlist_init : list_init)(&it, k, BASE, member, LIMIT);
	while (list_next(&it, &entry))
		n++;
	check(&it.walk, n);
}

static void walk_rbtree(struct kmem *k, int64_t member)
{
	static const struct rbtree_offsets offsets = {.parent = 0, .right = 8, .left = 16};
	struct rbtree_iter it;
	uint64_t entry;
	size_t n = 0;
	rbtree_init(&it, k, BASE, &offsets, member, LIMIT);
	while (rbtree_next(&it, &entry))
		n++;
	check(&it.walk, n);
}

static void walk_xarray(struct kmem *k, bool radix)
{
	struct xarray_offsets offsets = {.head = 0,
					 .shift = 0,
					 .offset = 1,
					 .parent = 8,
					 .slots = 16,
					 .chunk = 16,
					 .radix = radix};
	struct xarray_iter it;
	uint64_t entry, before = 0;
	size_t n = 0;
	xarray_init(&it, k, BASE, &offsets, LIMIT);
	while (xarray_next(&it, &entry)) {
		/* in order, unless a shift beyond 60 made the index wrap */
		if (n++ && it.index <= before && it.order < 60)
			abort();
		before = it.index;
	}
	check(&it.walk, n);
}

static void walk_maple(struct kmem *k)
{
	static const struct maple_offsets offsets = {.root = 0,
						     .parent = 0,
						     .range_pivot = 8,
						     .range_slot = 128,
						     .range_slots = 16,
						     .arange_pivot = 8,
						     .arange_slot = 80,
						     .arange_meta = 240,
						     .arange_slots = 10};
	struct maple_iter it;
	uint64_t entry, next = 0;
	size_t n = 0;
	maple_init(&it, k, BASE, &offsets, LIMIT);
	while (maple_next(&it, &entry)) {
		if (it.first < next || it.last < it.first)
			abort();
		next = it.last == UINT64_MAX ? it.last : it.last + 1;
		n++;
	}
	check(&it.walk, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct small_kmem k;
	if (size < 10)
		return 0;
	small_kmem_init(&k, data[0] & 0x80 ? ORDER_BE : ORDER_LE, BASE, data + 2, size - 2);
	switch (data[0] & 0x7f) {
	case 0:
	case 1:
		walk_list(&k.k, data[0] & 1, data[1]);
		break;
	case 2:
		walk_rbtree(&k.k, data[1]);
		break;
	case 3:
	case 4:
		walk_xarray(&k.k, (data[0] & 0x7f) == 4);
		break;
	case 5:
		walk_maple(&k.k);
		break;
	}
	small_kmem_deinit(&k);
	return 0;
}
