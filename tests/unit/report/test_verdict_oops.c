// SPDX-License-Identifier: GPL-2.0-or-later
/* Verdicts on crashes that a user asked for, and on oopses of three architectures. */
#include "verdict_case.h"

static const struct verdict_case crashes_on_request_cases[] = {
	{"[   25.227259] sysrq: Trigger a crash\n"
	 "[   25.227626] Kernel panic - not syncing: sysrq triggered crash\n"
	 "[   25.228083] CPU: 0 UID: 0 PID: 577 Comm: sh Kdump: loaded Not tainted "
	 "6.12.107 #1\n"
	 "[   25.228651] Call Trace:\n"
	 "[   25.229360]  <TASK>\n"
	 "[   25.229538]  dump_stack_lvl+0x5d/0x80\n"
	 "[   25.229866]  panic+0x118/0x2db\n"
	 "[   25.229928]  ? _printk+0x6c/0x87\n"
	 "[   25.229985]  sysrq_handle_crash+0x1a/0x20\n"
	 "[   25.230057]  __handle_sysrq.cold+0x9f/0xe6\n"
	 "[   25.230114]  write_sysrq_trigger+0x59/0x90\n"
	 "[   25.231632] RIP: 0033:0x7f523500a3a7\n",
	 VERDICT_USER_REQUESTED, true,
	 "A crash was requested with sysrq c, by sh (pid 577) on CPU 0"},
	/* a serial console's break */
	{"[  100.000000] sysrq: Trigger a crash\n"
	 "[  100.000001] Kernel panic - not syncing: sysrq triggered crash\n"
	 "[  100.000002] CPU: 1 PID: 0 Comm: swapper/1 Not tainted 6.1.0 #1\n"
	 "[  100.000003] Call Trace:\n"
	 "[  100.000004]  <IRQ>\n"
	 "[  100.000005]  sysrq_handle_crash+0x1a/0x20\n"
	 "[  100.000006]  __handle_sysrq+0x9f/0xe6\n"
	 "[  100.000007]  serial8250_handle_irq+0x1b2/0x2c0\n",
	 VERDICT_USER_REQUESTED, true,
	 "A crash was requested with sysrq c, with a key, not by the task that ran: "
	 "swapper/1 "
	 "(pid 0) on CPU 1"},
	/* 4.19: a NULL pointer, and oops_end() starts the capture kernel */
	{"[  300.104000] sysrq: SysRq : Trigger a crash\n"
	 "[  300.104400] BUG: unable to handle kernel NULL pointer dereference at "
	 "0000000000000000\n"
	 "[  300.104500] PGD 0 P4D 0 \n"
	 "[  300.104600] Oops: 0002 [#1] SMP PTI\n"
	 "[  300.104700] CPU: 3 PID: 1200 Comm: bash Kdump: loaded Not tainted 4.18.0 #1\n"
	 "[  300.104800] RIP: 0010:sysrq_handle_crash+0x12/0x20\n"
	 "[  300.104900] Call Trace:\n"
	 "[  300.105000]  __handle_sysrq+0x9f/0x170\n"
	 "[  300.105100]  write_sysrq_trigger+0x2b/0x30\n",
	 VERDICT_USER_REQUESTED, true,
	 "A crash was requested with sysrq c, by bash (pid 1200) on CPU 3"},
	{"[   24.720561] sysrq: Trigger a crash\n"
	 "[   24.720917] Kernel panic - not syncing: sysrq triggered crash\n"
	 "[   24.721296] CPU: 1 UID: 0 PID: 373 Comm: sh Not tainted 6.12.107-fadump-lab "
	 "#1 \n"
	 "[   24.721633] Call Trace:\n"
	 "[   24.721720] [c000000007e37ac0] [c00000000086af64] dump_stack_lvl+0x88/0xc4 "
	 "(unreliable)\n"
	 "[   24.722357] [c000000007e37af0] [c0000000000d220c] panic+0x16c/0x440\n"
	 "[   24.722393] [c000000007e37b90] [c0000000005e30f0] "
	 "sysrq_handle_crash+0x20/0x30\n"
	 "[   24.722479] [c000000007e37c90] [c0000000005e4418] "
	 "write_sysrq_trigger+0xf8/0x160\n"
	 "[   24.723386] NIP [00003fff9d6a7a40] 0x3fff9d6a7a40\n",
	 VERDICT_USER_REQUESTED, true,
	 "A crash was requested with sysrq c, by sh (pid 373) on CPU 1"},
};

