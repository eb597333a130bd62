// SPDX-License-Identifier: GPL-2.0-or-later
/* What a page is used for: tables of struct pages as kernels of four generations write them. */
#include "unit.h"
#include "pages/classify.h"

/* Offsets of struct page have been these since 4.16 (include/linux/mm_types.h), LP64. */
#define COMMON                                                                                     \
	"PAGESIZE=4096\nSIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=24\n"            \
	"OFFSET(page.private)=40\nOFFSET(page._mapcount)=48\nLENGTH(zone.free_area)=11\n"
/* 6.12: typed pages, values as Debian's 6.12.107 exports them */
#define KERNEL_6_12                                                                                \
	COMMON "OFFSET(page.compound_head)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n"           \
	       "NUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=20\n"       \
	       "NUMBER(PG_head_mask)=64\nNUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"            \
	       "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"                                    \
	       "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"                                  \
	       "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
/* 7.1 renames compound_head; 6.16 adds unaccepted memory */
#define KERNEL_7_1                                                                                 \
	COMMON "OFFSET(page.compound_info)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n"           \
	       "NUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=20\n"       \
	       "NUMBER(PG_head_mask)=64\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"           \
	       "NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-117440512\n"
/* 4.18: one value each, slab is a flag, compound order and destructor in the second struct page */
#define KERNEL_4_18                                                                                \
	COMMON "OFFSET(page.compound_head)=8\nOFFSET(page.compound_dtor)=16\n"                     \
	       "OFFSET(page.compound_order)=17\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=12\n"         \
	       "NUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=18\nNUMBER(PG_slab)=8\n"            \
	       "NUMBER(PG_hwpoison)=22\nNUMBER(PG_head_mask)=32768\n"                              \
	       "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\nNUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-"     \
	       "257\n"                                                                             \
	       "NUMBER(HUGETLB_PAGE_DTOR)=2\n"
/* 6.4: the same members, as offsets from the head into the second struct page */
#define KERNEL_6_4                                                                                 \
	COMMON "OFFSET(page.compound_head)=8\nOFFSET(folio._folio_dtor)=80\n"                      \
	       "OFFSET(folio._folio_order)=81\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=13\n"          \
	       "NUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=19\nNUMBER(PG_slab)=9\n"            \
	       "NUMBER(PG_hwpoison)=22\nNUMBER(PG_head_mask)=65536\n"                              \
	       "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\nNUMBER(HUGETLB_PAGE_DTOR)=1\n"

#define ANON	 UINT64_C(0xffff888000000001)
#define FILE_MAP UINT64_C(0xffff888000000100)
#define TYPED(t) (((uint32_t)(t) << 24) | 0xffffff)

static struct page_layout layout(const char *text, enum byte_order order)
{
	struct vmcoreinfo info = {text, strlen(text)};
	struct layout l;
	struct page_layout p = {0};
	assert_ok(layout_load(&info, &l));
	assert_ok(page_layout_init(&l, order, &p));
	return p;
}

/* A struct page and the one behind it; head: the bytes of the second that tell of a compound page.
 */
struct raw {
	uint64_t flags, compound, mapping, private;
	uint32_t mapcount;
	uint8_t next_flags, next_16, next_17;
};

static void encode(const struct raw *r, enum byte_order order, uint8_t page[128])
{
	memset(page, 0, 128);
	put_u64(page, r->flags, order);
	put_u64(page + 8, r->compound, order);
	put_u64(page + 24, r->mapping, order);
	put_u64(page + 40, r->private, order);
	put_u32(page + 48, r->mapcount ? r->mapcount : UINT32_MAX, order);
	put_u64(page + 64, r->next_flags, order);
	page[64 + 16] = r->next_16;
	page[64 + 17] = r->next_17;
	put_u32(page + 64 + 48, UINT32_MAX, order);
}

struct expectation {
	const char *what;
	struct raw raw;
	enum page_class class, unreadable;
	uint64_t pfn, extent; /* 0: 1 page */
};

