// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks, who waits and who holds them, and circles of them, on kernels of each generation. */
#include "lock_checks.h"

static void assert_perhaps(struct lock_world *w, const char *sentence)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	assert_int_equal(report_possible_deadlock(&w->r, &out), sentence != NULL);
	assert_string_equal(buf_str(&out), sentence ? sentence : "");
}

/* a takes 0, b takes 1, then each wants the other's. */
static void ab_ba(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		world_thread(&w, "init", 'S', ASLEEP);
		unsigned int a = world_thread(&w, "abba_a", 'D', IN_MUTEX);
		unsigned int b = world_thread(&w, "abba_b", 'D', IN_MUTEX);
		unsigned int c = world_thread(&w, "late", 'D', IN_MUTEX);
		world_hold_mutex(&w, a, HEAP);
		world_hold_mutex(&w, b, HEAP + LOCK_SIZE);
		world_wait_mutex(&w, a, HEAP + LOCK_SIZE);
		world_wait_mutex(&w, b, HEAP);
		world_wait_mutex(&w, c, HEAP);
		const struct locks *l = found(&w);
		assert_int_equal(l->n, 2);
		assert_int_equal(l->ncycles, 1);
		assert_int_equal(l->cycles[0].n, 2);
		assert_int_equal(lock_waits_for(l, c), a);
		assert_int_equal(lock_wanted(l, c)->n, 2);
		assert_deadlock(&w, "abba_a (pid 2) waits for a mutex held by abba_b (pid 3), "
				    "which waits for a mutex held by abba_a");
		assert_perhaps(&w, NULL);
		world_deinit(&w);
	}
}

static void three_in_a_circle(void **state)
{
	(void)state;
	static const char *const comms[] = {"a", "b", "c"};
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		for (unsigned int i = 0; i < 3; i++) {
			world_thread(&w, comms[i], 'D', IN_MUTEX);
			world_hold_mutex(&w, i, STATIC + i * LOCK_SIZE);
		}
		for (unsigned int i = 0; i < 3; i++)
			world_wait_mutex(&w, i, STATIC + (i + 1) % 3 * LOCK_SIZE);
		found(&w);
		assert_deadlock(&w, "a (pid 1) waits for mutex static_1 held by b (pid 2), "
				    "which waits for mutex static_2 held by c (pid 3), "
				    "which waits for mutex static_0 held by a");
		world_deinit(&w);
	}
}

static void own_lock_again(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		world_thread(&w, "twice", 'D', IN_WRITE);
		world_hold_write(&w, 0, HEAP);
		world_wait_rwsem(&w, 0, HEAP, false);
		found(&w);
		assert_deadlock(&w, "twice (pid 1) waits for an rwsem (to write) held by itself");
		world_deinit(&w);
	}
}

/* More than a sentence names. */
static void long_circle(void **state)
{
	(void)state;
	struct lock_world w;
	_cleanup_buf_ struct buf out = BUF_INIT;
	world_init(&w, KERNEL_6_1, 100);
	for (unsigned int i = 0; i < 100; i++) {
		world_thread(&w, "x", 'D', IN_MUTEX);
		world_hold_mutex(&w, i, HEAP + i * LOCK_SIZE);
	}
	for (unsigned int i = 0; i < 100; i++)
		world_wait_mutex(&w, i, HEAP + (i + 1) % 100 * LOCK_SIZE);
	const struct locks *l = found(&w);
	assert_int_equal(l->cycles[0].n, 100);
	assert_true(report_deadlock(&w.r, &out));
	assert_non_null(strstr(buf_str(&out), "and so on over 92 more, until one waits for x"));
	world_deinit(&w);
}

