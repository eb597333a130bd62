// SPDX-License-Identifier: GPL-2.0-or-later
/* The cache of pages: what was used last stays, and its size does not grow. */
#include "unit.h"
#include "vmcore/page_cache.h"

#define CACHE_BYTES ((size_t)4 << 20)

static void found_until_it_is_full(void **state)
{
	(void)state;
	struct page_cache c;
	assert_ok(page_cache_init(&c, 12, CACHE_BYTES));
	assert_null(page_cache_find(&c, 0));
	assert_null(page_cache_find(&c, UINT64_MAX >> 12));
	for (uint64_t pfn = 0; pfn < 5000; pfn++) {
		uint8_t *room = page_cache_claim(&c, pfn);
		memset(room, (int)pfn, 4096);
		const uint8_t *back = page_cache_find(&c, pfn);
		assert_ptr_equal(back, room);
	}
	size_t there = 0;
	for (uint64_t pfn = 0; pfn < 5000; pfn++) {
		const uint8_t *page = page_cache_find(&c, pfn);
		there += page != NULL;
		if (page) {
			assert_int_equal(page[0], (uint8_t)pfn);
			assert_int_equal(page[4095], (uint8_t)pfn);
		}
	}
	/* 4 MiB; hashing leaves a few places of so few pages unused */
	assert_true(there > 900 && there <= 1024);
	page_cache_deinit(&c);
}

static void what_was_used_stays(void **state)
{
	(void)state;
	struct page_cache c;
	for (unsigned int shift = 12; shift <= 20; shift += 4) {
		assert_ok(page_cache_init(&c, shift, CACHE_BYTES));
		page_cache_claim(&c, 42);
		for (uint64_t pfn = 100; pfn < 20000; pfn++) {
			assert_non_null(page_cache_find(&c, 42));
			page_cache_claim(&c, pfn);
		}
		page_cache_deinit(&c);
	}
}

static void what_could_not_be_filled_is_not_there(void **state)
{
	(void)state;
	struct page_cache c;
	assert_ok(page_cache_init(&c, 12, CACHE_BYTES));
	page_cache_claim(&c, 42);
	page_cache_drop(&c, 42);
	assert_null(page_cache_find(&c, 42));
	page_cache_deinit(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_until_it_is_full),
		cmocka_unit_test(what_was_used_stays),
		cmocka_unit_test(what_could_not_be_filled_is_not_there),
	};
	return cmocka_run_group_tests_name("vmcore/page_cache", tests, NULL, NULL);
}
