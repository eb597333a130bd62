// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands in single lines of a log, as kernels of several versions and machines write them. */
#include "unit.h"

#include "report/log_line.h"

static struct text text(const char *s)
{
	return (struct text) {s, strlen(s)};
}

static void assert_text(struct text t, const char *expected)
{
	if (!t.at && expected)
		fail_msg("nothing, expected \"%s\"", expected);
	if (t.at && (!expected || t.len != strlen(expected) || memcmp(t.at, expected, t.len) != 0))
		fail_msg("\"%.*s\", expected \"%s\"", (int)t.len, t.at,
			 expected ? expected : "nothing");
}

static void stamps_are_taken_off(void **state)
{
	(void)state;
	const char *at = "[    1.500000] one\n               two\n[12345.000001] \nbare\n[x] y";
	static const struct {
		double stamp;
		const char *text;
	} expected[] = {{1.5, "one"},
			{1.5, "               two"},
			{12345.000001, ""},
			{12345.000001, "bare"},
			{12345.000001, "[x] y"}};
	double stamp = 0;
	struct log_line l;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_true(log_line_next(&at, &stamp, &l));
		assert_text(l.text, expected[i].text);
		assert_true(l.stamp > expected[i].stamp - 1e-9 &&
			    l.stamp < expected[i].stamp + 1e-9);
	}
	assert_false(log_line_next(&at, &stamp, &l));
}

static void tasks(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int cpu, pid;
		const char *comm;
	} cases[] = {
		{"CPU: 0 UID: 0 PID: 577 Comm: sh Kdump: loaded Not tainted 6.12.107 #1", 0, 577,
		 "sh"},
		{"CPU: 41 PID: 106867 Comm: kworker/u192:2 Kdump: loaded Tainted: G           OEL  "
		 "  "
		 "5.10.23 #1",
		 41, 106867, "kworker/u192:2"},
		{"CPU: 45 PID: 13380 Comm: chown04_16 Tainted: G        W         5.6.0+ #7", 45,
		 13380, "chown04_16"},
		{"CPU: 0 PID: 0 Comm: swapper/0 Not tainted 5.3.0", 0, 0, "swapper/0"},
		{"CPU: 1 PID: 7 Comm: a b (c) Not tainted 5.3.0", 1, 7, "a b (c)"},
		{"CPU: 1 PID: 7 Comm: 123456789012345 Not tainted 5.3.0", 1, 7, "123456789012345"},
		{"CPU: 1 PID: 7 Comm: cut", 1, 7, "cut"},
		{"CPU: 1 PID: 7", -1, 0, NULL},
		{"CPU: Testing write buffer coherency: ok", -1, 0, NULL},
		{"CPU0: thread -1, cpu 1, socket 0", -1, 0, NULL},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct log_task t = LOG_NO_TASK;
		assert_int_equal(log_line_task(text(cases[i].line), &t), cases[i].cpu >= 0);
		assert_int_equal(t.cpu, cases[i].cpu);
		if (cases[i].cpu >= 0)
			assert_int_equal(t.pid, cases[i].pid);
		assert_text(t.comm, cases[i].comm);
	}
}

static void names_with_pids(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int pid;
		const char *comm;
	} cases[] = {
		{"syz-executor656:8498 can't die", 8498, "syz-executor656"},
		{"kworker/0:1:11 blocked", 11, "kworker/0:1"},
		{"(udev-synth):4041.", 4041, "(udev-synth)"},
		{"VLLM::EngineCor:46249 <writer>", 46249, "VLLM::EngineCor"},
		{"no number", -1, NULL},
		{"", -1, NULL},
		{":", -1, NULL},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct log_task t = LOG_NO_TASK;
		assert_int_equal(log_comm_pid(text(cases[i].text), &t), cases[i].comm != NULL);
		assert_int_equal(t.pid, cases[i].pid);
		assert_text(t.comm, cases[i].comm);
	}
}

