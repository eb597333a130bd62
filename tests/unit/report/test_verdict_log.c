// SPDX-License-Identifier: GPL-2.0-or-later
/* Verdicts on lockups, hangs, NMIs, hardware, memory, and on logs that say nothing. */
#include "verdict_case.h"

static const struct verdict_case lockups_cases[] = {
	{"[  560.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [insmod:593]\n"
	 "[  560.000001] Modules linked in: hog(OE+)\n"
	 "[  560.000002] CPU: 1 UID: 0 PID: 593 Comm: insmod Tainted: G OE 6.12.107 #1\n"
	 "[  560.000003] RIP: 0010:spin+0x5/0x10 [hog]\n"
	 "[  560.000004] Call Trace:\n"
	 "[  560.000005]  <IRQ>\n"
	 "[  560.000006]  ? watchdog_timer_fn.cold+0x3d/0xa1\n"
	 "[  560.000007] Kernel panic - not syncing: softlockup: hung tasks\n"
	 "[  560.000008] CPU: 1 UID: 0 PID: 593 Comm: insmod Tainted: G OEL 6.12.107 #1\n"
	 "[  560.000009] Call Trace:\n"
	 "[  560.000010]  panic+0x118/0x2db\n"
	 "[  560.000011]  watchdog_timer_fn.cold+0x9a/0xa1\n",
	 VERDICT_SOFT_LOCKUP, true,
	 "CPU 1 did not schedule for 26 s (soft lockup) in spin+0x5 [hog], in insmod (pid "
	 "593)"},
	{"[  560.000000] NMI watchdog: BUG: soft lockup - CPU#41 stuck for 22s! "
	 "[kworker/u192:2:106867]\n"
	 "[  560.000002] CPU: 41 PID: 106867 Comm: kworker/u192:2 Not tainted 4.12.0 #1\n"
	 "[  560.000003] pc : slip_unesc+0x80/0x214 [slip]\n"
	 "[  590.000000] systemd[1]: alive\n",
	 VERDICT_SOFT_LOCKUP, false,
	 "CPU 41 did not schedule for 22 s (soft lockup) in slip_unesc+0x80 [slip], in "
	 "kworker/u192:2 (pid 106867); the kernel went on for 30 s"},
	{"[  904.196000] watchdog: Watchdog detected hard LOCKUP on cpu 33\n"
	 "[  904.196001] Modules linked in: overlay\n"
	 "[  904.196002] CPU: 33 UID: 0 PID: 110402 Comm: cat Kdump: loaded Not tainted "
	 "6.12 #1\n"
	 "[  904.196003] RIP: 0010:native_queued_spin_lock_slowpath+0x5b/0x1d0\n"
	 "[  904.196377] Kernel panic - not syncing: Hard LOCKUP\n"
	 "[  904.196379] CPU: 33 UID: 0 PID: 110402 Comm: cat Kdump: loaded Not tainted "
	 "6.12 #1\n",
	 VERDICT_HARD_LOCKUP, true,
	 "CPU 33 hung with interrupts off (hard lockup) in "
	 "native_queued_spin_lock_slowpath+0x5b, in cat (pid 110402)"},
	/* the buddy detector: another CPU finds it */
	{"[  164.964389] watchdog: CPU3: Watchdog detected hard LOCKUP on cpu 6\n"
	 "[  164.964400] CPU: 3 UID: 0 PID: 0 Comm: swapper/3 Not tainted 6.18 #1\n"
	 "[  164.964401] pc : arch_local_irq_enable+0x4/0x8\n"
	 "[  164.964402] Sending NMI from CPU 3 to CPUs 6:\n"
	 "[  164.964403] NMI backtrace for cpu 6\n"
	 "[  164.964404] CPU: 6 UID: 0 PID: 77 Comm: provoke Not tainted 6.18 #1\n"
	 "[  164.964405] pc : lkdtm_HARDLOCKUP+0x10/0x20\n"
	 "[  164.964406] Kernel panic - not syncing: Hard LOCKUP\n",
	 VERDICT_HARD_LOCKUP, true,
	 "CPU 6 hung with interrupts off (hard lockup) in lkdtm_HARDLOCKUP+0x10, in "
	 "provoke (pid "
	 "77)"},
	{"[ 5873.000000] watchdog: CPU 28 self-detected hard LOCKUP @ "
	 ".do_raw_spin_lock+0x90/0x1d0\n"
	 "[ 5873.000001] watchdog: CPU 28 TB:5873733764122, last heartbeat "
	 "TB:5867705991531\n"
	 "[ 5873.000002] CPU: 28 PID: 2024 Comm: kworker/28:1 Not tainted 5.17.0 #1\n"
	 "[ 5873.000003] NIP [c000000000185e90] .do_raw_spin_lock+0x90/0x1d0\n"
	 "[ 5873.000004] Kernel panic - not syncing: Hard LOCKUP\n",
	 VERDICT_HARD_LOCKUP, true,
	 "CPU 28 hung with interrupts off (hard lockup) in .do_raw_spin_lock+0x90, in "
	 "kworker/28:1 (pid 2024)"},
	{"[   40.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n"
	 "[   40.000001] rcu: \t1-...!: (1 GPs behind) idle=0f1c/1/0x4000000000000000 "
	 "softirq=56/56 fqs=0\n"
	 "[   40.000002] rcu: \t(detected by 0, t=5252 jiffies, g=-1131, q=41 ncpus=2)\n"
	 "[   40.000003] Sending NMI from CPU 0 to CPUs 1:\n"
	 "[   40.000004] NMI backtrace for cpu 1\n"
	 "[   40.000005] CPU: 1 UID: 0 PID: 593 Comm: insmod Not tainted 6.16.0 #1\n"
	 "[   40.000006] RIP: 0010:spin+0x5/0x10 [hog]\n"
	 "[   40.000007] rcu: rcu_preempt kthread starved for 5252 jiffies! g-1131\n"
	 "[   40.000008] CPU: 0 UID: 0 PID: 0 Comm: swapper/0 Not tainted 6.16.0 #1\n"
	 "[   40.000009] RIP: 0010:pv_native_safe_halt+0xf/0x20\n"
	 "[   40.000010] Kernel panic - not syncing: RCU Stall\n"
	 "[   40.000011] CPU: 0 UID: 0 PID: 0 Comm: swapper/0 Not tainted 6.16.0-rc7 #1\n",
	 VERDICT_RCU_STALL, true,
	 "CPU 1 held up RCU (RCU stall) in spin+0x5 [hog], in insmod (pid 593)"},
	{"[   40.000000] rcu: INFO: rcu_sched self-detected stall on CPU\n"
	 "[   40.000001] rcu: \t3-....: (5249 ticks this GP) "
	 "idle=e6e/1/0x4000000000000002\n"
	 "[   40.000002] CPU: 3 PID: 593 Comm: a.out Not tainted 5.10.0 #1\n"
	 "[   40.000003] RIP: 0010:delay_tsc+0x2e/0x50\n"
	 "[   40.000004] Kernel panic - not syncing: RCU Stall\n",
	 VERDICT_RCU_STALL, true,
	 "CPU 3 held up RCU (RCU stall) in delay_tsc+0x2e, in a.out (pid 593)"},
};

