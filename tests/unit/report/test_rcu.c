// SPDX-License-Identifier: GPL-2.0-or-later
/* Grace periods that end, that do not, and those that damage describes. */
#include "small_report.h"
#include "report/rcu.h"

#define JIFFIES (BASE + 0x200)
#define CLOCK	(BASE + 0x210)
#define NODES	(BASE + 0x220) /* how many, then levels, then the timeout */
#define NAME	(BASE + 0x240)
#define STATE	(BASE + 0x1000)
#define NODE(n) (STATE + 0x100 + (uint64_t)(n)*0x80)
#define TASK(n) (BASE + 0x4000 + (uint64_t)(n)*0x80)

enum {
	S_SEQ = 0,
	S_START = 8,
	S_ACTIVITY = 16,
	S_ASKED = 24,
	S_STALL = 32,
	S_EXPEDITED = 40,
	S_NAME = 48,
	N_LEVEL = 0,
	N_LOW = 4,
	N_MASK = 8,
	N_EXPMASK = 16,
	N_NEEDED = 24,
	N_BLOCKED = 32,
	N_GP_TASKS = 48,
	N_EXP_TASKS = 56,
	T_PID = 0,
	T_COMM = 8,
	T_ENTRY = 24,
	HZ = 250,
};

#define NOW UINT64_C(0x100000100) /* jiffies that have wrapped their 32 bits */

/* A root and two leaves, of CPUs 0 to 15 and 16 to 31, and nothing under way. */
static void put_rcu(struct small_report *s, enum byte_order order)
{
	small_report_init(s, order);
	put64(s, JIFFIES, NOW);
	put32(s, CLOCK, 1024000000); /* 4 ms, shifted by 8 */
	put32(s, CLOCK + 4, 8);
	put32(s, NODES, 3);
	put32(s, NODES + 4, 2);
	put32(s, NODES + 8, 21);
	put_string(s, NAME, "rcu_preempt");
	put64(s, STATE + S_NAME, NAME);
	put64(s, STATE + S_SEQ, 100 << 2);
	put64(s, STATE + S_STALL, NOW + 21 * HZ);
	put64(s, NODE(0) + N_NEEDED, 100 << 2);
	put64(s, NODE(0) + N_MASK, 3); /* of nodes, not of CPUs */
	for (unsigned int i = 1; i < 3; i++) {
		put8(s, NODE(i) + N_LEVEL, 1);
		put32(s, NODE(i) + N_LOW, 16 * (i - 1));
		put_list(s, NODE(i) + N_BLOCKED, NULL, 0);
	}
	for (unsigned int i = 0; i < 20; i++) {
		char comm[16];
		snprintf(comm, sizeof(comm), "task-%u", i);
		put32(s, TASK(i) + T_PID, 40 + i);
		put_string(s, TASK(i) + T_COMM, comm);
	}
}

static void open_rcu(struct small_report *s)
{
	struct layout *l = &s->k.layout;
	small_report_open(s);
	l->jiffies_64 = (int64_t)JIFFIES;
	l->clocksource_jiffies = (int64_t)CLOCK;
	l->clocksource_mult = 0;
	l->clocksource_shift = 4;
	l->rcu_num_nodes = (int64_t)NODES;
	l->rcu_num_lvls = (int64_t)NODES + 4;
	l->rcu_cpu_stall_timeout = (int64_t)NODES + 8;
	l->rcu_state = (int64_t)STATE;
	l->rcu_state_node = 0x100;
	l->rcu_state_nodes = 5;
	l->rcu_state_name = S_NAME;
	l->rcu_gp_seq = S_SEQ;
	l->rcu_gp_start = S_START;
	l->rcu_gp_activity = S_ACTIVITY;
	l->rcu_gp_req_activity = S_ASKED;
	l->rcu_jiffies_stall = S_STALL;
	l->rcu_expedited_sequence = S_EXPEDITED;
	l->rcu_node_size = 0x80;
	l->rcu_node_level = N_LEVEL;
	l->rcu_node_grplo = N_LOW;
	l->rcu_node_qsmask = N_MASK;
	l->rcu_node_expmask = N_EXPMASK;
	l->rcu_node_gp_seq_needed = N_NEEDED;
	l->rcu_node_blkd_tasks = N_BLOCKED;
	l->rcu_node_gp_tasks = N_GP_TASKS;
	l->rcu_node_exp_tasks = N_EXP_TASKS;
	l->task_rcu_node_entry = T_ENTRY;
	l->task_size = 0x40;
	l->task_pid = T_PID;
	l->task_comm = T_COMM;
}

