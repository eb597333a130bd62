// SPDX-License-Identifier: GPL-2.0-or-later
/* igb: 82575, 82576, i210, i350 (drivers/net/ethernet/intel/igb/igb.h), with its VFs. */
#include <inttypes.h>
#include "nic/dead/driver.h"

/* enum igb_state_t */
static const char *const state_names[] = {"testing", "!resetting", "down", "ptp_tx_in_progress",
					  NULL};

static const struct nic_member members[] = {
	{"state", "state", MEMBER_BITS, state_names},
	{"firmware", "fw_version", MEMBER_TEXT, NULL},
	{"link_speed", "link_speed", MEMBER_UINT, NULL},
	{"link_duplex", "link_duplex", MEMBER_UINT, NULL},
	{"mac_type", "hw.mac.type", MEMBER_UINT, NULL},
	{"!tx_timeouts", "tx_timeout_count", MEMBER_UINT, NULL},
	{"rx_packets", "stats64.rx_packets", MEMBER_UINT, NULL},
	{"tx_packets", "stats64.tx_packets", MEMBER_UINT, NULL},
	{"hw_rx_packets", "stats.gprc", MEMBER_UINT, NULL},
	{"hw_tx_packets", "stats.gptc", MEMBER_UINT, NULL},
	{"hw_rx_missed", "stats.mpc", MEMBER_COUNTER, NULL},
	{"vfs", "vfs_allocated_count", MEMBER_UINT, NULL},
	{0},
};

static const struct nic_member tx_members[] = {
	{"queue", "queue_index", MEMBER_UINT, NULL},
	{"register", "reg_idx", MEMBER_UINT, NULL},
	{"flags", "flags", MEMBER_HEX, NULL},
	{"packets", "tx_stats.packets", MEMBER_UINT, NULL},
	{"bytes", "tx_stats.bytes", MEMBER_UINT, NULL},
	{"restart_queue", "tx_stats.restart_queue", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_member rx_members[] = {
	{"queue", "queue_index", MEMBER_UINT, NULL},
	{"register", "reg_idx", MEMBER_UINT, NULL},
	{"next_to_alloc", "next_to_alloc", MEMBER_UINT, NULL},
	{"packets", "rx_stats.packets", MEMBER_UINT, NULL},
	{"bytes", "rx_stats.bytes", MEMBER_UINT, NULL},
	{"drops", "rx_stats.drops", MEMBER_COUNTER, NULL},
	{"alloc_failed", "rx_stats.alloc_failed", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_desc_format *tx_format(const struct place *ring)
{
	(void)ring;
	return &nic_desc_igb_tx;
}

static const struct nic_desc_format *rx_format(const struct place *ring)
{
	(void)ring;
	return &nic_desc_igb_rx;
}

static const struct nic_ring rings[] = {
	{
		.label = "tx",
		.kind = NIC_RING_TX,
		.path = "tx_ring[#]",
		.count = "num_tx_queues",
		.max = 16,
		.members = tx_members,
		.base = "desc",
		.entries = "count",
		.use = "next_to_use",
		.clean = "next_to_clean",
		.stamp = "tx_buffer_info[#].time_stamp",
		.format = tx_format,
	},
	{
		.label = "rx",
		.kind = NIC_RING_RX,
		.path = "rx_ring[#]",
		.count = "num_rx_queues",
		.max = 16,
		.members = rx_members,
		.base = "desc",
		.entries = "count",
		.use = "next_to_use",
		.clean = "next_to_clean",
		.format = rx_format,
	},
	{0},
};

static const struct nic_member vf_members[] = {
	{"mac", "vf_mac_addresses", MEMBER_MAC, NULL},
	{"flags", "flags", MEMBER_HEX, NULL},
	{"vlan", "pf_vlan", MEMBER_UINT, NULL},
	{"qos", "pf_qos", MEMBER_UINT, NULL},
	{"tx_rate", "tx_rate", MEMBER_UINT, NULL},
	{"spoofcheck", "spoofchk_enabled", MEMBER_BOOL, NULL},
	{"trusted", "trusted", MEMBER_BOOL, NULL},
	{0},
};

/* The PCI function cannot have more than 8 (82576) or 8 (i350). */
#define VFS_MAX 64

static void vfs(struct dead *d, const struct place *priv)
{
	uint64_t n = place_or_0(priv, "vfs_allocated_count");
	struct place vf;
	if (!n)
		return;
	show_list(&d->show, "vf");
	for (unsigned int i = 0; i < MIN(n, VFS_MAX) && dead_time_left(d); i++) {
		enum found f = dead_at_index(priv, "vf_data[#]", i, &vf);
		show_row(&d->show, NULL, "VF %u:", i);
		if (f == FOUND)
			dead_members(d, &vf, vf_members);
		else
			show_none(&d->show, "vf", dead_why(f));
		show_row_end(&d->show);
	}
	show_list_end(&d->show);
	if (n > VFS_MAX)
		dead_note(d, "%s claims %" PRIu64 " VFs", d->raw_dir, n);
}

const struct nic_driver nic_drv_igb = {
	.name = "igb",
	.module = "igb",
	.priv = "struct igb_adapter",
	.members = members,
	.rings = rings,
	.walk = vfs,
};
