// SPDX-License-Identifier: GPL-2.0-or-later
/* Zones of several nodes, their counters and watermarks, whole and damaged. */
#include "small_report.h"
#include "report/zones.h"

#define NODE_DATA  (BASE + 0x200)
#define NODE_IDS   (BASE + 0x110)
#define NODE(n)	   (BASE + 0x1000 + (uint64_t)(n)*0x800)
#define ZONE(n, z) (NODE(n) + 0x40 + (uint64_t)(z)*0x100)
#define NAME	   (BASE + 0x300)
#define STATS	   (BASE + 0x4000) /* per-CPU, of CPU 0; CPU 1's are CPU_STEP behind */
#define PAGES	   (BASE + 0x4800)

enum {
	Z_MARK = 0,
	Z_BOOST = 32,
	Z_STATS = 40,
	Z_PAGES = 48,
	Z_PRESENT = 56,
	Z_MANAGED = 64,
	Z_NAME = 72,
	Z_VM_STAT = 80,
	FREE = 2, /* NR_FREE_PAGES is the first in real kernels */
};

static void put_zone(struct small_report *s, uint64_t z, uint64_t present)
{
	for (unsigned int i = 0; i < 3; i++)
		put64(s, z + Z_MARK + i * 8, 10 * (i + 1));
	put64(s, z + Z_BOOST, 5);
	put64(s, z + Z_STATS, STATS);
	put64(s, z + Z_PAGES, PAGES);
	put64(s, z + Z_PRESENT, present);
	put64(s, z + Z_MANAGED, present - 1);
	put64(s, z + Z_NAME, NAME);
	put64(s, z + Z_VM_STAT + FREE * 8, 77);
}

static void put_machine(struct small_report *s, enum byte_order order)
{
	small_report_init(s, order);
	put64(s, NODE_DATA, NODE(0));
	put64(s, NODE_DATA + 16, NODE(2)); /* node 1 is not there */
	put32(s, NODE_IDS, 3);
	put_string(s, NAME, "Normal");
	put_zone(s, ZONE(0, 1), 1000);
	put_zone(s, ZONE(2, 0), 2000);
	put8(s, STATS + 16 + FREE, -3);
	put8(s, STATS + CPU_STEP + 16 + FREE, -4);
	put32(s, PAGES + 4, 20);
	put32(s, PAGES + CPU_STEP + 4, 22);
}

static void open_machine(struct small_report *s)
{
	struct layout *l = &s->k.layout;
	small_report_open(s);
	l->node_data = (int64_t)NODE_DATA;
	l->nr_node_ids = (int64_t)NODE_IDS;
	l->node_zones = 0x40;
	l->node_zones_len = 2;
	l->zone_size = 0x100;
	l->zone_watermark = Z_MARK;
	l->zone_boost = Z_BOOST;
	l->zone_per_cpu_stats = Z_STATS;
	l->zonestat_diff = 16;
	l->zone_per_cpu_pages = Z_PAGES;
	l->pcp_count = 4;
	l->zone_present = Z_PRESENT;
	l->zone_managed = Z_MANAGED;
	l->zone_name = Z_NAME;
	l->zone_vm_stat = Z_VM_STAT;
	l->nr_free_pages = FREE;
}

static struct small_report s;
static struct zones z;

static void whole(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		put_machine(&s, (enum byte_order)order);
		open_machine(&s);
		assert_ok(zones_read(&s.r, &z));
		assert_nothing_missing(&s);
		assert_int_equal(z.n, 2);
		assert_int_equal(z.zone[0].node, 0);
		assert_int_equal(z.zone[0].present, 1000);
		assert_int_equal(z.zone[0].managed, 999);
		assert_int_equal(z.zone[1].node, 2);
		assert_int_equal(z.zone[1].present, 2000);
		assert_string_equal(z.zone[1].name, "Normal");
		assert_int_equal(z.zone[1].free, 77);
		assert_int_equal(z.zone[1].pending, -7);
		assert_int_equal(z.zone[1].per_cpu, 42);
		assert_int_equal(z.zone[1].min, 10);
		assert_int_equal(z.zone[1].low, 20);
		assert_int_equal(z.zone[1].high, 30);
		assert_int_equal(z.zone[1].boost, 5);
		zones_deinit(&z);
		small_report_close(&s);
	}
}

/* A CPU that is not online has nothing to add. */
static void cpus_that_count(void **state)
{
	(void)state;
	put_machine(&s, ORDER_LE);
	put64(&s, CPU_ONLINE, 2);
	open_machine(&s);
	assert_ok(zones_read(&s.r, &z));
	assert_int_equal(z.zone[0].pending, -4);
	assert_int_equal(z.zone[0].per_cpu, 22);
	zones_deinit(&z);
	s.k.layout.cpu_online_mask = LAYOUT_UNKNOWN;
	assert_ok(zones_read(&s.r, &z));
	assert_false(layout_known(z.zone[0].pending));
	assert_false(layout_known(z.zone[0].per_cpu));
	assert_int_equal(z.zone[0].free, 77);
	assert_missing(&s, "__cpu_online_mask");
	zones_deinit(&z);
	small_report_close(&s);
}

