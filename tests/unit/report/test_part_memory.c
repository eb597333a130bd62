// SPDX-License-Identifier: GPL-2.0-or-later
/* The part on memory: counters by the names of the kernel's enums, and what is printed of all. */
#include "small_report.h"
#include "report/counters.h"
#include "report/fields.h"

#define ZONE_STAT (BASE + 0x200)
#define NODE_STAT (BASE + 0x300)
#define TOTALRAM  (BASE + 0x400)
#define VMALLOC	  (BASE + 0x408)
#define POPULATED (BASE + 0x410)
#define UNITS	  (BASE + 0x418)
#define SWAP	  (BASE + 0x420) /* total, then free */
#define NHSTATES  (BASE + 0x430)
#define PGDAT	  (BASE + 0x1000)
#define HSTATES	  (BASE + 0x2000)

static struct small_report s;

static void put_enum(struct small_btf *b, const char *name, const char *const *items, uint32_t n)
{
	small_btf_type(b, BTF_ENUM, name, n, false, 4);
	for (uint32_t i = 0; i < n; i++)
		small_btf_enumerator(b, items[i], i);
}

/* As in 6.12, some of them; item i has 100 (i + 1) pages. */
static void set_types(void)
{
	static const char *const zone[] = {"NR_FREE_PAGES", "NR_MLOCK", "NR_ZSPAGES"};
	static const char *const node[] = {
		"NR_SLAB_RECLAIMABLE_B",
		"NR_SLAB_UNRECLAIMABLE_B",
		"NR_ANON_MAPPED",
		"NR_FILE_PAGES",
		"NR_SHMEM",
		"NR_KERNEL_STACK_KB",
		"NR_PAGETABLE",
		"NR_FILE_DIRTY",
	};
	struct small_btf b;
	small_btf_init(&b, s.order, NULL);
	put_enum(&b, "zone_stat_item", zone, ARRAY_SIZE(zone));
	put_enum(&b, "node_stat_item", node, ARRAY_SIZE(node));
	small_report_types(&s, &b);
	small_btf_deinit(&b);
}

static void put_counters(enum byte_order order)
{
	small_report_init(&s, order);
	for (unsigned int i = 0; i < 8; i++) {
		put64(&s, ZONE_STAT + i * 8, 1000 * (i + 1));
		put64(&s, NODE_STAT + i * 8, 100 * (i + 1));
	}
	put64(&s, TOTALRAM, 20000);
	put64(&s, VMALLOC, 500);
	put64(&s, POPULATED, 3);
	put32(&s, UNITS, 4);
}

static void open_counters(void)
{
	struct layout *l = &s.k.layout;
	small_report_open(&s);
	set_types();
	l->vm_zone_stat = (int64_t)ZONE_STAT;
	l->vm_node_stat = (int64_t)NODE_STAT;
	l->totalram_pages = (int64_t)TOTALRAM;
	l->nr_vmalloc_pages = (int64_t)VMALLOC;
	l->pcpu_nr_populated = (int64_t)POPULATED;
	l->pcpu_nr_units = (int64_t)UNITS;
}

/* -1: there is none of that name */
static int64_t pages_of(const struct counter *c, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(c[i].name, name) == 0)
			return c[i].pages;
	}
	return -1;
}

#define USE(name)  pages_of(c.use, c.nuse, name)
#define ALSO(name) pages_of(c.also, c.nalso, name)

static void uses(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct counters c;
		put_counters((enum byte_order)order);
		open_counters();
		assert_ok(counters_read(&s.r, &c));
		assert_nothing_missing(&s);
		assert_int_equal(c.total, 20000);
		assert_int_equal(c.free, 1000);
		assert_int_equal(c.slab, 300);
		assert_int_equal(USE("free"), 1000);
		assert_int_equal(USE("compressed (zsmalloc)"), 3000);
		assert_int_equal(USE("anonymous"), 300);
		assert_int_equal(USE("shared memory, tmpfs"), 500);
		assert_int_equal(USE("page cache"), 0); /* 400 with 500 of tmpfs: not yet counted */
		assert_int_equal(USE("kernel stacks"), 150); /* KiB */
		assert_int_equal(USE("page tables"), 700);
		assert_int_equal(USE("vmalloc"), 500);
		assert_int_equal(USE("per-CPU variables"), 12);
		assert_int_equal(USE("swap cache"), -1);
		assert_int_equal(ALSO("dirty"), 800);
		assert_int_equal(ALSO("locked by mlock"), 2000);
		assert_int_equal(ALSO("unevictable"), -1);
		/* stacks are of vmalloc memory: counted once */
		s.k.layout.task_stack_vm_area = 8;
		assert_ok(counters_read(&s.r, &c));
		assert_int_equal(USE("vmalloc"), 350);
		small_report_close(&s);
	}
}

