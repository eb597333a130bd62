// SPDX-License-Identifier: GPL-2.0-or-later
/* What variables say of a whole system: all of it, nothing of it, and lies. */
#include "unit.h"
#include "machine.h"
#include "report/system.h"

#include "base/buf.h"

/* Where things are in RAM, which KERNEL_MAP shows. */
enum {
	UTS = 0x1000,
	POINTER = 0x1400, /* saved_command_line */
	MODULES = 0x1410,
	TAINTED = 0x1420,
	PANIC_CPU = 0x1428,
	CRASHING_CPU = 0x142c,
	IMAGE = 0x1430,
	FW_DUMP = 0x1440,
	UNLOADED = 0x1480,
	CURRENT = 0x1500,
	CLOCK = 0x1600,
	LINE = 0x2000,
	MODULE = 0x3000, /* and 0x100 further the next */
	TASK = 0x4000,
	SIZE = 0x6000
};
enum { MODULE_LIST = 8, MODULE_NAME = 24, REGISTERED_BIT = 67 };
enum { XTIME_SEC = 0, XTIME_NSEC = 8, SHIFT = 16, MONO_SEC = 24, MONO_NSEC = 32, OFFS_BOOT = 40 };

static const char crashed[] = "PAGESIZE=4096\nNUMBER(phys_base)=0\nOSRELEASE=from-vmcoreinfo\n"
			      "CRASHTIME=1795395356\n";
static const char alive[] = "PAGESIZE=4096\nNUMBER(phys_base)=0\nOSRELEASE=from-vmcoreinfo\n";

static int64_t at(uint64_t paddr)
{
	return (int64_t)(KERNEL_MAP + paddr);
}

static void put_string(struct machine *m, uint64_t paddr, const char *s)
{
	memcpy(m->ram + paddr, s, strlen(s) + 1);
}

/* A system that says everything. */
static void make(struct machine *m)
{
	machine_init(m, SIZE);
	m->text = crashed;
	put_string(m, UTS + 1 * UTS_LEN, "host-1");
	put_string(m, UTS + 2 * UTS_LEN, "6.12.107");
	put_string(m, UTS + 3 * UTS_LEN, "#1 SMP");
	put_string(m, UTS + 4 * UTS_LEN, "x86_64");
	machine_put(m, POINTER, KERNEL_MAP + LINE + 0x1f0);
	memset(m->ram + LINE + 0x1f0, 'x', 600);
	machine_put(m, MODULES, KERNEL_MAP + MODULE + MODULE_LIST);
	machine_put(m, MODULE + MODULE_LIST, KERNEL_MAP + MODULE + 0x100 + MODULE_LIST);
	machine_put(m, MODULE + 0x100 + MODULE_LIST, KERNEL_MAP + MODULES);
	put_string(m, MODULE + MODULE_NAME, "newest");
	put_string(m, MODULE + 0x100 + MODULE_NAME, "older");
	put_string(m, UNLOADED, "gone\302\233");
	machine_put(m, TAINTED, 1 << 12 | 1 << 13);
	put_u32(m->ram + PANIC_CPU, 0, ORDER_LE);
	put_u32(m->ram + CRASHING_CPU, UINT32_MAX, ORDER_LE);
	machine_put(m, IMAGE, UINT64_C(0xffff888000001000));
	machine_put(m, CURRENT, KERNEL_MAP + TASK);
	put_u32(m->ram + TASK, 593, ORDER_LE);
	put_string(m, TASK + 16, "a\x1b[1m");
	machine_put(m, CLOCK + XTIME_SEC, 1795395350);
	machine_put(m, CLOCK + XTIME_NSEC, UINT64_C(500000000) << 8);
	put_u32(m->ram + CLOCK + SHIFT, 8, ORDER_LE);
	machine_put(m, CLOCK + MONO_SEC, (uint64_t)-INT64_C(1795395000));
	machine_put(m, CLOCK + MONO_NSEC, 250000000);
	machine_put(m, CLOCK + OFFS_BOOT, UINT64_C(100000000000));
}

