// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks of a kernel whose memory was written over. Threads wait for locks as they should, then the
 * input changes words: a byte for the kernel's generation, then three bytes a word: which
 * structure, which of its words, and what goes there, often an address that fits. What is found has
 * to hold together, and is printed.
 */
#include "fuzz.h"
#include "../unit/report/lock_world.h"

#include <fcntl.h>

#define THREADS 12
#define LOCKS	4

static uint64_t lock_at(unsigned int i)
{
	return (i % 2 ? STATIC : HEAP) + i % LOCKS * LOCK_SIZE;
}

/* Three for each lock, of whom the first has another one. */
static void populate(struct lock_world *w)
{
	static const char *const stacks[] = {IN_MUTEX, IN_WRITE, IN_DOWN, IN_MUTEX};
	for (unsigned int t = 0; t < THREADS; t++)
		world_thread(w, "fuzz", 'D', stacks[t % LOCKS]);
	world_hold_mutex(w, 1, lock_at(0));
	world_hold_read(w, 0, lock_at(1), 1);
	world_hold_mutex(w, 0, lock_at(3));
	for (unsigned int t = 0; t < THREADS; t++) {
		if (t % LOCKS == 1)
			world_wait_rwsem(w, t, lock_at(1), t > LOCKS);
		else if (t % LOCKS == 2)
			world_wait_semaphore(w, t, lock_at(2));
		else
			world_wait_mutex(w, t, lock_at(t % LOCKS));
	}
}

static void write_over(struct lock_world *w, const uint8_t *data, size_t size)
{
	for (; size >= 3; data += 3, size -= 3) {
		unsigned int n = data[0] & 15, what = data[2] & 15;
		const uint64_t places[] = {
			world_waiter(w, n % THREADS) + (data[1] & 3) * 8,
			lock_at(n) + (data[1] & 7) * 8,
			world_task(n % THREADS) + (data[1] & 15) * 8,
			world_frame(w, n % THREADS, 0) + (data[1] & 63) * 8,
		};
		const uint64_t values[] = {
			world_waiter(w, what % THREADS),
			lock_at(what) + MUTEX_LIST,
			lock_at(what) + RWSEM_LIST,
			lock_at(what) | (data[2] >> 6),
			world_task(what % THREADS) | (data[2] >> 6),
			world_frame(w, what % THREADS, 2),
			(uint64_t)what << 56,
			what,
		};
		world_u64(w, places[data[0] >> 6], values[data[2] >> 4 & 7]);
	}
}

static void check(const struct locks *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct lock *lock = &l->lock[i];
		world_must(lock->n > 0 && lock->first + lock->n <= l->nwaiters);
		for (uint32_t j = lock->first; j < lock->first + lock->n; j++)
			world_must(l->wanted[l->waiters[j].thread] == i);
	}
	for (uint32_t i = 0; i < l->ncycles; i++) {
		const struct lock_cycle *c = &l->cycles[i];
		for (uint32_t j = 0; j < c->n; j++)
			world_must(lock_waits_for(l, l->members[c->first + j]) ==
				   l->members[c->first + (j + 1) % c->n]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int null = -1;
	struct lock_world w;
	if (size < 1)
		return 0;
	if (null < 0)
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	world_init(&w, data[0] % GENERATIONS, THREADS);
	populate(&w);
	write_over(&w, data + 1, size - 1);
	world_open(&w);
	struct report_output out = {null, null};
	world_must(!report_run(&w.r, "blocked,locks", &out));
	check(report_locks(&w.r));
	world_deinit(&w);
	return 0;
}
