// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts "blocked" and "locks" as they are printed, and how long ago a thread ran. */
#include "unit.h"
#include "lock_world.h"
#include <unistd.h>
#include "report/task_age.h"

#define SECOND UINT64_C(1000000000)

/* What the report says, as text or as JSON. The caller frees it. */
static char *printed(struct lock_world *w, const char *parts, bool json)
{
	FILE *f = tmpfile();
	assert_non_null(f);
	int fd = fileno(f);
	struct report_output out = {json ? -1 : fd, json ? fd : -1};
	assert_ok(report_run(&w->r, parts, &out));
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	fclose(f);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void ran_ago(struct lock_world *w, unsigned int t, unsigned int seconds)
{
	world_u64(w, world_task(t) + T_EXEC_START, (900 - seconds) * SECOND);
}

static void clocks(struct lock_world *w)
{
	world_u64(w, RUNQUEUE + RQ_CLOCK, 1000 * SECOND);
	world_u64(w, RUNQUEUE + RQ_CLOCK_TASK, 900 * SECOND);
}

/* Two in the same place, one elsewhere, one that only holds what they want, and one idle. */
static void some_blocked(struct lock_world *w)
{
	world_init(w, KERNEL_6_1, 8);
	clocks(w);
	world_thread(w, "init", 'S', ASLEEP);
	world_thread(w, "young", 'D', IN_MUTEX);
	world_thread(w, "old", 'D', IN_MUTEX);
	world_thread(w, "disk", 'D',
		     "__schedule schedule io_schedule folio_wait_bit_common do_work");
	world_thread(w, "holder", 'S', ASLEEP);
	world_thread(w, "idle", 'I', "__schedule schedule kthread");
	world_hold_mutex(w, 4, STATIC);
	world_wait_mutex(w, 1, STATIC);
	world_wait_mutex(w, 2, STATIC);
	for (unsigned int t = 0; t < 6; t++)
		ran_ago(w, t, 10 * t);
}

static void groups_as_text(void **state)
{
	(void)state;
	struct lock_world w;
	some_blocked(&w);
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "blocked", false);
	assert_string_equal(
		text,
		"== Blocked tasks\n"
		"S for 40.0 s: in pipe_read()\n"
		"    holder, pid 5\n"
		"      __schedule+0x20\n"
		"      schedule+0x20\n"
		"      pipe_read+0x20\n"
		"      other_work+0x20\n"
		"D for 30.0 s: waits for a folio (page), in do_work()\n"
		"    disk, pid 4\n"
		"      __schedule+0x20\n"
		"      schedule+0x20\n"
		"      io_schedule+0x20\n"
		"      folio_wait_bit_common+0x20\n"
		"      do_work+0x20\n"
		"2 tasks, D up to 20.0 s: waits for a mutex (static_0, 0xffffffff81050000), in "
		"do_work()\n"
		"    old, pid 3; young, pid 2 10.0 s\n"
		"      __schedule+0x20\n"
		"      schedule+0x20\n"
		"      schedule_preempt_disabled+0x20\n"
		"      __mutex_lock+0x20\n"
		"      mutex_lock+0x20\n"
		"      do_work+0x20\n"
		"  (times since a task last ran: se.exec_start, by its CPU's clock)\n\n");
	world_deinit(&w);
}

static void groups_as_json(void **state)
{
	(void)state;
	struct lock_world w;
	some_blocked(&w);
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "blocked", true);
	assert_has(text, "\"outcome\": \"ok\"");
	assert_has(text, "\"count\": 2");
	assert_has(text, "\"waits_for\": \"a mutex\"");
	assert_has(text, "\"waits_for\": \"pipe_read()\"");
	assert_has(text, "\"oldest_seconds\": 20.000");
	assert_has(text, "\"seconds_by\": \"se.exec_start\"");
	assert_has(text, "\"lock\": \"0xffffffff81050000\"");
	assert_null(strstr(text, "idle"));
	assert_null(strstr(text, "init"));
	world_deinit(&w);
}

