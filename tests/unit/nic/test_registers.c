// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The registers of machines made up as directories: what is read, what is not and why, what moves
 * between the passes.
 */
#include "nic/nic_unit.h"

#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>
#include <signal.h>
#include <sys/wait.h>
#include "base/bytes.h"
#include "nic/decode/pci_config.h"

#define ADDRESS "0000:01:00.0"
#define SYSFS	"sys/bus/pci/devices/" ADDRESS

/* One PCI function; tests change it before it is written. */
struct machine {
	char *dir;
	uint8_t config[PCI_CONFIG_STANDARD];
	uint8_t bar[0x8000];
	size_t bar_size; /* of the file */
	unsigned bar_number;
	const char *resource; /* a line; NULL: one of memory, 0x8000 bytes */
	struct nic_depth depth;
	char tables[PATH_MAX];
};

static void machine_init(struct machine *m, uint16_t vendor, uint16_t device)
{
	*m = (struct machine) {.dir = unit_mkdtemp(), .bar_size = sizeof(m->bar)};
	/* collectors work in another directory */
	assert_non_null(realpath("capture/nic/regs/tables", m->tables));
	m->depth = (struct nic_depth) {.iov = 2, .registers = true, .tables = m->tables};
	put_u16(m->config + PCI_VENDOR_ID, vendor, ORDER_LE);
	put_u16(m->config + PCI_DEVICE_ID, device, ORDER_LE);
	put_u16(m->config + PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, ORDER_LE);
	put_u16(m->config + PCI_STATUS, PCI_STATUS_CAP_LIST, ORDER_LE);
	put_u16(m->config + PCI_CLASS_DEVICE, 0x0200, ORDER_LE);
}

/* A capability of len bytes at offset, the only one or behind the one before. */
static uint8_t *capability(struct machine *m, uint8_t offset, uint8_t id, uint8_t len)
{
	uint8_t *at = &m->config[PCI_CAPABILITY_LIST];
	while (*at)
		at = &m->config[*at + 1];
	*at = offset;
	m->config[offset] = id;
	m->config[offset + 2] = len;
	return m->config + offset;
}

static void write_bytes(const char *dir, const char *name, const void *data, size_t len)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void machine_write(const struct machine *m)
{
	char path[300], text[1024] = "", name[16];
	snprintf(text, sizeof(text), "mkdir -p '%s/" SYSFS "' '%s/sys/class/net'", m->dir, m->dir);
	assert_int_equal(system(text), 0);
	snprintf(path, sizeof(path), "%s/" SYSFS, m->dir);
	write_bytes(path, "config", m->config, sizeof(m->config));
	unit_write(path, "class", "0x020000\n");
	text[0] = '\0';
	for (unsigned i = 0; i < 6; i++)
		strcat(text,
		       i != m->bar_number ? "0x0 0x0 0x0\n"
		       : m->resource
			       ? m->resource
			       : "0x00000000fe000000 0x00000000fe007fff 0x0000000000040200\n");
	unit_write(path, "resource", text);
	snprintf(name, sizeof(name), "resource%u", m->bar_number);
	write_bytes(path, name, m->bar, m->bar_size);
}

/* The registers of the machine into b; the machine's directory goes. */
static void run(struct machine *m, struct nic_bench *b)
{
	bench_open(b, m->dir);
	b->run.stage = NIC_BEFORE_BIND;
	b->run.depth = &m->depth;
	nic_run_collector(&b->run, &nic_collect_registers);
}

static void done(struct machine *m, struct nic_bench *b)
{
	bench_close(b);
	unit_rmdir(m->dir);
}

static void reg(struct machine *m, uint32_t address, uint32_t value)
{
	put_u32(m->bar + address, value, ORDER_LE);
}

static void test_read(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x8086, 0x10d3);
	reg(&m, 0x2810, 0x1f);
	reg(&m, 0xc0, 0xdeadbeef); /* ICR */
	machine_write(&m);
	run(&m, &b);
	assert_outcome(bench_item(&b, ADDRESS, "config"), NIC_OK);
	for (int i = 1; i <= 3; i++) {
		char source[48], file[80];
		snprintf(source, sizeof(source), "resource0, table e1000e, pass %d of 3", i);
		snprintf(file, sizeof(file), ADDRESS "/before-bind/registers-e1000e.%d", i);
		assert_outcome(bench_item(&b, ADDRESS, source), NIC_OK);
		_cleanup_buf_ struct buf text = bench_file(&b, file);
		assert_contains(text.data, "0x00002810 0x0000001f\n");
		assert_lacks(text.data, "deadbeef");
	}
	const char *values = bench_values(&b, ADDRESS);
	assert_contains(values, "\"memory_decoding\": true");
	assert_contains(values, "\"words_changed\": 0");
	assert_contains(values, "\"name\": \"RDH\"");
	done(&m, &b);
}

