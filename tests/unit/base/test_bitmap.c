// SPDX-License-Identifier: GPL-2.0-or-later
/* The bitmap against a model that is an array of bool. */
#include "unit.h"
#include <sys/mman.h>
#include "base/bitmap.h"

static const uint64_t sizes[] = {0,   1,   7,	8,   9,	  63,	64,   65,      127,
				 128, 200, 511, 512, 513, 1000, 1088, 4096 + 3};

struct model {
	struct bitmap map;
	bool *bits;
};

static void model_init(struct model *m, uint64_t nbits)
{
	assert_ok(bitmap_init(&m->map, nbits));
	m->bits = calloc(nbits + 1, sizeof(*m->bits));
	assert_non_null(m->bits);
}

static void model_deinit(struct model *m)
{
	bitmap_deinit(&m->map);
	free(m->bits);
}

static void model_fill(struct model *m, uint64_t from, uint64_t to, bool value)
{
	for (uint64_t n = from; n < to && n < m->map.nbits; n++)
		m->bits[n] = value;
	if (value)
		bitmap_set_range(&m->map, from, to);
	else
		bitmap_clear_range(&m->map, from, to);
}

static uint64_t model_next(const struct model *m, uint64_t from, bool value)
{
	while (from < m->map.nbits && m->bits[from] != value)
		from++;
	return from < m->map.nbits ? from : m->map.nbits;
}

static void assert_model(const struct model *m, uint64_t from, uint64_t to)
{
	uint64_t count = 0;
	for (uint64_t n = 0; n < m->map.nbits; n++) {
		assert_int_equal(bitmap_test(&m->map, n), m->bits[n]);
		count += n >= from && n < to && m->bits[n];
	}
	assert_int_equal(bitmap_count(&m->map, from, to), count);
	assert_int_equal(bitmap_next(&m->map, from), model_next(m, from, true));
	assert_int_equal(bitmap_next_clear(&m->map, from), model_next(m, from, false));
	uint64_t first = from, end = to, set = model_next(m, from, true);
	bool found = bitmap_run(&m->map, &first, &end);
	assert_int_equal(found, set < to && set < m->map.nbits);
	assert_int_equal(first, found ? set : from);
	assert_int_equal(end, found ? MIN(model_next(m, set, false), MIN(to, m->map.nbits)) : to);
}

static void random_ranges_match_model(void **state)
{
	(void)state;
	uint64_t seed = 42;
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		struct model m;
		model_init(&m, sizes[s]);
		for (int i = 0; i < 300; i++) {
			/* a few bits past the end, and empty and reversed ranges, are part of it */
			uint64_t from = unit_random(&seed) % (sizes[s] + 10);
			uint64_t to = unit_random(&seed) % (sizes[s] + 10);
			model_fill(&m, from, to, unit_random(&seed) & 1);
			assert_model(&m, unit_random(&seed) % (sizes[s] + 2),
				     unit_random(&seed) % (sizes[s] + 70));
		}
		model_deinit(&m);
	}
}

static void single_bits(void **state)
{
	(void)state;
	uint64_t seed = 7;
	struct model m;
	model_init(&m, 517);
	for (int i = 0; i < 2000; i++) {
		uint64_t n = unit_random(&seed) % 517;
		m.bits[n] = i % 3 != 0;
		if (m.bits[n])
			bitmap_set(&m.map, n);
		else
			bitmap_clear(&m.map, n);
		assert_int_equal(bitmap_test(&m.map, n), m.bits[n]);
	}
	assert_model(&m, 0, 517);
	model_deinit(&m);
}

static void and_keeps_what_both_have(void **state)
{
	(void)state;
	struct bitmap a, b;
	assert_ok(bitmap_init(&a, 300));
	assert_ok(bitmap_init(&b, 300));
	bitmap_set_range(&a, 10, 200);
	bitmap_set_range(&b, 100, 300);
	bitmap_and(&a, &b);
	assert_int_equal(bitmap_next(&a, 0), 100);
	assert_int_equal(bitmap_next_clear(&a, 100), 200);
	assert_int_equal(bitmap_count(&a, 0, 300), 100);
	bitmap_or(&a, &b);
	assert_int_equal(bitmap_next(&a, 0), 100);
	assert_int_equal(bitmap_count(&a, 0, 300), 200);
	bitmap_deinit(&a);
	bitmap_deinit(&b);
}