static void lockups(void **state)
{
	(void)state;
	check_verdicts(lockups_cases, ARRAY_SIZE(lockups_cases));
}

static const struct verdict_case hung_tasks_cases[] = {
	{"[  248.700000] INFO: task ABBA_a:1234 blocked for more than 120 seconds.\n"
	 "[  248.700001]       Tainted: G           OE      6.12.107 #1\n"
	 "[  248.700002] \"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables "
	 "this "
	 "message.\n"
	 "[  248.700003] task:ABBA_a          state:D stack:0     pid:1234  tgid:1234  "
	 "ppid:2\n"
	 "[  248.700004] Call Trace:\n"
	 "[  248.700005]  <TASK>\n"
	 "[  248.700006]  __schedule+0x505/0xc00\n"
	 "[  248.700007]  schedule+0x27/0xf0\n"
	 "[  248.700008]  schedule_preempt_disabled+0x15/0x30\n"
	 "[  248.700009]  __mutex_lock.constprop.0+0x3d6/0x6f0\n"
	 "[  248.700010]  ? __pfx_a+0x10/0x10 [abba]\n"
	 "[  248.700011]  abba_thread+0x52/0x80 [abba]\n"
	 "[  248.700012]  kthread+0xd2/0x100\n"
	 "[  248.700013]  </TASK>\n"
	 "[  248.700014] INFO: task ABBA_a:1234 is blocked on a mutex likely owned by task "
	 "ABBA_b:1235.\n"
	 "[  248.800000] INFO: task ABBA_b:1235 blocked for more than 120 seconds.\n"
	 "[  248.800001] Call Trace:\n"
	 "[  248.800002]  __schedule+0x505/0xc00\n"
	 "[  248.800003]  other+0x1/0x2\n"
	 "[  248.900000] INFO: task mv:1400 blocked in I/O wait for more than 120 "
	 "seconds.\n"
	 "[  248.910809] Kernel panic - not syncing: hung_task: blocked tasks\n"
	 "[  248.922783] CPU: 0 UID: 0 PID: 79 Comm: khungtaskd Not tainted 6.12.107 #1\n"
	 "[  248.940151] Call Trace:\n"
	 "[  248.940152]  panic+0x118/0x2db\n"
	 "[  248.940153]  watchdog+0x238/0x840\n",
	 VERDICT_HUNG_TASK, true,
	 "Task ABBA_a (pid 1234) blocked for more than 120 s waiting for a mutex in "
	 "abba_thread+0x52 [abba], and 2 more tasks; the hung task check then made the "
	 "kernel "
	 "panic"},
	{"[  121.000000] INFO: task kworker/0:1:11 blocked for more than 120 seconds.\n"
	 "[  121.000001] Call Trace:\n"
	 "[  121.000002] [c000000007e37ac0] [c000000007e37b00] 0xc000000007e37b00 "
	 "(unreliable)\n"
	 "[  121.000003] [c000000007e37c70] [c00000000001d5e8] __switch_to+0x288/0x4a0\n"
	 "[  121.000004] [c000000007e37cd0] [c0000000008a0a00] __schedule+0x270/0x900\n"
	 "[  121.000005] [c000000007e37d80] [c0000000008a0a78] schedule+0x58/0x130\n"
	 "[  121.000006] [c000000007e37db0] [c0000000008a1234] "
	 "rwsem_down_write_slowpath+0x1/0x2\n"
	 "[  121.000007] [c000000007e37de0] [c0000000008a4321] down_write+0x38/0x50\n"
	 "[  121.000008] [c000000007e37e10] [c0080000012a4321] xfs_ilock+0x38/0x50 [xfs]\n"
	 "[  500.000000] INFO: task kworker/0:1:11 blocked for more than 483 seconds.\n"
	 "[  500.000001] Call Trace:\n"
	 "[  500.000002] [c000000007e37db0] [c0000000008a1234] "
	 "rwsem_down_write_slowpath+0x1/0x2\n"
	 "[  500.000003] [c000000007e37e10] [c0080000012a4321] xfs_ilock+0x38/0x50 [xfs]\n",
	 VERDICT_HUNG_TASK, false,
	 "Task kworker/0:1 (pid 11) blocked for more than 483 s waiting for a rw-semaphore "
	 "in "
	 "xfs_ilock+0x38 [xfs]"},
	/* somebody saw the hang and asked for the dump */
	{"[  121.000000] INFO: task mv:11 blocked for more than 120 seconds.\n"
	 "[  121.000001] Call Trace:\n"
	 "[  121.000002]  io_schedule+0x46/0x80\n"
	 "[  121.000003]  folio_wait_bit_common+0x136/0x330\n"
	 "[  121.000004]  truncate_inode_pages_range+0x3ea/0x4b0\n"
	 "[  200.000000] Uhhuh. NMI received for unknown reason 21 on CPU 0.\n"
	 "[  200.000001] Kernel panic - not syncing: NMI: Not continuing\n"
	 "[  200.000002] CPU: 0 PID: 0 Comm: swapper/0 Not tainted 6.1.0 #1\n"
	 "[  200.000003] Call Trace:\n"
	 "[  200.000004]  <NMI>\n"
	 "[  200.000005]  nmi_panic.cold+0xc/0xc\n"
	 "[  200.000006]  unknown_nmi_error.cold+0x46/0x57\n"
	 "[  200.000007] RIP: 0010:default_idle+0xb/0x20\n",
	 VERDICT_NMI, true,
	 "NMI of unknown reason 0x21 while in default_idle+0xb, in swapper/0 (pid 0) on "
	 "CPU 0; "
	 "before that, a hung task"},
	/* as a watchdog of hardware does: drivers/watchdog/pretimeout_panic.c, ipmi_watchdog.c */
	{"[  300.000000] Kernel panic - not syncing: watchdog pretimeout event\n"
	 "[  300.000001] CPU: 1 PID: 0 Comm: swapper/1 Not tainted 6.12.0 #1\n"
	 "[  300.000002] Call Trace:\n"
	 "[  300.000003]  <IRQ>\n"
	 "[  300.000004]  panic+0x30a/0x320\n"
	 "[  300.000005]  pretimeout_panic+0x10/0x10\n"
	 "[  300.000006]  softdog_pretimeout+0x11/0x20\n",
	 VERDICT_WATCHDOG, true,
	 "A watchdog ran out: watchdog pretimeout event, called by pretimeout_panic+0x10, in "
	 "swapper/1 (pid 0) on CPU 1"},
	{"[  300.000000] Kernel panic - not syncing: Watchdog pre-timeout\n", VERDICT_WATCHDOG,
	 true, "A watchdog ran out: Watchdog pre-timeout"},
};

