// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of tasks: parents, memory of both kinds of kernels, order, what the text leaves out. */
#include "fake_kernel.h"

#define KTHREAD 0x00200000

/* Offsets in the fake structs. */
enum { T_PARENT = 0, T_TGID = 8, T_RSS = 12, TASK_SIZE = 32 };
enum { MM_VM = 0, MM_RSS = 8, COUNT = 0, SHARES = 8, COUNTER = 16, MM_SIZE = 72 };

static struct fake f;
static uint64_t tasks, mm, percpu, offsets, mask;

/* Task i is at tasks + i * TASK_SIZE. One mm: 100 pages large, counters for two CPUs. */
static void write_memory(struct fake *k)
{
	tasks = fake_alloc(k, TASK_SIZE * 8);
	mm = fake_alloc(k, MM_SIZE);
	percpu = fake_alloc(k, 0x200);
	offsets = fake_alloc(k, 16);
	mask = fake_alloc(k, 8);
	fake_u64(k, mask, 3);
	fake_u64(k, offsets, percpu);
	fake_u64(k, offsets + 8, percpu + 0x100);
	for (unsigned int i = 0; i < 8; i++) {
		fake_u64(k, tasks + i * TASK_SIZE + T_PARENT, tasks);
		fake_u32(k, tasks + i * TASK_SIZE + T_TGID, i);
	}
	fake_u32(k, tasks + 7 * TASK_SIZE + T_RSS, 8);
	fake_u32(k, tasks + 1 * TASK_SIZE + T_RSS + 4, (uint32_t)-3);
	fake_u32(k, tasks + 4 * TASK_SIZE + T_RSS, 100);
	fake_u64(k, mm + MM_VM, 100);
	for (unsigned int kind = 0; kind < 4; kind++) {
		uint64_t at = mm + MM_RSS + kind * COUNTER;
		fake_u64(k, at + COUNT, 10 + kind);
		fake_u64(k, at + SHARES, 8 + kind * 4);
		fake_u32(k, percpu + 8 + kind * 4, (uint32_t)-2);
		fake_u32(k, percpu + 0x100 + 8 + kind * 4, 5);
	}
}

struct given {
	int32_t pid, tgid;
	char state;
	uint32_t flags;
	bool has_mm, idle;
	const char *comm;
};

static const struct given usual[] = {
	{0, 0, 'R', KTHREAD, false, true, "swapper/0"},
	{0, 0, 'R', KTHREAD, false, true, "swapper/1"},
	{7, 7, 'S', 0, true, false, "java"},
	{3, 3, 'S', KTHREAD, false, false, "ksoftirqd/0"},
	{9, 7, 'D', 0, true, false, "java\tpool"},
	{8, 7, 'R', 0, true, false, "java-gc"},
	{4, 4, 'D', KTHREAD, true, false, "kworker/0:1"},
	{5, 5, 'I', KTHREAD, false, false, "kworker/u8:0"},
	{6, 6, 'I', KTHREAD, false, false, "kworker/u8:1"},
	{2, 2, 'Z', 0, false, false, "gone"},
};

static void give(struct fake *k, const struct given *g, size_t n)
{
	struct threads *all = calloc(1, sizeof(*all));
	assert_non_null(all);
	all->thread = calloc(n, sizeof(*all->thread));
	assert_non_null(all->thread);
	for (size_t i = 0; i < n; i++, all->n++) {
		struct thread *t = &all->thread[i];
		t->idle = g[i].idle;
		t->task = (struct task) {.addr = tasks + (uint64_t)(g[i].pid % 8) * TASK_SIZE,
					 .pid = g[i].pid,
					 .tgid = g[i].tgid,
					 .cpu = (int32_t)i,
					 .state = g[i].state,
					 .flags = g[i].flags,
					 .mm = g[i].has_mm ? mm : 0};
		snprintf(t->task.comm, sizeof(t->task.comm), "%s", g[i].comm);
	}
	k->report.threads = all;
}

