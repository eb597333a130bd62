// SPDX-License-Identifier: GPL-2.0-or-later
/* Run queues: who runs, who waits and since when, clocks that stopped, watchdogs; and in print. */
#include "small_report.h"
#include <math.h>
#include "report/runqueues.h"
#include "report/stopped_cpus.h"

/* Symbols of per-CPU variables: of CPU 0 they are there, of CPU 1 CPU_STEP behind. */
#define RQ	  (BASE + 0x2000)
#define TOUCHED	  (BASE + 0x2100)
#define TIMERS	  (BASE + 0x2110)
#define SEEN	  (BASE + 0x2120)
#define WARNED	  (BASE + 0x2130)
#define ENABLED	  (BASE + 0x200)
#define THRESH	  (BASE + 0x208)
#define TASK(n)	  (BASE + 0x8000 + (uint64_t)(n)*0x40)
#define NTASKS	  16
#define SECOND	  UINT64_C(1000000000)
#define NOW	  (1000 * SECOND)
#define CPU1(var) ((var) + CPU_STEP)

enum { R_RUNNING = 0, R_CLOCK = 8, R_CURR = 16, R_IDLE = 24 };
enum { T_PID = 0, T_ON_RQ = 4, T_COMM = 8, T_QUEUED = 24, T_DELAYED = 32 };

static struct small_report s;
static struct runqueues q;

/* CPU 0 runs task 2, CPU 1 its idle task, which is task 1; task 0 is that of CPU 0. */
static void put_cpus(enum byte_order order)
{
	small_report_init(&s, order);
	put32(&s, RQ + R_RUNNING, 1);
	put64(&s, RQ + R_CLOCK, NOW - SECOND / 2);
	put64(&s, RQ + R_CURR, TASK(2));
	put64(&s, RQ + R_IDLE, TASK(0));
	put64(&s, CPU1(RQ) + R_CLOCK, NOW);
	put64(&s, CPU1(RQ) + R_CURR, TASK(1));
	put64(&s, CPU1(RQ) + R_IDLE, TASK(1));
	for (unsigned int i = 0; i < NTASKS; i++) {
		char comm[16];
		snprintf(comm, sizeof(comm), "task-%u", i);
		put32(&s, TASK(i) + T_PID, i);
		put_string(&s, TASK(i) + T_COMM, comm);
	}
	put64(&s, ENABLED, 3);
	put32(&s, THRESH, 10);
	put64(&s, TOUCHED, (NOW >> 30) - 2);
	put64(&s, CPU1(TOUCHED), (NOW >> 30) - 1);
}

/* All tasks, as another part of the report has collected them; cpu: of those that do not run. */
static void put_threads(int cpu)
{
	struct threads *all = calloc(1, sizeof(*all));
	all->thread = calloc(NTASKS, sizeof(*all->thread));
	all->n = NTASKS;
	for (unsigned int i = 0; i < NTASKS; i++) {
		struct thread *t = &all->thread[i];
		t->task = (struct task) {.addr = TASK(i),
					 .pid = (int32_t)i,
					 .cpu = i < 2 ? (int)i : cpu,
					 .state = 'R'};
		snprintf(t->task.comm, sizeof(t->task.comm), "task-%u", i);
		t->idle = i < 2;
		t->running = i == 1 || i == 2;
	}
	all->thread[2].task.cpu = 0;
	s.r.threads = all;
}

static void open_cpus(void)
{
	struct layout *l = &s.k.layout;
	small_report_open(&s);
	l->runqueues = (int64_t)RQ;
	l->rq_nr_running = R_RUNNING;
	l->rq_clock = R_CLOCK;
	l->rq_curr = R_CURR;
	l->rq_idle = R_IDLE;
	l->task_size = 0x40;
	l->task_pid = T_PID;
	l->task_comm = T_COMM;
	l->task_on_rq = T_ON_RQ;
	l->task_last_queued = T_QUEUED;
	l->task_sched_delayed = T_DELAYED;
	l->watchdog_enabled = (int64_t)ENABLED;
	l->watchdog_thresh = (int64_t)THRESH;
	l->watchdog_touch_ts = (int64_t)TOUCHED;
	l->hrtimer_interrupts = (int64_t)TIMERS;
	l->hrtimer_interrupts_saved = (int64_t)SEEN;
	l->hrtimer_interrupts_size = 4;
	l->hardlockup_warned = (int64_t)WARNED;
}