/* A grace period that began so many seconds ago, and what it waits for. */
static void put_grace_period(struct small_report *s, unsigned int seconds)
{
	const uint64_t blocked[] = {TASK(5) + T_ENTRY, TASK(6) + T_ENTRY, TASK(7) + T_ENTRY};
	put64(s, STATE + S_SEQ, 101 << 2 | 1);
	put64(s, STATE + S_START, NOW - seconds * HZ);
	put64(s, STATE + S_ACTIVITY, NOW - HZ);
	put64(s, NODE(1) + N_MASK, 0x8007);
	put64(s, NODE(2) + N_MASK, 0x1);
	/* task 5 began to read later: it does not count */
	put_list(s, NODE(2) + N_BLOCKED, blocked, 3);
	put64(s, NODE(2) + N_GP_TASKS, TASK(6) + T_ENTRY);
}

static struct small_report s;
static struct rcu_waits w;

static void assert_text(const struct rcu_wait *wait, const char *expected)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	rcu_wait_text(wait, &text);
	assert_string_equal(buf_str(&text), expected);
}

static void quiet(void **state)
{
	(void)state;
	put_rcu(&s, ORDER_LE);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_nothing_missing(&s);
	assert_string_equal(w.normal.name, "rcu_preempt");
	assert_false(w.normal.waits || w.normal.stalled || w.has_expedited);
	assert_text(&w.normal, "no grace period is under way");
	rcu_waits_deinit(&w);
	small_report_close(&s);
}

static void stalled(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		put_rcu(&s, (enum byte_order)order);
		put_grace_period(&s, 30);
		open_rcu(&s);
		assert_ok(rcu_read_waits(&s.r, &w));
		assert_nothing_missing(&s);
		assert_true(w.normal.waits && w.normal.stalled);
		assert_text(&w.normal, "grace period 101 has lasted 30.00 s; it waits for CPUs "
				       "0-2,15-16 and task-6 (pid 46), task-7 (pid 47)");
		rcu_waits_deinit(&w);
		small_report_close(&s);
	}
}

/* In time; or late by the moment that the kernel set itself, though ticks are not known. */
static void limits(void **state)
{
	(void)state;
	put_rcu(&s, ORDER_LE);
	put_grace_period(&s, 20);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_true(w.normal.waits && !w.normal.stalled);
	rcu_waits_deinit(&w);
	s.k.layout.clocksource_jiffies = LAYOUT_UNKNOWN;
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_false(w.normal.stalled);
	rcu_waits_deinit(&w);
	small_report_close(&s);

	put64(&s, STATE + S_STALL, NOW);
	put64(&s, NODE(1) + N_MASK, 0);
	put64(&s, NODE(2) + N_GP_TASKS, 0);
	open_rcu(&s);
	s.k.layout.clocksource_jiffies = LAYOUT_UNKNOWN;
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_true(w.normal.stalled);
	assert_text(&w.normal, "grace period 101 is under way; it waits for CPU 16");
	rcu_waits_deinit(&w);
	small_report_close(&s);
}

static void its_kthread_does_not_run(void **state)
{
	(void)state;
	put_rcu(&s, ORDER_LE);
	put_grace_period(&s, 22);
	put64(&s, STATE + S_ACTIVITY, NOW - 22 * HZ);
	put64(&s, NODE(1) + N_MASK, 0);
	put64(&s, NODE(2) + N_MASK, 0);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_text(&w.normal, "grace period 101 has lasted 22.00 s; it waits for task-6 (pid 46), "
			       "task-7 (pid 47); its kthread did nothing for 22.0 s");
	rcu_waits_deinit(&w);
	small_report_close(&s);
	/* asked for, and not begun */
	put_rcu(&s, ORDER_LE);
	put64(&s, NODE(0) + N_NEEDED, 102 << 2);
	put64(&s, STATE + S_ASKED, NOW - 25 * HZ);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_true(w.normal.stalled);
	assert_text(&w.normal, "a grace period was asked for 25.0 s ago and did not begin");
	rcu_waits_deinit(&w);
	small_report_close(&s);
}

static void expedited(void **state)
{
	(void)state;
	put_rcu(&s, ORDER_LE);
	put64(&s, STATE + S_EXPEDITED, 9 << 2 | 1);
	put64(&s, NODE(2) + N_EXPMASK, 0x2);
	const uint64_t blocked[] = {TASK(5) + T_ENTRY};
	put_list(&s, NODE(1) + N_BLOCKED, blocked, 1);
	put64(&s, NODE(1) + N_EXP_TASKS, TASK(5) + T_ENTRY);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_true(w.has_expedited);
	assert_string_equal(w.expedited.name, "rcu_preempt, expedited");
	assert_text(&w.expedited,
		    "grace period 9 is under way; it waits for CPU 17 and task-5 (pid 45)");
	assert_false(w.normal.waits);
	rcu_waits_deinit(&w);
	small_report_close(&s);
}