static void hung_tasks(void **state)
{
	(void)state;
	check_verdicts(hung_tasks_cases, ARRAY_SIZE(hung_tasks_cases));
}

static const struct verdict_case hardware_and_memory_cases[] = {
	{"[  200.000000] NMI: IOCK error (debug interrupt?) for reason 71 on CPU 0.\n"
	 "[  200.000001] CPU: 0 PID: 0 Comm: swapper/0 Not tainted 6.1.0 #1\n"
	 "[  200.000002] RIP: 0010:mwait_idle+0x70/0x90\n"
	 "[  200.000003] Kernel panic - not syncing: NMI IOCK error: Not continuing\n",
	 VERDICT_NMI, true,
	 "NMI: I/O check, reason 0x71 while in mwait_idle+0x70, in swapper/0 (pid 0) on "
	 "CPU 0"},
	{"[  200.000000] Kernel panic - not syncing: An NMI occurred. Depending on your "
	 "system the "
	 "reason for the NMI is logged in any one of the following resources:\n"
	 "               1. Integrated Management Log (IML)\n"
	 "[  200.000001] CPU: 2 PID: 5 Comm: java Not tainted 5.14.0 #1\n",
	 VERDICT_NMI, true, "NMI: An NMI occurred, in java (pid 5) on CPU 2"},
	{"[ 3873.846119] mce: [Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 1: "
	 "bf80000000000124\n"
	 "[ 3873.846160] mce: [Hardware Error]: RIP !INEXACT! 10:<ffffffff817897b4> "
	 "{down_write+0x24/0x40}\n"
	 "[ 3873.846188] mce: [Hardware Error]: TSC c55c2ce1665 ADDR 399f140 MISC 86\n"
	 "[ 3873.846280] mce: [Hardware Error]: Machine check: Processor context corrupt\n"
	 "[ 3873.846309] Kernel panic - not syncing: Fatal machine check\n",
	 VERDICT_MACHINE_CHECK, true,
	 "Machine check: Processor context corrupt while in down_write+0x24, on CPU 2"},
	{"[  100.000000] MCE: CPU3: machine check (Severe)  UE Load/Store DAR: "
	 "00007fff9ee90000 "
	 "[Not recovered]\n"
	 "[  100.000001] Oops: Machine check, sig: 7 [#1]\n"
	 "[  100.000002] CPU: 3 PID: 5 Comm: java Not tainted 5.14.0 #1\n"
	 "[  100.000003] NIP [c0000000008a4321] memcpy_power7+0x400/0x7d0\n"
	 "[  100.000004] Kernel panic - not syncing: Fatal exception\n",
	 VERDICT_MACHINE_CHECK, true, "Machine check: Fatal exception, on CPU 3"},
	{"[ 2022.000000] sh invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE), "
	 "order=0, "
	 "oom_score_adj=0\n"
	 "[ 2022.000001] CPU: 1 PID: 77 Comm: sh Not tainted 6.1.0 #1\n"
	 "[ 2022.000002] Mem-Info:\n"
	 "[ 2022.022450] Out of memory and no killable processes...\n"
	 "[ 2022.027562] Kernel panic - not syncing: System is deadlocked on memory\n"
	 "[ 2022.027563] CPU: 1 PID: 77 Comm: sh Not tainted 6.1.0 #1\n",
	 VERDICT_OUT_OF_MEMORY, true,
	 "Out of memory: System is deadlocked on memory, in sh (pid 77) on CPU 1"},
	{"[ 2022.000000] sh invoked oom-killer: gfp_mask=0x140cca, order=0, "
	 "oom_score_adj=0\n"
	 "[ 2022.000001] CPU: 1 PID: 77 Comm: sh Not tainted 6.1.0 #1\n"
	 "[ 2022.027562] Kernel panic - not syncing: Out of memory: system-wide "
	 "panic_on_oom is "
	 "enabled\n",
	 VERDICT_OUT_OF_MEMORY, true,
	 "Out of memory: system-wide panic_on_oom is enabled, in sh (pid "
	 "77) on "
	 "CPU 1"},
};

