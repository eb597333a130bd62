// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual functions of a physical one, as far as this machine sees them: driver, interrupt
 * vectors, resources, interfaces, RDMA devices. Their state as the physical function has it is with
 * the interface (link) and with sysfs-device.
 */
#include <string.h>
#include "nic/live/attributes.h"
#include "nic/live/collector.h"

/* The capability's counter has 16 bits; as many subjects as an inventory has. */
#define VFS_MAX NIC_SUBJECTS_MAX

static void one(const struct root *root, const char *path, const char *address,
		struct nic_output *o)
{
	static const char *const names[] = {
		"vendor",    "device",	     "class",
		"enable",    "irq",	     "sriov_vf_msix_count",
		"numa_node", "reset_method", "power_state",
		"resource",  NULL,
	};
	char driver[64], below[320];
	json_object(&o->values, NULL);
	json_str(&o->values, "address", address);
	snprintf(below, sizeof(below), "%s/driver", path);
	bool bound = nic_link_name(root, below, driver, sizeof(driver));
	json_str(&o->values, "driver", bound ? driver : NULL);
	nic_attributes(root, path, names, o);
	snprintf(below, sizeof(below), "%s/net", path);
	nic_attribute_names(root, below, "", "interfaces", o);
	snprintf(below, sizeof(below), "%s/infiniband", path);
	nic_attribute_names(root, below, "", "rdma", o);
	snprintf(below, sizeof(below), "%s/msi_irqs", path);
	nic_attribute_names(root, below, "", "msi_irqs", o);
	json_object_end(&o->values);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	char path[256], address[NIC_NAME_MAX];
	unsigned n = 0;
	nic_begin(o, "%s/virtfn*/", s->sysfs);
	for (; n < VFS_MAX; n++) {
		snprintf(path, sizeof(path), "%s/virtfn%u", s->sysfs, n);
		if (!nic_link_name(root, path, address, sizeof(address)))
			break;
		if (n == 0)
			json_array(&o->values, "vfs");
		one(root, path, address, o);
	}
	if (n) {
		json_array_end(&o->values);
		nic_ok(o);
	} else {
		nic_absent(o, "the function has no virtual functions");
	}
}

const struct nic_collector nic_collect_iov = {
	.name = "iov",
	.subjects = NIC_PCI,
	.stages = NIC_LIVE,
	.access = NIC_READS_FILES,
	.iov = 2,
	.deadline = 5,
	.collect = collect,
};