static void check(const char *kernel, const struct expectation *cases, size_t n)
{
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		enum byte_order order = (enum byte_order)o;
		struct page_layout l = layout(kernel, order);
		for (size_t i = 0; i < n; i++) {
			const struct expectation *x = &cases[i];
			uint8_t page[128];
			struct page_view v;
			encode(&x->raw, order, page);
			page_view_decode(&l, page, page + 64, &v);
			enum page_class c = page_classify(&v, &l), broken = page_unreadable(&v, &l);
			if (c != x->class || broken != x->unreadable)
				fail_msg("%s: %s and %s, expected %s and %s", x->what,
					 page_class_name(c), page_class_name(broken),
					 page_class_name(x->class), page_class_name(x->unreadable));
			uint64_t extent = page_extent(&v, &l, c, x->pfn),
				 expected = x->extent ? x->extent : 1;
			if (extent != expected)
				fail_msg("%s: goes for %lu pages, expected %lu", x->what,
					 (unsigned long)extent, (unsigned long)expected);
		}
	}
}

#define BIT(n) (UINT64_C(1) << (n))

static const struct expectation cases_6_12[] = {
	{"nothing known", {0}, PAGE_KERNEL, PAGE_KERNEL, 0, 0},
	{"mapped by a process", {.mapcount = 3}, PAGE_KERNEL, PAGE_KERNEL, 0, 0},
	{"page cache", {.flags = BIT(5), .mapping = FILE_MAP}, PAGE_CACHE, PAGE_KERNEL, 0, 0},
	{"page cache with buffers",
	 {.flags = BIT(5) | BIT(14), .mapping = FILE_MAP},
	 PAGE_CACHE_PRIVATE,
	 PAGE_KERNEL,
	 0,
	 0},
	{"anonymous", {.flags = BIT(5) | BIT(17), .mapping = ANON}, PAGE_USER, PAGE_KERNEL, 0, 0},
	{"swap cache",
	 {.flags = BIT(10) | BIT(17), .mapping = FILE_MAP},
	 PAGE_CACHE,
	 PAGE_KERNEL,
	 0,
	 0},
	{"bit 10 alone is not swap cache", {.flags = BIT(10)}, PAGE_KERNEL, PAGE_KERNEL, 0, 0},
	{"free, order 3", {.mapcount = TYPED(0xf0), .private = 3}, PAGE_FREE, PAGE_KERNEL, 8, 8},
	{"free, low bits in use", {.mapcount = 0xf0000001}, PAGE_FREE, PAGE_KERNEL, 8, 1},
	{"free, order too high",
	 {.mapcount = TYPED(0xf0), .private = 11},
	 PAGE_FREE,
	 PAGE_KERNEL,
	 0,
	 1},
	{"free, pfn not aligned",
	 {.mapcount = TYPED(0xf0), .private = 3},
	 PAGE_FREE,
	 PAGE_KERNEL,
	 4,
	 1},
	{"slab", {.mapcount = TYPED(0xf5), .mapping = ANON}, PAGE_KERNEL, PAGE_KERNEL, 0, 0},
	{"hugetlb",
	 {.flags = 64, .mapcount = TYPED(0xf4), .next_flags = 9},
	 PAGE_USER,
	 PAGE_KERNEL,
	 512,
	 512},
	{"huge anonymous",
	 {.flags = 64 | BIT(5), .mapping = ANON, .next_flags = 9},
	 PAGE_USER,
	 PAGE_KERNEL,
	 1024,
	 512},
	{"large folio of cache",
	 {.flags = 64 | BIT(5), .mapping = FILE_MAP, .next_flags = 2},
	 PAGE_CACHE,
	 PAGE_KERNEL,
	 4,
	 4},
	{"order in the second page of a single page",
	 {.flags = BIT(5), .mapping = ANON, .next_flags = 9},
	 PAGE_USER,
	 PAGE_KERNEL,
	 512,
	 1},
	{"tail", {.compound = 0xffffea0000000041, .flags = BIT(5)}, PAGE_TAIL, PAGE_KERNEL, 0, 0},
	{"poisoned", {.flags = BIT(20)}, PAGE_KERNEL, PAGE_HWPOISON, 0, 0},
	{"poisoned cache", {.flags = BIT(20) | BIT(5)}, PAGE_CACHE, PAGE_HWPOISON, 0, 0},
	{"offline", {.mapcount = TYPED(0xf1)}, PAGE_KERNEL, PAGE_OFFLINE, 0, 0},
};

static void kernel_6_12(void **state)
{
	(void)state;
	check(KERNEL_6_12, cases_6_12, ARRAY_SIZE(cases_6_12));
}

