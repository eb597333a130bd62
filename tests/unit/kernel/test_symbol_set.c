// SPDX-License-Identifier: GPL-2.0-or-later
/* A set of symbols as large as a kernel's: found by name and address, in little memory. */
#include <inttypes.h>
#include <malloc.h>
#include "unit.h"
#include "kernel/symbol_set.h"

#define COUNT 200000U
#define BASE  UINT64_C(0xffffffff81000000)

/* Of 23 characters on average, as in Debian's kernel; one of 16 names occurs several times. */
static size_t name_of(uint32_t i, char name[64])
{
	uint64_t seed = i % 16 ? i + 1 : i % 256 + 1;
	uint64_t r = unit_random(&seed);
	return (size_t)snprintf(name, 64, "%.*s_%" PRIx64, (int)(r % 25),
				"e1000_clean_rx_irq_ring_x", r >> 24);
}

/* In no order at all. */
static uint64_t addr_of(uint32_t i)
{
	return BASE + (uint64_t)i * 7919 % COUNT * 16;
}

static struct symbol_set set;

static int setup(void **state)
{
	(void)state;
	char name[64];
	for (uint32_t i = 0; i < COUNT; i++) {
		size_t len = name_of(i, name);
		if (symbol_set_add(&set, addr_of(i), "tTdDbB"[i % 6], name, len))
			return -1;
	}
	return symbol_set_finish(&set) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	symbol_set_deinit(&set);
	return 0;
}

static void memory(void **state)
{
	(void)state;
	size_t bytes = malloc_usable_size(set.entries) + malloc_usable_size(set.names.data) +
		       malloc_usable_size(set.by_name) + malloc_usable_size(set.buckets);
	assert_int_equal(set.n, COUNT);
	assert_in_range(set.names.len / COUNT, 22, 26);
	assert_in_range(bytes, 1, 10U << 20);
}

static void by_address(void **state)
{
	(void)state;
	char name[64];
	size_t at = 0;
	for (uint32_t i = 0; i < COUNT; i++) {
		name_of(i, name);
		assert_true(symbol_set_at(&set, addr_of(i) + i % 16, &at));
		assert_int_equal(symbol_set_addr(&set, at), addr_of(i));
		assert_string_equal(symbol_set_name(&set, at), name);
		assert_int_equal(symbol_set_type(&set, at), "tTdDbB"[i % 6]);
	}
	assert_false(symbol_set_at(&set, BASE - 1, &at));
	assert_false(symbol_set_at(&set, 0, &at));
	assert_true(symbol_set_at(&set, UINT64_MAX, &at));
	assert_int_equal(at, COUNT - 1);
}

/* Every symbol is among those of its name, and these come by address, each once. */
static void by_name(void **state)
{
	(void)state;
	char name[64];
	for (uint32_t i = 0; i < COUNT; i++) {
		size_t cursor = 0, at = 0, n = 0;
		uint64_t last = 0;
		bool found = false;
		name_of(i, name);
		for (; symbol_set_next(&set, name, &cursor, &at); n++) {
			uint64_t addr = symbol_set_addr(&set, at);
			assert_string_equal(symbol_set_name(&set, at), name);
			assert_true(addr > last);
			last = addr;
			found |= addr == addr_of(i);
		}
		assert_true(found);
		if (i % 16 == 0 && i < 256)
			assert_int_equal(n, COUNT / 256 + (i < COUNT % 256));
	}
	size_t cursor = 0, at;
	assert_false(symbol_set_next(&set, "no_such_name", &cursor, &at));
}

static void empty(void **state)
{
	(void)state;
	struct symbol_set none = {0};
	size_t cursor = 0, at;
	assert_false(symbol_set_at(&none, BASE, &at));
	assert_false(symbol_set_next(&none, "x", &cursor, &at));
	assert_ok(symbol_set_finish(&none));
	assert_false(symbol_set_at(&none, BASE, &at));
	assert_false(symbol_set_next(&none, "x", &cursor, &at));
	symbol_set_deinit(&none);
}

static void too_many_names(void **state)
{
	(void)state;
	struct symbol_set s = {0};
	static char name[4096];
	struct err *e = NULL;
	memset(name, 'n', sizeof(name) - 1);
	for (int i = 0; i < 5000 && !e; i++)
		e = symbol_set_add(&s, BASE, 't', name, sizeof(name) - 1);
	assert_err(e, ERR_UNSUPPORTED, "16 MiB of symbol names");
	symbol_set_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory),	  cmocka_unit_test(by_address),
		cmocka_unit_test(by_name),	  cmocka_unit_test(empty),
		cmocka_unit_test(too_many_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