static void many_tasks(void **state)
{
	(void)state;
	uint64_t blocked[20];
	put_rcu(&s, ORDER_LE);
	put_grace_period(&s, 1);
	for (unsigned int i = 0; i < 20; i++)
		blocked[i] = TASK(i) + T_ENTRY;
	put_list(&s, NODE(2) + N_BLOCKED, blocked, 20);
	put64(&s, NODE(2) + N_GP_TASKS, TASK(0) + T_ENTRY);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_nothing_missing(&s);
	assert_int_equal(w.normal.ntasks, RCU_TASKS_MAX);
	assert_int_equal(w.normal.more, 20 - RCU_TASKS_MAX);
	rcu_waits_deinit(&w);
	small_report_close(&s);
}

static void damaged(void **state)
{
	(void)state;
	put_rcu(&s, ORDER_LE);
	put_grace_period(&s, 30);
	put32(&s, NODE(1) + N_LOW, 0x7fffffff);		 /* no such CPUs */
	put64(&s, TASK(7) + T_ENTRY, TASK(6) + T_ENTRY); /* a circle beside the head */
	put64(&s, STATE + S_NAME, NOWHERE);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_missing(&s, "2 nodes or lists of tasks are unreadable or damaged");
	assert_string_equal(w.normal.name, "rcu");
	assert_int_equal(bitmap_count(&w.normal.cpus, 0, w.normal.cpus.nbits), 1);
	rcu_waits_deinit(&w);
	small_report_close(&s);

	put_grace_period(&s, 30);
	put64(&s, NODE(2) + N_GP_TASKS, NOWHERE);
	put32(&s, NODES + 8, UINT32_MAX);
	open_rcu(&s);
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_true(w.normal.stalled);
	assert_int_equal(w.normal.ntasks, 0);
	rcu_waits_deinit(&w);
	s.k.layout.rcu_state_nodes = 2; /* fewer than the kernel says there are */
	assert_ok(rcu_read_waits(&s.r, &w));
	assert_missing(&s, "what a grace period waits for is not known");
	assert_true(w.normal.stalled);
	rcu_waits_deinit(&w);
	s.k.layout.rcu_state = (int64_t)NOWHERE;
	assert_err(rcu_read_waits(&s.r, &w), ERR_MISSING, "rcu_state cannot be read");
	rcu_waits_deinit(&w);
	s.k.layout.rcu_state = LAYOUT_UNKNOWN;
	assert_err(rcu_read_waits(&s.r, &w), ERR_MISSING, "is not known");
	small_report_close(&s);
}

static void sets_of_cpus(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct bitmap b;
	assert_ok(bitmap_init(&b, 8192));
	cpus_text(&b, &text);
	assert_string_equal(buf_str(&text), "");
	bitmap_set_range(&b, 3, 8);
	bitmap_set(&b, 8191);
	cpus_text(&b, &text);
	assert_string_equal(buf_str(&text), "3-7,8191");
	for (unsigned int i = 0; i < 8192; i += 2)
		bitmap_set(&b, i);
	text.len = 0;
	cpus_text(&b, &text);
	assert_in_range(text.len, 40, 80);
	assert_string_equal(buf_str(&text) + text.len - 4, ",...");
	bitmap_deinit(&b);
}

/* Whatever is there: it ends, with numbers that can be printed. */
static void random_damage(void **state)
{
	(void)state;
	uint64_t seed = 0x5a1f;
	for (unsigned int i = 0; i < 1000; i++) {
		put_rcu(&s, ORDER_LE);
		put_grace_period(&s, 30);
		put64(&s, STATE + S_EXPEDITED, 5);
		small_report_damage(&s, &seed, 1 + i % 16);
		open_rcu(&s);
		_cleanup_buf_ struct buf text = BUF_INIT;
		struct err *e = rcu_read_waits(&s.r, &w);
		rcu_wait_text(&w.normal, &text);
		rcu_wait_text(&w.expedited, &text);
		assert_in_range(text.len, 1, 2048);
		err_free(e);
		rcu_waits_deinit(&w);
		small_report_close(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet),	 cmocka_unit_test(stalled),
		cmocka_unit_test(limits),	 cmocka_unit_test(its_kthread_does_not_run),
		cmocka_unit_test(expedited),	 cmocka_unit_test(many_tasks),
		cmocka_unit_test(damaged),	 cmocka_unit_test(sets_of_cpus),
		cmocka_unit_test(random_damage),
	};
	return cmocka_run_group_tests_name("report/rcu", tests, NULL, NULL);
}