static void set_layout(struct fake *k)
{
	struct layout *l = &k->kernel.layout;
	l->task_real_parent = T_PARENT;
	l->task_tgid = T_TGID;
	l->task_flags = 0;
	l->mm_total_vm = MM_VM;
	l->mm_rss_percpu_count = MM_RSS + COUNT;
	l->mm_rss_percpu_shares = MM_RSS + SHARES;
	l->mm_rss_percpu_size = COUNTER;
	l->mm_filepages = 0;
	l->mm_anonpages = 1;
	l->mm_shmempages = 3;
	l->per_cpu_offset = (int64_t)offsets;
	l->cpu_online_mask = (int64_t)mask;
	l->cpumask_size = 8;
	give(k, usual, ARRAY_SIZE(usual));
}

static void start(void)
{
	fake_init(&f);
	write_memory(&f);
	fake_open(&f);
	set_layout(&f);
}

static void listed_as_ps_does(void **state)
{
	(void)state;
	start();
	fake_run(&f, "tasks");
	fake_assert_outcome(&f, "ok", "");
	/* (10 + 3) + (11 + 3) + (13 + 3) pages; sorted by pid, then CPU */
	fake_contains(f.json, "\"tasks\":["
			      "{\"pid\":0,\"tgid\":0,\"ppid\":0,\"cpu\":0,\"state\":\"R\","
			      "\"comm\":\"swapper/0\",\"kernel\":true,\"rss_kib\":0,\"vm_kib\":0},"
			      "{\"pid\":0,\"tgid\":0,\"ppid\":0,\"cpu\":1,");
	fake_contains(f.json, "\"comm\":\"kworker/0:1\",\"kernel\":true,\"rss_kib\":0,"
			      "\"vm_kib\":0}");
	fake_contains(f.json, "{\"pid\":7,\"tgid\":7,\"ppid\":0,\"cpu\":2,\"state\":\"S\","
			      "\"comm\":\"java\",\"kernel\":false,\"rss_kib\":172,\"vm_kib\":400},"
			      "{\"pid\":8,\"tgid\":7,");
	fake_contains(f.json, "\"comm\":\"java\\tpool\"");
	fake_contains(f.text, "8 tasks, of them 4 kernel threads, and 2 idle tasks; "
			      "states: 2 D 2 I 1 R 2 S 1 Z\n");
	fake_contains(f.text,
		      "      2       0    9  Z          0          0       1  gone\n"
		      "      4       0    6  D          0          0       1  [kworker/0:1]\n"
		      "      7       0    2  S        172        400       3  java"
		      "  (1 more in R)  (1 more in D)\n"
		      "and 5 kernel threads asleep or idle:\n"
		      "    kworker x 2, swapper x 2, ksoftirqd\n");
	assert_null(strstr(f.text, "java-gc"));
	fake_close(&f);
}

/* Before 6.2 each kind of pages is a word; without BTF nothing is known. */
static void memory_of_other_kernels(void **state)
{
	(void)state;
	start();
	struct layout *l = &f.kernel.layout;
	l->mm_rss_percpu_count = l->mm_rss_percpu_shares = LAYOUT_UNKNOWN;
	l->mm_rss_percpu_size = LAYOUT_UNKNOWN;
	l->mm_rss_count = MM_RSS;
	fake_run(&f, "tasks");
	/* words 0, 1 and 3: 10, 8, and 12 */
	fake_contains(f.json, "\"comm\":\"java\",\"kernel\":false,\"rss_kib\":120,\"vm_kib\":400}");
	/* and what its threads, 7 and 9, have kept: 8 and -3; a kernel thread that uses it, nothing
	 */
	l->task_rss_count = T_RSS;
	fake_run(&f, "tasks");
	fake_contains(f.json, "\"comm\":\"java\",\"kernel\":false,\"rss_kib\":140,\"vm_kib\":400}");
	l->task_rss_count = LAYOUT_UNKNOWN;
	l->mm_rss_count = l->mm_total_vm = l->task_real_parent = LAYOUT_UNKNOWN;
	fake_run(&f, "tasks");
	fake_contains(f.json, "\"ppid\":null,\"cpu\":2,\"state\":\"S\",\"comm\":\"java\","
			      "\"kernel\":false,\"rss_kib\":null,\"vm_kib\":null}");
	fake_contains(f.text, "      7       ?    2  S          ?          ?       3  java");
	fake_close(&f);
	/* without SMP a counter has no shares */
	start();
	f.kernel.layout.mm_rss_percpu_shares = LAYOUT_UNKNOWN;
	fake_run(&f, "tasks");
	fake_contains(f.json, "\"comm\":\"java\",\"kernel\":false,\"rss_kib\":136,\"vm_kib\":400}");
	fake_close(&f);
}

