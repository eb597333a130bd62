// SPDX-License-Identifier: GPL-2.0-or-later
/* Members, names and lists out of memory that may be anything. */
#include "fake_kernel.h"
#include "report/fetch.h"

static struct fake f;

static void start(void)
{
	fake_init(&f);
}

static void open_it(void)
{
	fake_open(&f);
	f.report.until = 1e9;
}

static void members(void **state)
{
	(void)state;
	uint32_t word = 7;
	uint64_t value = 7;
	start();
	uint64_t at = fake_alloc(&f, 16);
	fake_u64(&f, at + 8, UINT64_C(0x1122334455667788));
	open_it();
	struct kmem *k = &f.kernel.kmem;
	assert_true(fetch_u64(k, at, 8, &value));
	assert_int_equal(value, UINT64_C(0x1122334455667788));
	assert_true(fetch_u32(k, at, 8, &word));
	assert_int_equal(word, 0x55667788);
	value = word = 7;
	assert_false(fetch_u64(k, at, LAYOUT_UNKNOWN, &value));
	assert_false(fetch_u32(k, at, LAYOUT_UNKNOWN, &word));
	assert_false(fetch_pointer(k, at, 0, &value)); /* NULL */
	assert_false(fetch_u64(k, FAKE_BASE - 8, 0, &value));
	assert_false(fetch_u32(k, FAKE_BASE + sizeof(f.bytes) - 2, 0, &word));
	assert_int_equal(value, 7);
	assert_int_equal(word, 7);
	fake_close(&f);
}

static void names(void **state)
{
	(void)state;
	char name[300];
	start();
	uint64_t at = fake_alloc(&f, 256), end = FAKE_BASE + sizeof(f.bytes);
	for (int i = 0; i < 255; i++)
		f.bytes[at - FAKE_BASE + (size_t)i] = (uint8_t)('a' + i % 26);
	fake_text(&f, end - 4, "end");
	uint64_t odd = fake_string(&f, "a\033[1mb\nc\177\302\233d\303\244");
	uint64_t pointer = fake_alloc(&f, 8);
	fake_u64(&f, pointer, odd);
	f.bytes[sizeof(f.bytes) - 8] = 'x'; /* "x\0\0\0end" */
	open_it();
	struct kmem *k = &f.kernel.kmem;
	assert_true(fetch_string(k, at, name, sizeof(name)));
	assert_int_equal(strlen(name), 255);
	assert_true(fetch_string(k, at + 61, name, 8));
	assert_string_equal(name, "jklmnop");
	/* behind it there is nothing */
	assert_true(fetch_string(k, end - 4, name, sizeof(name)));
	assert_string_equal(name, "end");
	assert_true(fetch_name(k, pointer, 0, name, sizeof(name)));
	assert_string_equal(name, "a?[1mb?c???d\303\244");
	assert_false(fetch_string(k, end, name, sizeof(name)));
	assert_string_equal(name, "");
	name[0] = 'x';
	assert_false(fetch_name(k, pointer, LAYOUT_UNKNOWN, name, sizeof(name)));
	assert_string_equal(name, "");
	fake_close(&f);
}

/* n nodes; the last one points to the node `back`, or to the head. */
static void check_list(size_t n, size_t back, size_t limit, size_t expected, const char *missing)
{
	struct entries list;
	start();
	uint64_t head = fake_alloc(&f, 16), first = fake_alloc(&f, n * 16);
	fake_list(&f, head);
	for (size_t i = 0; i < n; i++)
		fake_list_add(&f, head, first + i * 16);
	if (back < n)
		fake_u64(&f, first + (n - 1) * 16, first + back * 16);
	open_it();
	assert_ok(fetch_list(&f.report, "things", head, 8, limit, &list));
	assert_int_equal(list.n, expected);
	for (size_t i = 0; i < list.n; i++)
		assert_int_equal(list.at[i], first + i * 16 - 8);
	if (!strstr(buf_str(&f.report.missing), missing))
		fail_msg("%s", buf_str(&f.report.missing));
	assert_true(*missing || f.report.missing.len == 0);
	entries_deinit(&list);
	fake_close(&f);
}

static void lists(void **state)
{
	(void)state;
	check_list(0, 9, 10, 0, "");
	check_list(1, 9, 10, 1, "");
	check_list(200, 999, 1000, 200, "");
	check_list(10, 99, 4, 4, "things: more than 4");
	/* a list that goes round has each entry once, wherever the circle begins */
	for (size_t n = 1; n < 40; n++) {
		for (size_t back = 0; back < n; back++)
			check_list(n, back, 1000, n, "things: a circle at 0x");
	}
}

static void list_without_end(void **state)
{
	(void)state;
	struct entries list;
	start();
	uint64_t head = fake_alloc(&f, 16), node = fake_alloc(&f, 16);
	fake_list(&f, head);
	fake_list_add(&f, head, node);
	fake_u64(&f, node, 0xdead000000000100);
	open_it();
	assert_ok(fetch_list(&f.report, "things", head, 0, 100, &list));
	assert_int_equal(list.n, 2); /* what is at the last one, nobody knows yet */
	assert_non_null(strstr(buf_str(&f.report.missing),
			       "things: memory that cannot be read at 0xdead000000000100"));
	entries_deinit(&list);
	/* no time: nothing is read, and that is said */
	f.report.until = 0;
	assert_ok(fetch_list(&f.report, "things", head, 0, 100, &list));
	assert_int_equal(list.n, 0);
	assert_non_null(strstr(buf_str(&f.report.missing), "its time was up"));
	entries_deinit(&list);
	fake_close(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(names),
		cmocka_unit_test(lists),
		cmocka_unit_test(list_without_end),
	};
	return cmocka_run_group_tests_name("report/fetch", tests, NULL, NULL);
}
