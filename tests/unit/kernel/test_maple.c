// SPDX-License-Identifier: GPL-2.0-or-later
/* Maple trees: leaves full and not, both kinds of inner nodes, ranges, damage. */
#include "unit.h"
#include "small_kmem.h"
#include "kernel/maple.h"

#define BASE	UINT64_C(0xffff888000000000)
#define NODE(i) (BASE + 0x100 + (uint64_t)(i)*0x100)

enum { MEMORY = 0x2000, ROOT = 8 };
enum { LEAF = 1, RANGE = 2, ARANGE = 3 };

/* As 64-bit kernels have them. */
static const struct maple_offsets offsets = {.root = ROOT,
					     .parent = 0,
					     .range_pivot = 8,
					     .range_slot = 128,
					     .range_slots = 16,
					     .arange_pivot = 8,
					     .arange_slot = 80,
					     .arange_meta = 240,
					     .arange_slots = 10};

struct tree {
	uint8_t bytes[MEMORY];
	enum byte_order order;
};

static void put(struct tree *t, uint64_t addr, uint64_t value)
{
	put_u64(t->bytes + (addr - BASE), value, t->order);
}

static void pivot(struct tree *t, int node, unsigned int i, uint64_t value)
{
	put(t, NODE(node) + 8 + i * 8, value);
}

static void slot(struct tree *t, int node, int type, unsigned int i, uint64_t entry)
{
	put(t, NODE(node) + (type == ARANGE ? 80 : 128) + i * 8, entry);
}

static void root(struct tree *t, int node, int type)
{
	put(t, BASE + ROOT, NODE(node) | (uint64_t)type << 3 | 2);
	put(t, NODE(node), BASE | 1);
}

static void child(struct tree *t, int node, int type, int parent, int parent_type, unsigned int i)
{
	slot(t, parent, parent_type, i, NODE(node) | (uint64_t)type << 3 | 4);
	put(t, NODE(node), NODE(parent) | i << 3 | 6);
}

/* The number of the last slot, where a range node that is not full keeps it. */
static void leaf_end(struct tree *t, int node, unsigned int end)
{
	t->bytes[NODE(node) - BASE + 128 + 15 * 8] = (uint8_t)end;
}

struct expected {
	uint64_t first, last, entry;
};

static void check(const struct tree *t, const struct expected *expected, size_t n, size_t limit,
		  enum walk_why why)
{
	struct small_kmem k;
	struct maple_iter it;
	uint64_t entry;
	small_kmem_init(&k, t->order, BASE, t->bytes, sizeof(t->bytes));
	maple_init(&it, &k.k, BASE, &offsets, limit);
	for (size_t i = 0; i < n; i++) {
		assert_true(maple_next(&it, &entry));
		assert_int_equal(it.first, expected[i].first);
		assert_int_equal(it.last, expected[i].last);
		assert_int_equal(entry, expected[i].entry);
	}
	assert_false(maple_next(&it, &entry));
	assert_false(maple_next(&it, &entry));
	assert_int_equal(it.walk.why, why);
	assert_int_equal(it.walk.visited, n);
	small_kmem_deinit(&k);
}

static void without_a_node(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct tree t = {.order = (enum byte_order)order};
		check(&t, NULL, 0, 10, WALK_END);
		put(&t, BASE + ROOT, 0x7000);
		check(&t, &(struct expected) {0, 0, 0x7000}, 1, 10, WALK_END);
		put(&t, BASE + ROOT, 1030); /* XA_ZERO_ENTRY */
		check(&t, NULL, 0, 10, WALK_END);
	}
}

/* A root that is a leaf: a gap, two entries, and nothing up to the end. */
static void one_leaf(void **state)
{
	(void)state;
	static const struct expected expected[] = {{100, 199, 0x7000}, {200, 200, 0x7100}};
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct tree t = {.order = (enum byte_order)order};
		root(&t, 0, LEAF);
		pivot(&t, 0, 0, 99);
		slot(&t, 0, LEAF, 1, 0x7000);
		pivot(&t, 0, 1, 199);
		slot(&t, 0, LEAF, 2, 0x7100);
		pivot(&t, 0, 2, 200);
		slot(&t, 0, LEAF, 3, 1030); /* reserved */
		pivot(&t, 0, 3, 300);
		pivot(&t, 0, 4, UINT64_MAX);
		leaf_end(&t, 0, 4);
		/* what was there before is not cleared */
		slot(&t, 0, LEAF, 5, 0xbad000);
		pivot(&t, 0, 5, 0);
		check(&t, expected, 2, 10, WALK_END);
		check(&t, expected, 2, 2, WALK_END);
		check(&t, expected, 1, 1, WALK_LIMIT);
		/* the last slot's pivot may be missing: it is the node's end then */
		pivot(&t, 0, 4, 0);
		slot(&t, 0, LEAF, 4, 0x7200);
		static const struct expected more[] = {
			{100, 199, 0x7000}, {200, 200, 0x7100}, {301, UINT64_MAX, 0x7200}};
		check(&t, more, 3, 10, WALK_END);
	}
}

