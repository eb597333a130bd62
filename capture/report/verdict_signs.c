// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/verdict_signs.h"

#include "base/cleanup.h"

/* The first match counts. */
const struct verdict_sign verdict_signs[] = {
	/* kernel/panic.c */
	{TROUBLE_PANIC, AT_START, "Kernel panic - not syncing: ", NULL, NULL},
	/* drivers/tty/sysrq.c; with "SysRq : " before 4.20 */
	{TROUBLE_SYSRQ, AT_START, "sysrq: Trigger a crash", NULL, NULL},
	{TROUBLE_SYSRQ, AT_START, "sysrq: SysRq : Trigger a crash", NULL, NULL},
	{TROUBLE_SYSRQ, AT_START, "SysRq : Trigger a crash", NULL, NULL},

	/* Before die(): arch/{x86,powerpc,arm64}/mm/fault.c, arch/x86/kernel/traps.c,
	 * arch/arm64/kernel/traps.c, arch/powerpc/kernel/process.c, lib/bug.c */
	{TROUBLE_OOPS, AT_START, "BUG: ", "ernel NULL pointer dereference",
	 "NULL pointer dereference"},
	{TROUBLE_OOPS, AT_START, "Unable to handle kernel NULL pointer dereference", NULL,
	 "NULL pointer dereference"},
	{TROUBLE_OOPS, AT_START, "BUG: unable to handle page fault", NULL, "Bad memory access"},
	{TROUBLE_OOPS, AT_START, "BUG: unable to handle kernel paging request", NULL,
	 "Bad memory access"},
	{TROUBLE_OOPS, AT_START, "BUG: Unable to handle kernel instruction fetch", NULL,
	 "Jump to a bad address"},
	{TROUBLE_OOPS, AT_START, "BUG: Unable to handle ", NULL, "Bad memory access"},
	{TROUBLE_OOPS, AT_START, "Unable to handle kernel ", NULL, "Bad memory access"},
	{TROUBLE_OOPS, AT_START, "kernel BUG at ", NULL, "BUG()"},
	{TROUBLE_OOPS, AT_START, "BUG: ", "stack guard page was hit", STACK_OVERFLOW},
	{TROUBLE_OOPS, AT_START, "Insufficient stack space to handle exception", NULL,
	 STACK_OVERFLOW},
	{TROUBLE_OOPS, AT_START, "Kernel stack overflow in process", NULL, STACK_OVERFLOW},
	/* die() itself, which says "[#1]", where nothing was said before */
	{TROUBLE_OOPS, ANYWHERE, "general protection fault", " [#", "General protection fault"},
	{TROUBLE_OOPS, ANYWHERE, "invalid opcode", " [#", "Invalid instruction"},
	{TROUBLE_OOPS, ANYWHERE, "divide error", " [#", "Division by zero"},
	{TROUBLE_OOPS, ANYWHERE, "stack overflow", " [#", STACK_OVERFLOW},
	{TROUBLE_OOPS, ANYWHERE, "stack guard page", " [#", STACK_OVERFLOW},
	{TROUBLE_OOPS, ANYWHERE, "double fault", " [#", "Double fault"},
	{TROUBLE_OOPS, ANYWHERE, "stack segment", " [#", "Stack segment fault"},
	{TROUBLE_NMI, ANYWHERE, "Oops: System Reset", " [#", "System reset"},
	{TROUBLE_MCE, ANYWHERE, "Oops: Machine check", " [#", NULL},
	{TROUBLE_MCE, ANYWHERE, "synchronous external abort", " [#", "synchronous external abort"},
	{TROUBLE_OOPS, ANYWHERE, "Oops: ", " [#", "Oops"},
	{TROUBLE_OOPS, AT_START, "Internal error: ", " [#", "Oops"},
	{TROUBLE_OOPS, ANYWHERE, ": 0000 [#", NULL, "Oops"},

	/* kernel/watchdog.c, arch/powerpc/kernel/watchdog.c */
	{TROUBLE_HARD, ANYWHERE, "atchdog detected hard LOCKUP", NULL, NULL},
	{TROUBLE_HARD, ANYWHERE, "self-detected hard LOCKUP", NULL, NULL},
	{TROUBLE_HARD, ANYWHERE, "detected hard LOCKUP on other CPUs", NULL, NULL},
	{TROUBLE_SOFT, ANYWHERE, "BUG: soft lockup - CPU#", NULL, NULL},
	/* kernel/rcu/tree_stall.h, tree_exp.h */
	{TROUBLE_RCU, ANYWHERE, "stalls on CPUs/tasks", "INFO: ", NULL},
	{TROUBLE_RCU, ANYWHERE, "self-detected stall on CPU", "INFO: ", NULL},
	/* kernel/hung_task.c: "blocked", "blocked in I/O wait", "can't die" */
	{TROUBLE_HUNG, AT_START, "INFO: task ", " for more than ", NULL},
	/* arch/x86/kernel/cpu/mce/core.c, arch/powerpc/kernel/mce.c,
	 * drivers/firmware/efi/cper.c, arch/arm64/kernel/traps.c */
	{TROUBLE_MCE, ANYWHERE, "Machine Check Exception: ", NULL, NULL},
	{TROUBLE_MCE, ANYWHERE, ": Machine Check: ", "[Hardware Error]: CPU ", NULL},
	{TROUBLE_MCE, AT_START, "MCE: CPU", "[Not recovered]", NULL},
	{TROUBLE_MCE, ANYWHERE, "[Hardware Error]: event severity: fatal", NULL,
	 "the firmware reports a fatal error"},
	{TROUBLE_MCE, AT_START, "SError Interrupt on CPU", NULL, "SError"},
	/* arch/x86/kernel/nmi.c */
	{TROUBLE_NMI, ANYWHERE, "NMI received for unknown reason", NULL, "NMI of unknown reason"},
	{TROUBLE_NMI, AT_START, "NMI: PCI system error (SERR)", NULL, "NMI: PCI system error"},
	{TROUBLE_NMI, AT_START, "NMI: IOCK error", NULL, "NMI: I/O check"},
	/* mm/oom_kill.c */
	{TROUBLE_OOM, ANYWHERE, " invoked oom-killer: ", NULL, NULL},
	{TROUBLE_OOM, AT_START, "Out of memory", NULL, NULL},
	/* mm/kasan/report.c, mm/kfence/report.c, mm/page_alloc.c, mm/memory.c, lib/list_debug.c,
	 * lib/refcount.c, mm/slub.c ("BUG kmalloc-64 (Not tainted): …") */
	{TROUBLE_CORRUPTION, AT_START, "BUG: KASAN: ", NULL, NULL},
	{TROUBLE_CORRUPTION, AT_START, "BUG: KFENCE: ", NULL, NULL},
	{TROUBLE_CORRUPTION, AT_START, "BUG: Bad ", NULL, NULL},
	{TROUBLE_CORRUPTION, AT_START, "list_add corruption", NULL, NULL},
	{TROUBLE_CORRUPTION, AT_START, "list_del corruption", NULL, NULL},
	{TROUBLE_CORRUPTION, AT_START, "refcount_t: ", NULL, NULL},
	{TROUBLE_CORRUPTION, AT_START, "BUG ", "ainted): ", NULL},
	/* net/sched/sch_generic.c, dev_watchdog(): "CPU: 1: transmit queue 0 timed out 5376 ms"; in
	 * 6.1 "eth0 (e1000): transmit queue 0 timed out", with the stack of a warning */
	{TROUBLE_TX, ANYWHERE, "NETDEV WATCHDOG: ", "transmit queue ", NULL},
	/* kernel/panic.c, __warn(); the second since 6.18 */
	{TROUBLE_WARNING, AT_START, "WARNING: CPU: ", NULL, NULL},
	{TROUBLE_WARNING, AT_START, "WARNING: ", ", CPU#", NULL},
};
const size_t verdict_nr_signs = ARRAY_SIZE(verdict_signs);