static uint64_t resident(const struct bitmap *b)
{
	uint64_t pages = 0;
	unsigned char there[256];
	for (uint64_t at = 0; at < b->nbits / 8; at += sizeof(there) * 4096) {
		assert_int_equal(mincore(b->bytes + at, sizeof(there) * 4096, there), 0);
		for (size_t i = 0; i < sizeof(there); i++)
			pages += there[i] & 1;
	}
	return pages;
}

/* This process's memory in pages, the shared one of zeros not among them. */
static uint64_t of_memory(void)
{
	unsigned long all, now = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu", &all, &now), 2);
	fclose(f);
	return now;
}

static void what_is_clear_takes_no_memory_to_be_cleared(void **state)
{
	(void)state;
	struct bitmap b;
	assert_ok(bitmap_init(&b, UINT64_C(1) << 30));
	uint64_t before = of_memory();
	bitmap_clear_range(&b, 5, (UINT64_C(1) << 30) - 5);
	/* 128 MiB of bits */
	assert_true(of_memory() < before + 4096);
	bitmap_deinit(&b);
}

/* Looking at holes takes no memory: of what mincore() counts, the shared page of zeros is a part,
 * so only what was not yet looked at can be checked. */
static void a_large_one_takes_memory_where_bits_are(void **state)
{
	(void)state;
	struct bitmap b;
	assert_ok(bitmap_init(&b, UINT64_C(1) << 35));
	bitmap_set(&b, (UINT64_C(1) << 35) - 1);
	bitmap_set_range(&b, UINT64_C(1) << 30, (UINT64_C(1) << 30) + 100);
	assert_in_range(resident(&b), 1, 1024);
	assert_int_equal(bitmap_next(&b, 5), UINT64_C(1) << 30);
	assert_int_equal(bitmap_next(&b, (UINT64_C(1) << 35) - 5000), (UINT64_C(1) << 35) - 1);
	assert_int_equal(bitmap_count(&b, 0, UINT64_C(1) << 31), 100);
	bitmap_deinit(&b);
	assert_null(b.bytes);
}

/* The bytes are written to dumps as they are: bit n is bit n%8 of byte n/8, zero past the end. */
static void bytes_are_in_dump_order(void **state)
{
	(void)state;
	struct bitmap b;
	assert_ok(bitmap_init(&b, 19));
	bitmap_set(&b, 0);
	bitmap_set(&b, 9);
	bitmap_set_range(&b, 16, 1000);
	static const uint8_t expected[8] = {0x01, 0x02, 0x07};
	assert_memory_equal(b.bytes, expected, 8);
	bitmap_deinit(&b);
}

static void tests_past_the_end_are_false(void **state)
{
	(void)state;
	struct bitmap b;
	assert_ok(bitmap_init(&b, 10));
	bitmap_set_range(&b, 0, UINT64_MAX);
	assert_true(bitmap_test(&b, 9));
	assert_false(bitmap_test(&b, 10));
	assert_false(bitmap_test(&b, UINT64_MAX));
	assert_int_equal(bitmap_count(&b, 0, UINT64_MAX), 10);
	assert_int_equal(bitmap_next(&b, UINT64_MAX), 10);
	assert_int_equal(bitmap_next_clear(&b, 0), 10);
	bitmap_deinit(&b);
}

static void too_large_is_out_of_memory(void **state)
{
	(void)state;
	struct bitmap b = {0};
	assert_err(bitmap_init(&b, UINT64_MAX), ERR_NOMEM, "out of memory");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_ranges_match_model),
		cmocka_unit_test(single_bits),
		cmocka_unit_test(and_keeps_what_both_have),
		cmocka_unit_test(a_large_one_takes_memory_where_bits_are),
		cmocka_unit_test(what_is_clear_takes_no_memory_to_be_cleared),
		cmocka_unit_test(bytes_are_in_dump_order),
		cmocka_unit_test(tests_past_the_end_are_false),
		cmocka_unit_test(too_large_is_out_of_memory),
	};
	return cmocka_run_group_tests_name("base/bitmap", tests, NULL, NULL);
}
