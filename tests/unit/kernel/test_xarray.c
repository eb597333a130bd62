// SPDX-License-Identifier: GPL-2.0-or-later
/* XArrays and the radix trees before them: indices, values, siblings, reservations, damage. */
#include "unit.h"
#include "small_kmem.h"
#include "kernel/xarray.h"

#define BASE	UINT64_C(0xffff888000000000)
#define NODE(i) (BASE + 0x100 + (uint64_t)(i)*0x240)

enum { MEMORY = 0x4000, SLOTS = 40 };

static const struct xarray_offsets offsets = {
	.head = 8, .shift = 0, .offset = 1, .parent = 8, .slots = SLOTS, .chunk = 64};

struct array {
	uint8_t bytes[MEMORY];
	enum byte_order order;
	uint64_t tag; /* of pointers to nodes: 2, or 1 of old */
};

static void put(struct array *a, uint64_t addr, uint64_t value)
{
	put_u64(a->bytes + (addr - BASE), value, a->order);
}

static void slot(struct array *a, int node, unsigned int i, uint64_t entry)
{
	put(a, NODE(node) + SLOTS + i * 8, entry);
}

/* Node i, in that slot of its parent (-1: it is the root). */
static void node(struct array *a, int i, unsigned int shift, int parent, unsigned int offset)
{
	a->bytes[NODE(i) - BASE] = (uint8_t)shift;
	a->bytes[NODE(i) - BASE + 1] = (uint8_t)offset;
	put(a, NODE(i) + 8, parent < 0 ? 0 : NODE(parent));
	if (parent < 0)
		put(a, BASE + 8, NODE(i) + a->tag);
	else
		slot(a, parent, offset, NODE(i) + a->tag);
}

struct expected {
	uint64_t index, entry;
};

static void check(const struct array *a, const struct xarray_offsets *o,
		  const struct expected *expected, size_t n, size_t limit, enum walk_why why)
{
	struct small_kmem k;
	struct xarray_iter it;
	uint64_t entry;
	small_kmem_init(&k, a->order, BASE, a->bytes, sizeof(a->bytes));
	xarray_init(&it, &k.k, BASE, o, limit);
	for (size_t i = 0; i < n; i++) {
		assert_true(xarray_next(&it, &entry));
		assert_int_equal(it.index, expected[i].index);
		assert_int_equal(entry, expected[i].entry);
	}
	assert_false(xarray_next(&it, &entry));
	assert_false(xarray_next(&it, &entry));
	assert_int_equal(it.walk.why, why);
	assert_int_equal(it.walk.visited, n);
	small_kmem_deinit(&k);
}

/* Nothing, one entry at index 0 without a node, and things that are no entries. */
static void heads(void **state)
{
	(void)state;
	static const uint64_t none[] = {0, 1030 /* XA_ZERO_ENTRY */, 1026 /* XA_RETRY_ENTRY */,
					(uint64_t)-50 /* error -13, shifted */};
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct array a = {.order = (enum byte_order)order, .tag = 2};
		for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
			put(&a, BASE + 8, none[i]);
			check(&a, &offsets, NULL, 0, 100, WALK_END);
		}
		put(&a, BASE + 8, 0x5000);
		check(&a, &offsets, &(struct expected) {0, 0x5000}, 1, 100, WALK_END);
		put(&a, BASE + 8, 0x5001);
		check(&a, &offsets, &(struct expected) {0, 0x5001}, 1, 100, WALK_END);
	}
}

/* Three levels: 3 << 12 | 5 << 6 | 7, and others; an entry of 64 indices; siblings; values. */
static void make_three_levels(struct array *a)
{
	node(a, 0, 12, -1, 0);
	node(a, 1, 6, 0, 0);
	node(a, 2, 6, 0, 3);
	node(a, 3, 0, 1, 1);
	node(a, 4, 0, 2, 5);
	slot(a, 1, 0, 0x7000);	       /* indices 0 to 63 in one */
	slot(a, 3, 0, 0x7100);	       /* 64 */
	slot(a, 3, 63, 0x7200);	       /* 127 */
	slot(a, 4, 7, 0x123 << 1 | 1); /* a value */
	slot(a, 0, 63, 0x7300);	       /* 63 << 12, 4096 of them */
}

static const struct expected three_levels[] = {
	{0, 0x7000}, {64, 0x7100}, {127, 0x7200}, {3 << 12 | 5 << 6 | 7, 0x247}, {63 << 12, 0x7300},
};