static void locks_as_text(void **state)
{
	(void)state;
	struct lock_world w;
	some_blocked(&w);
	world_thread(&w, "reader", 'D', IN_READ);
	world_hold_write(&w, 4, HEAP);
	world_wait_rwsem(&w, 6, HEAP, true);
	world_u64(&w, STATIC + LOCK_SIZE, world_task(7) | 1);
	world_thread(&w, "last", 'D', IN_MUTEX);
	world_wait_mutex(&w, 7, STATIC + LOCK_SIZE);
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "locks", false);
	assert_string_equal(text, "== Locks\n"
				  "Deadlock: last (pid 8) waits for mutex static_1 held by itself\n"
				  "mutex static_0 (0xffffffff81050000), wanted in do_work()\n"
				  "    held by holder, pid 5: S, in pipe_read()\n"
				  "    wanted by 2: young, pid 2; old, pid 3\n"
				  "rwsem 0xffffffff81060000, wanted in do_work()\n"
				  "    held by holder, pid 5: S, in pipe_read()\n"
				  "    wanted by 1: reader, pid 7 (to read)\n"
				  "mutex static_1 (0xffffffff81050040), wanted in do_work()\n"
				  "    held by last, pid 8: D, waits for a mutex\n"
				  "    wanted by 1: last, pid 8\n\n");
	world_deinit(&w);
}

static void locks_as_json(void **state)
{
	(void)state;
	struct lock_world w;
	some_blocked(&w);
	world_hold_mutex(&w, 1, HEAP);
	world_wait_mutex(&w, 4, HEAP);
	world_thread(&w, "perhaps", 'D', IN_WRITE);
	world_hold_read(&w, 6, HEAP + LOCK_SIZE, 2);
	world_wait_rwsem(&w, 6, HEAP + LOCK_SIZE, false);
	world_thread(&w, "gone", 'D', IN_MUTEX);
	world_u64(&w, HEAP + 2 * LOCK_SIZE, TASKS - TASK_SIZE);
	world_wait_mutex(&w, 7, HEAP + 2 * LOCK_SIZE);
	/* pid 5 does not look as if it waited: its task does not, and its stack has no such
	 * function */
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "locks", true);
	assert_has(text, "\"name\": \"static_0\"");
	assert_has(text, "\"held\": \"for reading, owner took it last\"");
	assert_has(text, "\"readers\": 2");
	assert_has(text, "\"to\": \"write\"");
	assert_has(text, "\"owner\": null");
	assert_has(text, "\"owner_address\": \"0xffffffff8108ff00\"");
	assert_has(text, "\"cycles\": []");
	assert_has(text,
		   "Perhaps a deadlock: perhaps (pid 7) waits for an rwsem (to write) held for "
		   "reading, last taken by itself");
	world_deinit(&w);
}

/* Processes are each somewhere else in user space, and hang in the same place all the same. */
static void groups_of_processes(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	for (unsigned int i = 0; i < 3; i++) {
		unsigned int t = world_thread(&w, "dd", 'D', "__schedule schedule do_work kthread");
		struct frame *last = &w.all->frames[w.all->thread[t].first + 3];
		last->kind = FRAME_USER;
		last->pc = 0x7f0000001000 + 0x1000 * i;
	}
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "blocked", false);
	assert_has(text, "3 tasks, D: in do_work()\n");
	world_deinit(&w);
}

/* Nothing is said where nothing is. */
static void nothing_blocked(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_17, 8);
	clocks(&w);
	world_thread(&w, "init", 'S', ASLEEP);
	world_thread(&w, "busy", 'R', IN_MUTEX);
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "blocked,locks", false);
	assert_string_equal(
		text, "== Blocked tasks\n  none\n\n== Locks\n"
		      "  no task waits for a mutex, an rwsem, a semaphore or an rt_mutex\n\n");
	world_deinit(&w);
}

/* A kernel without clocks, and threads without stacks: they are blocked all the same. */
static void no_clocks(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 8);
	world_thread(&w, "a", 'D', "");
	world_thread(&w, "b", 'D', "");
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "blocked", false);
	assert_string_equal(text, "== Blocked tasks\n"
				  "  (no clock of a run queue can be read)\n"
				  "2 tasks, D\n"
				  "    a, pid 1; b, pid 2\n\n");
	world_deinit(&w);
}

#define MANY 3000

