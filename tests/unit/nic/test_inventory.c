// SPDX-License-Identifier: GPL-2.0-or-later
/* Which devices and interfaces a machine has, and what belongs to what. */
#include "nic/nic_unit.h"

struct expected {
	enum nic_subject_kind kind;
	const char *name;
	const char *driver;
	const char *device;
	const char *directory;
};

static void check(const char *machine, const struct expected *expected, size_t count)
{
	struct nic_bench b;
	bench_open(&b, machine);
	/* The first subject is always the machine itself. */
	assert_string_equal(b.inventory.subjects[0].name, "machine");
	assert_int_equal(b.inventory.subjects[0].kind, NIC_MACHINE);
	if (b.inventory.count != count + 1)
		fail_msg("%s: %zu subjects, expected %zu", machine, b.inventory.count - 1, count);
	for (size_t i = 0; i < count; i++) {
		const struct nic_subject *s = &b.inventory.subjects[i + 1];
		assert_string_equal(s->name, expected[i].name);
		assert_int_equal(s->kind, expected[i].kind);
		assert_string_equal(s->driver, expected[i].driver);
		assert_string_equal(s->device, expected[i].device);
		assert_string_equal(s->directory,
				    expected[i].directory ? expected[i].directory : s->name);
	}
	assert_false(b.inventory.truncated);
	bench_close(&b);
}

#define CHECK(machine, expected) check(machine, expected, ARRAY_SIZE(expected))

static void test_virtio(void **state)
{
	(void)state;
	/* Not the disk, and the virtio device is not counted beside its PCI function. */
	static const struct expected expected[] = {
		{NIC_PCI, "0000:00:03.0", "virtio-pci", "", NULL},
		{NIC_INTERFACE, "eth0", "virtio_net", "0000:00:03.0", NULL},
		{NIC_INTERFACE, "lo", "", "", NULL},
	};
	CHECK("virtio", expected);
}

static void test_sriov(void **state)
{
	(void)state;
	/* bonding_masters is a file, the subfunction belongs to its PCI function. */
	static const struct expected expected[] = {
		{NIC_PCI, "0000:08:00.0", "mlx5_core", "", NULL},
		{NIC_PCI, "0000:08:00.2", "mlx5_core", "", NULL},
		{NIC_PCI, "0000:08:00.3", "mlx5_core", "", NULL},
		{NIC_INTERFACE, "bond0", "", "", NULL},
		{NIC_INTERFACE, "ens1f0np0", "mlx5_core", "0000:08:00.0", NULL},
		{NIC_INTERFACE, "ens1f0npf0sf88", "mlx5_core.sf", "0000:08:00.0", NULL},
		{NIC_INTERFACE, "ens1f0v0", "mlx5_core", "0000:08:00.2", NULL},
	};
	CHECK("mlx5-sriov", expected);
}

static void test_without_pci(void **state)
{
	(void)state;
	static const struct expected expected[] = {
		{NIC_BUS, "vio:30000002", "ibmveth", "", NULL},
		{NIC_BUS, "vio:30000003", "", "", NULL},
		{NIC_INTERFACE, "env2", "ibmveth", "vio:30000002", NULL},
		{NIC_INTERFACE, "lo", "", "", NULL},
	};
	CHECK("ibmveth", expected);
}

static void test_mixed(void **state)
{
	(void)state;
	/* Not the USB controller; the accelerator only because it has an interface. */
	static const struct expected expected[] = {
		{NIC_PCI, "0000:03:00.0", "", "", NULL},
		{NIC_PCI, "0000:04:00.0", "", "", NULL},
		{NIC_BUS, "xen:vif-0", "vif", "", NULL},
		{NIC_PCI, "0000:06:00.0", "accel", "", NULL},
		{NIC_BUS, "usb:1-1:1.0", "r8152", "", NULL},
		{NIC_INTERFACE, "acc0", "accel", "0000:06:00.0", NULL},
		{NIC_INTERFACE, "enxu1", "r8152", "usb:1-1:1.0", NULL},
		{NIC_INTERFACE, "eth1", "vif", "xen:vif-0", NULL},
		{NIC_INTERFACE, "machine", "", "", "machine.interface"},
		{NIC_INTERFACE, "nic.json", "", "", "nic.json.interface"},
	};
	CHECK("mixed", expected);
}

static void test_empty(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	check(dir, NULL, 0);
	unit_rmdir(dir);
}

/* A link that would name a directory above the output. */
static void test_hostile_links(void **state)
{
	(void)state;
	static const char *const targets[] = {"..", ".", "../..", "x/..", "/"};
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		char *dir = unit_mkdtemp(), path[600];
		struct nic_bench b;
		/* Wherever it leads, there is a bus. */
		snprintf(path, sizeof(path),
			 "cd %s && mkdir -p sys/class/net/eth0/x && for d in . sys sys/class "
			 "sys/class/net sys/class/net/eth0 sys/class/net/eth0/x; do "
			 "ln -s /sys/bus/pci $d/subsystem; done",
			 dir);
		assert_int_equal(system(path), 0);
		unit_write(dir, "sys/class/net/eth0/ifindex", "1\n");
		snprintf(path, sizeof(path), "%s/sys/class/net/eth0/device", dir);
		assert_int_equal(symlink(targets[i], path), 0);
		bench_open(&b, dir);
		assert_int_equal(b.inventory.count, 2);
		assert_string_equal(b.inventory.subjects[1].device, "");
		bench_close(&b);
		unit_rmdir(dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtio),	    cmocka_unit_test(test_sriov),
		cmocka_unit_test(test_without_pci), cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_empty),	    cmocka_unit_test(test_hostile_links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
