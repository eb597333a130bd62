// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer to RTM_GETLINK: link, 64-bit counters, virtual functions
 * (include/uapi/linux/if_link.h). */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/decode/netlink_attrs.h"

/* In the order of struct rtnl_link_stats64, which only ever grows at its end. */
static const char *const counters[] = {
	"rx_packets",
	"tx_packets",
	"rx_bytes",
	"tx_bytes",
	"rx_errors",
	"tx_errors",
	"rx_dropped",
	"tx_dropped",
	"multicast",
	"collisions",
	"rx_length_errors",
	"rx_over_errors",
	"rx_crc_errors",
	"rx_frame_errors",
	"rx_fifo_errors",
	"rx_missed_errors",
	"tx_aborted_errors",
	"tx_carrier_errors",
	"tx_fifo_errors",
	"tx_heartbeat_errors",
	"tx_window_errors",
	"rx_compressed",
	"tx_compressed",
	"rx_nohandler",
	"rx_otherhost_dropped",
};

static void counters_json(const struct nla_view *v, struct json *j, const char *name)
{
	uint64_t value;
	json_object(j, name);
	for (size_t i = 0; i < ARRAY_SIZE(counters) && (i + 1) * sizeof(value) <= v->len; i++) {
		memcpy(&value, v->data + i * sizeof(value), sizeof(value));
		json_u64(j, counters[i], value);
	}
	json_object_end(j);
}

static uint32_t word(const struct nla_view *v, size_t index)
{
	uint32_t value = 0;
	if ((index + 1) * sizeof(value) <= v->len)
		memcpy(&value, v->data + index * sizeof(value), sizeof(value));
	return value;
}

/* struct ifla_vf_mac: the number of the VF and 32 bytes, of which Ethernet uses 6. */
static void vf_mac_json(const struct nla_view *v, struct json *j, const char *name)
{
	char text[18] = "";
	json_u64(j, "vf", word(v, 0));
	if (v->len >= 10)
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", v->data[4],
			 v->data[5], v->data[6], v->data[7], v->data[8], v->data[9]);
	json_str(j, name, text);
}

/* struct ifla_vf_vlan and the others: u32 vf, then what they are about. */
static void vf_vlan_json(const struct nla_view *v, struct json *j, const char *name)
{
	json_u64(j, name, word(v, 1));
	json_u64(j, "vlan_qos", word(v, 2));
}

static void vf_word_json(const struct nla_view *v, struct json *j, const char *name)
{
	json_u64(j, name, word(v, 1));
}

static void vf_rate_json(const struct nla_view *v, struct json *j, const char *name)
{
	json_object(j, name);
	json_u64(j, "min_mbit", word(v, 1));
	json_u64(j, "max_mbit", word(v, 2));
	json_object_end(j);
}

static const struct nla_field vf_stats_fields[] = {
	{.type = IFLA_VF_STATS_RX_PACKETS, .name = "rx_packets"},
	{.type = IFLA_VF_STATS_TX_PACKETS, .name = "tx_packets"},
	{.type = IFLA_VF_STATS_RX_BYTES, .name = "rx_bytes"},
	{.type = IFLA_VF_STATS_TX_BYTES, .name = "tx_bytes"},
	{.type = IFLA_VF_STATS_BROADCAST, .name = "broadcast"},
	{.type = IFLA_VF_STATS_MULTICAST, .name = "multicast"},
	{.type = IFLA_VF_STATS_RX_DROPPED, .name = "rx_dropped"},
	{.type = IFLA_VF_STATS_TX_DROPPED, .name = "tx_dropped"},
	{0},
};

static const struct nla_field vf_fields[] = {
	{IFLA_VF_MAC, NLA_KIND_CUSTOM, "mac", NULL, vf_mac_json, NULL},
	{IFLA_VF_VLAN, NLA_KIND_CUSTOM, "vlan", NULL, vf_vlan_json, NULL},
	{IFLA_VF_SPOOFCHK, NLA_KIND_CUSTOM, "spoofchk", NULL, vf_word_json, NULL},
	{IFLA_VF_LINK_STATE, NLA_KIND_CUSTOM, "link_state", NULL, vf_word_json, NULL},
	{IFLA_VF_RATE, NLA_KIND_CUSTOM, "rate", NULL, vf_rate_json, NULL},
	{IFLA_VF_RSS_QUERY_EN, NLA_KIND_CUSTOM, "rss_query", NULL, vf_word_json, NULL},
	{IFLA_VF_TRUST, NLA_KIND_CUSTOM, "trust", NULL, vf_word_json, NULL},
	{IFLA_VF_STATS, NLA_KIND_NESTED, "stats", vf_stats_fields, NULL, NULL},
	{0},
};