/* Somebody counts in the BAR while it is read. */
static void test_moving(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	char path[400];
	machine_init(&m, 0x8086, 0x1533);
	machine_write(&m);
	snprintf(path, sizeof(path), "%s/" SYSFS "/resource0", m.dir);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	for (uint32_t i = 1; pid == 0; i++) {
		if (pwrite(fd, &i, sizeof(i), 0x1048) != sizeof(i) || getppid() == 1)
			_exit(1);
		usleep(1000);
	}
	usleep(20000);
	run(&m, &b);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	const char *values = bench_values(&b, ADDRESS);
	assert_contains(values, "\"words_changed\": 1,");
	assert_contains(values, "\"changed\": [\n              \"0x00001048\"");
	done(&m, &b);
}

/* A driver that is built into the capture kernel was there first; on a living system there is one.
 */
static void test_bound(void **state)
{
	(void)state;
	for (int unbound = 0; unbound < 2; unbound++) {
		struct machine m;
		struct nic_bench b;
		char path[300];
		machine_init(&m, 0x8086, 0x10d3);
		machine_write(&m);
		snprintf(path, sizeof(path), "%s/" SYSFS "/driver", m.dir);
		assert_int_equal(symlink("../../../bus/pci/drivers/e1000e", path), 0);
		m.depth.unbound = unbound;
		run(&m, &b);
		const struct nic_item *item = bench_item(&b, ADDRESS, "config");
		assert_outcome(item, unbound ? NIC_ABSENT : NIC_OK);
		if (unbound)
			assert_contains(item->text, "the driver e1000e has it already");
		done(&m, &b);
	}
}

/* What is not read, and why; nothing of the BAR is in any file then. */
static const struct {
	const char *what;
	uint16_t offset; /* of configuration space */
	uint16_t value;
	const char *resource;
	const char *reason;
} refusals[] = {
	{"memory decoding off", PCI_COMMAND, PCI_COMMAND_MASTER, NULL, "memory decoding is off"},
	{"a bridge", PCI_HEADER_TYPE, PCI_HEADER_TYPE_BRIDGE, NULL, "header type 1: a bridge"},
	{"asleep", 0x44, 3, NULL, "in power state D3"},
	{"unknown", PCI_DEVICE_ID, 0x1234, NULL, "no table in"},
	{"an I/O BAR", 0x44, 0, "0xc000 0xc01f 0x40101\n", "BAR 0 is of I/O space"},
	{"no BAR", 0x44, 0, "0x0 0x0 0x0\n", "BAR 0: No such device or address"},
	{"no sense", 0x44, 0, "0x2000 0x1000 0x40200\n", "BAR 0: No such device or address"},
	{"all of memory", 0x44, 0, "0x0 0xffffffffffffffff 0x40200\n", "BAR 0: No such"},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct machine m;
		struct nic_bench b;
		bool said = false;
		machine_init(&m, 0x8086, 0x10d3);
		capability(&m, 0x40, PCI_CAP_ID_PM, 8);
		put_u16(m.config + refusals[i].offset, refusals[i].value, ORDER_LE);
		m.resource = refusals[i].resource;
		machine_write(&m);
		run(&m, &b);
		for (size_t k = 0; k < b.record.item_count; k++) {
			const struct nic_item *item = &b.record.items[k];
			assert_null(item->file);
			said |= item->text && strstr(item->text, refusals[i].reason);
			if (item->text && strstr(item->text, refusals[i].reason) &&
			    !strstr(refusals[i].reason, "I/O"))
				assert_int_equal(item->outcome, NIC_ABSENT);
		}
		if (!said)
			fail_msg("%s: not said", refusals[i].what);
		done(&m, &b);
	}
}

static void test_virtual_function(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	char path[300];
	machine_init(&m, 0x8086, 0x10d3);
	machine_write(&m);
	snprintf(path, sizeof(path), "%s/" SYSFS "/physfn", m.dir);
	assert_int_equal(symlink("../0000:01:00.1", path), 0);
	run(&m, &b);
	const struct nic_item *item = bench_item(&b, ADDRESS, "config");
	assert_outcome(item, NIC_ABSENT);
	assert_contains(item->text, "a virtual function: its registers are not read; 0000:01:00.1");
	assert_int_equal(b.record.item_count, 1);
	done(&m, &b);
}

/* All ones: in memory only, and in configuration space too. A register of ones is no device gone.
 */
