// SPDX-License-Identifier: GPL-2.0-or-later
/* Red-black trees: in order, of all shapes, and with pointers that lead astray. */
#include "unit.h"
#include "small_kmem.h"
#include "kernel/rbtree.h"

#define BASE UINT64_C(0xffff888000000000)

enum { NODES = 200, SIZE = 64, MEMBER = 16 };

static const struct rbtree_offsets offsets = {.parent = 0, .right = 8, .left = 16};

/* The root pointer at BASE, then NODES entries, whose rb_node is at MEMBER. */
static uint64_t node_at(int i)
{
	return BASE + SIZE + (uint64_t)i * SIZE + MEMBER;
}

struct tree {
	uint8_t bytes[SIZE * (NODES + 1)];
	enum byte_order order;
};

static void put(struct tree *t, uint64_t addr, uint64_t value)
{
	put_u64(t->bytes + (addr - BASE), value, t->order);
}

/* Entries [from, to) as a balanced tree below parent; returns its root. The colour is noise. */
static uint64_t build(struct tree *t, int from, int to, uint64_t parent)
{
	if (from >= to)
		return 0;
	int mid = from + (to - from) / 2;
	uint64_t node = node_at(mid);
	put(t, node, parent | (uint64_t)(mid & 1));
	put(t, node + 16, build(t, from, mid, node));
	put(t, node + 8, build(t, mid + 1, to, node));
	return node;
}

/* Walks it, asserts that entries come in increasing order, returns how many. */
static size_t walk(const struct tree *t, size_t limit, struct rbtree_iter *it)
{
	struct small_kmem k;
	uint64_t entry, before = 0;
	size_t n = 0;
	small_kmem_init(&k, t->order, BASE, t->bytes, sizeof(t->bytes));
	rbtree_init(it, &k.k, BASE, &offsets, MEMBER, limit);
	while (rbtree_next(it, &entry)) {
		assert_true(entry > before);
		assert_int_equal((entry - BASE) % SIZE, 0);
		before = entry;
		n++;
	}
	assert_false(rbtree_next(it, &entry));
	assert_int_equal(it->walk.visited, n);
	small_kmem_deinit(&k);
	return n;
}

static void in_order(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		for (int n = 0; n <= NODES; n += n < 20 ? 1 : 45) {
			struct tree t = {.order = (enum byte_order)order};
			struct rbtree_iter it;
			put(&t, BASE, build(&t, 0, n, 0));
			assert_int_equal(walk(&t, 1000, &it), n);
			assert_int_equal(it.walk.why, WALK_END);
			assert_int_equal(walk(&t, (size_t)n, &it), n);
			assert_int_equal(it.walk.why, WALK_END);
			if (n > 3) {
				assert_int_equal(walk(&t, 3, &it), 3);
				assert_int_equal(it.walk.why, WALK_LIMIT);
			}
		}
	}
}

/* What hangs below a pointer that is wrong is missing; the rest is there. */
static void damage(void **state)
{
	(void)state;
	const uint64_t wrong[] = {node_at(0),  /* a leaf, of another parent */
				  node_at(50), /* the root: a circle */
				  node_at(25), /* itself */
				  node_at(3) + 1, 0x1000, UINT64_C(0xdead000000000100)};
	const enum walk_why why[] = {WALK_DAMAGED, WALK_DAMAGED,    WALK_DAMAGED,
				     WALK_DAMAGED, WALK_UNREADABLE, WALK_UNREADABLE};
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct tree t = {.order = ORDER_LE};
		struct rbtree_iter it;
		put(&t, BASE, build(&t, 0, 100, 0));
		/* 50 is the root, 25 its left child, with 26 … 49 on its right */
		put(&t, node_at(25) + 8, wrong[i]);
		assert_int_equal(walk(&t, 1000, &it), 100 - 24);
		assert_int_equal(it.walk.why, why[i]);
	}
}

static void twice_the_same_child(void **state)
{
	(void)state;
	struct tree t = {.order = ORDER_LE};
	struct rbtree_iter it;
	put(&t, BASE, build(&t, 0, 3, 0));
	put(&t, node_at(1) + 8, node_at(0));
	assert_int_equal(walk(&t, 1000, &it), 0);
	assert_int_equal(it.walk.why, WALK_DAMAGED);
}

/* A chain to the left that is longer than any tree is high. */
static void too_high(void **state)
{
	(void)state;
	struct tree t = {.order = ORDER_LE};
	struct rbtree_iter it;
	for (int i = NODES - 1; i >= 0; i--) {
		put(&t, node_at(i), i + 1 < NODES ? node_at(i + 1) : 0);
		put(&t, node_at(i) + 16, i > 0 ? node_at(i - 1) : 0);
	}
	put(&t, BASE, node_at(NODES - 1));
	assert_int_equal(walk(&t, 1000, &it), RBTREE_MAX_HEIGHT);
	assert_int_equal(it.walk.why, WALK_CYCLE);
}

static void an_unreadable_root(void **state)
{
	(void)state;
	struct small_kmem k;
	struct rbtree_iter it;
	uint64_t entry;
	uint8_t bytes[64] = {0};
	small_kmem_init(&k, ORDER_LE, BASE, bytes, sizeof(bytes));
	rbtree_init(&it, &k.k, 0x1000, &offsets, MEMBER, 10);
	assert_false(rbtree_next(&it, &entry));
	assert_int_equal(it.walk.why, WALK_UNREADABLE);
	small_kmem_deinit(&k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(damage),
		cmocka_unit_test(twice_the_same_child),
		cmocka_unit_test(too_high),
		cmocka_unit_test(an_unreadable_root),
	};
	return cmocka_run_group_tests_name("kernel/rbtree", tests, NULL, NULL);
}