/* A reader sleeps; a writer waits for it, and a reader behind the writer. */
static void writer_behind_a_reader(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		unsigned int holder = world_thread(&w, "reader", 'S', ASLEEP);
		unsigned int writer = world_thread(&w, "writer", 'D', IN_WRITE);
		unsigned int late = world_thread(&w, "late", 'D', IN_READ);
		world_hold_read(&w, holder, STATIC, 3);
		world_wait_rwsem(&w, writer, STATIC, false);
		world_wait_rwsem(&w, late, STATIC, true);
		const struct locks *l = found(&w);
		bool exact = g == KERNEL_6_17 || g == KERNEL_7_1;
		assert_int_equal(l->n, 1);
		assert_int_equal(l->lock[0].kind, LOCK_RWSEM);
		assert_int_equal(l->lock[0].hold, exact ? HELD_READING : HELD_READING_LAST);
		assert_int_equal(l->lock[0].owner_thread, holder);
		assert_int_equal(l->lock[0].readers, 3);
		assert_int_equal(l->lock[0].n, 2);
		assert_int_equal(l->waiters[0].thread, writer);
		assert_false(l->waiters[0].reads);
		assert_int_equal(l->waiters[1].thread, late);
		assert_true(l->waiters[1].reads);
		assert_deadlock(&w, NULL);
		assert_perhaps(&w, NULL);
		world_deinit(&w);
	}
}

/*
 * The reader that an rwsem remembers waits for the writer's mutex. Kernels that forget readers who
 * left make that a deadlock; with others the reader may have left.
 */
static void circle_over_a_reader(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		unsigned int reader = world_thread(&w, "reader", 'D', IN_MUTEX);
		unsigned int writer = world_thread(&w, "writer", 'D', IN_WRITE);
		world_hold_read(&w, reader, HEAP, 1);
		world_hold_mutex(&w, writer, HEAP + LOCK_SIZE);
		world_wait_rwsem(&w, writer, HEAP, false);
		world_wait_mutex(&w, reader, HEAP + LOCK_SIZE);
		found(&w);
		bool exact = g == KERNEL_6_17 || g == KERNEL_7_1;
		assert_deadlock(&w, !exact ? NULL
					   : "reader (pid 1) waits for a mutex held by writer "
					     "(pid 2), which waits for an rwsem (to write) held "
					     "for reading by reader");
		assert_perhaps(&w, exact ? NULL
					 : "reader (pid 1) waits for a mutex held by writer (pid "
					   "2), which waits for an rwsem (to write) held for "
					   "reading, last taken by reader");
		world_deinit(&w);
	}
}

/* Semaphores: who took one last is known to new kernels; waiting again is how events are awaited.
 */
static void semaphores(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		bool known = g == KERNEL_6_17 || g == KERNEL_7_1;
		unsigned int a = world_thread(&w, "a", 'D', IN_DOWN);
		unsigned int b = world_thread(&w, "b", 'S', ASLEEP);
		unsigned int c = world_thread(&w, "event", 'S', IN_DOWN);
		world_u64(&w, HEAP + SEM_HOLDER, world_task(b));
		world_u64(&w, HEAP + LOCK_SIZE + SEM_HOLDER, world_task(c));
		world_wait_semaphore(&w, a, HEAP);
		world_wait_semaphore(&w, c, HEAP + LOCK_SIZE);
		const struct locks *l = found(&w);
		assert_int_equal(l->n, 2);
		assert_int_equal(lock_wanted(l, a)->kind, LOCK_SEMAPHORE);
		assert_int_equal(lock_waits_for(l, a), known ? b : LOCK_NONE);
		assert_int_equal(lock_waits_for(l, c), LOCK_NONE);
		assert_int_equal(l->ncycles, 0);
		world_deinit(&w);
	}
}

