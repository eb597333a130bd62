// SPDX-License-Identifier: GPL-2.0-or-later
/* Bit fields of big-endian structures, and the forms they are written in. */
#include "nic/hw_unit.h"

static void bits(void **state)
{
	(void)state;
	static const uint8_t p[] = {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0xff};
	static const struct {
		size_t bit;
		unsigned bits;
		uint64_t want;
	} cases[] = {
		{0, 1, 0},
		{3, 1, 1},
		{0, 4, 1},
		{4, 4, 2},
		{4, 8, 0x23},
		{0, 32, 0x12345678},
		{8, 24, 0x345678},
		{12, 13, 0x8ac},
		{0, 64, 0x123456789abcdef0},
		{4, 64, 0x23456789abcdef0f},
		{71, 1, 1},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(hw_bits(p, cases[i].bit, cases[i].bits), cases[i].want);
}

static const struct hw_name colours[] = {{1, "red"}, {2, "green"}, {0, NULL}};
static const struct hw_field inner[] = {HW_F("a", 4), HW_F("b", 4), HW_END};
static const struct hw_field outer[] = {
	HW_N("colour", 3, colours), HW_R(5),	     HW_S("in", 8, inner),
	HW_F("rest", 16),	    HW_F("gid", 80), HW_END,
};

static void decode(const uint8_t *p, size_t len, struct hw_sink *s)
{
	hw_section("Thing", 3, outer, p, len, s);
}

static void text(void **state)
{
	(void)state;
	char *got = hw_unit_text(decode, "0=5fa5beef 4=00112233445566778899", 14);
	assert_string_equal(got, "-------------- Thing ( 3) ---------------\n"
				 "colour : 0x2 (green)\n"
				 "in.a : 0xa\n"
				 "in.b : 0x5\n"
				 "rest : 0xbeef\n"
				 "gid : 00112233 44556677 8899\n");
	free(got);
	got = hw_unit_text(decode, "0=ffa5be", 3);
	assert_string_equal(got, "-------------- Thing ( 3) ---------------\n"
				 "colour : 0x7\n"
				 "in.a : 0xa\n"
				 "in.b : 0x5\n"
				 "truncated : only 0x3 bytes are there\n");
	free(got);
}

static void json(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct hw_sink sink;
	struct json j;
	uint8_t *p = hw_unit_bytes("0=2012", 2);
	json_init(&j, &out, true);
	json_array(&j, NULL);
	hw_json_init(&sink, &j);
	decode(p, 2, &sink);
	hw_section("Other", -1, inner, p, 1, &sink);
	hw_sink_end(&sink);
	json_array_end(&j);
	free(p);
	assert_string_equal(
		buf_str(&out),
		"[{\"section\":\"Thing\",\"number\":3,\"colour\":1,\"colour_name\":\"red\","
		"\"in.a\":1,\"in.b\":2,\"truncated_at\":2},"
		"{\"section\":\"Other\",\"a\":2,\"b\":0}]\n");
}

static void rows(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	uint8_t *p = hw_unit_bytes("0=800000000000001e05000000000000007000", 22);
	hw_raw(&out, p, 22);
	assert_string_equal(buf_str(&out), "0. 80000000 0000001e 05000000 00000000\n"
					   "1. 70000000 0000\n");
	out.len = 0;
	hw_dwords(&out, p, 6);
	assert_string_equal(buf_str(&out), "0x0000: 0x80000000\n0x0004: 0x0000\n");
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits),
		cmocka_unit_test(text),
		cmocka_unit_test(json),
		cmocka_unit_test(rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