static void set_layout(struct layout *l)
{
	l->init_uts_ns = at(UTS);
	l->uts_namespace_name = 0;
	l->saved_command_line = at(POINTER);
	l->modules = at(MODULES);
	l->module_list = MODULE_LIST;
	l->module_name = MODULE_NAME;
	l->last_unloaded_module = at(UNLOADED);
	l->tainted_mask = at(TAINTED);
	l->panic_cpu = at(PANIC_CPU);
	l->crashing_cpu = at(CRASHING_CPU);
	l->kexec_crash_image = at(IMAGE);
	l->fw_dump = at(FW_DUMP);
	l->fw_dump_registered = REGISTERED_BIT;
	l->current_task = at(CURRENT);
	l->task_pid = 0;
	l->task_comm = 16;
	l->shadow_timekeeper = at(CLOCK);
	l->tk_xtime_sec = XTIME_SEC;
	l->tk_xtime_nsec = XTIME_NSEC;
	l->tk_shift = SHIFT;
	l->tk_mono_sec = MONO_SEC;
	l->tk_mono_nsec = MONO_NSEC;
	l->tk_offs_boot = OFFS_BOOT;
}

static void collect(void *arg, const char *what)
{
	buf_printf(arg, "%s\n", what);
}

/* known: with the layout of make(). missing is for the caller to free. */
static void read_system(struct machine *m, bool known, struct system *s, struct buf *missing)
{
	machine_crash(m);
	struct kernel k = {.vmcore = m->vmcore, .info = m->info, .layout = m->layout};
	*missing = BUF_INIT;
	if (known)
		set_layout(&k.layout);
	assert_ok(kmem_init(&k.kmem, m->vmcore, &k.layout));
	system_read(&k, collect, missing, s);
	kmem_deinit(&k.kmem);
	machine_deinit(m);
}

static void assert_near(double a, double b)
{
	if (a < b - 0.0001 || a > b + 0.0001)
		fail_msg("%f, expected %f", a, b);
}

static void a_system_that_says_everything(void **state)
{
	(void)state;
	struct machine m;
	struct system s;
	_cleanup_buf_ struct buf missing = BUF_INIT;
	make(&m);
	read_system(&m, true, &s, &missing);
	assert_string_equal(buf_str(&missing), "");
	assert_string_equal(s.host, "host-1");
	assert_string_equal(s.release, "6.12.107");
	assert_string_equal(s.version, "#1 SMP");
	assert_string_equal(s.machine, "x86_64");
	assert_int_equal(strlen(s.command_line), 600);
	assert_int_equal(s.nmodules, 2);
	assert_string_equal(s.modules[0], "newest");
	assert_string_equal(s.modules[1], "older");
	assert_string_equal(s.unloaded, "gone??");
	assert_int_equal(s.time, 1795395356);
	assert_near(s.uptime, 450.75);
	assert_true(s.crashed && s.panicked && s.taints_known);
	assert_int_equal(s.taints, 1 << 12 | 1 << 13);
	assert_int_equal(s.way, WAY_KDUMP);
	assert_int_equal(s.cpu, 0);
	assert_int_equal(s.pid, 593);
	assert_string_equal(s.comm, "a?[1m");
}

static void a_kernel_that_says_nothing(void **state)
{
	(void)state;
	struct machine m;
	struct system s;
	_cleanup_buf_ struct buf missing = BUF_INIT;
	make(&m);
	m.text = alive;
	read_system(&m, false, &s, &missing);
	assert_string_equal(buf_str(&missing), "this kernel has no init_uts_ns\n"
					       "this kernel has no saved_command_line\n"
					       "where this kernel keeps its modules is not known\n"
					       "this kernel's clock is not known\n"
					       "its taints are not known\n");
	assert_string_equal(s.release, "from-vmcoreinfo");
	assert_true(!s.crashed && !s.panicked && !s.taints_known);
	assert_int_equal(s.way, WAY_UNKNOWN);
	assert_int_equal(s.time, 0);
	assert_true(s.uptime < 0);
	assert_int_equal(s.cpu, -1);
	assert_int_equal(s.pid, -1);
	assert_string_equal(s.comm, "");
}

static void ways(void **state)
{
	(void)state;
	static const struct {
		const char *info;
		uint8_t fw_dump; /* the byte that has the bit */
		uint64_t image;
		enum system_way way;
	} cases[] = {
		{crashed, 1 << 3, 1, WAY_FADUMP}, {crashed, 1 << 3, 0, WAY_FADUMP},
		{crashed, 0xf7, 1, WAY_KDUMP},	  {crashed, 0, 0, WAY_UNKNOWN},
		{alive, 1 << 3, 1, WAY_UNKNOWN},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;
		struct system s;
		_cleanup_buf_ struct buf missing = BUF_INIT;
		make(&m);
		m.text = cases[i].info;
		m.ram[FW_DUMP + REGISTERED_BIT / 8] = cases[i].fw_dump;
		machine_put(&m, IMAGE, cases[i].image);
		read_system(&m, true, &s, &missing);
		assert_int_equal(s.way, cases[i].way);
	}
}

