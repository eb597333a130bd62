// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of slab caches, whole and damaged, and which of them are the largest. */
#include "small_report.h"
#include "report/slabs.h"

#define CACHES	 (BASE + 0x200) /* slab_caches */
#define TOTALRAM (BASE + 0x210)
#define NODE_IDS (BASE + 0x218)
#define CACHE(n) (BASE + 0x1000 + (uint64_t)(n)*0x80)
#define NODE(n)	 (BASE + 0x4000 + (uint64_t)(n)*0x80)
#define SLAB(n)	 (BASE + 0x8000 + (uint64_t)(n)*0x40)
#define NAMES	 (BASE + 0xa000)

enum {
	C_OO = 0,
	C_SIZE = 4,
	C_NAME = 8,
	C_LIST = 16,
	C_NODE = 32,
	N_PARTIAL = 0,
	N_SLABS = 16,
	N_OBJECTS = 24,
	S_LIST = 8,
	S_COUNTS = 24,
	NCACHES = 13,
};

/* Cache n has n slabs of order 1 and 8 n objects on node 0, of which it keeps none free. */
static void put_caches(struct small_report *s, enum byte_order order)
{
	uint64_t entries[NCACHES];
	small_report_init(s, order);
	put64(s, TOTALRAM, 10000);
	put32(s, NODE_IDS, 2);
	for (unsigned int i = 0; i < NCACHES; i++) {
		char name[16];
		entries[i] = CACHE(i) + C_LIST;
		snprintf(name, sizeof(name), "cache-%u", i);
		put_string(s, NAMES + i * 16, name);
		put32(s, CACHE(i) + C_OO, 1 << 16 | 8);
		put32(s, CACHE(i) + C_SIZE, 1000);
		put64(s, CACHE(i) + C_NAME, NAMES + i * 16);
		put64(s, CACHE(i) + C_NODE, NODE(i));
		put64(s, NODE(i) + N_SLABS, i);
		put64(s, NODE(i) + N_OBJECTS, 8 * i);
		put_list(s, NODE(i) + N_PARTIAL, NULL, 0);
	}
	put_list(s, CACHES, entries, NCACHES);
}

static void open_caches(struct small_report *s)
{
	struct layout *l = &s->k.layout;
	small_report_open(s);
	l->slab_caches = (int64_t)CACHES;
	l->totalram_pages = (int64_t)TOTALRAM;
	l->nr_node_ids = (int64_t)NODE_IDS;
	l->kmem_cache_list = C_LIST;
	l->kmem_cache_name = C_NAME;
	l->kmem_cache_oo = C_OO;
	l->kmem_cache_obj_size = C_SIZE;
	l->kmem_cache_node_ptrs = C_NODE;
	l->slab_nr_slabs = N_SLABS;
	l->slab_total_objects = N_OBJECTS;
	l->slab_partial = N_PARTIAL;
	l->slab_list = S_LIST;
	l->slab_inuse = S_COUNTS * 8;
	l->slab_objects = S_COUNTS * 8 + 16;
}

/* A slab with 8 objects, so many of them in use. */
static void put_slab(struct small_report *s, uint64_t slab, uint32_t used)
{
	put32(s, slab + S_COUNTS, s->order == ORDER_LE ? 8u << 16 | used : used << 16 | 8 << 1);
}

static struct small_report s;
static struct slabs got;

static void the_largest(void **state)
{
	(void)state;
	put_caches(&s, ORDER_LE);
	open_caches(&s);
	assert_ok(slabs_read(&s.r, &got));
	assert_nothing_missing(&s);
	assert_int_equal(got.caches, NCACHES);
	assert_int_equal(got.bytes, 8192 * (12 * 13 / 2));
	assert_int_equal(got.ntop, 10);
	for (unsigned int i = 0; i < 10; i++) {
		char name[16];
		snprintf(name, sizeof(name), "cache-%u", 12 - i);
		assert_string_equal(got.top[i].name, name);
		assert_int_equal(got.top[i].bytes, 8192 * (12 - i));
		assert_int_equal(got.top[i].slabs, 12 - i);
		assert_int_equal(got.top[i].objects, 8 * (12 - i));
		assert_int_equal(got.top[i].used, 8 * (12 - i));
		assert_int_equal(got.top[i].size, 1000);
	}
	small_report_close(&s);
}

