// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks in memory that lies: broken lists, stale stacks, owners that are gone; and many waiters. */
#include "lock_checks.h"

/* The task that holds it is no more, or the word is nonsense. */
static void owner_that_is_none(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	unsigned int a = world_thread(&w, "a", 'D', IN_MUTEX);
	unsigned int b = world_thread(&w, "b", 'D', IN_MUTEX);
	world_u64(&w, HEAP, world_task(7));
	world_u64(&w, HEAP + LOCK_SIZE, 0x4141414141414140);
	world_wait_mutex(&w, a, HEAP);
	world_wait_mutex(&w, b, HEAP + LOCK_SIZE);
	const struct locks *l = found(&w);
	assert_int_equal(l->n, 2);
	assert_int_equal(lock_wanted(l, a)->hold, HELD_BY);
	assert_int_equal(lock_wanted(l, a)->owner, world_task(7));
	assert_int_equal(lock_waits_for(l, a), LOCK_NONE);
	assert_int_equal(lock_wanted(l, b)->hold, HELD_UNKNOWN);
	assert_int_equal(lock_wanted(l, b)->owner, 0);
	assert_int_equal(lock_waits_for(l, b), LOCK_NONE);
	world_deinit(&w);
}

/*
 * Left over on a stack: a waiter that was taken off its list (LIST_POISON1 and 2), one that points
 * into a list it is not on, one that points to itself, one that points to nothing.
 */
static void waiters_that_are_none(void **state)
{
	(void)state;
	static const uint64_t links[][2] = {
		{UINT64_C(0xdead000000000100), UINT64_C(0xdead000000000122)},
		{HEAP + MUTEX_LIST, HEAP + MUTEX_LIST},
		{0, 0},
		{WORLD + 0x100000000, 3},
	};
	for (enum generation g = 0; g < GENERATIONS; g++) {
		for (size_t i = 0; i < ARRAY_SIZE(links) + 1; i++) {
			struct lock_world w;
			world_init(&w, g, 8);
			unsigned int a = world_thread(&w, "a", 'D', IN_MUTEX);
			unsigned int b = world_thread(&w, "b", 'D', IN_MUTEX);
			uint64_t self = world_waiter(&w, b);
			world_hold_mutex(&w, b, HEAP);
			world_wait_mutex(&w, a, HEAP);
			world_says(&w, b, HEAP, 0, true);
			world_u64(&w, self + W_TASK, world_task(b));
			world_u64(&w, self, i < 4 ? links[i][0] : self);
			world_u64(&w, self + 8, i < 4 ? links[i][1] : self);
			world_open(&w);
			const struct locks *l = report_locks(&w.r);
			assert_int_equal(l->n, 1);
			assert_int_equal(l->lock[0].n, 1);
			assert_int_equal(l->wanted[b], LOCK_NONE);
			assert_int_equal(l->unfound[LOCK_MUTEX], 1);
			assert_string_equal(buf_str(&w.r.missing),
					    "1 task waits for a mutex that was not found\n");
			assert_deadlock(&w, NULL);
			world_deinit(&w);
		}
	}
}

/* Threads that wait for nothing, and threads whose stacks are gone. */
static void nobody_waits(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_17, 8);
	world_thread(&w, "a", 'S', ASLEEP);
	world_thread(&w, "b", 'D', "");
	world_thread(&w, "c", 'R', IN_MUTEX);
	world_u64(&w, world_task(0) + T_BLOCKER, HEAP);
	world_u64(&w, world_task(0) + T_BLOCKED_ON, UINT64_MAX); /* PROXY_WAKING */
	const struct locks *l = found(&w);
	assert_int_equal(l->n, 0);
	assert_deadlock(&w, NULL);
	world_deinit(&w);
}

#define MANY 5000

