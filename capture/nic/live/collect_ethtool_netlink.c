// SPDX-License-Identifier: GPL-2.0-or-later
/* Link state and why it is down, rings, channels, coalescing, flow control, FEC: ethtool over
 * netlink. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include "nic/decode/ethtool.h"
#include "nic/live/collector.h"
#include "nic/live/netlink.h"

static void request(struct nic_netlink *n, const struct ethtool_command *c, const char *ifname)
{
	struct nlmsghdr *h = nic_netlink_command(n, c->command, 0);
	struct nlattr *header = mnl_attr_nest_start(h, c->header | NLA_F_NESTED);
	mnl_attr_put_strz(h, ETHTOOL_A_HEADER_DEV_NAME, ifname);
	mnl_attr_put_u32(h, ETHTOOL_A_HEADER_FLAGS, ETHTOOL_FLAG_COMPACT_BITSETS | c->flags);
	mnl_attr_nest_end(h, header);
	if (!c->groups)
		return;
	/* All four groups (eth-phy, eth-mac, eth-ctrl, rmon), as a bitset without a mask. */
	const uint32_t all = 0xf;
	struct nlattr *groups = mnl_attr_nest_start(h, c->groups | NLA_F_NESTED);
	mnl_attr_put(h, ETHTOOL_A_BITSET_NOMASK, 0, NULL);
	mnl_attr_put_u32(h, ETHTOOL_A_BITSET_SIZE, 4);
	mnl_attr_put_u32(h, ETHTOOL_A_BITSET_VALUE, all);
	mnl_attr_nest_end(h, groups);
}

static void ask(struct nic_netlink *n, const struct ethtool_command *c, const struct nic_subject *s,
		struct nic_output *o)
{
	char file[64];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_begin(o, "ethtool netlink %s get (command %u)", c->name, c->command);
	request(n, c, s->name);
	struct err *e = nic_netlink_talk(n, &answer);
	if (e) {
		nic_err(o, e);
		return;
	}
	snprintf(file, sizeof(file), "ethtool-%s.netlink", c->name);
	nic_file(o, file, answer.data, answer.len);
	ethtool_json(c, answer.data, answer.len, &o->values);
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct nic_netlink n;
	struct err *e = nic_netlink_init_family(&n, ETHTOOL_GENL_NAME);
	if (e) {
		nic_begin(o, "generic netlink family " ETHTOOL_GENL_NAME);
		nic_err(o, e);
		return;
	}
	for (const struct ethtool_command *c = ethtool_commands; c->command; c++)
		ask(&n, c, s, o);
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_ethtool_netlink = {
	.name = "ethtool",
	.subjects = NIC_INTERFACE,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 5,
	.collect = collect,
};