const struct verdict_reason verdict_reasons[] = {
	{"sysrq triggered crash", VERDICT_USER_REQUESTED, TROUBLE_SYSRQ},
	/* arch/{x86,powerpc,arm64}, kernel/exit.c */
	{"Fatal exception", VERDICT_OOPS, TROUBLE_OOPS},
	{"Attempted to kill the idle task", VERDICT_OOPS, TROUBLE_OOPS},
	{"Aiee, killing interrupt handler", VERDICT_OOPS, TROUBLE_OOPS},
	{"Unhandled exception", VERDICT_OOPS, TROUBLE_OOPS},
	{"System Reset", VERDICT_NMI, TROUBLE_NMI},
	/* kernel/hung_task.c, kernel/watchdog.c, kernel/rcu/tree_stall.h */
	{"hung_task: blocked tasks", VERDICT_HUNG_TASK, TROUBLE_HUNG},
	{"softlockup: hung tasks", VERDICT_SOFT_LOCKUP, TROUBLE_SOFT},
	{"ard LOCKUP", VERDICT_HARD_LOCKUP, TROUBLE_HARD},
	{"RCU Stall", VERDICT_RCU_STALL, TROUBLE_RCU},
	/* arch/x86/kernel/nmi.c, drivers/watchdog/hpwdt.c */
	{"NMI: Not continuing", VERDICT_NMI, TROUBLE_NMI},
	{"NMI IOCK error", VERDICT_NMI, TROUBLE_NMI},
	{"An NMI occurred", VERDICT_NMI, TROUBLE_NMI},
	/* drivers/watchdog/{pretimeout_panic,softdog}.c, drivers/char/ipmi/ipmi_watchdog.c */
	{"watchdog pretimeout event", VERDICT_WATCHDOG, TROUBLE_PANIC},
	{"Software Watchdog Timer expired", VERDICT_WATCHDOG, TROUBLE_PANIC},
	{"pre-timeout", VERDICT_WATCHDOG, TROUBLE_PANIC},
	/* mm/oom_kill.c */
	{"ut of memory", VERDICT_OUT_OF_MEMORY, TROUBLE_OOM},
	{"System is deadlocked on memory", VERDICT_OUT_OF_MEMORY, TROUBLE_OOM},
	/* arch/arm64/kernel/traps.c, kernel/sched/core.c */
	{"ernel stack overflow", VERDICT_STACK_OVERFLOW, TROUBLE_OOPS},
	{"corrupted stack end detected", VERDICT_STACK_OVERFLOW, TROUBLE_OOPS},
	/* arch/x86/kernel/cpu/mce/core.c, drivers/acpi/apei/ghes.c, arch/arm64 */
	{"machine check", VERDICT_MACHINE_CHECK, TROUBLE_MCE},
	{"Machine check", VERDICT_MACHINE_CHECK, TROUBLE_MCE},
	{"Not all CPUs entered broadcast exception handler", VERDICT_MACHINE_CHECK, TROUBLE_MCE},
	{"Fatal hardware error", VERDICT_MACHINE_CHECK, TROUBLE_MCE},
	{"SError Interrupt", VERDICT_MACHINE_CHECK, TROUBLE_MCE},
	{"panic_on_warn set", VERDICT_PANIC, TROUBLE_WARNING},
};
const size_t verdict_nr_reasons = ARRAY_SIZE(verdict_reasons);

