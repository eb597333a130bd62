// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of tasks written by hand, whole and broken, and what a task was. */
#include "stack_image.h"
#include "kernel/task.h"

/* Tasks of 0x100 bytes; the first is init_task. A signal_struct is where its leader is, plus 0xc0.
 */
#define TASK_AT(n) (TASK + (uint64_t)(n)*0x100)
#define SIGNAL	   0xc0

static void link_to(struct image *i, uint64_t from, uint64_t to)
{
	image_u64(i, from, to);
	image_u64(i, to + 8, from);
}

static void put_group(struct image *i, unsigned int leader, unsigned int next)
{
	uint64_t t = TASK_AT(leader);
	link_to(i, t + T_TASKS, TASK_AT(next) + T_TASKS);
	image_u64(i, t + T_SIGNAL, t + SIGNAL);
	link_to(i, t + SIGNAL, t + T_THREADS);
	link_to(i, t + T_THREADS, t + SIGNAL);
}

/* Process 1 with threads 1, 2, 3; process 4; process 5 with 5 and 6. */
static void tasks(struct image *i)
{
	image_init(i, ORDER_LE);
	put_group(i, 0, 1);
	put_group(i, 1, 4);
	put_group(i, 4, 5);
	put_group(i, 5, 0);
	link_to(i, TASK_AT(1) + T_THREADS, TASK_AT(2) + T_THREADS);
	link_to(i, TASK_AT(2) + T_THREADS, TASK_AT(3) + T_THREADS);
	link_to(i, TASK_AT(3) + T_THREADS, TASK_AT(1) + SIGNAL);
	link_to(i, TASK_AT(5) + T_THREADS, TASK_AT(6) + T_THREADS);
	link_to(i, TASK_AT(6) + T_THREADS, TASK_AT(5) + SIGNAL);
}

static void open_image(struct image *i)
{
	struct layout *l = &i->m.layout;
	image_open(i, EM_X86_64, &unwind_x86_64);
	l->init_task = (int64_t)TASK;
	l->task_size = 0x100;
	l->task_tasks = T_TASKS;
	l->task_thread_node = T_THREADS;
	l->task_signal = T_SIGNAL;
	l->signal_thread_head = 0;
	l->task_pid = T_PID;
	l->task_tgid = T_TGID;
	l->task_comm = T_COMM;
	l->task_state = T_STATE;
	l->task_exit_state = T_EXIT_STATE;
	l->task_cpu = T_CPU;
}

static void assert_tasks(struct image *i, const char *expected, uint32_t damaged)
{
	char text[256] = "";
	size_t at = 0;
	struct task_iter iter;
	uint64_t task;
	task_iter_init(&iter, &i->m.k);
	while (task_next(&iter, &task) && at < sizeof(text) - 16)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%d", at ? " " : "",
				       (int)((int64_t)(task - TASK) / 0x100));
	assert_string_equal(text, expected);
	assert_int_equal(iter.damaged, damaged);
}

static void all_of_them(void **state)
{
	(void)state;
	static struct image i;
	tasks(&i);
	open_image(&i);
	assert_tasks(&i, "0 1 2 3 4 5 6", 0);
	small_kmem_deinit(&i.m);
}

/* Broken behind 1: the rest comes from the other end, once. */
static void broken_list_of_processes(void **state)
{
	(void)state;
	static const uint64_t next[] = {
		0, 0x1234, BASE + 0x20000, TASK_AT(1) + T_TASKS, TASK_AT(9) + T_TASKS, STACK};
	for (size_t j = 0; j < ARRAY_SIZE(next); j++) {
		static struct image i;
		tasks(&i);
		image_u64(&i, TASK_AT(1) + T_TASKS, next[j]);
		open_image(&i);
		assert_tasks(&i, "0 1 2 3 5 6 4", 1);
		small_kmem_deinit(&i.m);
	}
}