static void whole(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		put_cpus((enum byte_order)order);
		put32(&s, TIMERS, 17);
		put32(&s, SEEN, 16);
		open_cpus();
		put_threads(0);
		assert_ok(runqueues_read(&s.r, &q));
		assert_nothing_missing(&s);
		assert_int_equal(q.n, 2);
		assert_true(q.cpu[0].online && q.cpu[1].online);
		assert_int_equal(q.cpu[0].running, 1);
		assert_int_equal(q.cpu[1].running, 0);
		assert_string_equal(q.cpu[0].current.comm, "task-2");
		assert_int_equal(q.cpu[0].current.pid, 2);
		assert_false(q.cpu[0].idle);
		assert_true(q.cpu[1].idle);
		assert_true(fabs(q.cpu[0].lag - 0.5) < 1e-6 && q.cpu[1].lag == 0);
		assert_int_equal(q.soft_limit, 20);
		assert_true(fabs(q.cpu[0].soft_seconds - 2.147) < 0.01);
		assert_false(q.cpu[0].soft_lockup || q.cpu[0].hard_lockup);
		assert_int_equal(q.cpu[0].interrupts, 17);
		assert_int_equal(q.cpu[0].interrupts_saved, 16);
		assert_int_equal(q.cpu[0].nwaiting, 0);
		runqueues_deinit(&q);
		small_report_close(&s);
	}
}

/* Tasks 3 to 12 wait, each 10 s less than the one before; 13 sleeps, 14 is on its way, 15 is
 * blocked. */
static void waiting(void **state)
{
	(void)state;
	put_cpus(ORDER_LE);
	for (unsigned int i = 3; i < 14; i++) {
		put32(&s, TASK(i) + T_ON_RQ, 1);
		put64(&s, TASK(i) + T_QUEUED, NOW - (130 - i * 10) * SECOND);
	}
	put8(&s, TASK(13) + T_DELAYED, 1);
	put32(&s, TASK(14) + T_ON_RQ, 2);
	open_cpus();
	put_threads(0);
	assert_ok(runqueues_read(&s.r, &q));
	assert_int_equal(q.cpu[0].nwaiting, RUNQUEUE_WAITING_MAX);
	assert_int_equal(q.cpu[0].more, 3);
	assert_int_equal(q.cpu[0].asleep, 1);
	for (int i = 0; i < RUNQUEUE_WAITING_MAX; i++) {
		assert_int_equal(q.cpu[0].waiting[i].pid, 3 + i);
		assert_true(fabs(q.cpu[0].waiting[i].waited - (100 - i * 10)) < 1e-6);
	}
	assert_int_equal(q.cpu[1].nwaiting, 0);
	runqueues_deinit(&q);
	/* the longest wait comes first, also when it is found last */
	for (size_t i = 0; i < NTASKS / 2; i++) {
		struct thread t = s.r.threads->thread[i];
		s.r.threads->thread[i] = s.r.threads->thread[NTASKS - 1 - i];
		s.r.threads->thread[NTASKS - 1 - i] = t;
	}
	assert_ok(runqueues_read(&s.r, &q));
	for (int i = 0; i < RUNQUEUE_WAITING_MAX; i++)
		assert_int_equal(q.cpu[0].waiting[i].pid, 3 + i);
	assert_int_equal(q.cpu[0].more, 3);
	runqueues_deinit(&q);
	small_report_close(&s);
}

static void lockups(void **state)
{
	(void)state;
	put_cpus(ORDER_LE);
	put64(&s, TOUCHED, (NOW >> 30) - 30);
	put8(&s, CPU1(WARNED), 1);
	open_cpus();
	put_threads(0);
	assert_ok(runqueues_read(&s.r, &q));
	assert_true(q.cpu[0].soft_lockup && !q.cpu[0].hard_lockup);
	assert_true(!q.cpu[1].soft_lockup && q.cpu[1].hard_lockup);
	runqueues_deinit(&q);
	/* before 6.5 */
	s.k.layout.hardlockup_warned_old = s.k.layout.hardlockup_warned;
	s.k.layout.hardlockup_warned = LAYOUT_UNKNOWN;
	s.k.layout.hrtimer_interrupts_size = 8;
	assert_ok(runqueues_read(&s.r, &q));
	assert_true(q.cpu[1].hard_lockup);
	runqueues_deinit(&q);
	small_report_close(&s);
	/* stamps that are none, and a watchdog that is off */
	put64(&s, TOUCHED, UINT64_MAX);
	put64(&s, CPU1(TOUCHED), 0);
	open_cpus();
	put_threads(0);
	assert_ok(runqueues_read(&s.r, &q));
	assert_true(isnan(q.cpu[0].soft_seconds) && isnan(q.cpu[1].soft_seconds));
	runqueues_deinit(&q);
	small_report_close(&s);
	put64(&s, TOUCHED, 1);
	put64(&s, ENABLED, 1);
	open_cpus();
	put_threads(0);
	assert_ok(runqueues_read(&s.r, &q));
	assert_true(isnan(q.cpu[0].soft_seconds) && !q.cpu[0].soft_lockup);
	runqueues_deinit(&q);
	small_report_close(&s);
}