static void crashes_on_request(void **state)
{
	(void)state;
	check_verdicts(crashes_on_request_cases, ARRAY_SIZE(crashes_on_request_cases));
}

static const struct verdict_case oopses_of_x86_cases[] = {
	{"[  812.100000] BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
	 "[  812.100001] #PF: supervisor write access in kernel mode\n"
	 "[  812.100002] #PF: error_code(0x0002) - not-present page\n"
	 "[  812.100003] PGD 0 P4D 0 \n"
	 "[  812.100004] Oops: Oops: 0002 [#1] PREEMPT SMP NOPTI\n"
	 "[  812.100005] CPU: 1 UID: 0 PID: 593 Comm: sh Kdump: loaded Tainted: G          "
	 " OE  "
	 "    6.12.107 #1\n"
	 "[  812.100006] Tainted: [O]=OOT_MODULE, [E]=UNSIGNED_MODULE\n"
	 "[  812.100007] RIP: 0010:crasher_write+0x1a/0x40 [crasher]\n"
	 "[  812.100008] Code: 48 89 fa 4c 89 df\n"
	 "[  812.100009] Call Trace:\n"
	 "[  812.100010]  <TASK>\n"
	 "[  812.100011]  vfs_write+0xf8/0x440\n"
	 "[  812.100012] RIP: 0033:0x7f523500a3a7\n"
	 "[  812.100013] Modules linked in: crasher(OE)\n"
	 "[  812.100014] CR2: 0000000000000008\n"
	 "[  812.100015] ---[ end trace 0000000000000000 ]---\n"
	 "[  812.200000] RIP: 0010:crasher_write+0x1a/0x40 [crasher]\n"
	 "[  812.300000] Kernel panic - not syncing: Fatal exception\n",
	 VERDICT_OOPS, true,
	 "NULL pointer dereference (address 0x8) in crasher_write+0x1a [crasher], in sh "
	 "(pid "
	 "593) on CPU 1"},
	/* through a NULL function pointer */
	{"[   50.000001] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
	 "[   50.000002] #PF: supervisor instruction fetch in kernel mode\n"
	 "[   50.000003] Oops: 0010 [#1] PREEMPT SMP PTI\n"
	 "[   50.000004] CPU: 2 PID: 99 Comm: kworker/2:1 Not tainted 6.1.0 #1\n"
	 "[   50.000005] Workqueue: events do_thing [thing]\n"
	 "[   50.000006] RIP: 0010:0x0\n"
	 "[   50.000007] Code: Unable to access opcode bytes at 0xffffffffffffffd6.\n"
	 "[   50.000008] Call Trace:\n"
	 "[   50.000009]  <TASK>\n"
	 "[   50.000010]  do_thing+0x33/0x90 [thing]\n"
	 "[   50.000011]  process_one_work+0x1c7/0x380\n",
	 VERDICT_OOPS, true,
	 "NULL pointer dereference (address 0x0) at 0x0, called by do_thing+0x33 [thing], "
	 "in "
	 "kworker/2:1 (pid 99) on CPU 2"},
	{"[ 9000.000001] general protection fault, probably for non-canonical address "
	 "0xdead000000000108: 0000 [#1] PREEMPT SMP NOPTI\n"
	 "[ 9000.000002] CPU: 7 PID: 4021 Comm: postgres Not tainted 5.15.0-91-generic "
	 "#101\n"
	 "[ 9000.000003] RIP: 0010:free_pcppages_bulk+0x14a/0x3d0\n"
	 "[ 9000.000004] ---[ end trace 1234567890abcdef ]---\n"
	 "[ 9000.100000] Kernel panic - not syncing: Fatal exception in interrupt\n",
	 VERDICT_OOPS, true,
	 "General protection fault (address 0xdead000000000108, what a deleted list entry "
	 "points "
	 "to) in free_pcppages_bulk+0x14a, in postgres (pid 4021) on CPU 7"},
	/* RHEL 7 */
	{"[ 9000.000001] general protection fault: 0000 [#1] SMP \n"
	 "[ 9000.000002] CPU: 7 PID: 4021 Comm: oracle Kdump: loaded Not tainted "
	 "3.10.0-1160.el7.x86_64 #1\n"
	 "[ 9000.000003] RIP: 0010:[<ffffffffc0301a2b>]  [<ffffffffc0301a2b>] "
	 "xfs_iread+0x3b/0x120 [xfs]\n",
	 VERDICT_OOPS, true,
	 "General protection fault in xfs_iread+0x3b [xfs], in oracle (pid 4021) on CPU 7"},
	{"[   77.000001] ------------[ cut here ]------------\n"
	 "[   77.000002] kernel BUG at fs/ext4/inode.c:2721!\n"
	 "[   77.000003] Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n"
	 "[   77.000004] CPU: 0 UID: 0 PID: 88 Comm: kworker/u8:3 Not tainted 6.12.0 #1\n"
	 "[   77.000005] Workqueue: writeback wb_workfn (flush-254:0)\n"
	 "[   77.000006] RIP: 0010:ext4_do_writepages+0x10a1/0x10b0 [ext4]\n",
	 VERDICT_OOPS, true,
	 "BUG() at fs/ext4/inode.c:2721 in ext4_do_writepages+0x10a1 [ext4], in "
	 "kworker/u8:3 (pid "
	 "88) on CPU 0"},
	{"[   10.000000] BUG: unable to handle page fault for address: ffffc90000e4b000\n"
	 "[   10.000001] Oops: 0000 [#1] SMP PTI\n"
	 "[   10.000002] CPU: 0 PID: 1 Comm: init Not tainted 5.10.0 #1\n"
	 "[   10.000003] RIP: 0010:memcpy_erms+0x6/0x10\n"
	 "[   10.000004] ---[ end trace 1234567890abcdef ]---\n"
	 "[   10.000005] Kernel panic - not syncing: Attempted to kill init! "
	 "exitcode=0x00000009\n",
	 VERDICT_OOPS, true,
	 "Bad memory access (address 0xffffc90000e4b000) in memcpy_erms+0x6, in init (pid "
	 "1) on "
	 "CPU 0"},
	/* one that does not kill the machine, and then what it left behind */
	{"[  100.000000] BUG: unable to handle page fault for address: ffffffffc0401000\n"
	 "[  100.000001] Oops: 0000 [#1] SMP PTI\n"
	 "[  100.000002] CPU: 0 PID: 700 Comm: tar Not tainted 6.1.0 #1\n"
	 "[  100.000003] RIP: 0010:first+0x6/0x10 [bad]\n"
	 "[  100.000004] ---[ end trace 0000000000000000 ]---\n"
	 "[  500.000000] systemd[1]: Started something.\n"
	 "[  900.000000] BUG: kernel NULL pointer dereference, address: 0000000000000020\n"
	 "[  900.000001] Oops: 0000 [#2] SMP PTI\n"
	 "[  900.000002] CPU: 1 PID: 701 Comm: cpio Tainted: G      D            6.1.0 #1\n"
	 "[  900.000003] RIP: 0010:second+0x6/0x10 [bad]\n"
	 "[  900.000004] ---[ end trace 0000000000000000 ]---\n"
	 "[  900.000005] Kernel panic - not syncing: Fatal exception\n",
	 VERDICT_OOPS, true,
	 "NULL pointer dereference (address 0x20) in second+0x6 [bad], in cpio (pid 701) "
	 "on CPU "
	 "1; it was oops number 2 since boot"},
	/* a loop of them: what came first in it */
	{"[  100.000000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	 "[  100.000001] Oops: 0000 [#1] SMP PTI\n"
	 "[  100.000002] CPU: 0 PID: 700 Comm: tar Not tainted 6.1.0 #1\n"
	 "[  100.000003] RIP: 0010:first+0x6/0x10 [bad]\n"
	 "[  100.000004] ---[ end trace 0000000000000000 ]---\n"
	 "[  100.100000] BUG: unable to handle page fault for address: ffffffffc0401000\n"
	 "[  100.100001] Oops: 0000 [#2] SMP PTI\n"
	 "[  100.100002] CPU: 0 PID: 700 Comm: tar Tainted: G      D            6.1.0 #1\n"
	 "[  100.100003] RIP: 0010:do_exit+0x6/0x10\n"
	 "[  100.200000] Fixing recursive fault but reboot is needed!\n"
	 "[  100.300000] Kernel panic - not syncing: Fatal exception in interrupt\n",
	 VERDICT_OOPS, true,
	 "NULL pointer dereference (address 0x10) in first+0x6 [bad], in tar (pid 700) on "
	 "CPU 0"},
	/* and one that was survived */
	{"[  100.000000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	 "[  100.000001] Oops: 0000 [#1] SMP PTI\n"
	 "[  100.000002] CPU: 0 PID: 700 Comm: tar Not tainted 6.1.0 #1\n"
	 "[  100.000003] RIP: 0010:first+0x6/0x10 [bad]\n"
	 "[  100.000004] ---[ end trace 0000000000000000 ]---\n"
	 "[ 1000.000000] systemd[1]: Started something.\n",
	 VERDICT_OOPS, false,
	 "NULL pointer dereference (address 0x10) in first+0x6 [bad], in tar (pid 700) on "
	 "CPU 0; "
	 "the kernel went on for 15 min"},
};

static void oopses_of_x86(void **state)
{
	(void)state;
	check_verdicts(oopses_of_x86_cases, ARRAY_SIZE(oopses_of_x86_cases));
}

static const struct verdict_case oopses_of_other_machines_cases[] = {
	{"[  389.644000] Kernel attempted to read user page (0) - exploit attempt? (uid: "
	 "0)\n"
	 "[  389.644166] BUG: Kernel NULL pointer dereference on read at 0x00000000\n"
	 "[  389.644262] Faulting instruction address: 0xc00000000166e080\n"
	 "[  389.645253] Oops: Kernel access of bad area, sig: 11 [#1]\n"
	 "[  389.648372] LE PAGE_SIZE=64K MMU=Radix  SMP NR_CPUS=2048 NUMA pSeries\n"
	 "[  389.649553] CPU: 0 UID: 0 PID: 203 Comm: udhcpc Not tainted 6.19.0-rc1+ #3\n"
	 "[  389.650002] NIP:  c00000000166e080 LR: c00000000166e080 CTR: "
	 "0000000000000000\n"
	 "[  389.650148] REGS: c00000000c67b4f0 TRAP: 0300   Not tainted  (6.19.0-rc1+)\n"
	 "[  389.650600] NIP [c00000000166e080] e1000_xmit_frame+0x60/0xb60 [e1000e]\n"
	 "[  389.650601] LR [c000000000c0046c] dev_hard_start_xmit+0x11c/0x280\n"
	 "[  389.650602] Call Trace:\n"
	 "[  389.650700] ---[ end trace 0000000000000000 ]---\n"
	 "[  389.700000] \n"
	 "[  389.800000] Kernel panic - not syncing: Fatal exception\n",
	 VERDICT_OOPS, true,
	 "NULL pointer dereference (address 0x0) in e1000_xmit_frame+0x60 [e1000e], in "
	 "udhcpc "
	 "(pid 203) on CPU 0"},
	{"[   12.000000] kernel BUG at arch/powerpc/kernel/crasher.c:12!\n"
	 "[   12.000001] Oops: Exception in kernel mode, sig: 5 [#1]\n"
	 "[   12.000002] CPU: 4 PID: 5 Comm: x Not tainted 6.4.0 #3\n"
	 "[   12.000003] NIP [c00000000166e080] f+0x60/0xb60\n",
	 VERDICT_OOPS, true,
	 "BUG() at arch/powerpc/kernel/crasher.c:12 in f+0x60, in x (pid 5) on CPU 4"},
	{"[   12.000000] BUG: Unable to handle kernel data access on write at "
	 "0x6b6b6b6b6b6b6b73\n"
	 "[   12.000001] Oops: Kernel access of bad area, sig: 11 [#1]\n"
	 "[   12.000002] CPU: 4 PID: 5 Comm: x Not tainted 6.4.0 #3\n"
	 "[   12.000003] NIP [c00000000166e080] f+0x60/0xb60\n",
	 VERDICT_OOPS, true,
	 "Bad memory access (address 0x6b6b6b6b6b6b6b73, what was in freed memory) in "
	 "f+0x60, in "
	 "x (pid 5) on CPU 4"},
	/* what an HMC's dump restart does where xmon or kdump is in the way of fadump */
	{"[  900.000000] Oops: System Reset, sig: 6 [#1]\n"
	 "[  900.000001] LE PAGE_SIZE=64K MMU=Hash  SMP NR_CPUS=2048 NUMA pSeries\n"
	 "[  900.000002] CPU: 6 PID: 0 Comm: swapper/6 Kdump: loaded Not tainted 5.14.0 "
	 "#1\n"
	 "[  900.000003] NIP [c0000000000f3d2c] plpar_hcall_norets_notrace+0x18/0x2c\n",
	 VERDICT_NMI, true,
	 "System reset while in plpar_hcall_norets_notrace+0x18, in swapper/6 (pid 0) on "
	 "CPU 6"},
	{"[  242.700000] Unable to handle kernel NULL pointer dereference at virtual "
	 "address "
	 "0000000000000028\n"
	 "[  242.700001] Mem abort info:\n"
	 "[  242.700002]   ESR = 0x0000000096000006\n"
	 "[  242.700003] [0000000000000028] pgd=080000016f935003, p4d=080000016f935003\n"
	 "[  242.700004] Internal error: Oops: 0000000096000006 [#1] PREEMPT SMP\n"
	 "[  242.700005] Modules linked in:\n"
	 "[  242.700006] CPU: 0 PID: 28676 Comm: mount Tainted: G        W          6.2.0 "
	 "#0\n"
	 "[  242.700007] pstate: 40400005 (nZcv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n"
	 "[  242.700008] pc : diFree+0xc0/0xd10 [jfs]\n"
	 "[  242.700009] lr : diFree+0xac/0xd10 [jfs]\n"
	 "[  242.700010] Call trace:\n"
	 "[  242.700011] ---[ end trace 0000000000000000 ]---\n"
	 "[  242.800000] Kernel panic - not syncing: Oops: Fatal exception\n",
	 VERDICT_OOPS, true,
	 "NULL pointer dereference (address 0x28) in diFree+0xc0 [jfs], in mount (pid "
	 "28676) on "
	 "CPU 0"},
	{"[   32.000000] kernel BUG at mm/slub.c:305!\n"
	 "[   32.000001] Internal error: Oops - BUG: 00000000f2000800 [#1] SMP\n"
	 "[   32.000002] CPU: 3 PID: 11 Comm: rmmod Not tainted 6.6.0 #0\n"
	 "[   32.000003] pc : __slab_free+0x230/0x280\n"
	 "[   32.000004] Kernel panic - not syncing: Oops - BUG: Fatal exception\n",
	 VERDICT_OOPS, true,
	 "BUG() at mm/slub.c:305 in __slab_free+0x230, in rmmod (pid 11) on CPU 3"},
};

static void oopses_of_other_machines(void **state)
{
	(void)state;
	check_verdicts(oopses_of_other_machines_cases, ARRAY_SIZE(oopses_of_other_machines_cases));
}

static const struct verdict_case stacks_that_overflow_cases[] = {
	{"[   15.310490] BUG: TASK stack guard page was hit at ffffc9000482ff48 (stack is "
	 "ffffc90004830000..ffffc90004838000)\n"
	 "[   15.310491] Oops: stack guard page: 0000 [#1] PREEMPT SMP NOPTI\n"
	 "[   15.310492] CPU: 1 PID: 89 Comm: nft Tainted: G           OE   6.10.0 #72\n"
	 "[   15.310493] RIP: 0010:nft_chain_validate+0x14/0x53 [nf_tables]\n"
	 "[   15.310494] Kernel panic - not syncing: Fatal exception in interrupt\n",
	 VERDICT_STACK_OVERFLOW, true,
	 "Kernel stack overflow (address 0xffffc9000482ff48) in nft_chain_validate+0x14 "
	 "[nf_tables], in nft (pid 89) on CPU 1"},
	{"[   15.000000] BUG: stack guard page was hit at 00000000c8f2d2b1 (stack is "
	 "000000000a5ab9d1..00000000b2e8b8a3)\n"
	 "[   15.000001] kernel stack overflow (double-fault): 0000 [#1] SMP PTI\n"
	 "[   15.000002] CPU: 1 PID: 89 Comm: x Not tainted 5.4.0 #72\n"
	 "[   15.000003] RIP: 0010:recurse+0x5/0x10 [deep]\n",
	 VERDICT_STACK_OVERFLOW, true,
	 "Kernel stack overflow (address 0xc8f2d2b1) in recurse+0x5 [deep], in x (pid 89) "
	 "on CPU "
	 "1"},
	{"[ 2893.044339] Insufficient stack space to handle exception!\n"
	 "[ 2893.044351] ESR: 0x0000000096000047 -- DABT (current EL)\n"
	 "[ 2893.044364] Task stack:     [0xffff800012a18000..0xffff800012a1c000]\n"
	 "[ 2893.044387] CPU: 0 PID: 365 Comm: ip Not tainted 6.1.0 #1\n"
	 "[ 2893.044413] pc : el1h_64_sync+0x0/0x68\n"
	 "[ 2893.044645] Kernel panic - not syncing: kernel stack overflow\n"
	 "[ 2893.044646] CPU: 0 PID: 365 Comm: ip Not tainted 6.1.0 #1\n",
	 VERDICT_STACK_OVERFLOW, true,
	 "Kernel stack overflow in el1h_64_sync+0x0, in ip (pid 365) on CPU 0"},
	{"[   15.000000] Kernel panic - not syncing: corrupted stack end detected inside "
	 "scheduler\n"
	 "[   15.000001] CPU: 1 PID: 89 Comm: x Not tainted 5.4.0 #72\n"
	 "[   15.000002] Call Trace:\n"
	 "[   15.000003]  dump_stack+0x41/0x60\n"
	 "[   15.000004]  panic+0xe7/0x2ac\n"
	 "[   15.000005]  __schedule+0x85f/0x860\n",
	 VERDICT_STACK_OVERFLOW, true,
	 "Kernel panic: corrupted stack end detected inside scheduler, called by "
	 "__schedule+0x85f, in x (pid 89) on CPU 1"},
};

static void stacks_that_overflow(void **state)
{
	(void)state;
	check_verdicts(stacks_that_overflow_cases, ARRAY_SIZE(stacks_that_overflow_cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crashes_on_request),
		cmocka_unit_test(oopses_of_x86),
		cmocka_unit_test(oopses_of_other_machines),
		cmocka_unit_test(stacks_that_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