static void test_gone(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x8086, 0x10d3);
	reg(&m, 0x2810, UINT32_MAX);
	machine_write(&m);
	run(&m, &b);
	assert_outcome(bench_item(&b, ADDRESS, "pass 3 of 3"), NIC_OK);
	assert_contains(bench_values(&b, ADDRESS), "\"0xffffffff\"");
	done(&m, &b);

	machine_init(&m, 0x8086, 0x10d3);
	memset(m.bar, 0xff, sizeof(m.bar));
	machine_write(&m);
	run(&m, &b);
	assert_outcome(bench_item(&b, ADDRESS, "pass 1 of 3"), NIC_ERROR);
	assert_contains(bench_item(&b, ADDRESS, "pass 1 of 3")->text,
			"the device's memory does not answer");
	assert_null(bench_item(&b, ADDRESS, "pass 2 of 3"));
	done(&m, &b);

	machine_init(&m, 0x8086, 0x10d3);
	memset(m.config, 0xff, sizeof(m.config));
	machine_write(&m);
	run(&m, &b);
	assert_contains(bench_item(&b, ADDRESS, "config")->text, "does not answer");
	assert_int_equal(b.record.item_count, 1);
	done(&m, &b);
}

/* The file is shorter than the BAR: no signal, and the words behind its end are not there. */
static void test_short(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x8086, 0x10d3);
	m.bar_size = 0x2812;
	machine_write(&m);
	run(&m, &b);
	const struct nic_item *item = bench_item(&b, ADDRESS, "pass 1 of 3");
	assert_outcome(item, NIC_OK);
	assert_contains(item->text, "words of the table are behind the end");
	_cleanup_buf_ struct buf text = bench_file(&b, ADDRESS "/before-bind/registers-e1000e.1");
	assert_contains(text.data, "0x00002808 ");
	assert_lacks(text.data, "0x00002810 ");
	assert_lacks(bench_values(&b, ADDRESS), "\"RDH\"");
	done(&m, &b);
}

static void virtio_capability(struct machine *m, uint8_t at, uint8_t type, uint32_t offset,
			      uint32_t length)
{
	uint8_t *p = capability(m, at, PCI_CAP_ID_VNDR, 16);
	p[VIRTIO_PCI_CAP_CFG_TYPE] = type;
	p[VIRTIO_PCI_CAP_BAR] = 4;
	put_u32(p + VIRTIO_PCI_CAP_OFFSET, offset, ORDER_LE);
	put_u32(p + VIRTIO_PCI_CAP_LENGTH, length, ORDER_LE);
}

static void test_virtio(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x1af4, 0x1041);
	m.bar_number = 4;
	virtio_capability(&m, 0x40, VIRTIO_PCI_CAP_COMMON_CFG, 0, 0x38);
	virtio_capability(&m, 0x50, VIRTIO_PCI_CAP_DEVICE_CFG, 0x2000, 0x0c);
	put_u16(m.bar + VIRTIO_PCI_COMMON_NUMQ, 3, ORDER_LE);
	m.bar[VIRTIO_PCI_COMMON_STATUS] = 0x0f;
	put_u16(m.bar + VIRTIO_PCI_COMMON_Q_MSIX, VIRTIO_MSI_NO_VECTOR, ORDER_LE);
	memcpy(m.bar + 0x2000, "\x52\x54\0\x12\x34\x56\1\0\2\0\xdc\5", 12);
	machine_write(&m);
	run(&m, &b);
	_cleanup_buf_ struct buf common =
		bench_file(&b, ADDRESS "/before-bind/registers-virtio-common.1");
	_cleanup_buf_ struct buf net =
		bench_file(&b, ADDRESS "/before-bind/registers-virtio-net.1");
	assert_contains(common.data, "0x00000012 0x00000003\n0x00000014 0x0000000f\n");
	assert_contains(common.data, "0x0000001a 0x0000ffff\n");
	assert_string_equal(net.data, "0x00000000 0x00000052\n0x00000001 0x00000054\n"
				      "0x00000002 0x00000000\n0x00000003 0x00000012\n"
				      "0x00000004 0x00000034\n0x00000005 0x00000056\n"
				      "0x00000006 0x00000001\n0x00000008 0x00000002\n"
				      "0x0000000a 0x000005dc\n");
	done(&m, &b);
}