/* Full, with 16 entries; and with 15, of which the last pivot is the end. */
static void full_leaves(void **state)
{
	(void)state;
	struct tree t = {.order = ORDER_LE};
	struct expected expected[16];
	root(&t, 0, LEAF);
	for (unsigned int i = 0; i < 16; i++) {
		slot(&t, 0, LEAF, i, 0x7000 + i * 16);
		if (i < 15)
			pivot(&t, 0, i, i * 10 + 9);
		expected[i] = (struct expected) {i * 10, i * 10 + 9, 0x7000 + i * 16};
	}
	expected[15].last = UINT64_MAX;
	check(&t, expected, 16, 100, WALK_END);
	pivot(&t, 0, 14, UINT64_MAX);
	expected[14].last = UINT64_MAX;
	check(&t, expected, 15, 100, WALK_END);
}

/* Above: an inner node of that type with three leaves, of which the middle one has one entry. */
static void make_inner(struct tree *t, int type)
{
	root(t, 0, type);
	for (unsigned int i = 0; i < 3; i++) {
		child(t, (int)i + 1, LEAF, 0, type, i);
		if (i < 2)
			pivot(t, 0, i, (i + 1) * 1000 - 1);
	}
	pivot(t, 0, 2, UINT64_MAX);
	if (type == ARANGE)
		t->bytes[NODE(0) - BASE + 240] = 2;
	else
		leaf_end(t, 0, 2);
	slot(t, 1, LEAF, 0, 0x7000);
	pivot(t, 1, 0, 9);
	pivot(t, 1, 1, 999);
	leaf_end(t, 1, 1);
	slot(t, 2, LEAF, 0, 0x7100);
	pivot(t, 2, 0, 1999);
	leaf_end(t, 2, 0);
	slot(t, 3, LEAF, 1, 0x7200);
	pivot(t, 3, 0, 4999);
	pivot(t, 3, 1, 5000);
	pivot(t, 3, 2, UINT64_MAX);
	leaf_end(t, 3, 2);
}

static const struct expected inner[] = {{0, 9, 0x7000}, {1000, 1999, 0x7100}, {5000, 5000, 0x7200}};

static void inner_nodes(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		for (int type = RANGE; type <= ARANGE; type++) {
			struct tree t = {.order = (enum byte_order)order};
			make_inner(&t, type);
			check(&t, inner, 3, 100, WALK_END);
		}
	}
}

/* Each hides the middle leaf. */
static void damage(void **state)
{
	(void)state;
	static const struct expected rest[] = {{0, 9, 0x7000}, {5000, 5000, 0x7200}};
	for (int i = 0; i < 7; i++) {
		struct tree t = {.order = ORDER_LE};
		make_inner(&t, ARANGE);
		uint64_t to[] = {NODE(0) | ARANGE << 3 | 4, /* the root: a circle */
				 NODE(1) | LEAF << 3 | 4,   /* another's place, outside its range */
				 NODE(2) | 9 << 3 | 4,	    /* no such type */
				 NODE(2) | 4,		    /* dense nodes are not in use */
				 0x1000 | LEAF << 3 | 4};
		if (i < 5)
			slot(&t, 0, ARANGE, 1, to[i]);
		else if (i == 5)
			put(&t, NODE(2), NODE(2)); /* freed: ma_dead_node() */
		else
			put(&t, NODE(2), NODE(3) | 6);
		check(&t, rest, 2, 100, i == 4 ? WALK_UNREADABLE : WALK_DAMAGED);
	}
	struct tree t = {.order = ORDER_LE};
	make_inner(&t, ARANGE);
	t.bytes[NODE(0) - BASE + 240] = 10; /* more slots than there are */
	check(&t, NULL, 0, 100, WALK_DAMAGED);
	make_inner(&t, ARANGE);
	pivot(&t, 0, 1, 500); /* less than the one before */
	check(&t, inner, 1, 100, WALK_DAMAGED);
	make_inner(&t, ARANGE);
	put(&t, NODE(0), BASE); /* it does not say that it is a root */
	check(&t, NULL, 0, 100, WALK_DAMAGED);
}

/* Nodes that hold only each other, one slot each: the height is what stops. */
static void too_high(void **state)
{
	(void)state;
	struct tree t = {.order = ORDER_LE};
	root(&t, 0, ARANGE);
	for (int i = 0; i < 20; i++)
		child(&t, i + 1, ARANGE, i, ARANGE, 0);
	check(&t, NULL, 0, 100, WALK_DAMAGED);
}

static void offsets_outside_of_a_node(void **state)
{
	(void)state;
	struct tree t = {.order = ORDER_LE};
	struct small_kmem k;
	struct maple_iter it;
	uint64_t entry;
	struct maple_offsets o = offsets;
	make_inner(&t, ARANGE);
	small_kmem_init(&k, t.order, BASE, t.bytes, sizeof(t.bytes));
	o.range_slots = 17;
	maple_init(&it, &k.k, BASE, &o, 10);
	assert_false(maple_next(&it, &entry));
	assert_int_equal(it.walk.why, WALK_DAMAGED);
	o = offsets;
	o.arange_meta = LAYOUT_UNKNOWN;
	maple_init(&it, &k.k, BASE, &o, 10);
	assert_false(maple_next(&it, &entry));
	assert_int_equal(it.walk.why, WALK_DAMAGED);
	small_kmem_deinit(&k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_node),
		cmocka_unit_test(one_leaf),
		cmocka_unit_test(full_leaves),
		cmocka_unit_test(inner_nodes),
		cmocka_unit_test(damage),
		cmocka_unit_test(too_high),
		cmocka_unit_test(offsets_outside_of_a_node),
	};
	return cmocka_run_group_tests_name("kernel/maple", tests, NULL, NULL);
}
