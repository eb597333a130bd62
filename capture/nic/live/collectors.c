// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/collector.h"

/*
 * Each collector is run on all its subjects before the next one starts. First what is cheap and
 * asks no driver anything, so that it is safe whatever happens later: configuration space, then
 * sysfs and procfs, then the registers of devices, which a device that is ill may not answer. Then
 * what takes the kernel's network lock and asks drivers for what they know.
 * Last what makes a driver read its device or talk to its firmware, the longest and riskiest at the
 * very end.
 */
const struct nic_collector *const nic_collectors[] = {
	&nic_collect_pci_config,
	&nic_collect_sysfs_device,
	&nic_collect_machine,
	&nic_collect_sysfs_interface,
	&nic_collect_registers,
	&nic_collect_cr_space,
	&nic_collect_iov,
	&nic_collect_interrupts,
	&nic_collect_debugfs,
	&nic_collect_link,
	&nic_collect_ethtool_driver,
	&nic_collect_ethtool_netlink,
	&nic_collect_ethtool_stats,
	&nic_collect_queues,
	&nic_collect_devlink,
	&nic_collect_devlink_region,
	&nic_collect_rdma,
	&nic_collect_module_eeprom,
	&nic_collect_ethtool_regs,
	&nic_collect_ethtool_dump,
	&nic_collect_devlink_health,
	NULL,
};