const struct verdict_wait verdict_waits[] = {
	{"__switch_to", NULL},
	{"__schedule", NULL},
	{"schedule", NULL},
	{"io_schedule", "I/O"},
	{"__mutex_lock", "a mutex"},
	{"mutex_lock", "a mutex"},
	{"__ww_mutex_lock", "a mutex"},
	{"ww_mutex_lock", "a mutex"},
	{"__rt_mutex", "an rt_mutex"},
	{"rt_mutex", "an rt_mutex"},
	{"rwsem_", "a rw-semaphore"},
	{"__down_read", "a rw-semaphore"},
	{"__down_write", "a rw-semaphore"},
	{"down_read", "a rw-semaphore"},
	{"down_write", "a rw-semaphore"},
	{"percpu_rwsem_wait", "a rw-semaphore"},
	{"__percpu_down_read", "a rw-semaphore"},
	{"percpu_down_", "a rw-semaphore"},
	{"___down_common", "a semaphore"},
	{"__down", "a semaphore"},
	{"down+", "a semaphore"},
	{"down_interruptible", "a semaphore"},
	{"down_killable", "a semaphore"},
	{"down_timeout", "a semaphore"},
	{"do_wait_for_common", "a completion"},
	{"__wait_for_common", "a completion"},
	{"wait_for_common", "a completion"},
	{"wait_for_completion", "a completion"},
	{"bit_wait", NULL},
	{"__wait_on_bit", "a bit lock"},
	{"out_of_line_wait_on_bit", "a bit lock"},
	{"folio_wait", "a page"},
	{"__folio_lock", "a page"},
	{"wait_on_page", "a page"},
	{"__lock_page", "a page"},
	{"__wait_on_buffer", "a buffer"},
};
const size_t verdict_nr_waits = ARRAY_SIZE(verdict_waits);