static void hardware_and_memory(void **state)
{
	(void)state;
	check_verdicts(hardware_and_memory_cases, ARRAY_SIZE(hardware_and_memory_cases));
}

static const struct verdict_case panics_of_their_own_cases[] = {
	{"[    1.000000] Kernel panic - not syncing: VFS: Unable to mount root fs on "
	 "unknown-block(0,0)\n"
	 "[    1.000001] CPU: 1 UID: 0 PID: 1 Comm: swapper/0 Not tainted 6.12.0 #1\n"
	 "[    1.000002] Call Trace:\n"
	 "[    1.000003]  <TASK>\n"
	 "[    1.000004]  dump_stack_lvl+0x5d/0x80\n"
	 "[    1.000005]  panic+0x118/0x2db\n"
	 "[    1.000006]  mount_root_generic+0x1cf/0x270\n",
	 VERDICT_PANIC, true,
	 "Kernel panic: VFS: Unable to mount root fs on unknown-block(0,0), called by "
	 "mount_root_generic+0x1cf, in swapper/0 (pid 1) on CPU 1"},
	{"[  300.000000] WARNING: CPU: 0 PID: 365 at lib/debugobjects.c:502 "
	 "debug_print_object+0xb8/0x100\n"
	 "[  300.000001] CPU: 0 PID: 365 Comm: ip Not tainted 6.1.0 #1\n"
	 "[  300.000002] Kernel panic - not syncing: kernel: panic_on_warn set ...\n",
	 VERDICT_PANIC, true,
	 "A warning in debug_print_object+0xb8, in ip (pid 365) on CPU 0; panic_on_warn "
	 "made it "
	 "a panic"},
	{"[  300.000000] WARNING: net/core/dev.c:502 at netif_x+0xb8/0x100 [veth], CPU#4: "
	 "ip/365\n"
	 "[  300.000001] CPU: 4 UID: 0 PID: 365 Comm: ip Not tainted 6.19.0 #1\n"
	 "[  300.000002] Kernel panic - not syncing: kernel: panic_on_warn set ...\n",
	 VERDICT_PANIC, true,
	 "A warning in netif_x+0xb8 [veth], in ip (pid 365) on CPU 4; panic_on_warn made "
	 "it a "
	 "panic"},
	/* an old one, put into the log by somebody who read it from pstore */
	{"[    9.000000] Kernel panic - not syncing: Fatal exception\n"
	 "[    9.000001] CPU: 9 PID: 9 Comm: old Not tainted 6.1.0 #1\n"
	 "[  800.000000] Kernel panic - not syncing: No working init found.\n"
	 "[  800.000001] CPU: 1 PID: 1 Comm: new Not tainted 6.1.0 #1\n",
	 VERDICT_PANIC, true, "Kernel panic: No working init found., in new (pid 1) on CPU 1"},
};

