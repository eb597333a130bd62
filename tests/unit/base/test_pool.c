// SPDX-License-Identifier: GPL-2.0-or-later
/* The ordered pool: order, every item exactly once, with threads and without. */
#include "unit.h"
#include "base/pool.h"

#include <stdatomic.h>
#include <time.h>

enum { ITEMS = 5000, MAX_THREADS = 4 };

struct item {
	uint64_t in, out;
	atomic_int worked;
};

struct worker {
	uint64_t seed;
	unsigned int items;
};

static void square(void *context, void *arg)
{
	struct worker *w = context;
	struct item *item = arg;
	w->items++;
	/* now and then a slow item, so that later ones are done first */
	if (unit_random(&w->seed) % 64 == 0)
		nanosleep(&(struct timespec) {.tv_nsec = 200000}, NULL);
	item->out = item->in * item->in;
	atomic_fetch_add(&item->worked, 1);
}

static void assert_item(const struct item *item, const struct item *items, unsigned int n)
{
	assert_ptr_equal(item, &items[n]);
	assert_int_equal(item->out, (uint64_t)n * n);
	assert_int_equal(atomic_load(&item->worked), 1);
}

static void run(unsigned int nthreads, unsigned int depth)
{
	struct worker workers[MAX_THREADS];
	void *contexts[MAX_THREADS];
	struct item *items = calloc(ITEMS, sizeof(*items));
	struct pool *p = NULL;
	unsigned int taken = 0, worked = 0;
	assert_non_null(items);
	for (unsigned int i = 0; i < MAX_THREADS; i++) {
		workers[i] = (struct worker) {.seed = i + 1};
		contexts[i] = &workers[i];
	}
	assert_ok(pool_create(nthreads, depth, square, contexts, &p));
	assert_int_equal(pool_threads(p), nthreads);
	assert_null(pool_take(p));
	for (unsigned int i = 0; i < ITEMS; i++) {
		if (pool_full(p))
			assert_item(pool_take(p), items, taken++);
		assert_false(pool_full(p));
		items[i].in = i;
		pool_submit(p, &items[i]);
	}
	for (struct item *item; (item = pool_take(p));)
		assert_item(item, items, taken++);
	assert_int_equal(taken, ITEMS);
	pool_destroy(p);
	for (unsigned int i = 0; i < MAX_THREADS; i++)
		worked += workers[i].items;
	assert_int_equal(worked, ITEMS);
	free(items);
}

static void serial(void **state)
{
	(void)state;
	run(0, 1);
	run(0, 17);
}

static void threads(void **state)
{
	(void)state;
	run(1, 1);
	run(1, 8);
	run(2, 3);
	run(4, 64);
	run(4, 2);
}

/* Items that were not taken stay the caller's; threads that never got work end too. */
static void destroyed_with_items_inside(void **state)
{
	(void)state;
	struct worker workers[MAX_THREADS] = {{.seed = 1}, {.seed = 2}, {.seed = 3}, {.seed = 4}};
	void *contexts[MAX_THREADS] = {&workers[0], &workers[1], &workers[2], &workers[3]};
	struct item items[20] = {0};
	for (unsigned int nthreads = 0; nthreads <= MAX_THREADS; nthreads++) {
		struct pool *p = NULL;
		assert_ok(pool_create(nthreads, 20, square, contexts, &p));
		for (unsigned int i = 0; i < nthreads * 5; i++)
			pool_submit(p, &items[i]);
		pool_destroy(p);
	}
	pool_destroy(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(serial),
		cmocka_unit_test(threads),
		cmocka_unit_test(destroyed_with_items_inside),
	};
	return cmocka_run_group_tests_name("base/pool", tests, NULL, NULL);
}