/* A futex with priority inheritance, and a circle over it. */
static void rt_mutexes(void **state)
{
	(void)state;
	for (enum generation g = 0; g < GENERATIONS; g++) {
		struct lock_world w;
		world_init(&w, g, 8);
		unsigned int owner = world_thread(&w, "owner", 'D', IN_MUTEX);
		unsigned int a = world_thread(&w, "a", 'S', IN_RT);
		unsigned int b = world_thread(&w, "b", 'D', IN_RT);
		world_hold_rt_mutex(&w, owner, HEAP);
		world_wait_rt_mutex(&w, a, HEAP);
		world_wait_rt_mutex(&w, b, HEAP);
		world_hold_mutex(&w, b, STATIC);
		world_wait_mutex(&w, owner, STATIC);
		const struct locks *l = found(&w);
		assert_int_equal(l->n, 2);
		const struct lock *rt = lock_wanted(l, a);
		assert_int_equal(rt->kind, LOCK_RT_MUTEX);
		assert_int_equal(rt->addr, HEAP);
		assert_int_equal(rt->n, 2);
		assert_int_equal(rt->hold, HELD_BY);
		assert_false(rt->incomplete);
		assert_int_equal(lock_waits_for(l, a), owner);
		assert_ptr_equal(lock_wanted(l, b), rt);
		assert_int_equal(l->unfound[LOCK_RT_MUTEX], 0);
		assert_deadlock(&w, "owner (pid 1) waits for mutex static_0 held by b (pid 3), "
				    "which waits for an rt_mutex held by owner");
		world_deinit(&w);
	}
}

/* What one says and the lock does not, or another's waiter, is not believed. */
static void rt_mutexes_that_disagree(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	unsigned int owner = world_thread(&w, "owner", 'S', ASLEEP);
	unsigned int a = world_thread(&w, "a", 'D', IN_RT);
	unsigned int elsewhere = world_thread(&w, "elsewhere", 'D', IN_RT);
	unsigned int thief = world_thread(&w, "thief", 'D', IN_RT);
	world_hold_rt_mutex(&w, owner, HEAP);
	world_wait_rt_mutex(&w, a, HEAP);
	world_wait_rt_mutex(&w, elsewhere, HEAP);
	world_u64(&w, world_waiter(&w, elsewhere) + RT_LOCK, HEAP + LOCK_SIZE);
	world_u64(&w, world_task(thief) + T_PI_BLOCKED_ON, world_waiter(&w, a));
	world_open(&w);
	const struct locks *l = report_locks(&w.r);
	assert_non_null(l);
	assert_int_equal(l->n, 1);
	assert_int_equal(l->lock[0].n, 1);
	assert_true(l->lock[0].incomplete);
	assert_int_equal(l->wanted[thief], LOCK_NONE);
	assert_int_equal(l->unfound[LOCK_RT_MUTEX], 2);
	world_deinit(&w);
}

/* Given to its first waiter, which has not run since: no circle. */
static void handed_over(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	unsigned int a = world_thread(&w, "a", 'D', IN_MUTEX);
	unsigned int b = world_thread(&w, "b", 'D', IN_MUTEX);
	world_u64(&w, HEAP, world_task(a) | 4);
	world_wait_mutex(&w, a, HEAP);
	world_wait_mutex(&w, b, HEAP);
	const struct locks *l = found(&w);
	assert_true(l->lock[0].handed);
	assert_int_equal(lock_waits_for(l, a), LOCK_NONE);
	assert_int_equal(lock_waits_for(l, b), a);
	assert_int_equal(l->ncycles, 0);
	world_deinit(&w);
}

/* One of a circle was just woken up: it may get out of it (ww_mutex). */
static void circle_that_opens(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	unsigned int a = world_thread(&w, "a", 'D', IN_MUTEX);
	unsigned int b = world_thread(&w, "b", 'R', IN_MUTEX);
	world_hold_mutex(&w, a, HEAP);
	world_hold_mutex(&w, b, HEAP + LOCK_SIZE);
	world_wait_mutex(&w, a, HEAP + LOCK_SIZE);
	world_wait_mutex(&w, b, HEAP);
	found(&w);
	assert_deadlock(&w, NULL);
	assert_perhaps(&w, "a (pid 1) waits for a mutex held by b (pid 2), "
			   "which waits for a mutex held by a");
	world_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ab_ba),
		cmocka_unit_test(three_in_a_circle),
		cmocka_unit_test(own_lock_again),
		cmocka_unit_test(long_circle),
		cmocka_unit_test(writer_behind_a_reader),
		cmocka_unit_test(circle_over_a_reader),
		cmocka_unit_test(semaphores),
		cmocka_unit_test(rt_mutexes),
		cmocka_unit_test(rt_mutexes_that_disagree),
		cmocka_unit_test(handed_over),
		cmocka_unit_test(circle_that_opens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