/* An adapter that did not send is no end, but may be what led to it. */
static const struct verdict_case tx_timeouts_cases[] = {
	{"[  100.000000] e1000 0000:00:03.0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed "
	 "out 5376 ms\n"
	 "[  106.000000] e1000 0000:00:03.0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed "
	 "out 11392 ms\n"
	 "[  300.000000] sysrq: Trigger a crash\n"
	 "[  300.000001] Kernel panic - not syncing: sysrq triggered crash\n",
	 VERDICT_USER_REQUESTED, true,
	 "A crash was requested with sysrq c; before that, 2 TX timeouts of network adapters"},
	/* the warning of older kernels; not in the middle of the stack that another CPU prints */
	{"[  100.000000] BUG: soft lockup - CPU#1 stuck for 26s! [a:1]\n"
	 "[  100.000001] CPU: 1 PID: 1 Comm: a Not tainted 6.1.0 #1\n"
	 "[  100.000002] NETDEV WATCHDOG: eth0 (e1000): transmit queue 0 timed out\n"
	 "[  100.000003] RIP: 0010:f+0x1a/0x40\n"
	 "[  101.000000] Kernel panic - not syncing: softlockup: hung tasks\n",
	 VERDICT_SOFT_LOCKUP, true,
	 "CPU 1 did not schedule for 26 s (soft lockup) in f+0x1a, in a (pid 1)"},
	{"[  100.000000] NETDEV WATCHDOG: eth0 (e1000): transmit queue 0 timed out\n",
	 VERDICT_UNKNOWN, false, ""},
};