/* The kernel died between the two stores that take 4 off the list: all are there all the same. */
static void process_that_was_being_removed(void **state)
{
	(void)state;
	static struct image i;
	tasks(&i);
	image_u64(&i, TASK_AT(5) + T_TASKS + 8, TASK_AT(1) + T_TASKS);
	open_image(&i);
	assert_tasks(&i, "0 1 2 3 4 5 6", 0);
	small_kmem_deinit(&i.m);
}

static void circle_of_processes(void **state)
{
	(void)state;
	static struct image i;
	tasks(&i);
	image_u64(&i, TASK_AT(5) + T_TASKS, TASK_AT(4) + T_TASKS);
	image_u64(&i, TASK_AT(5) + T_TASKS + 8, TASK_AT(5) + T_TASKS);
	open_image(&i);
	struct task_iter iter;
	uint64_t task;
	task_iter_init(&iter, &i.m.k);
	while (task_next(&iter, &task))
		;
	assert_true(iter.n < 32);
	assert_true(iter.damaged > 0);
	small_kmem_deinit(&i.m);
}

static void broken_list_of_threads(void **state)
{
	(void)state;
	static struct image i;
	tasks(&i);
	image_u64(&i, TASK_AT(2) + T_THREADS, 0);
	image_u64(&i, TASK_AT(6) + T_THREADS, TASK_AT(6) + T_THREADS);
	open_image(&i);
	assert_tasks(&i, "0 1 2 4 5 6", 2);
	small_kmem_deinit(&i.m);
	/* nothing but the first task can be found */
	image_init(&i, ORDER_LE);
	open_image(&i);
	assert_tasks(&i, "0", 1);
	i.m.layout.task_signal = LAYOUT_UNKNOWN;
	assert_tasks(&i, "", 1);
	small_kmem_deinit(&i.m);
}

/* Whoever may run a program may name it, and names go to terminals. */
static void name_that_is_not_for_terminals(void **state)
{
	(void)state;
	static const char name[TASK_COMM_LEN] = "\033[2J\302\233m\n\177\303\251";
	static struct image i;
	struct task t;
	tasks(&i);
	memcpy(i.bytes + (TASK_AT(2) + T_COMM - BASE), name, sizeof(name));
	open_image(&i);
	assert_ok(task_read(&i.m.k, TASK_AT(2), &t));
	assert_string_equal(t.comm, "?[2J??m??\303\251");
	small_kmem_deinit(&i.m);
}

static void what_a_task_was(void **state)
{
	(void)state;
	static struct image i;
	tasks(&i);
	image_u32(&i, TASK_AT(2) + T_ON_CPU, 1);
	image_u32(&i, TASK_AT(2) + T_PID, 42);
	image_u32(&i, TASK_AT(2) + T_TGID, 41);
	image_u32(&i, TASK_AT(2) + T_CPU, 3);
	image_u32(&i, TASK_AT(2) + T_STATE, 2);
	memcpy(i.bytes + (TASK_AT(2) + T_COMM - BASE), "sixteen bytes xx", 16);
	image_u32(&i, TASK_AT(2) + T_STATE, 2); /* comm is directly before it */
	open_image(&i);
	struct task t;
	assert_ok(task_read(&i.m.k, TASK_AT(2), &t));
	assert_int_equal(t.pid, 42);
	assert_int_equal(t.tgid, 41);
	assert_int_equal(t.cpu, 3);
	assert_int_equal(t.state, 'D');
	assert_true(t.on_cpu);
	assert_string_equal(t.comm, "sixteen bytes xx");
	i.m.layout.task_state = LAYOUT_UNKNOWN;
	i.m.layout.task_state_long = T_STATE;
	assert_ok(task_read(&i.m.k, TASK_AT(2), &t));
	assert_int_equal(t.state, 'D');
	i.m.layout.task_state_long = LAYOUT_UNKNOWN;
	assert_ok(task_read(&i.m.k, TASK_AT(2), &t));
	assert_int_equal(t.state, '?');
	assert_err(task_read(&i.m.k, BASE + sizeof(i.bytes), &t), ERR_MISSING, "task");
	small_kmem_deinit(&i.m);
}

