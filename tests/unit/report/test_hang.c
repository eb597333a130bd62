// SPDX-License-Identifier: GPL-2.0-or-later
/* Who hung: each suspect, in which order they come, and what is none. */
#include "unit.h"
#include "lock_world.h"
#include <math.h>
#include "report/hang.h"

#define SECOND UINT64_C(1000000000)
#define NOW    (1000 * SECOND)

/* Members of the fake task_struct and rq besides those of lock_world.h. */
enum { T_ON_RQ = 0x50, T_POLICY = 0x54, T_PRIO = 0x58, T_QUEUED = 0x60 };
enum { RQ_NR_RUNNING = 0x10 };
/* CPU masks and offsets, in the memory of locks. */
#define MASK	(HEAP + 0x2000)
#define IDS	(HEAP + 0x2008)
#define OFFSETS (HEAP + 0x2010)

static void world_u32(struct lock_world *w, uint64_t addr, uint32_t value)
{
	put_u32(w->bytes + (addr - WORLD), value, ORDER_LE);
}

/* One CPU, whose clock says NOW. */
static void begin(struct lock_world *w)
{
	world_init(w, KERNEL_6_1, 16);
	world_u64(w, RUNQUEUE + RQ_CLOCK, NOW);
	world_u64(w, RUNQUEUE + RQ_CLOCK_TASK, NOW);
	world_u64(w, MASK, 1);
	world_u32(w, IDS, 1);
}

static void ran_ago(struct lock_world *w, unsigned int t, unsigned int seconds)
{
	world_u64(w, world_task(t) + T_EXEC_START, NOW - seconds * SECOND);
}

static unsigned int blocked(struct lock_world *w, const char *comm, const char *functions,
			    unsigned int seconds)
{
	unsigned int t = world_thread(w, comm, 'D', functions);
	ran_ago(w, t, seconds);
	return t;
}

static const struct hang *look(struct lock_world *w)
{
	struct layout *l = &w->k.layout;
	world_open(w);
	l->cpu_online_mask = (int64_t)MASK;
	l->nr_cpu_ids = (int64_t)IDS;
	l->per_cpu_offset = (int64_t)OFFSETS;
	l->rq_nr_running = RQ_NR_RUNNING;
	l->task_on_rq = T_ON_RQ;
	l->task_policy = T_POLICY;
	l->task_prio = T_PRIO;
	l->task_last_queued = T_QUEUED;
	const struct hang *h = report_hang(&w->r);
	assert_non_null(h);
	return h;
}

static void assert_suspect(const struct hang *h, size_t i, enum suspect_kind kind, bool strong,
			   const char *text)
{
	assert_true(i < h->n);
	assert_string_equal(buf_str(&h->suspect[i].text), text);
	assert_int_equal(h->suspect[i].kind, kind);
	assert_int_equal(h->suspect[i].strong, strong);
}

static void a_circle_and_who_waits_behind_it(void **state)
{
	(void)state;
	struct lock_world w;
	begin(&w);
	blocked(&w, "first", IN_MUTEX, 40);
	blocked(&w, "second", IN_MUTEX, 41);
	blocked(&w, "behind", IN_MUTEX, 30);
	world_hold_mutex(&w, 0, STATIC);
	world_hold_mutex(&w, 1, STATIC + LOCK_SIZE);
	world_wait_mutex(&w, 0, STATIC + LOCK_SIZE);
	world_wait_mutex(&w, 1, STATIC);
	world_wait_mutex(&w, 2, STATIC);
	const struct hang *h = look(&w);
	assert_int_equal(h->n, 1);
	assert_suspect(h, 0, SUSPECT_DEADLOCK, true,
		       "first (pid 1) waits for mutex static_1 held by second (pid 2), which waits "
		       "for mutex static_0 held by first; behind them waits 1 more");
	world_deinit(&w);
}

/* Whoever waits for somebody who waits: the one at the end is it. */
static void the_end_of_a_chain(void **state)
{
	(void)state;
	struct lock_world w;
	begin(&w);
	unsigned int end = world_thread(&w, "end", 'S', ASLEEP);
	blocked(&w, "middle", IN_MUTEX, 20);
	blocked(&w, "last", IN_MUTEX, 15);
	world_hold_mutex(&w, end, STATIC);
	world_wait_mutex(&w, 1, STATIC);
	world_hold_mutex(&w, 1, STATIC + LOCK_SIZE);
	world_wait_mutex(&w, 2, STATIC + LOCK_SIZE);
	const struct hang *h = look(&w);
	assert_int_equal(h->n, 1);
	assert_suspect(
		h, 0, SUSPECT_LOCK_HOLDER, true,
		"2 tasks wait for end (pid 1: S, in pipe_read()), who has mutex static_0; the "
		"longest, middle (pid 2), for 20.0 s");
	world_deinit(&w);
}

static void blocked_for_long(void **state)
{
	(void)state;
	struct lock_world w;
	begin(&w);
	for (unsigned int i = 0; i < 6; i++)
		blocked(&w, "sync", "__schedule schedule io_schedule folio_wait_bit_common do_work",
			12 + i);
	blocked(&w, "young", "__schedule schedule io_schedule other_work", HANG_SECONDS - 1);
	const struct hang *h = look(&w);
	assert_int_equal(h->n, 1);
	assert_suspect(h, 0, SUSPECT_BLOCKED, true,
		       "6 tasks blocked for up to 17.0 s, waiting for a folio (page) in do_work(): "
		       "sync (pid 6), sync (pid 5), sync (pid 4), sync (pid 3), and 2 more");
	world_deinit(&w);
}