static void damaged_counters(void **state)
{
	(void)state;
	struct counters c;
	put_counters(ORDER_LE);
	put64(&s, NODE_STAT + 2 * 8, UINT64_MAX / 2);
	put64(&s, NODE_STAT + 7 * 8, (uint64_t)-2);
	put64(&s, TOTALRAM, UINT64_MAX / 3);
	put32(&s, UNITS, UINT32_MAX);
	open_counters();
	assert_ok(counters_read(&s.r, &c));
	assert_missing(&s, "1 counters are unreadable or damaged");
	assert_false(layout_known(c.total));
	assert_int_equal(USE("anonymous"), -1);
	assert_int_equal(USE("per-CPU variables"), -1);
	assert_int_equal(ALSO("dirty"), 0);
	s.k.layout.vm_node_stat = (int64_t)NOWHERE;
	s.k.layout.vm_zone_stat = LAYOUT_UNKNOWN;
	s.k.layout.nr_vmalloc_pages = LAYOUT_UNKNOWN;
	assert_err(counters_read(&s.r, &c), ERR_MISSING, "counters are not known");
	types_destroy(s.k.types);
	s.k.types = NULL;
	buf_puts(&s.k.no_types, "no BTF");
	assert_err(counters_read(&s.r, &c), ERR_MISSING, "no BTF");
	buf_deinit(&s.k.no_types);
	small_report_close(&s);
}

/* What the part says of it, as text and as JSON. */
static void print(struct buf *text, struct buf *json, size_t *data_missing)
{
	struct json j;
	void *data = calloc(1, part_memory.data_size);
	assert_non_null(data);
	assert_ok(part_memory.gather(&s.r, data));
	*data_missing = s.r.missing.len;
	part_memory.text(&s.r, data, text);
	json_init(&j, json, true);
	json_object(&j, NULL);
	part_memory.json(&s.r, data, &j);
	json_object_end(&j);
	part_memory.release(data);
	free(data);
}

static void put_log(const char *text)
{
	s.r.log_read = true;
	buf_puts(&s.r.log, text);
}

static void put_zone_and_more(void)
{
	put_counters(ORDER_LE);
	put64(&s, PGDAT, 500);	  /* present */
	put64(&s, PGDAT + 8, 30); /* min, low, high */
	put64(&s, PGDAT + 16, 40);
	put64(&s, PGDAT + 24, 50);
	put64(&s, PGDAT + 32, 35); /* free */
	put64(&s, SWAP, 2048);
	put64(&s, SWAP + 8, 512);
	put32(&s, NHSTATES, 3);
	put32(&s, HSTATES, 9);
	put64(&s, HSTATES + 8, 7);
	put64(&s, HSTATES + 16, 3);
	put32(&s, HSTATES + 24, 60); /* no order */
	put32(&s, HSTATES + 48, 24); /* too many */
	put64(&s, HSTATES + 56, UINT64_C(1) << 43);
}

static void open_zone_and_more(void)
{
	struct layout *l = &s.k.layout;
	open_counters();
	l->contig_page_data = (int64_t)PGDAT;
	l->node_zones = 0;
	l->node_zones_len = 1;
	l->zone_size = 64;
	l->zone_present = 0;
	l->zone_watermark = 8;
	l->zone_vm_stat = 32;
	l->nr_free_pages = 0;
	l->total_swap_pages = (int64_t)SWAP;
	l->nr_swap_pages = (int64_t)SWAP + 8;
	l->hstates = (int64_t)HSTATES;
	l->hugetlb_max_hstate = (int64_t)NHSTATES;
	l->hstate_size = 24;
	l->hstate_order = 0;
	l->hstate_nr = 8;
	l->hstate_free = 16;
}

#define assert_has(b, what)                                                                        \
	do {                                                                                       \
		if (!strstr(buf_str(b), what))                                                     \
			fail_msg("no \"%s\" in: %s", what, buf_str(b));                            \
	} while (0)