static void kernel_7_1(void **state)
{
	(void)state;
	static const struct expectation cases[] = {
		{"tail by compound_info",
		 {.compound = 0xffffea0000000041},
		 PAGE_TAIL,
		 PAGE_KERNEL,
		 0,
		 0},
		{"unaccepted", {.mapcount = TYPED(0xf9)}, PAGE_UNACCEPTED, PAGE_KERNEL, 1024, 1024},
		{"offline is not known here",
		 {.mapcount = TYPED(0xf1)},
		 PAGE_KERNEL,
		 PAGE_KERNEL,
		 0,
		 0},
	};
	check(KERNEL_7_1, cases, ARRAY_SIZE(cases));
}

static void kernel_4_18(void **state)
{
	(void)state;
	static const struct expectation cases[] = {
		{"free, order 1",
		 {.mapcount = (uint32_t)-129, .private = 1},
		 PAGE_FREE,
		 PAGE_KERNEL,
		 2,
		 2},
		{"nearly free", {.mapcount = (uint32_t)-130}, PAGE_KERNEL, PAGE_KERNEL, 0, 0},
		{"offline", {.mapcount = (uint32_t)-257}, PAGE_KERNEL, PAGE_OFFLINE, 0, 0},
		{"slab with a mapping",
		 {.flags = BIT(8), .mapping = ANON},
		 PAGE_KERNEL,
		 PAGE_KERNEL,
		 0,
		 0},
		{"hugetlb of a file",
		 {.flags = 32768, .mapping = FILE_MAP, .next_16 = 2, .next_17 = 9},
		 PAGE_USER,
		 PAGE_KERNEL,
		 512,
		 512},
		{"other destructor",
		 {.flags = 32768, .mapping = FILE_MAP, .next_16 = 1, .next_17 = 9},
		 PAGE_KERNEL,
		 PAGE_KERNEL,
		 512,
		 512},
		{"huge anonymous",
		 {.flags = 32768 | BIT(5), .mapping = ANON, .next_16 = 3, .next_17 = 9},
		 PAGE_USER,
		 PAGE_KERNEL,
		 0,
		 512},
		{"absurd order",
		 {.flags = 32768 | BIT(5), .mapping = ANON, .next_17 = 200},
		 PAGE_USER,
		 PAGE_KERNEL,
		 0,
		 1},
	};
	check(KERNEL_4_18, cases, ARRAY_SIZE(cases));
}

static void kernel_6_4(void **state)
{
	(void)state;
	static const struct expectation cases[] = {
		{"hugetlb",
		 {.flags = 65536, .next_16 = 1, .next_17 = 9},
		 PAGE_USER,
		 PAGE_KERNEL,
		 512,
		 512},
		{"compound",
		 {.flags = 65536, .next_16 = 2, .next_17 = 4},
		 PAGE_KERNEL,
		 PAGE_KERNEL,
		 16,
		 16},
	};
	check(KERNEL_6_4, cases, ARRAY_SIZE(cases));
}

static void layouts_that_lie_outside_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		COMMON "OFFSET(page.compound_head)=60\n",
		COMMON "OFFSET(page.compound_head)=8\nOFFSET(folio._folio_order)=129\n",
		COMMON "OFFSET(page.compound_head)=8\nOFFSET(folio._folio_order)=81\n"
		       "OFFSET(folio._folio_dtor)=200\nNUMBER(HUGETLB_PAGE_DTOR)=1\n",
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[2048];
		snprintf(text, sizeof(text), "%s%s", bad[i],
			 "NUMBER(PG_lru)=5\nNUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\n"
			 "NUMBER(PG_head_mask)=64\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n");
		struct vmcoreinfo info = {text, strlen(text)};
		struct layout l;
		struct page_layout p;
		assert_ok(layout_load(&info, &l));
		assert_err(page_layout_init(&l, ORDER_LE, &p), ERR_FORMAT, "struct page");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_6_12),
		cmocka_unit_test(kernel_7_1),
		cmocka_unit_test(kernel_4_18),
		cmocka_unit_test(kernel_6_4),
		cmocka_unit_test(layouts_that_lie_outside_are_refused),
	};
	return cmocka_run_group_tests_name("pages/classify", tests, NULL, NULL);
}