/* A real-time task that runs, and one that waits for its CPU. */
static void hog(struct lock_world *w, uint32_t policy, unsigned int waited)
{
	begin(w);
	unsigned int on = world_thread(w, "spin", 'R', "do_work"),
		     waits = world_thread(w, "shell", 'R', "__schedule schedule");
	w->all->thread[on].running = true;
	w->all->frames[w->all->thread[on].first].kind = FRAME_USER;
	world_u32(w, world_task(on) + T_POLICY, policy);
	world_u32(w, world_task(on) + T_PRIO, policy ? 49 : 120);
	world_u64(w, world_task(on) + T_ARRIVAL, NOW - 30 * SECOND);
	world_u32(w, world_task(waits) + T_ON_RQ, 1);
	world_u64(w, world_task(waits) + T_QUEUED, NOW - waited * SECOND);
}

static void who_keeps_a_cpu(void **state)
{
	(void)state;
	struct lock_world w;
	hog(&w, 1, 3);
	const struct hang *h = look(&w);
	assert_int_equal(h->n, 1);
	assert_suspect(h, 0, SUSPECT_CPU_HOG, true,
		       "spin (pid 1, SCHED_FIFO 50) keeps CPU 0, without a break for 30.0 s, in "
		       "user space; 1 task waits to run there, shell (pid 2) for 3.0 s");
	world_deinit(&w);
	/* an ordinary task has to keep it for longer */
	hog(&w, 0, 3);
	assert_int_equal(look(&w)->n, 0);
	world_deinit(&w);
	hog(&w, 0, 13);
	assert_suspect(
		look(&w), 0, SUSPECT_CPU_HOG, true,
		"spin (pid 1) keeps CPU 0, without a break for 30.0 s, in user space; 1 task "
		"waits to run there, shell (pid 2) for 13.0 s");
	world_deinit(&w);
	/* and who just got it is not the one that kept it */
	hog(&w, 0, 13);
	world_u64(&w, world_task(0) + T_ARRIVAL, NOW);
	assert_suspect(look(&w), 0, SUSPECT_RUN_QUEUE, false,
		       "CPU 0 had more to run than it got done; 1 task waits to run there, shell "
		       "(pid 2) for 13.0 s");
	world_deinit(&w);
}

static void the_best_comes_first(void **state)
{
	(void)state;
	struct lock_world w;
	hog(&w, 1, 5);
	blocked(&w, "sync", "__schedule schedule io_schedule folio_wait_bit_common do_work", 90);
	unsigned int first = blocked(&w, "first", IN_MUTEX, 40),
		     second = blocked(&w, "second", IN_MUTEX, 41);
	world_hold_mutex(&w, first, STATIC);
	world_hold_mutex(&w, second, STATIC + LOCK_SIZE);
	world_wait_mutex(&w, first, STATIC + LOCK_SIZE);
	world_wait_mutex(&w, second, STATIC);
	const struct hang *h = look(&w);
	assert_int_equal(h->n, 3);
	assert_int_equal(h->suspect[0].kind, SUSPECT_DEADLOCK);
	assert_int_equal(h->suspect[1].kind, SUSPECT_CPU_HOG);
	assert_int_equal(h->suspect[2].kind, SUSPECT_BLOCKED);
	assert_ptr_equal(hang_best(h, ~0u), &h->suspect[0]);
	assert_ptr_equal(hang_best(h, 1u << SUSPECT_BLOCKED), &h->suspect[2]);
	assert_null(hang_best(h, 1u << SUSPECT_MEMORY));
	world_deinit(&w);
}

static void nothing_hung(void **state)
{
	(void)state;
	struct lock_world w;
	begin(&w);
	world_thread(&w, "init", 'S', ASLEEP);
	blocked(&w, "sync", "__schedule schedule io_schedule folio_wait_bit_common do_work", 1);
	const struct hang *h = look(&w);
	assert_int_equal(h->n, 0);
	assert_null(hang_best(h, ~0u));
	world_deinit(&w);
}

/* More of them than are kept are counted, and no text is lost track of. */
static void no_more_than_fit(void **state)
{
	(void)state;
	struct hang *h = calloc(1, sizeof(*h));
	assert_non_null(h);
	for (size_t i = 0; i < HANG_SUSPECTS + 3; i++) {
		struct buf text = BUF_INIT;
		buf_puts(&text, "x");
		hang_add(h, SUSPECT_IO, "blocked", 1, true, &text);
		assert_int_equal(text.len, 0);
	}
	assert_int_equal(h->n, HANG_SUSPECTS);
	assert_int_equal(h->more, 3);
	hang_destroy(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_circle_and_who_waits_behind_it),
		cmocka_unit_test(the_end_of_a_chain),
		cmocka_unit_test(blocked_for_long),
		cmocka_unit_test(who_keeps_a_cpu),
		cmocka_unit_test(the_best_comes_first),
		cmocka_unit_test(nothing_hung),
		cmocka_unit_test(no_more_than_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