static void damaged_memory(void **state)
{
	(void)state;
	/* shares elsewhere, sums below zero or beyond all memory, no mask of CPUs */
	static const struct {
		enum { AT_SHARES, AT_COUNT, AT_VM } what;
		uint64_t value;
		const char *expected;
	} cases[] = {
		{AT_SHARES, UINT64_C(1) << 40, "\"rss_kib\":null,\"vm_kib\":400}"},
		{AT_COUNT, (uint64_t)-100, "\"rss_kib\":120,\"vm_kib\":400}"},
		{AT_COUNT, UINT64_C(1) << 60, "\"rss_kib\":120,\"vm_kib\":400}"},
		{AT_VM, UINT64_MAX, "\"rss_kib\":172,\"vm_kib\":null}"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_init(&f);
		write_memory(&f);
		fake_u64(&f,
			 cases[i].what == AT_VM	     ? mm + MM_VM
			 : cases[i].what == AT_COUNT ? mm + MM_RSS + COUNT
						     : mm + MM_RSS + SHARES,
			 cases[i].value);
		fake_open(&f);
		set_layout(&f);
		fake_run(&f, "tasks");
		fake_contains(f.json, cases[i].expected);
		fake_close(&f);
	}
	start();
	f.kernel.layout.cpu_online_mask = LAYOUT_UNKNOWN;
	fake_run(&f, "tasks");
	fake_assert_outcome(&f, "partial", "resident sets: no symbol __cpu_online_mask");
	fake_contains(f.json, "\"rss_kib\":null,\"vm_kib\":400}");
	fake_close(&f);
}

/* More than anybody reads. */
static void very_many(void **state)
{
	(void)state;
	enum { MANY = 40000 };
	struct given *g = calloc(MANY, sizeof(*g));
	assert_non_null(g);
	for (int i = 0; i < MANY; i++)
		g[i] = (struct given) {i + 1, i + 1, 'S', 0, true, false, "bomb"};
	start();
	threads_destroy(f.report.threads);
	give(&f, g, MANY);
	fake_run(&f, "tasks");
	fake_assert_outcome(&f, "partial", "of 40000 tasks the first 16384 are listed in the JSON");
	fake_contains(f.text, "\n   1000       0  999  S        172        400       1  bomb\n"
			      "and 39000 processes more\n");
	fake_contains(f.json, "\"pid\":16384,");
	assert_null(strstr(f.json, "\"pid\":16385,"));
	fake_close(&f);
	free(g);
}

static void no_tasks(void **state)
{
	(void)state;
	fake_init(&f);
	fake_open(&f);
	fake_run(&f, "tasks");
	fake_assert_outcome(&f, "failed", "the tasks cannot be found");
	fake_close(&f);
}

static void anything(void **state)
{
	(void)state;
	fake_damage("tasks", write_memory, set_layout);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_as_ps_does), cmocka_unit_test(memory_of_other_kernels),
		cmocka_unit_test(damaged_memory),    cmocka_unit_test(very_many),
		cmocka_unit_test(no_tasks),	     cmocka_unit_test(anything),
	};
	return cmocka_run_group_tests_name("report/part_tasks", tests, NULL, NULL);
}