static void tx_timeouts(void **state)
{
	(void)state;
	check_verdicts(tx_timeouts_cases, ARRAY_SIZE(tx_timeouts_cases));
}

static void panics_of_their_own(void **state)
{
	(void)state;
	check_verdicts(panics_of_their_own_cases, ARRAY_SIZE(panics_of_their_own_cases));
}

static const struct verdict_case quiet_logs_say_nothing_cases[] = {
	{"", VERDICT_UNKNOWN, false, ""},
	{"\n\n", VERDICT_UNKNOWN, false, ""},
	{"[    0.000000] Linux version 6.12.107\n"
	 "[    0.100000] CPU: Testing write buffer coherency: ok\n"
	 "[    0.200000] mce: [Hardware Error]: Machine check events logged\n"
	 "[    9.000000] systemd[1]: Kernel panic - not syncing: not ours\n"
	 "[    9.000001] Memory cgroup out of memory: Killed process 5 (x)\n"
	 "[    9.000002] Out of memory: Killed process 77 (java) total-vm:1kB\n"
	 "[    9.000003] WARNING: CPU: 0 PID: 8 at lib/x.c:5 f+0xa4/0xd8\n"
	 "[    9.000004] hpet: [#1] is not an oops\n",
	 VERDICT_UNKNOWN, false, ""},
	/* cut everywhere */
	{"INFO: task  for more than ", VERDICT_HUNG_TASK, false, "Task  blocked for more than 0 s"},
	{"BUG: soft lockup - CPU#", VERDICT_SOFT_LOCKUP, false,
	 "A CPU did not schedule (soft lockup)"},
	{"Kernel panic - not syncing: ", VERDICT_PANIC, true, "Kernel panic: "},
	{"Kernel panic - not syncing: Fatal exception", VERDICT_OOPS, true,
	 "Kernel panic: Fatal exception"},
	{"kernel BUG at ", VERDICT_OOPS, false, "BUG() at "},
};