static void thousands_of_waiters(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, MANY + 1);
		for (unsigned int i = 0; i < MANY; i++) {
			world_thread(&w, "w", 'D', IN_MUTEX);
			world_wait_mutex(&w, i, HEAP);
		}
		world_thread(&w, "holder", 'S', ASLEEP);
		world_hold_mutex(&w, MANY, HEAP);
		double start = clock_cpu();
		const struct locks *l = found(&w);
		assert_true(clock_cpu() - start < 10);
		assert_int_equal(l->n, 1);
		assert_int_equal(l->lock[0].n, MANY);
		assert_int_equal(l->lock[0].owner_thread, MANY);
		assert_false(l->lock[0].incomplete);
		for (unsigned int i = 0; i < MANY; i++)
			assert_int_equal(l->waiters[i].thread, i);
		world_deinit(&w);
	}
}

/* Both ends of a broken list are found; what is between two breaks is said to be missing. */
static void broken_in_the_middle(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 100);
		for (unsigned int i = 0; i < 100; i++) {
			world_thread(&w, "w", 'D', IN_MUTEX);
			world_wait_mutex(&w, i, HEAP);
		}
		world_u64(&w, world_waiter(&w, 29), UINT64_C(0x1122334455667788));
		world_u64(&w, world_waiter(&w, 70) + 8, world_waiter(&w, 90));
		world_open(&w);
		const struct locks *l = report_locks(&w.r);
		assert_int_equal(l->n, 1);
		assert_int_equal(l->lock[0].n, 60);
		assert_true(l->lock[0].incomplete);
		assert_int_equal(l->unfound[LOCK_MUTEX], 40);
		assert_string_equal(buf_str(&w.r.missing),
				    "40 tasks wait for a mutex that was not found\n");
		world_deinit(&w);
	}
}

/* A link into the list of another lock: nobody there waits for this one. */
static void crossed_lists(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		for (unsigned int i = 0; i < 6; i++) {
			world_thread(&w, "w", 'D', IN_MUTEX);
			world_wait_mutex(&w, i, HEAP + i / 3 * LOCK_SIZE);
		}
		world_u64(&w, world_waiter(&w, 1), world_waiter(&w, 4));
		const struct locks *l = found(&w);
		assert_int_equal(l->n, 2);
		for (unsigned int i = 0; i < 6; i++)
			assert_int_equal(lock_wanted(l, i)->addr, HEAP + i / 3 * LOCK_SIZE);
		assert_true(lock_wanted(l, 0)->incomplete);
		assert_false(lock_wanted(l, 5)->incomplete);
		world_deinit(&w);
	}
}

/* Nodes in a list that are no waiters: not on the stack of their thread, or of one that is there.
 */
static void strange_nodes(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		for (unsigned int twice = 0; twice < 2; twice++) {
			struct lock_world w;
			world_init(&w, g, 8);
			world_thread(&w, "a", 'D', IN_MUTEX);
			world_thread(&w, "b", 'S', ASLEEP);
			world_wait_mutex(&w, 0, HEAP);
			uint64_t good = world_waiter(&w, 0), end = world_get(&w, good);
			uint64_t node = twice ? good + 0x80 : HEAP + 0x1000;
			world_u64(&w, good, node);
			world_u64(&w, node, end);
			world_u64(&w, node + 8, good);
			world_u64(&w, end + 8, node);
			world_u64(&w, node + W_TASK, world_task(!twice));
			const struct locks *l = found(&w);
			assert_int_equal(l->n, 1);
			assert_int_equal(l->lock[0].n, 1);
			assert_true(l->lock[0].incomplete);
			assert_int_equal(l->wanted[1], LOCK_NONE);
			world_deinit(&w);
		}
	}
}