static void damaged(void **state)
{
	(void)state;
	put_cpus(ORDER_LE);
	put64(&s, CPU_OFFSETS + 8, NOWHERE); /* of CPU 1 nothing is there */
	put32(&s, RQ + R_RUNNING, UINT32_MAX);
	put64(&s, RQ + R_CLOCK, UINT64_MAX / 2);
	put32(&s, THRESH, 0x80000000);
	open_cpus();
	put_threads(12345); /* no such CPU */
	assert_ok(runqueues_read(&s.r, &q));
	assert_missing(&s, "the run queues of 2 CPUs are unreadable or damaged");
	assert_false(layout_known(q.cpu[0].running) || layout_known(q.cpu[1].running));
	assert_true(isnan(q.cpu[0].lag) && isnan(q.cpu[1].lag));
	assert_true(isnan(q.cpu[0].soft_seconds));
	assert_false(layout_known(q.soft_limit));
	assert_true(q.cpu[1].has_current); /* the threads know it */
	runqueues_deinit(&q);
	s.k.layout.runqueues = LAYOUT_UNKNOWN;
	assert_err(runqueues_read(&s.r, &q), ERR_MISSING, "no symbol runqueues");
	s.k.layout.runqueues = (int64_t)RQ;
	s.k.layout.cpu_online_mask = (int64_t)NOWHERE;
	assert_err(runqueues_read(&s.r, &q), ERR_MISSING, "run queues");
	small_report_close(&s);
}

/* Without a list of tasks, what the CPUs ran is known from them. */
static void no_tasks(void **state)
{
	(void)state;
	put_cpus(ORDER_LE);
	open_cpus();
	assert_ok(runqueues_read(&s.r, &q));
	assert_missing(&s, "task_struct.tasks");
	assert_string_equal(q.cpu[0].current.comm, "task-2");
	assert_true(q.cpu[1].idle);
	runqueues_deinit(&q);
	s.r.until = 0;
	assert_ok(runqueues_read(&s.r, &q));
	assert_missing(&s, "time was up");
	runqueues_deinit(&q);
	small_report_close(&s);
}

#define assert_has(b, what)                                                                        \
	do {                                                                                       \
		if (!strstr(buf_str(b), what))                                                     \
			fail_msg("no \"%s\" in: %s", what, buf_str(b));                            \
	} while (0)

static void printed(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT, json = BUF_INIT;
	struct json j;
	put_cpus(ORDER_LE);
	put32(&s, RQ + R_RUNNING, 2);
	put64(&s, RQ + R_CLOCK, NOW - 25 * SECOND);
	put64(&s, TOUCHED, (NOW >> 30) - 30);
	put32(&s, TASK(7) + T_ON_RQ, 1);
	put64(&s, TASK(7) + T_QUEUED, NOW - 24 * SECOND);
	put32(&s, TASK(8) + T_ON_RQ, 1);
	put64(&s, TASK(8) + T_QUEUED, NOW + SECOND); /* in the future: not known */
	open_cpus();
	put_threads(0);
	void *data = calloc(1, part_runqueues.data_size);
	assert_ok(part_runqueues.gather(&s.r, data));
	assert_missing(&s, "RCU: where this kernel has its state is not known");
	part_runqueues.text(&s.r, data, &out);
	assert_string_equal(
		buf_str(&out),
		"CPU 0: 2 to run, task-2 (pid 2) on it\n"
		"    waiting: task-7 (pid 7) 24.00 s, task-8 (pid 8)\n"
		"    its clock stopped 25.0 s before that of another CPU\n"
		"    SOFT LOCKUP: the watchdog's thread did not run for 32 s (limit 20 s)\n"
		"Idle, with nothing to run: CPU 1\n");
	json_init(&j, &json, true);
	json_object(&j, NULL);
	part_runqueues.json(&s.r, data, &j);
	json_object_end(&j);
	assert_has(&json, "{\"cpu\":0,\"running\":2,\"current\":{\"pid\":2,\"comm\":\"task-2\"},"
			  "\"idle\":false,\"clock_lag_seconds\":25.000,\"waiting\":[{\"pid\":7,"
			  "\"comm\":\"task-7\",\"state\":\"R\",\"seconds\":24.000},{\"pid\":8,"
			  "\"comm\":\"task-8\",\"state\":\"R\",\"seconds\":null}]");
	assert_has(&json, "\"rcu\":[]");
	part_runqueues.release(data);
	/* neither of the two: there is nothing to print */
	s.k.layout.runqueues = LAYOUT_UNKNOWN;
	memset(data, 0, part_runqueues.data_size);
	assert_err(part_runqueues.gather(&s.r, data), ERR_MISSING, "no symbol runqueues");
	part_runqueues.release(data);
	free(data);
	small_report_close(&s);
}