/* A group of thousands, and thousands of groups, stay readable. */
static void many_blocked(void **state)
{
	(void)state;
	struct lock_world w;
	world_init(&w, KERNEL_6_1, 2 * MANY);
	clocks(&w);
	for (unsigned int i = 0; i < MANY; i++)
		ran_ago(&w, world_thread(&w, "same", 'D', IN_DOWN), i % 800);
	for (unsigned int i = 0; i < MANY; i++) {
		unsigned int t = world_thread(&w, "other", 'D', "__schedule do_work other_work");
		w.all->frames[w.all->thread[t].first + 2].pc += i * 2;
	}
	world_open(&w);
	_cleanup_free_ char *text = printed(&w, "blocked", false);
	assert_has(text, "3000 tasks, D up to 799.0 s: waits for a semaphore, in do_work()\n");
	assert_has(text, "; and 2988 more\n");
	assert_has(text, "and 2961 tasks with other stacks\n");
	assert_true(strlen(text) < 16384);
	_cleanup_free_ char *json = printed(&w, "blocked", true);
	assert_has(json, "\"stack\": null");
	world_deinit(&w);
}

struct age {
	const char *what;
	uint64_t exec_start, arrival; /* seconds */
	int32_t cpu;
	enum age_by by;
	double seconds;
};

static void ages(void **state)
{
	(void)state;
	static const struct age expected[] = {
		{"both", 850, 700, 0, AGE_EXEC_START, 50},
		{"never accounted", 0, 700, 0, AGE_LAST_ARRIVAL, 300},
		{"in the future", 901, 700, 0, AGE_LAST_ARRIVAL, 300},
		{"both in the future", 901, 1001, 0, AGE_UNKNOWN, -1},
		{"neither", 0, 0, 0, AGE_UNKNOWN, -1},
		{"no such CPU", 850, 700, 5, AGE_UNKNOWN, -1},
		{"no CPU", 850, 700, -1, AGE_UNKNOWN, -1},
	};
	struct lock_world w;
	world_init(&w, KERNEL_6_1, ARRAY_SIZE(expected));
	clocks(&w);
	for (unsigned int i = 0; i < ARRAY_SIZE(expected); i++) {
		world_thread(&w, "a", 'D', ASLEEP);
		world_u64(&w, world_task(i) + T_EXEC_START, expected[i].exec_start * SECOND);
		world_u64(&w, world_task(i) + T_ARRIVAL, expected[i].arrival * SECOND);
	}
	world_open(&w);
	struct task_ages a;
	assert_ok(task_ages_init(&a, &w.k.kmem));
	for (unsigned int i = 0; i < ARRAY_SIZE(expected); i++) {
		struct task t = w.all->thread[i].task;
		double seconds = -1;
		t.cpu = expected[i].cpu;
		enum age_by by = task_age(&a, &t, &seconds);
		if (by != expected[i].by || (int)seconds != (int)expected[i].seconds)
			fail_msg("%s: %s %f", expected[i].what, age_by_name(by), seconds);
	}
	task_ages_deinit(&a);
	world_deinit(&w);
}

/* The task's CPU has been idle for 60 s, as the clock of another says; a mad clock says nothing. */
static void clock_that_stands(void **state)
{
	(void)state;
	struct cpu_clock cpus[3] = {{1000 * SECOND, 900 * SECOND}, {1060 * SECOND, 990 * SECOND}};
	struct lock_world w;
	double seconds = 0;
	world_init(&w, KERNEL_6_1, 1);
	world_thread(&w, "a", 'D', ASLEEP);
	world_u64(&w, world_task(0) + T_EXEC_START, 850 * SECOND);
	world_open(&w);
	struct task_ages a = {.k = &w.k.kmem, .cpu = cpus, .ncpus = 3, .now = 1060 * SECOND};
	assert_int_equal(task_age(&a, &w.all->thread[0].task, &seconds), AGE_EXEC_START);
	assert_int_equal((int)(seconds + 0.5), 110);
	a.now = UINT64_MAX / 2;
	assert_int_equal(task_age(&a, &w.all->thread[0].task, &seconds), AGE_EXEC_START);
	assert_int_equal((int)(seconds + 0.5), 50);
	world_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_as_text),
		cmocka_unit_test(groups_as_json),
		cmocka_unit_test(groups_of_processes),
		cmocka_unit_test(locks_as_text),
		cmocka_unit_test(locks_as_json),
		cmocka_unit_test(nothing_blocked),
		cmocka_unit_test(no_clocks),
		cmocka_unit_test(many_blocked),
		cmocka_unit_test(ages),
		cmocka_unit_test(clock_that_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
