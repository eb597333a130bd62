// SPDX-License-Identifier: GPL-2.0-or-later
/* e1000e: 82571 to the integrated ones (drivers/net/ethernet/intel/e1000e/e1000.h). */
#include "nic/dead/driver.h"

/* enum e1000_state_t of e1000e */
static const char *const state_names[] = {"testing", "!resetting", "access_shared_resource", "down",
					  NULL};

static const struct nic_member members[] = {
	{"state", "state", MEMBER_BITS, state_names},
	{"link_speed", "link_speed", MEMBER_UINT, NULL},
	{"link_duplex", "link_duplex", MEMBER_UINT, NULL},
	{"mac_type", "hw.mac.type", MEMBER_UINT, NULL},
	{"!tx_timeouts", "tx_timeout_count", MEMBER_UINT, NULL},
	{"!tx_hang_recheck", "tx_hang_recheck", MEMBER_BOOL, NULL},
	{"restart_queue", "restart_queue", MEMBER_COUNTER, NULL},
	{"hw_rx_packets", "stats.gprc", MEMBER_UINT, NULL},
	{"hw_tx_packets", "stats.gptc", MEMBER_UINT, NULL},
	{"hw_rx_missed", "stats.mpc", MEMBER_COUNTER, NULL},
	{"hw_rx_no_buffer", "stats.rnbc", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_desc_format *tx_format(const struct place *ring)
{
	(void)ring;
	return &nic_desc_e1000_tx;
}

/* Packet split descriptors, for jumbo frames, have 32 bytes and are only saved. */
static const struct nic_desc_format *rx_format(const struct place *ring)
{
	return place_or_0(ring, "adapter.rx_ps_pages") ? NULL : &nic_desc_e1000e_rx;
}

static const struct nic_ring rings[] = {
	{
		.label = "tx",
		.kind = NIC_RING_TX,
		.path = "tx_ring",
		.max = 1,
		.base = "desc",
		.entries = "count",
		.use = "next_to_use",
		.clean = "next_to_clean",
		.stamp = "buffer_info[#].time_stamp",
		.format = tx_format,
	},
	{
		.label = "rx",
		.kind = NIC_RING_RX,
		.path = "rx_ring",
		.max = 1,
		.base = "desc",
		.entries = "count",
		.use = "next_to_use",
		.clean = "next_to_clean",
		.format = rx_format,
	},
	{0},
};

const struct nic_driver nic_drv_e1000e = {
	.name = "e1000e",
	.module = "e1000e",
	.priv = "struct e1000_adapter",
	.members = members,
	.rings = rings,
};