/* Cache 12 is on two nodes, and has slabs with free objects on both. */
static void several_nodes(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		const uint64_t first[] = {SLAB(0) + S_LIST, SLAB(1) + S_LIST},
			       second[] = {SLAB(2) + S_LIST};
		put_caches(&s, (enum byte_order)order);
		put64(&s, CACHE(12) + C_NODE + 8, NODE(20));
		put64(&s, NODE(20) + N_SLABS, 100);
		put64(&s, NODE(20) + N_OBJECTS, 800);
		put_list(&s, NODE(12) + N_PARTIAL, first, 2);
		put_list(&s, NODE(20) + N_PARTIAL, second, 1);
		put_slab(&s, SLAB(0), 5);
		put_slab(&s, SLAB(1), 1);
		put_slab(&s, SLAB(2), 0);
		open_caches(&s);
		assert_ok(slabs_read(&s.r, &got));
		assert_nothing_missing(&s);
		assert_string_equal(got.top[0].name, "cache-12");
		assert_int_equal(got.top[0].slabs, 112);
		assert_int_equal(got.top[0].objects, 896);
		assert_int_equal(got.top[0].used, 896 - 3 - 7 - 8);
		/* other kernels do not say what is free in a slab */
		s.k.layout.slab_objects = LAYOUT_UNKNOWN;
		assert_ok(slabs_read(&s.r, &got));
		assert_int_equal(got.top[0].objects, 896);
		assert_false(layout_known(got.top[0].used));
		small_report_close(&s);
	}
}

/* 7.1: each node's pointer is beside another one. */
static void nodes_beside_barns(void **state)
{
	(void)state;
	put_caches(&s, ORDER_LE);
	for (unsigned int i = 0; i < NCACHES; i++) {
		put64(&s, CACHE(i) + C_NODE, NOWHERE); /* the barn */
		put64(&s, CACHE(i) + C_NODE + 8, NODE(i));
	}
	open_caches(&s);
	s.k.layout.kmem_cache_node_ptrs = LAYOUT_UNKNOWN;
	s.k.layout.kmem_cache_per_node = C_NODE;
	s.k.layout.per_node_size = 16;
	s.k.layout.per_node_node = 8;
	assert_ok(slabs_read(&s.r, &got));
	assert_nothing_missing(&s);
	assert_int_equal(got.bytes, 8192 * (12 * 13 / 2));
	small_report_close(&s);
}

static void damaged_caches(void **state)
{
	(void)state;
	put_caches(&s, ORDER_LE);
	put64(&s, NODE(12) + N_SLABS, UINT64_C(1) << 43); /* in bytes, more than 64 bits */
	put32(&s, CACHE(12) + C_OO, 16 << 16 | 8);
	put64(&s, NODE(11) + N_SLABS, 9999); /* of two pages each: more than the machine has */
	put32(&s, CACHE(10) + C_OO, UINT32_MAX);
	put64(&s, CACHE(9) + C_NODE, NOWHERE);
	put64(&s, CACHE(8) + C_NAME, NOWHERE);
	put_string(&s, NAMES + 7 * 16, "\x1b[2J\x80");
	put64(&s, NODE(6) + N_PARTIAL, NOWHERE);
	put64(&s, NODE(5) + N_PARTIAL, SLAB(1) + S_LIST); /* a circle beside the head */
	put64(&s, SLAB(1) + S_LIST, SLAB(2) + S_LIST);
	put64(&s, SLAB(2) + S_LIST, SLAB(1) + S_LIST);
	put_slab(&s, SLAB(1), 8);
	put_slab(&s, SLAB(2), 8);
	const uint64_t both[] = {SLAB(3) + S_LIST, SLAB(4) + S_LIST};
	put_list(&s, NODE(4) + N_PARTIAL, both, 2);
	put_slab(&s, SLAB(3), 9); /* more than it has */
	put_slab(&s, SLAB(4), 7);
	open_caches(&s);
	assert_ok(slabs_read(&s.r, &got));
	assert_missing(&s, "4 are unreadable or damaged");
	assert_int_equal(got.caches, NCACHES - 4);
	assert_int_equal(got.ntop, NCACHES - 4);
	assert_string_equal(got.top[0].name, "?");
	assert_string_equal(got.top[1].name, "?[2J?");
	assert_int_equal(got.top[1].used, 56);
	for (unsigned int i = 2; i <= 4; i++)
		assert_false(layout_known(got.top[i].used));
	small_report_close(&s);
}

