// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses to numbers: all that was put in, and nothing else. */
#include "unit.h"
#include "report/addr_map.h"

#define COUNT 20000

/* As slabs have them: multiples of a size. */
static uint64_t addr_of(uint32_t i)
{
	return UINT64_C(0xffff888000000000) + (uint64_t)i * 0x2640;
}

static void all_that_was_put_in(void **state)
{
	(void)state;
	struct addr_map m = {0};
	uint32_t value = 7;
	for (uint32_t i = 0; i < COUNT; i++)
		assert_ok(addr_map_put(&m, addr_of(i), i));
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_true(addr_map_get(&m, addr_of(i), &value));
		assert_int_equal(value, i);
		assert_false(addr_map_get(&m, addr_of(i) + 8, &value));
	}
	assert_int_equal(m.n, COUNT);
	addr_map_deinit(&m);
}

static void the_first_stays(void **state)
{
	(void)state;
	struct addr_map m = {0};
	uint32_t value = 7;
	assert_ok(addr_map_put(&m, 64, 1));
	assert_ok(addr_map_put(&m, 64, 2));
	assert_true(addr_map_get(&m, 64, &value));
	assert_int_equal(value, 1);
	assert_int_equal(m.n, 1);
	addr_map_deinit(&m);
}

static void nothing_is_in_an_empty_one(void **state)
{
	(void)state;
	struct addr_map m = {0};
	uint32_t value = 7;
	assert_false(addr_map_get(&m, 64, &value));
	assert_ok(addr_map_put(&m, 64, 1));
	assert_false(addr_map_get(&m, 0, &value));
	assert_int_equal(value, 7);
	addr_map_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_was_put_in),
		cmocka_unit_test(the_first_stays),
		cmocka_unit_test(nothing_is_in_an_empty_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
