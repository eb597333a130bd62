// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sysfs says of a device: identity, driver and module, power, link, SR-IOV, error counters,
 * interrupts. Names: Documentation/ABI/testing/sysfs-bus-pci, sysfs-bus-pci-devices-aer_stats, and
 * arch/powerpc/kernel/eeh_sysfs.c for eeh_*.
 */
#include <string.h>
#include "nic/live/attributes.h"
#include "nic/live/collector.h"

static const char *const device_attributes[] = {
	"vendor",
	"device",
	"subsystem_vendor",
	"subsystem_device",
	"class",
	"revision",
	"label",
	"acpi_index",
	"modalias",
	"name",
	"devspec",
	"irq",
	"numa_node",
	"local_cpulist",
	"enable",
	"msi_bus",
	"broken_parity_status",
	"power_state",
	"d3cold_allowed",
	"power/runtime_status",
	"power/control",
	"current_link_speed",
	"current_link_width",
	"max_link_speed",
	"max_link_width",
	"reset_method",
	"ari_enabled",
	"consistent_dma_mask_bits",
	"dma_mask_bits",
	/* POWER: enhanced error handling */
	"eeh_mode",
	"eeh_pe_config_addr",
	"eeh_pe_state",
	/* non-PCI */
	"nodename",
	"devtype",
	"state",
	"status",
	"device_id",
	"class_id",
	NULL,
};

static const char *const sriov_attributes[] = {
	"sriov_totalvfs",
	"sriov_numvfs",
	"sriov_offset",
	"sriov_stride",
	"sriov_vf_device",
	"sriov_vf_total_msix",
	"sriov_vf_msix_count",
	"sriov_drivers_autoprobe",
	NULL,
};

static const char *const error_attributes[] = {
	"aer_dev_correctable",
	"aer_dev_nonfatal",
	"aer_dev_fatal",
	NULL,
};

static const char *const module_attributes[] = {
	"version", "srcversion", "refcnt", "taint", "initstate", NULL,
};

static void collect_attributes(const struct root *root, const struct nic_subject *s,
			       struct nic_output *o)
{
	nic_begin(o, "%s/*", s->sysfs);
	if (nic_attributes(root, s->sysfs, device_attributes, o) == 0) {
		nic_absent(o, "no attribute could be read");
		return;
	}
	nic_attribute_link(root, s->sysfs, "iommu_group", o);
	nic_attribute_names(root, s->sysfs, "virtio", "virtio", o);
	nic_ok(o);
}

static void collect_driver(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	char path[256], module[64];
	nic_begin(o, "%s/driver", s->sysfs);
	if (!*s->driver) {
		nic_absent(o, "no driver is bound");
		return;
	}
	snprintf(path, sizeof(path), "%s/driver/module", s->sysfs);
	json_object(&o->values, "module");
	if (nic_link_name(root, path, module, sizeof(module))) {
		json_str(&o->values, "name", module);
		nic_attributes(root, path, module_attributes, o);
	}
	snprintf(path, sizeof(path), "%s/driver/module/parameters", s->sysfs);
	nic_attribute_directory(root, path, "parameters", o);
	json_object_end(&o->values);
	nic_ok(o);
}

static void collect_sriov(const struct root *root, const struct nic_subject *s,
			  struct nic_output *o)
{
	char path[256], name[32], target[NIC_NAME_MAX];
	nic_begin(o, "%s/{sriov_*,physfn,virtfn*}", s->sysfs);
	json_object(&o->values, "sriov");
	unsigned count = nic_attributes(root, s->sysfs, sriov_attributes, o);
	snprintf(path, sizeof(path), "%s/physfn", s->sysfs);
	bool is_vf = nic_link_name(root, path, target, sizeof(target));
	if (is_vf)
		json_str(&o->values, "physfn", target);
	unsigned vfs = 0;
	/* VF numbers have no holes; the capability's counter has 16 bits. */
	for (unsigned i = 0; i <= 0xffff; i++) {
		snprintf(name, sizeof(name), "virtfn%u", i);
		snprintf(path, sizeof(path), "%s/%s", s->sysfs, name);
		if (!nic_link_name(root, path, target, sizeof(target)))
			break;
		if (vfs++ == 0)
			json_array(&o->values, "virtfn");
		json_str(&o->values, NULL, target);
	}
	if (vfs)
		json_array_end(&o->values);
	json_object_end(&o->values);
	if (count || vfs || is_vf)
		nic_ok(o);
	else
		nic_absent(o, "the function has no SR-IOV");
}

static void collect_errors(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	nic_begin(o, "%s/aer_dev_*", s->sysfs);
	json_object(&o->values, "aer");
	unsigned count = nic_attributes(root, s->sysfs, error_attributes, o);
	json_object_end(&o->values);
	if (count)
		nic_ok(o);
	else
		nic_absent(o,
			   "no AER counters: no AER capability, or the kernel does not handle it");
}

static void collect_interrupts(const struct root *root, const struct nic_subject *s,
			       struct nic_output *o)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/msi_irqs", s->sysfs);
	nic_begin(o, "%s", path);
	if (nic_attribute_names(root, path, "", "msi_irqs", o))
		nic_ok(o);
	else
		nic_absent(o, "no MSI or MSI-X vectors are set up");
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	collect_attributes(root, s, o);
	collect_driver(root, s, o);
	if (s->kind != NIC_PCI)
		return;
	if (o->depth->iov)
		collect_sriov(root, s, o);
	collect_errors(root, s, o);
	collect_interrupts(root, s, o);
}

const struct nic_collector nic_collect_sysfs_device = {
	.name = "sysfs-device",
	.subjects = NIC_PCI | NIC_BUS,
	.stages = NIC_ANY_STAGE,
	.access = NIC_READS_FILES,
	.deadline = 3,
	.collect = collect,
};