/* Which CPU: panic_cpu, else crashing_cpu; neither when both are nonsense. */
static void cpus(void **state)
{
	(void)state;
	static const struct {
		uint32_t panic, crashing;
		int cpu;
		bool panicked;
	} cases[] = {
		{0, 1, 0, true},
		{UINT32_MAX, 0, 0, false},
		{UINT32_MAX, UINT32_MAX, -1, false},
		{70000, 0x80000000, -1, false},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;
		struct system s;
		_cleanup_buf_ struct buf missing = BUF_INIT;
		make(&m);
		put_u32(m.ram + PANIC_CPU, cases[i].panic, ORDER_LE);
		put_u32(m.ram + CRASHING_CPU, cases[i].crashing, ORDER_LE);
		read_system(&m, true, &s, &missing);
		assert_int_equal(s.cpu, cases[i].cpu);
		assert_int_equal(s.panicked, cases[i].panicked);
		assert_int_equal(s.pid, cases[i].cpu == 0 ? 593 : -1);
	}
}

static void clocks_that_cannot_be(void **state)
{
	(void)state;
	static const struct {
		const char *info;
		uint64_t xtime_sec, mono_sec, shift;
		int64_t time;
		bool uptime;
	} cases[] = {
		{alive, 1795395350, (uint64_t)-INT64_C(1795395000), 8, 1795395350, true},
		{alive, 0, 0, 8, 0, true},
		{alive, 1795395350, 0, 8, 1795395350, true},
		{alive, 0, (uint64_t)-INT64_C(1000), 0xffffffff, 0, false},
		{alive, INT64_MAX, INT64_MAX, 64, 0, false},
		{"PAGESIZE=4096\nNUMBER(phys_base)=0\nCRASHTIME=x\n", 1795395350, 0, 8, 1795395350,
		 true},
		{"PAGESIZE=4096\nNUMBER(phys_base)=0\nCRASHTIME=-5\n", 1795395350, 0, 8, 1795395350,
		 true},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;
		struct system s;
		_cleanup_buf_ struct buf missing = BUF_INIT;
		make(&m);
		m.text = cases[i].info;
		machine_put(&m, CLOCK + XTIME_SEC, cases[i].xtime_sec);
		machine_put(&m, CLOCK + MONO_SEC, cases[i].mono_sec);
		put_u32(m.ram + CLOCK + SHIFT, (uint32_t)cases[i].shift, ORDER_LE);
		read_system(&m, true, &s, &missing);
		assert_int_equal(s.time, cases[i].time);
		assert_int_equal(s.uptime >= 0, cases[i].uptime);
	}
}

static void damage_leaves_the_rest(void **state)
{
	(void)state;
	struct machine m;
	struct system s;
	_cleanup_buf_ struct buf missing = BUF_INIT;
	make(&m);
	memset(m.ram + UTS, 0x07, 5 * UTS_LEN); /* no string ends */
	/* up to the end of memory, and no end of the string before it */
	machine_put(&m, POINTER, KERNEL_MAP + SIZE - 300);
	memset(m.ram + SIZE - 300, '\n', 300);
	/* the list comes back to its second entry */
	machine_put(&m, MODULE + 0x100 + MODULE_LIST, KERNEL_MAP + MODULE + MODULE_LIST);
	machine_put(&m, CURRENT, 5);
	read_system(&m, true, &s, &missing);
	assert_int_equal(strlen(s.host), UTS_LEN - 1);
	assert_null(strchr(s.host, 0x07));
	assert_int_equal(strlen(s.command_line), 300);
	assert_null(strchr(s.command_line, '\n'));
	assert_true(s.nmodules <= SYSTEM_MODULES);
	assert_string_equal(s.modules[0], "newest");
	assert_string_equal(s.unloaded, "gone??");
	assert_int_equal(s.cpu, 0);
	assert_int_equal(s.pid, -1);
	assert_non_null(strstr(buf_str(&missing), "modules: their list is damaged"));
	assert_near(s.uptime, 450.75);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_that_says_everything),
		cmocka_unit_test(a_kernel_that_says_nothing),
		cmocka_unit_test(ways),
		cmocka_unit_test(cpus),
		cmocka_unit_test(clocks_that_cannot_be),
		cmocka_unit_test(damage_leaves_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