/* Beside the lock's address, the stack has others behind which the waiter's address stands. */
static void what_looks_like_a_lock(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_7_1_SILENT, 8);
	world_thread(&w, "a", 'D', IN_MUTEX);
	world_thread(&w, "b", 'S', ASLEEP);
	uint64_t saved = world_frame(&w, 0, 2), other = HEAP + LOCK_SIZE;
	world_wait_mutex(&w, 0, HEAP);
	world_hold_mutex(&w, 1, HEAP);
	/* A frame pointer, and a struct that has the waiter's address as well. */
	world_u64(&w, world_frame(&w, 0, 1), saved);
	world_u64(&w, saved, world_task(1) | 1);
	world_u64(&w, saved + MUTEX_LIST, world_waiter(&w, 0));
	world_u64(&w, world_frame(&w, 0, 1) + 8, other);
	world_u64(&w, other, world_task(1));
	world_u64(&w, other + MUTEX_LIST, world_waiter(&w, 0));
	const struct locks *l = found(&w);
	assert_int_equal(l->n, 1);
	assert_int_equal(l->lock[0].addr, HEAP);
	world_deinit(&w);
}

/* Which lock each of the threads below really waits for. */
static uint64_t lock_of(unsigned int t)
{
	return HEAP + t / 10 * LOCK_SIZE;
}

/*
 * Lists with random links: whatever is said to wait for a lock does wait for that one. Every link
 * points somewhere: to other waiters, locks, tasks, nowhere.
 */
static void random_links(void **state)
{
	(void)state;
	uint64_t seed = 4711;
	unsigned int seen = 0;
	for (unsigned int round = 0; round < 400; round++) {
		struct lock_world w;
		world_init(&w, round % GENERATIONS, 40);
		for (unsigned int i = 0; i < 40; i++) {
			world_thread(&w, "w", 'D', IN_MUTEX);
			world_hold_mutex(&w, i, lock_of(i));
		}
		for (unsigned int i = 0; i < 40; i++)
			world_wait_mutex(&w, i, lock_of(i));
		for (unsigned int i = 0; i < 1 + round % 16; i++) {
			unsigned int t = (unsigned int)(unit_random(&seed) % 40);
			const uint64_t to[] = {
				world_waiter(&w, t), /* its own list: a circle */
				lock_of((unsigned int)(unit_random(&seed) % 40)) + MUTEX_LIST,
				world_task((unsigned int)(unit_random(&seed) % 40)),
				unit_random(&seed),
				0,
				world_waiter(&w, (unsigned int)(unit_random(&seed) % 40)),
			};
			world_u64(&w, world_waiter(&w, t) + unit_random(&seed) % 2 * 8,
				  to[unit_random(&seed) % ARRAY_SIZE(to)]);
		}
		world_open(&w);
		const struct locks *l = report_locks(&w.r);
		assert_non_null(l);
		for (uint32_t i = 0; i < l->nwaiters; i++) {
			uint32_t t = l->waiters[i].thread;
			assert_int_equal(lock_wanted(l, t)->addr, lock_of(t));
			seen++;
		}
		world_deinit(&w);
	}
	assert_true(seen > 1000);
}

static void no_time(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	world_thread(&w, "a", 'D', IN_MUTEX);
	world_wait_mutex(&w, 0, HEAP);
	world_open(&w);
	w.r.until = 0;
	const struct locks *l = report_locks(&w.r);
	assert_int_equal(l->n, 0);
	assert_non_null(strstr(buf_str(&w.r.missing), "until the time was up"));
	world_deinit(&w);
}

/* A real-time kernel's mutex has no such members. */
static void other_locks(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	world_thread(&w, "a", 'D', IN_MUTEX);
	world_wait_mutex(&w, 0, HEAP);
	world_open(&w);
	w.k.layout.mutex_owner = LAYOUT_UNKNOWN;
	const struct locks *l = report_locks(&w.r);
	assert_int_equal(l->n, 0);
	assert_string_equal(buf_str(&w.r.missing), "1 task waits for a mutex that is not "
						   "understood: this kernel's types lack it\n");
	world_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owner_that_is_none),	cmocka_unit_test(waiters_that_are_none),
		cmocka_unit_test(nobody_waits),		cmocka_unit_test(thousands_of_waiters),
		cmocka_unit_test(broken_in_the_middle), cmocka_unit_test(crossed_lists),
		cmocka_unit_test(strange_nodes),	cmocka_unit_test(what_looks_like_a_lock),
		cmocka_unit_test(random_links),		cmocka_unit_test(no_time),
		cmocka_unit_test(other_locks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