static void damaged_list(void **state)
{
	(void)state;
	put_caches(&s, ORDER_LE);
	put64(&s, CACHE(4) + C_LIST, CACHE(2) + C_LIST);
	open_caches(&s);
	assert_ok(slabs_read(&s.r, &got));
	assert_missing(&s, "their list ends in a circle");
	small_report_close(&s);

	put_caches(&s, ORDER_LE);
	put64(&s, CACHE(4) + C_LIST, NOWHERE);
	open_caches(&s);
	assert_ok(slabs_read(&s.r, &got));
	/* caches 0 to 4 and one that is nowhere; from the other end 12 to 5 */
	assert_missing(&s, "their list is broken after 6 (memory that cannot be read), 8 are from");
	assert_int_equal(got.caches, NCACHES);
	assert_int_equal(got.bytes, 8192 * (12 * 13 / 2));
	small_report_close(&s);

	/* broken in both directions: 0 to 4, then 12 to 9 */
	put64(&s, CACHE(9) + C_LIST + 8, CACHE(11) + C_LIST);
	open_caches(&s);
	assert_ok(slabs_read(&s.r, &got));
	assert_missing(&s, "after 6 (memory that cannot be read), 4 are from");
	assert_int_equal(got.bytes, 8192 * (10 + 12 + 11 + 10 + 9));
	s.r.until = 0;
	assert_ok(slabs_read(&s.r, &got));
	assert_int_equal(got.caches, 0);
	assert_missing(&s, "time was up");
	small_report_close(&s);
}

static void other_kernels(void **state)
{
	(void)state;
	put_caches(&s, ORDER_LE);
	open_caches(&s);
	s.k.layout.slab_nr_slabs = LAYOUT_UNKNOWN;
	assert_err(slabs_read(&s.r, &got), ERR_MISSING, "CONFIG_SLUB_DEBUG");
	s.k.layout.slab_caches = LAYOUT_UNKNOWN;
	assert_err(slabs_read(&s.r, &got), ERR_MISSING, "is not known");
	small_report_close(&s);
}

/* Whatever is there: it ends, with numbers that can be printed. */
static void random_damage(void **state)
{
	(void)state;
	uint64_t seed = 0x5a1f;
	for (unsigned int i = 0; i < 1000; i++) {
		put_caches(&s, ORDER_LE);
		small_report_damage(&s, &seed, 1 + i % 16);
		open_caches(&s);
		assert_ok(slabs_read(&s.r, &got));
		for (size_t j = 0; j < got.ntop; j++)
			assert_true(got.top[j].bytes >= 0 && got.top[j].bytes <= got.bytes);
		small_report_close(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest),	      cmocka_unit_test(several_nodes),
		cmocka_unit_test(nodes_beside_barns), cmocka_unit_test(damaged_caches),
		cmocka_unit_test(damaged_list),	      cmocka_unit_test(other_kernels),
		cmocka_unit_test(random_damage),
	};
	return cmocka_run_group_tests_name("report/slabs", tests, NULL, NULL);
}