/* CPU 0 runs task 2: its frames are those of a crash path above what an NMI interrupted. */
static void put_stack(const enum frame_kind *kinds, uint32_t n)
{
	struct threads *all = s.r.threads;
	all->frames = calloc(n, sizeof(*all->frames));
	all->nframes = n;
	all->thread[2].n = n;
	for (uint32_t i = 0; i < n; i++)
		all->frames[i] = (struct frame) {
			.pc = BASE + 0x100 * (i + 1), .kind = kinds[i], .exact = true};
}

static void assert_stopped(const struct stopped_search *search, const char *expected)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	assert_int_equal(report_stopped_cpus(&s.r, search, &out), *expected != '\0');
	assert_string_equal(buf_str(&out), expected);
}

static void stopped(void **state)
{
	static const enum frame_kind kinds[] = {FRAME_REGS, FRAME_CALL, FRAME_REGS, FRAME_CALL};
	struct stopped_search other = {.crash_cpu = 1}, same = {.crash_cpu = 0},
			      nmi = {.crash_cpu = 0, .by_nmi = true};
	(void)state;
	put_cpus(ORDER_LE);
	put64(&s, RQ + R_CLOCK, NOW - 13 * SECOND);
	open_cpus();
	put_threads(0);
	assert_stopped(&other, ""); /* no stack: nothing to name */
	put_stack(kinds, ARRAY_SIZE(kinds));
	assert_stopped(&other, "CPU 0 stood still for 13 s, as with interrupts off, in "
			       "0xffffffff81000100, in task-2 (pid 2)");
	assert_stopped(&same, ""); /* it is the crash path that has its interrupts off */
	assert_stopped(&nmi, "CPU 0 stood still for 13 s, as with interrupts off, in "
			     "0xffffffff81000300, in task-2 (pid 2)");
	s.r.threads->thread[2].n = 2; /* nothing was interrupted */
	assert_stopped(&nmi, "");
	small_report_close(&s);
	/* all clocks stand still: the log says when it ended */
	put_cpus(ORDER_LE);
	open_cpus();
	put_threads(0);
	put_stack(kinds, ARRAY_SIZE(kinds));
	assert_stopped(&nmi, "");
	nmi.end = 1009.5;
	assert_stopped(&nmi, "CPU 0 stood still for 10 s, as with interrupts off, in "
			     "0xffffffff81000300, in task-2 (pid 2)");
	s.k.layout.runqueues = LAYOUT_UNKNOWN;
	assert_stopped(&nmi, "");
	small_report_close(&s);
}

/* Whatever is there: it ends, with numbers that can be printed. */
static void random_damage(void **state)
{
	(void)state;
	uint64_t seed = 0x5a1f;
	for (unsigned int i = 0; i < 1000; i++) {
		put_cpus(ORDER_LE);
		small_report_damage(&s, &seed, 1 + i % 16);
		open_cpus();
		put_threads(0);
		struct err *e = runqueues_read(&s.r, &q);
		for (size_t j = 0; !e && j < q.n; j++)
			assert_true(isnan(q.cpu[j].lag) || q.cpu[j].lag >= 0);
		err_free(e);
		runqueues_deinit(&q);
		small_report_close(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),    cmocka_unit_test(waiting),
		cmocka_unit_test(lockups),  cmocka_unit_test(damaged),
		cmocka_unit_test(no_tasks), cmocka_unit_test(printed),
		cmocka_unit_test(stopped),  cmocka_unit_test(random_damage),
	};
	return cmocka_run_group_tests_name("report/runqueues", tests, NULL, NULL);
}
