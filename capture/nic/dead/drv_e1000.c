// SPDX-License-Identifier: GPL-2.0-or-later
/* e1000: the 8254x (drivers/net/ethernet/intel/e1000/e1000.h). */
#include "nic/dead/driver.h"

/* enum e1000_state_t */
static const char *const state_names[] = {"testing", "!resetting", "down", "disabled", NULL};

static const struct nic_member members[] = {
	{"state", "flags", MEMBER_BITS, state_names},
	{"link_speed", "link_speed", MEMBER_UINT, NULL},
	{"link_duplex", "link_duplex", MEMBER_UINT, NULL},
	{"mac_type", "hw.mac_type", MEMBER_UINT, NULL},
	{"!tx_timeouts", "tx_timeout_count", MEMBER_UINT, NULL},
	{"restart_queue", "restart_queue", MEMBER_COUNTER, NULL},
	{"hw_rx_packets", "stats.gprc", MEMBER_UINT, NULL},
	{"hw_tx_packets", "stats.gptc", MEMBER_UINT, NULL},
	{"hw_rx_missed", "stats.mpc", MEMBER_COUNTER, NULL},
	{"hw_rx_no_buffer", "stats.rnbc", MEMBER_COUNTER, NULL},
	{"hw_tx_errors", "stats.txerrc", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_member tx_members[] = {
	{"last_tx_tso", "last_tx_tso", MEMBER_BOOL, NULL},
	{0},
};

static const struct nic_desc_format *tx_format(const struct place *ring)
{
	(void)ring;
	return &nic_desc_e1000_tx;
}

static const struct nic_desc_format *rx_format(const struct place *ring)
{
	(void)ring;
	return &nic_desc_e1000_rx;
}

static const struct nic_ring rings[] = {
	{
		.label = "tx",
		.kind = NIC_RING_TX,
		.path = "tx_ring[#]",
		.count = "num_tx_queues",
		.max = 8,
		.members = tx_members,
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
		.path = "rx_ring[#]",
		.count = "num_rx_queues",
		.max = 8,
		.base = "desc",
		.entries = "count",
		.use = "next_to_use",
		.clean = "next_to_clean",
		.format = rx_format,
	},
	{0},
};

const struct nic_driver nic_drv_e1000 = {
	.name = "e1000",
	.module = "e1000",
	.priv = "struct e1000_adapter",
	.members = members,
	.rings = rings,
};