static void nodes(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct array a = {.order = (enum byte_order)order, .tag = 2};
		make_three_levels(&a);
		slot(&a, 4, 8, 7 << 2 | 2); /* a sibling of slot 7 */
		slot(&a, 4, 9, 1030);	    /* reserved */
		check(&a, &offsets, three_levels, 5, 100, WALK_END);
		check(&a, &offsets, three_levels, 5, 5, WALK_END);
		check(&a, &offsets, three_levels, 3, 3, WALK_LIMIT);
	}
	struct xarray_iter it = {.offsets = offsets};
	assert_true(xarray_is_value(&it, 0x247));
	assert_int_equal(xarray_to_value(&it, 0x247), 0x123);
	assert_false(xarray_is_value(&it, 0x7000));
}

/* lib/radix-tree.c up to 4.19: nodes are marked by 1, values by 2, siblings point to a slot. */
static void radix_trees_of_old(void **state)
{
	(void)state;
	struct xarray_offsets old = offsets;
	struct array a = {.order = ORDER_LE, .tag = 1};
	struct expected expected[5];
	old.radix = true;
	memcpy(expected, three_levels, sizeof(expected));
	make_three_levels(&a);
	slot(&a, 4, 7, 0x123 << 2 | 2);
	expected[3].entry = 0x123 << 2 | 2;
	slot(&a, 4, 8, (NODE(4) + SLOTS + 7 * 8) | 1);
	slot(&a, 4, 9, 1); /* RADIX_TREE_RETRY */
	check(&a, &old, expected, 5, 100, WALK_END);
	struct xarray_iter it = {.offsets = old};
	assert_true(xarray_is_value(&it, 0x48e));
	assert_int_equal(xarray_to_value(&it, 0x48e), 0x123);
}

static void small_chunks(void **state)
{
	(void)state;
	struct xarray_offsets o = offsets;
	struct array a = {.order = ORDER_LE, .tag = 2};
	static const struct expected expected[] = {{15, 0x7100}, {2 << 4 | 3, 0x7200}};
	o.chunk = 16;
	node(&a, 0, 4, -1, 0);
	node(&a, 1, 0, 0, 0);
	node(&a, 2, 0, 0, 2);
	slot(&a, 1, 15, 0x7100);
	slot(&a, 2, 3, 0x7200);
	check(&a, &o, expected, 2, 100, WALK_END);
	o.chunk = 20;
	check(&a, &o, NULL, 0, 100, WALK_DAMAGED);
}

/* Each of these hides 0x247 and nothing else. */
static void damage(void **state)
{
	(void)state;
	static const struct expected rest[] = {
		{0, 0x7000}, {64, 0x7100}, {127, 0x7200}, {63 << 12, 0x7300}};
	for (int i = 0; i < 8; i++) {
		struct array a = {.order = ORDER_LE, .tag = 2};
		enum walk_why why = WALK_DAMAGED;
		make_three_levels(&a);
		if (i == 0)
			a.bytes[NODE(4) - BASE] = 6; /* shift */
		else if (i == 1)
			a.bytes[NODE(4) - BASE + 1] = 6; /* offset */
		else if (i == 2)
			put(&a, NODE(4) + 8, NODE(1)); /* parent */
		else if (i == 3)
			slot(&a, 2, 5, NODE(0) + 2); /* to the root: a circle */
		else if (i == 4)
			slot(&a, 2, 5, NODE(2) + 2); /* to itself */
		else if (i == 5)
			slot(&a, 2, 5, NODE(3) + 2); /* to another's child */
		else if (i == 6)
			slot(&a, 2, 5, NODE(4) + 6); /* not aligned */
		else
			slot(&a, 2, 5, BASE + MEMORY + 0x1000 + 2);
		if (i == 7)
			why = WALK_UNREADABLE;
		check(&a, &offsets, rest, 4, 100, why);
	}
	struct array a = {.order = ORDER_LE, .tag = 2};
	make_three_levels(&a);
	slot(&a, 4, 6, NODE(0) + 2); /* a node on the last level */
	check(&a, &offsets, three_levels, 5, 100, WALK_DAMAGED);
	a.bytes[NODE(0) - BASE] = 13; /* no multiple of 6 */
	check(&a, &offsets, NULL, 0, 100, WALK_DAMAGED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(nodes),
		cmocka_unit_test(radix_trees_of_old),
		cmocka_unit_test(small_chunks),
		cmocka_unit_test(damage),
	};
	return cmocka_run_group_tests_name("kernel/xarray", tests, NULL, NULL);
}
