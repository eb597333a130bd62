/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a collector of NIC state is, and the table of all of them. A collector reads one kind of
 * state of one subject (a PCI function, a device of another bus, an interface, the machine) and
 * hands over raw bytes, decoded values and the outcome of each item through struct nic_output. It
 * decides nothing about deadlines or files: the runner (runner.h) calls it in a child process of
 * its own and kills that at the limit, so collect() may block and may leak.
 */
#ifndef SALVOR_NIC_LIVE_COLLECTOR_H
#define SALVOR_NIC_LIVE_COLLECTOR_H

#include "base/root.h"
#include "nic/live/inventory.h"
#include "nic/live/output.h"

enum nic_stage {
	NIC_BEFORE_BIND =
		1, /* kdump: before the NIC drivers of the capture kernel touch the devices */
	NIC_AFTER_BIND = 2,
	NIC_LIVE = 4,
	NIC_ANY_STAGE = 7,
};

enum nic_access {
	NIC_READS_FILES, /* sysfs and procfs: works below --root */
	NIC_ASKS_KERNEL, /* netlink or ioctl: only the running machine can answer */
	NIC_ASKS_DEVICE, /* writes to configuration space to get its answers: the same */
};

/*
 * Adding a collector: one file collect_<what>.c that ends in one of these, one line in collectors.c
 * (its comment says how the order is chosen), the man page's list, and a test with a fixture.
 */
struct nic_collector {
	const char *name;  /* key in the record, e.g. "pci-config" */
	unsigned subjects; /* enum nic_subject_kind, or-ed */
	unsigned stages;   /* enum nic_stage, or-ed */
	enum nic_access access;
	unsigned iov;	  /* nothing below this nic_depth.iov; 0: always */
	bool device_only; /* interfaces: not those without a device (lo, bond, vlan, bridge, …) */
	bool registers;	  /* only with nic_depth.registers: reads the device past its driver */
	double deadline;  /* seconds for one item, i.e. from one nic_begin() to the next */
	void (*collect)(const struct root *root, const struct nic_subject *s, struct nic_output *o);
};

extern const struct nic_collector nic_collect_pci_config;
extern const struct nic_collector nic_collect_sysfs_device;
extern const struct nic_collector nic_collect_sysfs_interface;
extern const struct nic_collector nic_collect_machine;
extern const struct nic_collector nic_collect_link;
extern const struct nic_collector nic_collect_ethtool_netlink;
extern const struct nic_collector nic_collect_ethtool_driver;
extern const struct nic_collector nic_collect_ethtool_stats;
extern const struct nic_collector nic_collect_ethtool_regs;
extern const struct nic_collector nic_collect_devlink;
extern const struct nic_collector nic_collect_devlink_region;
extern const struct nic_collector nic_collect_devlink_health;
extern const struct nic_collector nic_collect_debugfs;
extern const struct nic_collector nic_collect_ethtool_dump;
extern const struct nic_collector nic_collect_module_eeprom;
extern const struct nic_collector nic_collect_iov;
extern const struct nic_collector nic_collect_interrupts;
extern const struct nic_collector nic_collect_queues;
extern const struct nic_collector nic_collect_rdma;
extern const struct nic_collector nic_collect_registers;
extern const struct nic_collector nic_collect_cr_space;

/* NULL-terminated, in the order in which they run. */
extern const struct nic_collector *const nic_collectors[];

#endif