static void state_letters(void **state)
{
	(void)state;
	assert_int_equal(task_state_letter(0, 0), 'R');
	assert_int_equal(task_state_letter(1, 0), 'S');
	assert_int_equal(task_state_letter(2, 0), 'D');
	assert_int_equal(task_state_letter(0x102, 0), 'D'); /* killable */
	assert_int_equal(task_state_letter(0x402, 0), 'I');
	assert_int_equal(task_state_letter(4, 0), 'T');
	assert_int_equal(task_state_letter(8, 0), 't');
	assert_int_equal(task_state_letter(0x80, 0x10), 'X');
	assert_int_equal(task_state_letter(0x80, 0x20), 'Z');
	assert_int_equal(task_state_letter(0x40, 0), 'P');
	assert_int_equal(task_state_letter(0x8000, 0), 'D');
	assert_int_equal(task_state_letter(0x1000, 0), 'D');
	assert_int_equal(task_state_letter(UINT64_MAX, UINT32_MAX), 'I');
}

/* Each of the places in which a kernel keeps what a CPU runs. */
static void task_of_a_cpu(void **state)
{
	(void)state;
	static struct image i;
	uint64_t task = 0;
	tasks(&i);
	image_u64(&i, PERCPU + 8, PERCPU + 0x80); /* CPU 1's variables */
	image_u64(&i, PERCPU + 0x190, TASK_AT(2));
	image_u64(&i, PERCPU + 0x198, TASK_AT(3));
	image_u64(&i, PERCPU + 0x1a0, TASK_AT(4));
	image_u64(&i, PERCPU + 0x1a8, TASK_AT(5));
	image_u64(&i, PERCPU + 0x20, PERCPU + 0x30); /* paca_ptrs */
	image_u64(&i, PERCPU + 0x38, PERCPU + 0x40);
	image_u64(&i, PERCPU + 0x48, TASK_AT(6));
	open_image(&i);
	struct layout *l = &i.m.layout;
	assert_false(task_current(&i.m.k, 1, &task));
	l->per_cpu_offset = (int64_t)PERCPU;
	l->runqueues = 0x108;
	l->rq_curr = 24;
	l->rq_idle = 32;
	image_u64(&i, PERCPU + 0x1a8, TASK_AT(5));
	assert_true(task_current(&i.m.k, 1, &task));
	assert_int_equal(task, TASK_AT(4));
	assert_true(task_idle(&i.m.k, 1, &task));
	assert_int_equal(task, TASK_AT(5));
	l->paca_ptrs = (int64_t)PERCPU + 0x20;
	l->paca_current = 8;
	assert_true(task_current(&i.m.k, 1, &task));
	assert_int_equal(task, TASK_AT(6));
	l->current_task = 0x118;
	assert_true(task_current(&i.m.k, 1, &task));
	assert_int_equal(task, TASK_AT(3));
	l->pcpu_hot = 0x108;
	l->pcpu_hot_current = 8;
	assert_true(task_current(&i.m.k, 1, &task));
	assert_int_equal(task, TASK_AT(2));
	assert_false(task_current(&i.m.k, -1, &task));
	assert_false(task_current(&i.m.k, 100000, &task));
	small_kmem_deinit(&i.m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them),
		cmocka_unit_test(broken_list_of_processes),
		cmocka_unit_test(process_that_was_being_removed),
		cmocka_unit_test(circle_of_processes),
		cmocka_unit_test(broken_list_of_threads),
		cmocka_unit_test(what_a_task_was),
		cmocka_unit_test(name_that_is_not_for_terminals),
		cmocka_unit_test(state_letters),
		cmocka_unit_test(task_of_a_cpu),
	};
	return cmocka_run_group_tests_name("kernel/task", tests, NULL, NULL);
}
