// SPDX-License-Identifier: GPL-2.0-or-later
/* Which incidents go: the cycle with its preserved head, the byte budget, the floor of free space.
 */
#include "unit.h"
#include "incident/retention.h"

#define G (UINT64_C(1) << 30)

static const struct {
	const char *what;
	uint64_t bytes[8];
	size_t n;
	struct retention_limits limits;
	struct retention_need need;
	struct retention_choice choice;
} cases[] = {
	{"nothing there", {0}, 0, {16, 2, 0, 0}, {1, 10, 0}, {RETENTION_FITS, 0, 0}},
	{"below the count", {1, 1, 1}, 3, {4, 2, 0, 0}, {1, 1, 0}, {RETENTION_FITS, 2, 0}},
	{"the oldest behind the preserved goes",
	 {1, 1, 1, 1},
	 4,
	 {4, 2, 0, 0},
	 {1, 1, 0},
	 {RETENTION_FITS, 2, 1}},
	{"none preserved: a plain cycle",
	 {1, 1, 1},
	 3,
	 {3, 0, 0, 0},
	 {1, 1, 0},
	 {RETENTION_FITS, 0, 1}},
	{"one place in the cycle", {1, 1, 1}, 3, {3, 2, 0, 0}, {1, 1, 0}, {RETENTION_FITS, 2, 1}},
	{"all preserved", {1, 1, 1}, 3, {3, 3, 0, 0}, {1, 1, 0}, {RETENTION_NO_COUNT, 3, 0}},
	{"more preserved than allowed",
	 {1, 1},
	 2,
	 {2, 9, 0, 0},
	 {1, 1, 0},
	 {RETENTION_NO_COUNT, 2, 0}},
	{"none allowed", {0}, 0, {0, 0, 0, 0}, {1, 1, 0}, {RETENTION_NO_COUNT, 0, 0}},
	{"a limit that was lowered",
	 {1, 1, 1, 1, 1, 1},
	 6,
	 {3, 1, 0, 0},
	 {1, 1, 0},
	 {RETENTION_FITS, 1, 4}},
	{"lowered, nothing new",
	 {1, 1, 1, 1, 1, 1},
	 6,
	 {3, 1, 0, 0},
	 {0, 0, 0},
	 {RETENTION_FITS, 1, 3}},
	{"the budget takes two", {5, 5, 5, 5}, 4, {9, 1, 20, 0}, {1, 8, 0}, {RETENTION_FITS, 1, 2}},
	{"the budget exactly", {5, 5, 5, 5}, 4, {9, 1, 20, 0}, {1, 5, 0}, {RETENTION_FITS, 1, 1}},
	{"the preserved fill the budget",
	 {15, 5},
	 2,
	 {9, 1, 20, 0},
	 {1, 6, 0},
	 {RETENTION_NO_BYTES, 1, 0}},
	{"larger than the budget", {0}, 0, {9, 1, 20, 0}, {1, 21, 0}, {RETENTION_NO_BYTES, 0, 0}},
	{"the floor takes one", {G, G, G}, 3, {9, 1, 0, 2 * G}, {0, 0, G}, {RETENTION_FITS, 1, 1}},
	{"the floor takes all it may",
	 {G, G, G},
	 3,
	 {9, 1, 0, 2 * G},
	 {0, 0, 0},
	 {RETENTION_FITS, 1, 2}},
	{"the floor cannot be reached",
	 {G, G, G},
	 3,
	 {9, 2, 0, 2 * G},
	 {0, 0, 1},
	 {RETENTION_NO_SPACE, 2, 0}},
	{"sizes that are lies do not wrap",
	 {UINT64_MAX, UINT64_MAX, UINT64_MAX},
	 3,
	 {9, 1, G, 0},
	 {1, UINT64_MAX, 0},
	 {RETENTION_NO_BYTES, 1, 0}},
	{"a huge one that may go frees no more than there is",
	 {1, UINT64_MAX, 1},
	 3,
	 {9, 1, 0, G},
	 {1, 1, UINT64_MAX},
	 {RETENTION_FITS, 1, 0}},
};

static void chooses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct retention_choice c = retention_choose(cases[i].bytes, cases[i].n,
							     &cases[i].limits, &cases[i].need);
		if (c.result != cases[i].choice.result || c.first != cases[i].choice.first ||
		    c.count != cases[i].choice.count)
			fail_msg("%s: result %d, from %zu, %zu of them", cases[i].what,
				 (int)c.result, c.first, c.count);
	}
}

/* The seed's picture: 16 in all, 2 preserved; a thousand incidents, one after the other. */
static void the_picture(void **state)
{
	(void)state;
	static const struct retention_limits limits = {16, 2, 0, 0};
	static const struct retention_need need = {1, 1, 0};
	unsigned there[16];
	size_t n = 0;
	uint64_t bytes[16];
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		bytes[i] = 1;
	for (unsigned number = 0; number < 1000; number++) {
		struct retention_choice c = retention_choose(bytes, n, &limits, &need);
		assert_int_equal(c.result, RETENTION_FITS);
		memmove(there + c.first, there + c.first + c.count,
			(n - c.first - c.count) * sizeof(*there));
		n -= c.count;
		there[n++] = number;
		assert_true(n <= 16);
	}
	assert_int_equal(n, 16);
	assert_int_equal(there[0], 0);
	assert_int_equal(there[1], 1);
	for (unsigned i = 2; i < 16; i++)
		assert_int_equal(there[i], 1000 - 16 + i);
}

/* Whatever the numbers: the first are never chosen, and what is chosen suffices. */
static void always(void **state)
{
	(void)state;
	uint64_t random = 1;
	for (int round = 0; round < 100000; round++) {
		uint64_t bytes[12], total = 0, gone = 0;
		size_t n = unit_random(&random) % 13;
		for (size_t i = 0; i < n; i++)
			total += bytes[i] = unit_random(&random) % 100;
		struct retention_limits l = {(unsigned)(unit_random(&random) % 14),
					     (unsigned)(unit_random(&random) % 14),
					     unit_random(&random) % 600,
					     unit_random(&random) % 300};
		struct retention_need need = {(unsigned)(unit_random(&random) % 2),
					      unit_random(&random) % 100,
					      unit_random(&random) % 300};
		struct retention_choice c = retention_choose(bytes, n, &l, &need);
		assert_true(c.first + c.count <= n);
		assert_true(c.count == 0 || c.first >= l.preserved);
		for (size_t i = 0; i < c.count; i++)
			gone += bytes[c.first + i];
		if (c.result != RETENTION_FITS)
			continue;
		assert_true(n - c.count + need.incidents <= l.total);
		assert_true(!l.bytes_max || total - gone + need.bytes <= l.bytes_max);
		assert_true(need.free_bytes + gone >= l.free_min);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(the_picture),
		cmocka_unit_test(always),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
