/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One device out of an inventory: found by any of its names, and the inventory cut down to what
 * belongs to it. Reads sysfs below the root only. No state.
 */
#ifndef SALVOR_NIC_LIVE_SELECT_H
#define SALVOR_NIC_LIVE_SELECT_H

#include "nic/live/inventory.h"

/*
 * The device (NIC_PCI or NIC_BUS) called text: an interface, a PCI address with or without its
 * domain, a devlink handle (pci/0000:08:00.0, netdevsim/netdevsim10), a device of a bus without
 * it where that is unique (netdevsim10), a device of a bus that is right below one of these
 * (virtio/virtio2), or an RDMA device.
 */
struct err *nic_select(const struct root *root, const struct nic_inventory *inv, const char *text,
		       const struct nic_subject **ret) must_check;

/* NULL unless it is a virtual function; the error names the physical one. */
struct err *nic_select_refuse_vf(const struct root *root, const struct nic_subject *s) must_check;

/*
 * Drops all that is not the machine, the device called name or an interface on it. From level 3 of
 * nic_depth.iov on its virtual functions and what is on them stay, at 3 for their queues only.
 * Pointers into the inventory become invalid.
 */
void nic_select_only(const struct root *root, struct nic_inventory *inv, const char *name,
		     unsigned iov);

/* All names by which people know a device, NULL at the end. Borrowed from inv and names. */
#define NIC_NAMES_MAX 16
struct nic_names {
	const char *v[NIC_NAMES_MAX];
	char handle[2 * NIC_NAME_MAX];
};
void nic_select_names(const struct nic_inventory *inv, const struct nic_subject *s,
		      struct nic_names *ret);

#endif