/* A capability that points anywhere. */
static void test_virtio_hostile(void **state)
{
	(void)state;
	static const struct {
		uint8_t bar;
		uint32_t offset, length;
		const char *text;
	} cases[] = {
		{9, 0, 0x38, "no virtio capability of type 1"},
		{4, 0, 0, "no virtio capability of type 1"},
		{4, 0x8000, 0x38, "0x8000 is not a place"},
		{4, 0xfffffffc, 0xffffffff, "0xfffffffc is not a place"},
		{4, 2, 0x38, "0x2 is not a place"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;
		struct nic_bench b;
		machine_init(&m, 0x1af4, 0x1041);
		m.bar_number = 4;
		virtio_capability(&m, 0x40, VIRTIO_PCI_CAP_COMMON_CFG, cases[i].offset,
				  cases[i].length);
		m.config[0x40 + VIRTIO_PCI_CAP_BAR] = cases[i].bar;
		machine_write(&m);
		run(&m, &b);
		const struct nic_item *item = bench_item(&b, ADDRESS, "table virtio-common");
		assert_non_null(item);
		assert_contains(item->text, cases[i].text);
		done(&m, &b);
	}
}

static void test_initial_segment(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x15b3, 0x1017);
	put_u32(m.bar, 0x00210010, ORDER_BE);
	put_u32(m.bar + 4, 0x00050bb8, ORDER_BE);
	put_u32(m.bar + 0x10, 0x1, ORDER_BE);
	put_u32(m.bar + 0x14, 0x2345a0a6, ORDER_BE);
	put_u32(m.bar + 0x1fc, 0x80000000, ORDER_BE);
	put_u32(m.bar + 0x238, 0x8a000000, ORDER_BE);
	put_u32(m.bar + 0x23c, 0x03101234, ORDER_BE);
	put_u32(m.bar + 0x1010, 0x10000042, ORDER_BE);
	machine_write(&m);
	run(&m, &b);
	const char *values = bench_values(&b, ADDRESS);
	assert_contains(values, "\"initial_segment\": [");
	assert_contains(values, "HIGH_TEMP_ERR");
	assert_contains(values, "CRITICAL");
	assert_contains(values, "\"cmdq_addr_l_sz\"");
	_cleanup_buf_ struct buf text =
		bench_file(&b, ADDRESS "/before-bind/registers-mlx5-initial-segment.1");
	assert_contains(text.data, "0x00000014 0x2345a0a6\n");
	assert_contains(text.data, "0x00001010 0x10000042\n");
	done(&m, &b);
}

/* A table that is none is recorded; the others are read. */
static void test_bad_table(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	char *tables = unit_mkdtemp();
	unit_write(tables, "bad.csv", "#@space bar 0\nwhat\n");
	unit_write(tables, "good.csv", "#@device 8086:*\n#@space bar 0\n0x8,1,\n");
	machine_init(&m, 0x8086, 0x10d3);
	m.depth.tables = tables;
	machine_write(&m);
	run(&m, &b);
	assert_outcome(bench_item(&b, ADDRESS, "table bad.csv"), NIC_ERROR);
	assert_contains(bench_item(&b, ADDRESS, "table bad.csv")->text, "bad, line 2");
	assert_outcome(bench_item(&b, ADDRESS, "table good, pass 3 of 3"), NIC_OK);
	done(&m, &b);
	unit_rmdir(tables);
}

/* Not without being asked; not of a device that was reset. */
static void test_when(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x8086, 0x10d3);
	machine_write(&m);
	m.depth.registers = false;
	run(&m, &b);
	assert_int_equal(b.record.item_count, 0);
	m.depth.registers = m.depth.devices_reset = true;
	nic_run_collector(&b.run, &nic_collect_registers);
	nic_run_collector(&b.run, &nic_collect_cr_space);
	assert_int_equal(b.record.item_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_outcome(&b.record.items[i], NIC_SKIPPED);
		assert_contains(b.record.items[i].text, "was reset by firmware");
	}
	done(&m, &b);
}

/* What asks by writing is not tried on files. */
static void test_gateway_needs_a_machine(void **state)
{
	(void)state;
	struct machine m;
	struct nic_bench b;
	machine_init(&m, 0x15b3, 0x1017);
	capability(&m, 0x40, PCI_CAP_ID_VNDR, 0x18);
	machine_write(&m);
	bench_open(&b, m.dir);
	b.run.stage = NIC_BEFORE_BIND;
	b.run.depth = &m.depth;
	nic_run_collector(&b.run, &nic_collect_cr_space);
	assert_int_equal(b.record.item_count, 1);
	assert_outcome(&b.record.items[0], NIC_SKIPPED);
	/* and a file that never answers is a gateway that never does */
	b.run.root_is_machine = true;
	b.run.deadline_at = clock_now() + 2.5;
	nic_run_collector(&b.run, &nic_collect_cr_space);
	/* with time left for giving back what it took, before somebody kills it */
	assert_true(clock_now() < b.run.deadline_at - 0.5);
	assert_outcome(bench_item(&b, ADDRESS, "gateway at 0x40"), NIC_ERROR);
	assert_contains(bench_item(&b, ADDRESS, "gateway at 0x40")->text, "semaphore");
	done(&m, &b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_virtual_function),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_virtio),
		cmocka_unit_test(test_virtio_hostile),
		cmocka_unit_test(test_initial_segment),
		cmocka_unit_test(test_bad_table),
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_gateway_needs_a_machine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