static const struct nla_field info_fields[] = {
	{.type = IFLA_INFO_KIND, .kind = NLA_KIND_STRING, .name = "kind"},
	{.type = IFLA_INFO_SLAVE_KIND, .kind = NLA_KIND_STRING, .name = "slave_kind"},
	{0},
};

/* RFC 2863, IF_OPER_* in include/uapi/linux/if.h */
static const char *const operstates[] = {
	"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up", NULL,
};

static const struct nla_field link_fields[] = {
	{.type = IFLA_IFNAME, .kind = NLA_KIND_STRING, .name = "ifname"},
	{.type = IFLA_IFALIAS, .kind = NLA_KIND_STRING, .name = "ifalias"},
	{.type = IFLA_ADDRESS, .kind = NLA_KIND_ADDRESS, .name = "address"},
	{.type = IFLA_BROADCAST, .kind = NLA_KIND_ADDRESS, .name = "broadcast"},
	{.type = IFLA_PERM_ADDRESS, .kind = NLA_KIND_ADDRESS, .name = "permanent_address"},
	{.type = IFLA_MTU, .name = "mtu"},
	{.type = IFLA_MIN_MTU, .name = "min_mtu"},
	{.type = IFLA_MAX_MTU, .name = "max_mtu"},
	{.type = IFLA_LINK, .name = "link"},
	{.type = IFLA_MASTER, .name = "master"},
	{.type = IFLA_TXQLEN, .name = "tx_queue_len"},
	{.type = IFLA_OPERSTATE, .name = "operstate", .names = operstates},
	{.type = IFLA_LINKMODE, .name = "link_mode"},
	{.type = IFLA_CARRIER, .name = "carrier"},
	{.type = IFLA_CARRIER_CHANGES, .name = "carrier_changes"},
	{.type = IFLA_CARRIER_UP_COUNT, .name = "carrier_up_count"},
	{.type = IFLA_CARRIER_DOWN_COUNT, .name = "carrier_down_count"},
	{.type = IFLA_QDISC, .kind = NLA_KIND_STRING, .name = "qdisc"},
	{.type = IFLA_GROUP, .name = "group"},
	{.type = IFLA_PROMISCUITY, .name = "promiscuity"},
	{.type = IFLA_NUM_TX_QUEUES, .name = "tx_queues"},
	{.type = IFLA_NUM_RX_QUEUES, .name = "rx_queues"},
	{.type = IFLA_NUM_VF, .name = "num_vf"},
	{.type = IFLA_PROTO_DOWN, .name = "proto_down"},
	{.type = IFLA_PARENT_DEV_NAME, .kind = NLA_KIND_STRING, .name = "parent_device"},
	{.type = IFLA_PARENT_DEV_BUS_NAME, .kind = NLA_KIND_STRING, .name = "parent_bus"},
	{.type = IFLA_PHYS_PORT_NAME, .kind = NLA_KIND_STRING, .name = "phys_port_name"},
	{.type = IFLA_PHYS_SWITCH_ID, .kind = NLA_KIND_HEX, .name = "phys_switch_id"},
	{.type = IFLA_LINKINFO, .kind = NLA_KIND_NESTED, .name = "info", .table = info_fields},
	{.type = IFLA_STATS64, .kind = NLA_KIND_CUSTOM, .name = "stats", .decode = counters_json},
	{.type = IFLA_VFINFO_LIST, .kind = NLA_KIND_ARRAY, .name = "vfs", .table = vf_fields},
	{0},
};

void nic_link_json(const void *message, size_t len, struct json *j)
{
	struct nlmsghdr head;
	struct ifinfomsg info;
	const size_t attrs_at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(info));
	if (len < attrs_at)
		return;
	memcpy(&head, message, sizeof(head));
	if (head.nlmsg_type != RTM_NEWLINK || head.nlmsg_len < attrs_at)
		return;
	memcpy(&info, (const uint8_t *)message + NLMSG_HDRLEN, sizeof(info));
	json_i64(j, "ifindex", info.ifi_index);
	json_u64(j, "hardware_type", info.ifi_type);
	json_u64(j, "flags", info.ifi_flags);
	struct nla_view attrs = {
		.data = (const uint8_t *)message + attrs_at,
		.len = MIN(len, (size_t)head.nlmsg_len) - attrs_at,
	};
	nla_json(attrs, link_fields, j);
}
