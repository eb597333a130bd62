// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware traces: blocks made by hand as struct mlx5_ifc_tracer_*_event_bits has them. */
#include "nic/nic_unit.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/cleanup.h"
#include "nic/decode/mlx5_trace.h"

#define BLOCK 256

static const char words[] = "\0all is well\0queue %d of %#x: %s\0cmd 0x%04x took %u us, %c\0"
			    "addr %llx\0"
			    "100%% %08x";
enum { WELL = 0x1001, BAD = 0x100d, CMD = 0x1021, LONG = 0x103b, PERCENT = 0x1045 };

static struct mlx5_strings db(void)
{
	struct mlx5_strings d = {.first_string_trace = 4, .num_string_trace = 8};
	d.section[3].base = 0x1000;
	d.section[3].data = (const uint8_t *)words;
	d.section[3].len = sizeof(words);
	return d;
}

static void string_trace(uint8_t *t, unsigned stamp, unsigned tmsn, unsigned tdsn, uint32_t param)
{
	t[0] = (uint8_t)stamp;
	t[1] = 4;
	put_u16(t + 2, (uint16_t)(tmsn << 3 | tdsn), ORDER_BE);
	put_u32(t + 4, param, ORDER_BE);
}

static void time_trace(uint8_t *t, uint64_t time)
{
	t[0] = (uint8_t)time;
	t[1] = 0xff;
	put_u16(t + 2, (uint16_t)(time >> 40 & 0x1fff), ORDER_BE);
	put_u32(t + 4, (uint32_t)(time >> 8), ORDER_BE);
}

static void decoded(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct mlx5_trace_counts n;
	struct mlx5_strings d = db();
	uint8_t *ring = calloc(3, BLOCK);
	/* The ring has wrapped: the newest block is the first, the oldest the second. */
	string_trace(ring, 0x05, 1, 0, CMD);
	string_trace(ring + 8, 0x06, 2, 0, WELL);
	string_trace(ring + 16, 0x05, 1, 1, 0x500);
	string_trace(ring + 24, 0x05, 1, 2, 42);
	string_trace(ring + 32, 0x05, 1, 3, 'x');
	time_trace(ring + 248, 0x12345678923ULL);
	string_trace(ring + 256, 0x87, 3, 0, LONG);
	string_trace(ring + 264, 0x07, 3, 1, 0x12);
	string_trace(ring + 272, 0x07, 3, 2, 0x34);
	string_trace(ring + 280, 0x30, 4, 0, 0x9999);
	string_trace(ring + 288, 0x30, 5, 0, BAD);
	string_trace(ring + 296, 0x31, 7, 0, PERCENT);
	string_trace(ring + 304, 0x31, 7, 1, 0xab);
	time_trace(ring + 504, 0x12345678820ULL);
	string_trace(ring + 512, 0x01, 6, 0, CMD); /* parameters missing, no time stamp */
	mlx5_trace(&d, ring, 3 * BLOCK, &out, &n);
	assert_string_equal(buf_str(&out), "0x0000012345678807 1 0x04 addr 1200000034\n"
					   "0x0000012345678830 0 0x04 0x3004002000009999\n"
					   "0x0000012345678830 0 0x04 not a format\n"
					   "0x0000012345678831 0 0x04 100% 000000ab\n"
					   "0x0000012345678905 0 0x04 cmd 0x0500 took 42 us, x\n"
					   "0x0000012345678906 0 0x04 all is well\n");
	assert_int_equal(n.blocks, 2);
	assert_int_equal(n.traces, 6);
	assert_int_equal(n.raw, 1);
	assert_int_equal(n.lost, 1);
	free(ring);
}

static void formats(void **state)
{
	(void)state;
	static const struct {
		const char *format;
		uint32_t params[3];
		int takes;
		const char *want;
	} cases[] = {
		{"none", {0}, 0, "none"},
		{"%d %i", {0xffffffff, 5}, 2, "-1 5"},
		{"%#x|%#010x", {0, 0xab}, 2, "0|0x000000ab"},
		{"%5u|%05u", {42, 42}, 2, "   42|00042"},
		{"%lx %.4X", {0xabcd, 0xab}, 2, "abcd 00AB"},
		{"%999999999d", {1}, 1, NULL}, /* a width as wide as a line, not more */
		{"%c%c", {'a', 7}, 2, "a?"},
		{"%llx%x", {1, 2, 3}, 3, "1000000023"},
		{"ends with %", {0}, -1, NULL},
		{"%n", {0}, -1, NULL},
		{"%s", {0}, -1, NULL},
		{"a\nb", {0}, 0, "a.b"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf out = BUF_INIT;
		int takes = mlx5_trace_format(&out, cases[i].format, strlen(cases[i].format),
					      cases[i].params, 3);
		if (takes != cases[i].takes)
			fail_msg("%s takes %d", cases[i].format, takes);
		if (cases[i].want)
			assert_string_equal(buf_str(&out), cases[i].want);
		assert_in_range(out.len, 0, 80);
	}
}

/* A queue that is full of strings without their parameters, and rings of no time. */
static void limits(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct mlx5_trace_counts n;
	struct mlx5_strings d = db();
	uint8_t *ring = calloc(16, BLOCK);
	mlx5_trace(&d, ring, 16 * BLOCK, &out, &n);
	assert_int_equal(n.blocks, 0);
	for (unsigned i = 0; i < 16; i++) {
		for (unsigned t = 0; t < 31; t++)
			string_trace(ring + i * BLOCK + t * 8, 1, i * 31 + t, 0, CMD);
		time_trace(ring + i * BLOCK + 248, 0x1000 + i);
	}
	mlx5_trace(&d, ring, 16 * BLOCK + 100, &out, &n);
	assert_int_equal(n.blocks, 16);
	assert_int_equal(n.traces, 0);
	assert_int_equal(n.unfinished, 16 * 31);
	free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoded),
		cmocka_unit_test(formats),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
