/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what there is to collect from: PCI functions that are network devices, network devices of
 * other buses, and interfaces. Reads directories, links and one attribute per device below a root;
 * it asks no driver anything. The inventory owns its subjects; they do not change afterwards.
 */
#ifndef SALVOR_NIC_LIVE_INVENTORY_H
#define SALVOR_NIC_LIVE_INVENTORY_H

#include "base/root.h"

enum nic_subject_kind {
	NIC_PCI = 1,	   /* a PCI function */
	NIC_BUS = 2,	   /* a device of another bus: vio, xen, virtio-mmio, usb, … */
	NIC_INTERFACE = 4, /* a network interface, with or without a device */
	NIC_MACHINE = 8,   /* what belongs to no single device */
};

#define NIC_NAME_MAX 96

struct nic_subject {
	enum nic_subject_kind kind;
	char name[NIC_NAME_MAX];      /* "0000:00:03.0", "vio:30000002", "eth0", "machine" */
	char directory[NIC_NAME_MAX]; /* its directory in the output: the name, or the name made
					 unique */
	char bus[32];		      /* devices: "pci", "vio", …; interfaces: "" */
	char device[NIC_NAME_MAX]; /* interfaces: name of the device's subject, "" without a device
				    */
	char driver[64];	   /* "" when none is bound */
	char sysfs[2 * NIC_NAME_MAX]; /* path below the root, "" for the machine */
	bool queues_only; /* what its queues are is wanted of it, and nothing else (select.h) */
};

/* More than this is not a machine we know (PCI: 256 VFs on each of 8 ports and their interfaces).
 */
#define NIC_SUBJECTS_MAX 8192

struct nic_inventory {
	struct nic_subject
		*subjects; /* machine, PCI functions, bus devices, interfaces; each sorted */
	size_t count;
	bool truncated; /* NIC_SUBJECTS_MAX was reached */
};

struct err *nic_inventory_init(struct nic_inventory *inv, const struct root *root) must_check;
void nic_inventory_deinit(struct nic_inventory *inv);

/* "pci", "bus", "interface", "machine". */
const char *nic_subject_kind_name(enum nic_subject_kind kind);

/* The last component of a link's target ("driver" -> "e1000e"); false (and "" in out) without it.
 */
bool nic_link_name(const struct root *root, const char *path, char *out, size_t size);

#endif
