// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which queue of an interface belongs to which NAPI instance and interrupt, and what the queues
 * counted: the family "netdev" of generic netlink (Linux 6.8, 6b6171db7fc8). The numbers are those
 * of include/uapi/linux/netdev.h, which older userspace headers do not have.
 */
#include <net/if.h>
#include "nic/decode/devlink.h"
#include "nic/live/collector.h"
#include "nic/live/netlink.h"

enum { CMD_QUEUE_GET = 10, CMD_NAPI_GET = 11, CMD_QSTATS_GET = 12 };

static const char *const queue_types[] = {"rx", "tx", NULL};

static const struct nla_field queue_fields[] = {
	{.type = 1, .kind = NLA_KIND_UINT, .name = "id"},
	{.type = 2, .kind = NLA_KIND_UINT, .name = "ifindex"},
	{.type = 3, .kind = NLA_KIND_UINT, .name = "type", .names = queue_types},
	{.type = 4, .kind = NLA_KIND_UINT, .name = "napi"},
	{0},
};

static const struct nla_field napi_fields[] = {
	{.type = 1, .kind = NLA_KIND_UINT, .name = "ifindex"},
	{.type = 2, .kind = NLA_KIND_UINT, .name = "id"},
	{.type = 3, .kind = NLA_KIND_UINT, .name = "irq"},
	{.type = 4, .kind = NLA_KIND_UINT, .name = "thread"},
	{0},
};

static const struct nla_field statistics_fields[] = {
	{.type = 1, .kind = NLA_KIND_UINT, .name = "ifindex"},
	{.type = 2, .kind = NLA_KIND_UINT, .name = "type", .names = queue_types},
	{.type = 3, .kind = NLA_KIND_UINT, .name = "id"},
	{.type = 8, .kind = NLA_KIND_UINT, .name = "rx_packets"},
	{.type = 9, .kind = NLA_KIND_UINT, .name = "rx_bytes"},
	{.type = 10, .kind = NLA_KIND_UINT, .name = "tx_packets"},
	{.type = 11, .kind = NLA_KIND_UINT, .name = "tx_bytes"},
	{0},
};

static const struct {
	const char *name;
	uint8_t command;
	uint16_t ifindex; /* attribute of the request */
	const struct nla_field *fields;
} requests[] = {
	{"queues", CMD_QUEUE_GET, 2, queue_fields},
	{"napi", CMD_NAPI_GET, 1, napi_fields},
	{"queue-statistics", CMD_QSTATS_GET, 1, statistics_fields},
};

static void ask(struct nic_netlink *n, size_t which, uint32_t ifindex, struct nic_output *o)
{
	char file[64];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_begin(o, "netdev netlink command %u ifindex %u", requests[which].command, ifindex);
	struct nlmsghdr *h = nic_netlink_command(n, requests[which].command, NLM_F_DUMP);
	mnl_attr_put_u32(h, requests[which].ifindex, ifindex);
	if (requests[which].command == CMD_QSTATS_GET)
		mnl_attr_put_u32(h, 4, 1); /* scope: one entry per queue */
	struct err *e = nic_netlink_talk(n, &answer);
	if (answer.len > 0) {
		snprintf(file, sizeof(file), "netdev-%s.netlink", requests[which].name);
		nic_file(o, file, answer.data, answer.len);
	}
	if (e) {
		nic_err(o, e);
		return;
	}
	struct nla_view view = {(const uint8_t *)answer.data, answer.len}, attrs;
	json_array(&o->values, requests[which].name);
	while (devlink_take(&view, &attrs)) { /* the framing is generic netlink's */
		json_object(&o->values, NULL);
		nla_json(attrs, requests[which].fields, &o->values);
		json_object_end(&o->values);
	}
	json_array_end(&o->values);
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct nic_netlink n;
	uint32_t ifindex = if_nametoindex(s->name);
	nic_begin(o, "generic netlink family netdev");
	struct err *e = nic_netlink_init_family(&n, "netdev");
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		ask(&n, i, ifindex, o);
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_queues = {
	.name = "queues",
	.subjects = NIC_INTERFACE,
	.stages = NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.iov = 3,
	.device_only = true,
	.deadline = 5,
	.collect = collect,
};
