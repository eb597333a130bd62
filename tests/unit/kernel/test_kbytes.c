// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that is read where it lies, wherever its pages end, and the names that are kept of it. */
#include "unit.h"
#include "small_kmem.h"
#include "kernel/kbytes.h"
#include "kernel/kept_names.h"

#define BASE  UINT64_C(0xffffffff82000000)
#define PAGES 40
#define SIZE  ((size_t)PAGES * 4096)

static uint8_t memory[SIZE];
static struct small_kmem m;

static int setup(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (size_t i = 0; i < SIZE; i++)
		memory[i] = (uint8_t)(unit_random(&seed) >> 16 | 1); /* no NUL */
	small_kmem_init(&m, ORDER_LE, BASE, memory, SIZE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	small_kmem_deinit(&m);
	return 0;
}

/* Any piece of any table, through more and fewer pages than it has. */
static void any_piece(void **state)
{
	(void)state;
	static const struct {
		size_t at, len, blocks;
	} tables[] = {
		{0, SIZE, 1}, {0, SIZE, 4}, {1, SIZE - 2, 8}, {4095, 4098, 64}, {5000, 7, 16}};
	uint64_t seed = 7;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const uint8_t *all = memory + tables[i].at;
		struct kbytes b;
		assert_ok(kbytes_init(&b, &m.k, BASE + tables[i].at, tables[i].len,
				      tables[i].blocks));
		assert_ok(kbytes_check(&b));
		for (int n = 0; n < 2000; n++) {
			size_t at = (size_t)unit_random(&seed) % tables[i].len;
			size_t len = (size_t)unit_random(&seed) %
				     (MIN(tables[i].len - at, (size_t)KBYTES_PIECE) + 1);
			const uint8_t *p = kbytes_at(&b, at, len);
			assert_non_null(p);
			assert_memory_equal(p, all + at, len);
		}
		assert_null(kbytes_at(&b, tables[i].len, 1));
		assert_null(kbytes_at(&b, 1, tables[i].len));
		assert_null(kbytes_at(&b, SIZE_MAX, 2));
		assert_null(kbytes_at(&b, 0, KBYTES_PIECE + 1));
		kbytes_deinit(&b);
	}
}

static void texts(void **state)
{
	(void)state;
	static const size_t ends[] = {10, 4095, 4096, 5000, 8191};
	uint8_t kept[ARRAY_SIZE(ends)];
	struct kbytes places[2];
	const char *text;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		kept[i] = memory[ends[i]];
		memory[ends[i]] = '\0';
	}
	struct small_kmem here;
	small_kmem_init(&here, ORDER_LE, BASE, memory, SIZE);
	assert_ok(kbytes_init(&places[0], &here.k, BASE, 8192, 1));
	places[1] = kbytes_of(memory, 8192);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		assert_int_equal(kbytes_text(&places[i], 3, &text), 7);
		assert_memory_equal(text, memory + 3, 8);
		assert_int_equal(kbytes_text(&places[i], 10, &text), 0);
		assert_string_equal(text, "");
		assert_int_equal(kbytes_text(&places[i], 4000, &text), 95);
		assert_int_equal(kbytes_text(&places[i], 4096, &text), 0);
		/* across pages, and at the very end */
		assert_int_equal(kbytes_text(&places[i], 4097, &text), 903);
		assert_memory_equal(text, memory + 4097, 904);
		assert_int_equal(kbytes_text(&places[i], 8190, &text), 1);
		/* longer than any name; outside */
		assert_int_equal(kbytes_text(&places[i], 5001, &text), 0);
		assert_string_equal(text, "");
		assert_int_equal(kbytes_text(&places[i], 8192, &text), 0);
		assert_string_equal(text, "");
		kbytes_deinit(&places[i]);
	}
	small_kmem_deinit(&here);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		memory[ends[i]] = kept[i];
}

/* Where memory ends, nothing is made up; what comes before can be read. */
static void not_there(void **state)
{
	(void)state;
	struct kbytes b;
	const char *text;
	assert_ok(kbytes_init(&b, &m.k, BASE + SIZE - 4096, 8192, 2));
	assert_err(kbytes_check(&b), ERR_MISSING, "virtual address");
	assert_non_null(kbytes_at(&b, 4000, 96));
	assert_null(kbytes_at(&b, 4000, 97));
	assert_null(kbytes_at(&b, 5000, 1));
	assert_int_equal(kbytes_text(&b, 4000, &text), 0);
	assert_string_equal(text, "");
	kbytes_deinit(&b);
	assert_ok(kbytes_init(&b, &m.k, BASE, 0, 2));
	assert_null(kbytes_at(&b, 0, 1));
	kbytes_deinit(&b);
}

static void kept_names(void **state)
{
	(void)state;
	struct kept_names names = {0};
	const char *first[3000];
	char text[32];
	assert_null(kept_names_find(&names, 0));
	for (uint32_t i = 0; i < ARRAY_SIZE(first); i++) {
		int len = snprintf(text, sizeof(text), "name_%u", i);
		assert_null(kept_names_find(&names, i * 4096));
		first[i] = kept_names_add(&names, i * 4096, text, (size_t)len);
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(first); i++) {
		snprintf(text, sizeof(text), "name_%u", i);
		assert_ptr_equal(kept_names_find(&names, i * 4096), first[i]);
		assert_string_equal(first[i], text);
	}
	assert_null(kept_names_find(&names, 1));
	kept_names_deinit(&names);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_piece),
		cmocka_unit_test(texts),
		cmocka_unit_test(not_there),
		cmocka_unit_test(kept_names),
	};
	return cmocka_run_group_tests_name("kernel/kbytes", tests, setup, teardown);
}
