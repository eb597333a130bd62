// SPDX-License-Identifier: GPL-2.0-or-later
/* Linked lists: whole, empty, circular where they should not be, cut, unreadable, too long. */
#include "unit.h"
#include "small_kmem.h"
#include "kernel/list.h"

#define BASE  UINT64_C(0xffff888000000000)
#define AT(i) (BASE + 0x100 + (uint64_t)(i)*0x20)

enum { MEMORY = 0x4000, MEMBER = 8 };

struct memory {
	uint8_t bytes[MEMORY];
	enum byte_order order;
};

static void put(struct memory *m, uint64_t addr, uint64_t value)
{
	put_u64(m->bytes + (addr - BASE), value, m->order);
}

/* head at BASE, then n nodes, each pointing to the next; the last one to `last`. */
static void chain(struct memory *m, int n, uint64_t last)
{
	put(m, BASE, n ? AT(0) : last);
	for (int i = 0; i < n; i++)
		put(m, AT(i), i + 1 < n ? AT(i + 1) : last);
}

static size_t walk(struct list_iter *it)
{
	uint64_t entry;
	size_t n = 0;
	while (list_next(it, &entry)) {
		assert_int_equal(entry, AT(n) - MEMBER);
		n++;
	}
	assert_false(list_next(it, &entry));
	assert_int_equal(n, it->walk.visited);
	return n;
}

/* What a list of the first kind gives; the same with the other if hlist. */
static size_t run(const struct memory *m, bool hlist, size_t limit, struct list_iter *it)
{
	struct small_kmem k;
	small_kmem_init(&k, m->order, BASE, m->bytes, sizeof(m->bytes));
	(hlist ? hlist_init : list_init)(it, &k.k, BASE, MEMBER, limit);
	size_t n = walk(it);
	small_kmem_deinit(&k);
	return n;
}

static void whole_lists(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		static const int counts[] = {0, 1, 2, 3, 100};
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
			struct memory m = {.order = (enum byte_order)order};
			struct list_iter it;
			chain(&m, counts[i], BASE);
			assert_int_equal(run(&m, false, 1000, &it), counts[i]);
			assert_int_equal(it.walk.why, WALK_END);
			chain(&m, counts[i], 0);
			assert_int_equal(run(&m, true, 1000, &it), counts[i]);
			assert_int_equal(it.walk.why, WALK_END);
			chain(&m, counts[i], 77); /* hlist_nulls */
			assert_int_equal(run(&m, true, 1000, &it), counts[i]);
			assert_int_equal(it.walk.why, WALK_END);
			/* exactly as many as allowed is no limit reached */
			assert_int_equal(run(&m, true, (size_t)counts[i], &it), counts[i]);
			assert_int_equal(it.walk.why, WALK_END);
		}
	}
}

/* A node that points back to any earlier one: seen before three rounds, whatever the sizes. */
static void circles(void **state)
{
	(void)state;
	for (int n = 1; n < 60; n++) {
		for (int back = 0; back < n; back += n / 7 + 1) {
			struct memory m = {.order = ORDER_LE};
			struct small_kmem k;
			struct list_iter it;
			uint64_t entry;
			chain(&m, n, AT(back));
			for (int hlist = 0; hlist < 2; hlist++) {
				small_kmem_init(&k, m.order, BASE, m.bytes, sizeof(m.bytes));
				(hlist ? hlist_init : list_init)(&it, &k.k, BASE, MEMBER, 100000);
				while (list_next(&it, &entry))
					;
				assert_int_equal(it.walk.why, WALK_CYCLE);
				assert_true(it.walk.visited >= (size_t)n);
				assert_true(it.walk.visited <= 4 * (size_t)n + 4);
				small_kmem_deinit(&k);
			}
		}
	}
}

static void damage(void **state)
{
	(void)state;
	struct memory m = {.order = ORDER_LE};
	struct list_iter it;
	chain(&m, 10, 0); /* a list_head does not end with NULL */
	assert_int_equal(run(&m, false, 1000, &it), 10);
	assert_int_equal(it.walk.why, WALK_DAMAGED);
	assert_int_equal(it.walk.where, AT(9));
	chain(&m, 10, AT(3) + 4);
	assert_int_equal(run(&m, false, 1000, &it), 10);
	assert_int_equal(it.walk.why, WALK_DAMAGED);
	chain(&m, 5, BASE);
	assert_int_equal(run(&m, false, 4, &it), 4);
	assert_int_equal(it.walk.why, WALK_LIMIT);
	assert_int_equal(run(&m, false, 0, &it), 0);
	assert_int_equal(it.walk.why, WALK_LIMIT);
	/* LIST_POISON1: the entry before it is delivered, and what it points to is not readable */
	chain(&m, 5, UINT64_C(0xdead000000000100));
	struct small_kmem k;
	uint64_t entry = 0;
	size_t n = 0;
	small_kmem_init(&k, m.order, BASE, m.bytes, sizeof(m.bytes));
	list_init(&it, &k.k, BASE, MEMBER, 100);
	while (list_next(&it, &entry))
		n++;
	assert_int_equal(n, 6);
	assert_int_equal(entry, UINT64_C(0xdead000000000100) - MEMBER);
	assert_int_equal(it.walk.why, WALK_UNREADABLE);
	assert_int_equal(it.walk.where, UINT64_C(0xdead000000000100));
	list_init(&it, &k.k, 0x1000, 0, 100);
	assert_false(list_next(&it, &entry));
	assert_int_equal(it.walk.why, WALK_UNREADABLE);
	small_kmem_deinit(&k);
}

static void reasons_have_names(void **state)
{
	(void)state;
	for (int why = WALK_GOING; why <= WALK_DAMAGED; why++)
		for (int other = WALK_GOING; other < why; other++)
			assert_string_not_equal(walk_why_name((enum walk_why)why),
						walk_why_name((enum walk_why)other));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_lists),
		cmocka_unit_test(circles),
		cmocka_unit_test(damage),
		cmocka_unit_test(reasons_have_names),
	};
	return cmocka_run_group_tests_name("kernel/list", tests, NULL, NULL);
}
