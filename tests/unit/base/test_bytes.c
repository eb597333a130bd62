// SPDX-License-Identifier: GPL-2.0-or-later
/* Integers in byte buffers: both orders, any alignment. */
#include "unit.h"
#include "base/bytes.h"

static void get_both_orders(void **state)
{
	(void)state;
	static const uint8_t b[9] = {0xff, 1, 2, 3, 4, 5, 6, 7, 8};
	assert_int_equal(get_u16(b + 1, ORDER_LE), 0x0201);
	assert_int_equal(get_u16(b + 1, ORDER_BE), 0x0102);
	assert_int_equal(get_u32(b + 1, ORDER_LE), 0x04030201);
	assert_int_equal(get_u32(b + 1, ORDER_BE), 0x01020304);
	assert_int_equal(get_u64(b + 1, ORDER_LE), UINT64_C(0x0807060504030201));
	assert_int_equal(get_u64(b + 1, ORDER_BE), UINT64_C(0x0102030405060708));
}

static void put_is_the_inverse(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		uint8_t b[16] = {0};
		put_u16(b + 1, 0xabcd, (enum byte_order)order);
		put_u32(b + 3, 0x89abcdef, (enum byte_order)order);
		put_u64(b + 7, UINT64_C(0x0123456789abcdef), (enum byte_order)order);
		assert_int_equal(get_u16(b + 1, (enum byte_order)order), 0xabcd);
		assert_int_equal(get_u32(b + 3, (enum byte_order)order), 0x89abcdef);
		assert_int_equal(get_u64(b + 7, (enum byte_order)order),
				 UINT64_C(0x0123456789abcdef));
		assert_int_equal(b[0], 0);
		assert_int_equal(b[15], 0);
		assert_int_equal(b[1], order == ORDER_LE ? 0xcd : 0xab);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_both_orders),
		cmocka_unit_test(put_is_the_inverse),
	};
	return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
