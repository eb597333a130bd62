// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sysfs says of an interface: its attributes, counters, stacking and queues. Names:
 * Documentation/ABI/testing/sysfs-class-net, -statistics, -queues.
 */
#include <string.h>
#include "nic/live/attributes.h"
#include "nic/live/collector.h"

static const char *const interface_attributes[] = {
	"ifindex",
	"iflink",
	"type",
	"flags",
	"address",
	"addr_assign_type",
	"broadcast",
	"mtu",
	"operstate",
	"carrier",
	"carrier_changes",
	"carrier_up_count",
	"carrier_down_count",
	"dormant",
	"testing",
	"link_mode",
	"speed",
	"duplex",
	"tx_queue_len",
	"netdev_group",
	"ifalias",
	"name_assign_type",
	"dev_id",
	"dev_port",
	"proto_down",
	"threaded",
	"gro_flush_timeout",
	"napi_defer_hard_irqs",
	"phys_port_id",
	"phys_port_name",
	"phys_switch_id",
	NULL,
};

static const char *const queue_attributes[] = {
	"tx_timeout",
	"traffic_class",
	"tx_maxrate",
	"xps_cpus",
	"rps_cpus",
	"rps_flow_cnt",
	"byte_queue_limits/inflight",
	"byte_queue_limits/limit",
	"byte_queue_limits/stall_cnt",
	NULL,
};

/* Enough for the largest adapters (one queue pair per CPU and traffic class). */
#define QUEUES_MAX 2048

static void collect_attributes(const struct root *root, const struct nic_subject *s,
			       struct nic_output *o)
{
	nic_begin(o, "%s/*", s->sysfs);
	if (nic_attributes(root, s->sysfs, interface_attributes, o) == 0) {
		nic_absent(o, "the interface is gone");
		return;
	}
	nic_attribute_link(root, s->sysfs, "master", o);
	nic_attribute_names(root, s->sysfs, "upper_", "upper", o);
	nic_attribute_names(root, s->sysfs, "lower_", "lower", o);
	nic_ok(o);
}

static void collect_counters(const struct root *root, const struct nic_subject *s,
			     struct nic_output *o)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/statistics", s->sysfs);
	nic_begin(o, "%s", path);
	if (nic_attribute_directory(root, path, "statistics", o))
		nic_ok(o);
	else
		nic_absent(o, "no counters");
}

static void collect_bonding(const struct root *root, const struct nic_subject *s,
			    struct nic_output *o)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/bonding", s->sysfs);
	if (!root_exists(root, path))
		return;
	nic_begin(o, "%s", path);
	nic_attribute_directory(root, path, "bonding", o);
	nic_ok(o);
}

static bool is_queue(const char *name)
{
	return strncmp(name, "rx-", 3) == 0 || strncmp(name, "tx-", 3) == 0;
}

static void collect_queues(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	char path[256], queue[300];
	unsigned count = 0;
	snprintf(path, sizeof(path), "%s/queues", s->sysfs);
	nic_begin(o, "%s", path);
	DIR *d = root_opendir(root, path);
	if (!d) {
		nic_absent(o, "no queues");
		return;
	}
	json_object(&o->values, "queues");
	struct dirent *e;
	while ((e = readdir(d)) && count < QUEUES_MAX) {
		if (!is_queue(e->d_name) || strlen(e->d_name) > 16)
			continue;
		snprintf(queue, sizeof(queue), "%s/%.16s", path, e->d_name);
		json_object(&o->values, e->d_name);
		nic_attributes(root, queue, queue_attributes, o);
		json_object_end(&o->values);
		count++;
	}
	json_object_end(&o->values);
	closedir(d);
	if (count == QUEUES_MAX)
		nic_ok_but(o, "%d queues, the rest is left out", QUEUES_MAX);
	else
		nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	collect_attributes(root, s, o);
	collect_counters(root, s, o);
	collect_bonding(root, s, o);
	collect_queues(root, s, o);
}

const struct nic_collector nic_collect_sysfs_interface = {
	.name = "sysfs-interface",
	.subjects = NIC_INTERFACE,
	.stages = NIC_ANY_STAGE,
	.access = NIC_READS_FILES,
	/* speed, duplex and phys_* wait for the lock that a hung driver may hold
	   (net/core/net-sysfs.c) */
	.deadline = 3,
	.collect = collect,
};