static void places(void **state)
{
	(void)state;
	static const struct {
		const char *line, *symbol, *module;
	} cases[] = {
		{"RIP: 0010:btrfs_discard_workfn+0xc4/0x400 [btrfs]", "btrfs_discard_workfn+0xc4",
		 "btrfs"},
		{"RIP: 0010:pv_native_safe_halt+0xf/0x20", "pv_native_safe_halt+0xf", NULL},
		{"RIP: e030:xen_hypercall_sched_op+0xa/0x20", "xen_hypercall_sched_op+0xa", NULL},
		{"RIP: 0010:[<ffffffff8108e5c3>]  [<ffffffff8108e5c3>] up+0x13/0x50", "up+0x13",
		 NULL},
		{"RIP: 0010:0x0", "0x0", NULL},
		{"RIP: 0010:0xffffffffc0401000", "0xffffffffc0401000", NULL},
		{"RIP: 0010:foo+0x1/0x2 [bar 0123456789abcdef]", "foo+0x1", "bar"},
		{"RIP: 0033:0x7f523500a3a7", NULL, NULL},
		{"RIP: 0033:foo+0x1/0x2", NULL, NULL},
		{"IP: [<ffffffffa0123456>] e1000_watchdog+0x1a0/0x600 [e1000]",
		 "e1000_watchdog+0x1a0", "e1000"},
		{"NIP [c0080000016189f8] ibmvnic_xmit+0x60/0xb60 [ibmvnic]", "ibmvnic_xmit+0x60",
		 "ibmvnic"},
		{"NIP [c000000000185e90] .do_raw_spin_lock+0x90/0x1d0", ".do_raw_spin_lock+0x90",
		 NULL},
		{"NIP [00003fff9d6a7a40] 0x3fff9d6a7a40", NULL, NULL},
		{"pc : module_bug_finalize+0xb0/0xdc", "module_bug_finalize+0xb0", NULL},
		{"pc : mlx5_fw_tracer_trigger_core_dump_general+0x58/0xe0 [mlx5_core]",
		 "mlx5_fw_tracer_trigger_core_dump_general+0x58", "mlx5_core"},
		{"PC is at 0x0", "0x0", NULL},
		{"lr : module_bug_finalize+0x70/0xdc", NULL, NULL},
		{"LR [c000000000c0046c] dev_hard_start_xmit+0x11c/0x280", NULL, NULL},
		{"NIP:  c0000000200a70e0 LR: c0000000203dd5dc CTR: 0000000000000800", NULL, NULL},
		{"IP: 10.0.0.1 is up", NULL, NULL},
		{"RIP: ", NULL, NULL},
		{"RIP: 0010:", NULL, NULL},
		{"RIP: 0010:[<ffff", NULL, NULL},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct log_place p = {0};
		if (log_line_pc(text(cases[i].line), &p) != (cases[i].symbol != NULL))
			fail_msg("%s", cases[i].line);
		assert_text(p.symbol, cases[i].symbol);
		assert_text(p.module, cases[i].module);
	}
}

static void frames(void **state)
{
	(void)state;
	static const struct {
		const char *line, *symbol, *module;
	} cases[] = {
		{"  write_sysrq_trigger+0x59/0x90", "write_sysrq_trigger+0x59", NULL},
		{" [<ffffffff810a2b3c>] kthread+0xcf/0xe0", "kthread+0xcf", NULL},
		{"[c000000007e37af0] [c0000000000d220c] panic+0x16c/0x440", "panic+0x16c", NULL},
		{"[c0002000e15cf9f0] [c000000000c7d994] ._raw_spin_unlock_irqrestore+0x84/0xd0 "
		 "(unreliable)",
		 "._raw_spin_unlock_irqrestore+0x84", NULL},
		{" [c008000001618f08] ibmvnic_xmit+0x570/0xb60 [ibmvnic] (unreliable)",
		 "ibmvnic_xmit+0x570", "ibmvnic"},
		{" sunrpc_cache_lookup+0x97/0x1c0 [sunrpc] (P)", "sunrpc_cache_lookup+0x97",
		 "sunrpc"},
		{"  ? do_fcntl+0x33b/0x740", NULL, NULL},
		{" <TASK>", NULL, NULL},
		{"RIP: 0010:f+0x1/0x2", NULL, NULL},
		{"lr : module_bug_finalize+0x70/0xdc", NULL, NULL},
		{"Workqueue: events bpf_prog_free_deferred", NULL, NULL},
		{"+0x10/0x20", NULL, NULL},
		{"", NULL, NULL},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct log_place p = {0};
		if (log_line_frame(text(cases[i].line), &p) != (cases[i].symbol != NULL))
			fail_msg("%s", cases[i].line);
		assert_text(p.symbol, cases[i].symbol);
		assert_text(p.module, cases[i].module);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_are_taken_off),
		cmocka_unit_test(tasks),
		cmocka_unit_test(names_with_pids),
		cmocka_unit_test(places),
		cmocka_unit_test(frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