static void quiet_logs_say_nothing(void **state)
{
	(void)state;
	check_verdicts(quiet_logs_say_nothing_cases, ARRAY_SIZE(quiet_logs_say_nothing_cases));
}

static void join(void *arg, struct text line, size_t more)
{
	struct buf *b = arg;
	buf_append(b, line.at, line.len);
	buf_printf(b, " +%zu\n", more);
}

static void assert_evidence(const char *log, const char *expected)
{
	_cleanup_buf_ struct buf lines = BUF_INIT;
	struct verdict_log v;
	verdict_log_read(log, &v);
	verdict_log_evidence(&v, join, &lines);
	assert_string_equal(buf_str(&lines), expected);
}

static void evidence(void **state)
{
	(void)state;
	assert_evidence(
		"[    1.000000] WARNING: CPU: 0 PID: 8 at lib/x.c:5 f+0xa4/0xd8\n"
		"[   50.000000] NETDEV WATCHDOG: eth0 (e1000): transmit queue 0 timed out\n"
		"[  100.000000] BUG: soft lockup - CPU#1 stuck for 26s! [a:1]\n"
		"[  200.000000] BUG: soft lockup - CPU#1 stuck for 52s! [a:1]\n"
		"[  500.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
		"[  500.000001] Oops: 0002 [#1] SMP\n"
		"[  500.000002] CPU: 1 PID: 593 Comm: sh Not tainted 6.12.107 #1\n"
		"[  500.000003] RIP: 0010:f+0x1a/0x40\n"
		"[  500.000004] Kernel panic - not syncing: Fatal exception\n",
		"[  500.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008 "
		"+0\n"
		"[  500.000001] Oops: 0002 [#1] SMP +0\n"
		"[  500.000003] RIP: 0010:f+0x1a/0x40 +0\n"
		"[  500.000004] Kernel panic - not syncing: Fatal exception +0\n"
		"[  100.000000] BUG: soft lockup - CPU#1 stuck for 26s! [a:1] +1\n"
		"[   50.000000] NETDEV WATCHDOG: eth0 (e1000): transmit queue 0 timed out +0\n"
		"[    1.000000] WARNING: CPU: 0 PID: 8 at lib/x.c:5 f+0xa4/0xd8 +0\n");
	/* nothing was wrong: the last words */
	assert_evidence(
		"[    1.0] one\n[    2.0] two\n[    3.0] \n[    4.0] three\n[    5.0] four\n",
		"[    2.0] two +0\n[    4.0] three +0\n[    5.0] four +0\n");
	assert_evidence("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lockups),
		cmocka_unit_test(hung_tasks),
		cmocka_unit_test(hardware_and_memory),
		cmocka_unit_test(panics_of_their_own),
		cmocka_unit_test(tx_timeouts),
		cmocka_unit_test(quiet_logs_say_nothing),
		cmocka_unit_test(evidence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
