// SPDX-License-Identifier: GPL-2.0-or-later
/* Growing buffers: content, termination, and failures that are remembered. */
#include "unit.h"
#include "base/buf.h"

static void empty_is_the_empty_string(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	assert_ok(buf_error(&b));
}

static void appends_in_order(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_puts(&b, "one");
	buf_putc(&b, ' ');
	buf_printf(&b, "%s=%d", "two", 2);
	buf_append(&b, " three!", 6);
	buf_append(&b, NULL, 0);
	assert_string_equal(buf_str(&b), "one two=2 three");
	assert_int_equal(b.len, strlen("one two=2 three"));
	assert_ok(buf_error(&b));
}

static void holds_nul_bytes(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_append(&b, "a\0b", 3);
	buf_putc(&b, 'c');
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "a\0bc", 5);
}

static void grows_to_a_mebibyte(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	for (unsigned int i = 0; i < 1 << 17; i++)
		buf_printf(&b, "%08x", i);
	assert_ok(buf_error(&b));
	assert_int_equal(b.len, 1 << 20);
	assert_memory_equal(b.data + 8 * 70000, "00011170", 8);
	assert_int_equal(b.data[b.len], '\0');
}

static void reserve_then_use(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_puts(&b, "x");
	char *at = buf_reserve(&b, 100);
	assert_non_null(at);
	memcpy(at, "yz", 2);
	b.len += 2;
	buf_putc(&b, '!');
	assert_string_equal(buf_str(&b), "xyz!");
}

static void impossible_sizes_fail_once_and_for_all(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_puts(&b, "kept");
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_null(buf_reserve(&b, SIZE_MAX - 4));
	buf_puts(&b, " dropped");
	buf_printf(&b, "%d", 1);
	assert_string_equal(buf_str(&b), "kept");
	assert_err(buf_error(&b), ERR_NOMEM, "out of memory");
}

static void deinit_makes_it_usable_again(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	buf_puts(&b, "first");
	buf_deinit(&b);
	assert_string_equal(buf_str(&b), "");
	buf_puts(&b, "second");
	assert_string_equal(buf_str(&b), "second");
	buf_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_is_the_empty_string),
		cmocka_unit_test(appends_in_order),
		cmocka_unit_test(holds_nul_bytes),
		cmocka_unit_test(grows_to_a_mebibyte),
		cmocka_unit_test(reserve_then_use),
		cmocka_unit_test(impossible_sizes_fail_once_and_for_all),
		cmocka_unit_test(deinit_makes_it_usable_again),
	};
	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
