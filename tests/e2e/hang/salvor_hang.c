// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways for a kernel to hang or die, on purpose, in a guest of the lab:
 * insmod salvor_hang.ko how=NAME[,NAME…]. What vmcore-report says of each is what the end-to-end
 * tests look at.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>

static char *how = "";
module_param(how, charp, 0);

static DEFINE_MUTEX(first_lock);
static DEFINE_MUTEX(second_lock);
static DECLARE_RWSEM(shared_lock);
static DEFINE_SEMAPHORE(counting_lock, 1);
static DEFINE_RT_MUTEX(inheriting_lock);
static DECLARE_COMPLETION(never);

static int __noreturn forever(void)
{
	for (;;)
		schedule_timeout_uninterruptible(MAX_SCHEDULE_TIMEOUT);
}

/* AB-BA: each has one and wants the other's. */
static int first_then_second(void *arg)
{
	mutex_lock(&first_lock);
	msleep(500);
	mutex_lock(&second_lock);
	forever();
}

static int second_then_first(void *arg)
{
	mutex_lock(&second_lock);
	msleep(500);
	mutex_lock(&first_lock);
	forever();
}

/* A task that sleeps with a lock, and others that wait for it. */
static int writer_that_sleeps(void *arg)
{
	down_write(&shared_lock);
	for (;;)
		msleep_interruptible(1000000);
	return 0;
}

static int reader(void *arg)
{
	msleep(300);
	down_read(&shared_lock);
	forever();
}

static int owner_of_semaphore(void *arg)
{
	down(&counting_lock);
	for (;;)
		msleep_interruptible(1000000);
	return 0;
}

static int waiter_for_semaphore(void *arg)
{
	msleep(300);
	down(&counting_lock);
	forever();
}

static int owner_of_rt_mutex(void *arg)
{
	rt_mutex_lock(&inheriting_lock);
	for (;;)
		msleep_interruptible(1000000);
	return 0;
}

static int waiter_for_rt_mutex(void *arg)
{
	msleep(300);
	rt_mutex_lock(&inheriting_lock);
	forever();
}

static int waiter_for_completion(void *arg)
{
	wait_for_completion(&never);
	return 0;
}

/*
 * A CPU that answers nothing any more. Whoever waits for its answer to an inter-processor interrupt
 * hangs with it, so that another thread, which needs none, ends this.
 */
static int spinner_without_interrupts(void *arg)
{
	msleep(2000);
	local_irq_disable();
	for (;;)
		cpu_relax();
	return 0;
}

static int panics_after_10_s(void *arg)
{
	mdelay(10000);
	panic("salvor_hang: 10 s are over");
	return 0;
}

/* A CPU that runs one task only. */
static int spinner_without_scheduling(void *arg)
{
	preempt_disable();
	for (;;)
		cpu_relax();
	return 0;
}

/*
 * All memory goes to threads that may not write to file systems: for these nobody is killed, and
 * they try for ever.
 */
static atomic_long_t eaten;
static int eater(void *arg)
{
	for (;;) {
		struct page *page = alloc_page(GFP_NOFS | __GFP_NOWARN);
		if (page)
			atomic_long_inc(&eaten);
		cond_resched();
	}
	return 0;
}

static int watcher_of_eaters(void *arg)
{
	long before = -1, now;
	while ((now = atomic_long_read(&eaten)) != before) {
		before = now;
		msleep(1000);
	}
	pr_info("salvor_hang: no memory is left\n");
	return 0;
}

/* Through a pointer: the compiler takes it for no mistake, and makes no loop of it. */
static int (*volatile deeper_again)(volatile char *above);
static noinline int deeper(volatile char *above)
{
	volatile char here[512];
	here[0] = above[0];
	here[511] = (char)deeper_again(here);
	return here[0] + here[511];
}

static int overflower(void *arg)
{
	volatile char first[1] = {0};
	deeper_again = deeper;
	return deeper(first);
}

static noinline void salvor_write_null(int *where)
{
	WRITE_ONCE(*where, 1);
}

static void start(int (*fn)(void *), const char *name, int cpu)
{
	struct task_struct *t = kthread_create(fn, NULL, "%s", name);
	if (IS_ERR(t))
		return;
	if (cpu >= 0)
		kthread_bind(t, cpu);
	wake_up_process(t);
}

static bool start_way(const char *way)
{
	if (!strcmp(way, "abba")) {
		start(first_then_second, "hang_first", -1);
		start(second_then_first, "hang_second", -1);
	} else if (!strcmp(way, "rwsem")) {
		start(writer_that_sleeps, "hang_writer", -1);
		start(reader, "hang_reader1", -1);
		start(reader, "hang_reader2", -1);
	} else if (!strcmp(way, "semaphore")) {
		start(owner_of_semaphore, "hang_down", -1);
		start(waiter_for_semaphore, "hang_wait", -1);
	} else if (!strcmp(way, "rtmutex")) {
		start(owner_of_rt_mutex, "hang_boosted", -1);
		start(waiter_for_rt_mutex, "hang_rt1", -1);
		start(waiter_for_rt_mutex, "hang_rt2", -1);
	} else if (!strcmp(way, "completion")) {
		start(waiter_for_completion, "hang_done1", -1);
		start(waiter_for_completion, "hang_done2", -1);
		start(waiter_for_completion, "hang_done3", -1);
	} else if (!strcmp(way, "spin")) {
		start(spinner_without_interrupts, "hang_spin", 1);
		start(panics_after_10_s, "hang_end", 0);
	} else if (!strcmp(way, "spinall")) {
		unsigned int cpu;
		for_each_online_cpu(cpu) start(spinner_without_interrupts, "hang_spin", (int)cpu);
	} else if (!strcmp(way, "softlockup")) {
		start(spinner_without_scheduling, "hang_soft", 1);
	} else if (!strcmp(way, "memory")) {
		start(watcher_of_eaters, "hang_watch", -1);
		for (int i = 0; i < 6; i++)
			start(eater, "hang_eater", -1);
	} else if (!strcmp(way, "stack")) {
		start(overflower, "hang_deep", -1);
	} else if (!strcmp(way, "null")) {
		salvor_write_null(NULL);
	} else {
		return false;
	}
	return true;
}

static int __init hang_init(void)
{
	char *ways = how, *way;
	while ((way = strsep(&ways, ","))) {
		if (!start_way(way)) {
			pr_err("salvor_hang: how=%s is not known\n", way);
			return -EINVAL;
		}
	}
	return 0;
}
module_init(hang_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Ways to hang, for tests");