static void printed(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT, json = BUF_INIT;
	size_t missing;
	put_zone_and_more();
	open_zone_and_more();
	put_log("[    1.0] calm\n"
		"[    2.0] sh invoked oom-killer: gfp_mask=0x0\n"
		"[    3.0] something else\n"
		"[    4.0] Out of memory: Killed process 7 (sh)");
	print(&text, &json, &missing);
	assert_has(&text, "78.1 MiB of memory, 3.9 MiB free (5 %); swap 8.0 MiB, 2.0 MiB free\n");
	assert_has(&text, "140.0 KiB           -   120.0 KiB   160.0 KiB   200.0 KiB");
	assert_has(&text, "   below low\n");
	assert_has(&text, "Huge pages of 2.0 MiB: 7, 3 free\n");
	assert_has(&text, "  [    2.0] sh invoked oom-killer: gfp_mask=0x0\n"
			  "  [    4.0] Out of memory: Killed process 7 (sh)\n");
	assert_missing(&s, "hstates[1] is damaged");
	assert_missing(&s, "hstates[2] is damaged");
	assert_missing(&s, "slab caches: where this kernel has them is not known");
	assert_has(&json, "\"free_pending\":null");
	assert_has(&json, "\"min\":30");
	assert_has(&json, "{\"name\":\"huge pages\",\"pages\":3584}");
	assert_has(&json, "\"swap\":{\"total\":8388608,\"free\":2097152}");
	assert_has(&json, "\"oom\":[\"[    2.0] sh invoked oom-killer: gfp_mask=0x0\","
			  "\"[    4.0] Out of memory: Killed process 7 (sh)\"]");
	small_report_close(&s);
}

static void below_min(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT, json = BUF_INIT;
	size_t missing;
	put_zone_and_more();
	put64(&s, PGDAT + 32, 29);
	open_zone_and_more();
	put_log("");
	print(&text, &json, &missing);
	assert_has(&text, "BELOW MIN\n");
	assert_has(&json, "\"oom\":[]");
	small_report_close(&s);
}

/* A log full of it: the last lines, in their order. */
static void many_lines(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT, json = BUF_INIT;
	size_t missing;
	put_zone_and_more();
	open_zone_and_more();
	s.r.log_read = true;
	for (unsigned int i = 1; i <= 1003; i++)
		buf_printf(&s.r.log, "line %u oom-kill:\n", i);
	print(&text, &json, &missing);
	assert_has(&text, "The last 40 of 1003 lines");
	assert_has(&text, "log\n  line 964 oom-kill:");
	assert_has(&text, "  line 1002 oom-kill:\n  line 1003 oom-kill:\n");
	assert_null(strstr(buf_str(&json), "line 963 "));
	assert_has(&json, "\"line 1003 oom-kill:\"]");
	small_report_close(&s);
}

static void nothing(void **state)
{
	(void)state;
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	put_log("");
	void *data = calloc(1, part_memory.data_size);
	assert_err(part_memory.gather(&s.r, data), ERR_MISSING, "nothing of the kernel's memory");
	part_memory.release(data);
	free(data);
	small_report_close(&s);
	/* the size alone is something */
	_cleanup_buf_ struct buf text = BUF_INIT, json = BUF_INIT;
	size_t missing;
	put_counters(ORDER_LE);
	small_report_open(&s);
	s.k.layout.totalram_pages = (int64_t)TOTALRAM;
	put_log("");
	print(&text, &json, &missing);
	assert_string_equal(buf_str(&text), "78.1 MiB of memory, - free; swap -, - free\n");
	assert_has(&json, "\"swap\":{\"total\":null,\"free\":null}");
	assert_true(missing > 0);
	small_report_close(&s);
}

static void texts_of_the_kernel(void **state)
{
	(void)state;
	char text[8];
	small_report_init(&s, ORDER_LE);
	put64(&s, BASE + 0x200, BASE + 0x300);
	put_string(&s, BASE + 0x300, "much too long");
	put64(&s, BASE + 0x208, BASE + SIZE - 3); /* the memory ends before the text does */
	memset(s.bytes + SIZE - 3, 'x', 3);
	small_report_open(&s);
	assert_true(field_text(&s.k.kmem, BASE, 0x200, text, sizeof(text)));
	assert_string_equal(text, "much to");
	assert_true(field_text(&s.k.kmem, BASE, 0x208, text, sizeof(text)));
	assert_string_equal(text, "xxx");
	assert_false(field_text(&s.k.kmem, BASE, LAYOUT_UNKNOWN, text, sizeof(text)));
	assert_string_equal(text, "?");
	assert_false(field_text(&s.k.kmem, BASE, 0x210, text, sizeof(text)));
	small_report_close(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(uses),
		cmocka_unit_test(damaged_counters),
		cmocka_unit_test(printed),
		cmocka_unit_test(below_min),
		cmocka_unit_test(many_lines),
		cmocka_unit_test(nothing),
		cmocka_unit_test(texts_of_the_kernel),
	};
	return cmocka_run_group_tests_name("report/part_memory", tests, NULL, NULL);
}
