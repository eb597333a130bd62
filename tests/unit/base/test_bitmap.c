// SPDX-License-Identifier: GPL-2.0-or-later
/* The bitmap against a model that is an array of bool. */
#include "unit.h"
#include "base/bitmap.h"

static const uint64_t sizes[] = {0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 200, 1000, 4096 + 3};

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
		cmocka_unit_test(bytes_are_in_dump_order),
		cmocka_unit_test(tests_past_the_end_are_false),
		cmocka_unit_test(too_large_is_out_of_memory),
	};
	return cmocka_run_group_tests_name("base/bitmap", tests, NULL, NULL);
}