/* Kernels without NUMA; before 5.14; before 5.0. */
static void other_kernels(void **state)
{
	(void)state;
	put_machine(&s, ORDER_LE);
	open_machine(&s);
	struct layout *l = &s.k.layout;
	l->node_data = LAYOUT_UNKNOWN;
	l->contig_page_data = (int64_t)NODE(2);
	l->zonestat_diff = LAYOUT_UNKNOWN;
	l->zone_pageset = Z_STATS;
	l->pageset_diff = 16;
	l->pageset_pcp_count = 0x800 + 4;
	l->zone_watermark = LAYOUT_UNKNOWN;
	l->zone_watermark_old = Z_MARK;
	l->zone_boost = LAYOUT_UNKNOWN;
	assert_ok(zones_read(&s.r, &z));
	assert_nothing_missing(&s);
	assert_int_equal(z.n, 1);
	assert_int_equal(z.zone[0].node, 0);
	assert_int_equal(z.zone[0].present, 2000);
	assert_int_equal(z.zone[0].pending, -7);
	assert_int_equal(z.zone[0].per_cpu, 42);
	assert_int_equal(z.zone[0].high, 30);
	assert_false(layout_known(z.zone[0].boost));
	zones_deinit(&z);
	small_report_close(&s);
}

static void damaged(void **state)
{
	(void)state;
	put_machine(&s, ORDER_LE);
	put64(&s, NODE_DATA + 8, NOWHERE);
	put32(&s, NODE_IDS, UINT32_MAX / 2); /* absurd: only the first node is looked at */
	open_machine(&s);
	assert_ok(zones_read(&s.r, &z));
	assert_int_equal(z.n, 1);
	zones_deinit(&z);
	small_report_close(&s);

	put_machine(&s, ORDER_LE);
	put64(&s, NODE_DATA + 8, NOWHERE);
	put64(&s, ZONE(2, 0) + Z_PRESENT, UINT64_MAX / 4);
	put64(&s, ZONE(0, 1) + Z_VM_STAT + FREE * 8, (uint64_t)-5); /* just below zero */
	put64(&s, ZONE(0, 1) + Z_MANAGED, UINT64_MAX / 3);
	put64(&s, ZONE(0, 1) + Z_NAME, NOWHERE);
	put64(&s, ZONE(0, 1) + Z_STATS, NOWHERE);
	put64(&s, ZONE(0, 1) + Z_PAGES, 0);
	open_machine(&s);
	assert_ok(zones_read(&s.r, &z));
	assert_int_equal(z.n, 1);
	assert_int_equal(z.zone[0].free, 0);
	assert_string_equal(z.zone[0].name, "?");
	assert_false(layout_known(z.zone[0].managed));
	assert_false(layout_known(z.zone[0].pending));
	assert_false(layout_known(z.zone[0].per_cpu));
	/* two zones of the node that is not there, and one that claims too much */
	assert_missing(&s, "3 nodes or zones are unreadable or damaged");
	zones_deinit(&z);
	s.k.layout.node_zones_len = INT64_MAX / 2;
	s.k.layout.nr_free_pages = INT64_MAX;
	assert_ok(zones_read(&s.r, &z));
	zones_deinit(&z);
	small_report_close(&s);
}

static void nothing(void **state)
{
	(void)state;
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	assert_err(zones_read(&s.r, &z), ERR_MISSING, "neither node_data nor contig_page_data");
	s.k.layout.node_data = (int64_t)NODE_DATA;
	assert_err(zones_read(&s.r, &z), ERR_MISSING, "struct pglist_data");
	small_report_close(&s);
	open_machine(&s);
	assert_err(zones_read(&s.r, &z), ERR_MISSING, "none was found");
	zones_deinit(&z);
	s.r.until = 0;
	assert_err(zones_read(&s.r, &z), ERR_MISSING, "none was found");
	assert_missing(&s, "time was up");
	zones_deinit(&z);
	small_report_close(&s);
}

/* Whatever is there: it ends, with numbers that can be printed. */
static void random_damage(void **state)
{
	(void)state;
	uint64_t seed = 0x5a1f;
	for (unsigned int i = 0; i < 1000; i++) {
		put_machine(&s, ORDER_LE);
		small_report_damage(&s, &seed, 1 + i % 16);
		open_machine(&s);
		struct err *e = zones_read(&s.r, &z);
		for (size_t j = 0; j < z.n; j++)
			assert_in_range(z.zone[j].present, 1, INT64_C(1) << 44);
		err_free(e);
		zones_deinit(&z);
		small_report_close(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),	 cmocka_unit_test(cpus_that_count),
		cmocka_unit_test(other_kernels), cmocka_unit_test(damaged),
		cmocka_unit_test(nothing),	 cmocka_unit_test(random_damage),
	};
	return cmocka_run_group_tests_name("report/zones", tests, NULL, NULL);
}
