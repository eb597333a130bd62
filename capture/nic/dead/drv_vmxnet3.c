// SPDX-License-Identifier: GPL-2.0-or-later
/* vmxnet3 (drivers/net/vmxnet3/vmxnet3_int.h): command rings and completion rings. */
#include "nic/dead/driver.h"

/* enum vmxnet3_adapter_state */
static const char *const state_names[] = {"!resetting", "quiesced", NULL};

static const struct nic_member members[] = {
	{"state", "state", MEMBER_BITS, state_names},
	{"version", "version", MEMBER_UINT, NULL},
	{"link_speed", "link_speed", MEMBER_INT, NULL},
	{"!tx_timeouts", "tx_timeout_count", MEMBER_UINT, NULL},
	{0},
};

static const struct nic_member tx_members[] = {
	{"gen", "tx_ring.gen", MEMBER_UINT, NULL},
	{"stopped", "stopped", MEMBER_BOOL, NULL},
	{"drops", "stats.drop_total", MEMBER_COUNTER, NULL},
	{"ring_full", "stats.tx_ring_full", MEMBER_COUNTER, NULL},
	{0},
};
static const struct nic_member tx_comp_members[] = {
	{"gen", "comp_ring.gen", MEMBER_UINT, NULL},
	{0},
};
static const struct nic_member rx_members[] = {{"gen", "gen", MEMBER_UINT, NULL}, {0}};
static const struct nic_member rx_comp_members[] = {
	{"gen", "comp_ring.gen", MEMBER_UINT, NULL},
	{"drops", "stats.drop_total", MEMBER_COUNTER, NULL},
	{"alloc_failed", "stats.rx_buf_alloc_failure", MEMBER_COUNTER, NULL},
	{0},
};

#define FORMAT(name)                                                                               \
	static const struct nic_desc_format *name##_format(const struct place *ring)               \
	{                                                                                          \
		(void)ring;                                                                        \
		return &nic_desc_vmxnet3_##name;                                                   \
	}
FORMAT(tx)
FORMAT(rx)
FORMAT(tx_comp)
FORMAT(rx_comp)

/* Of each queue: what is given to the device, and what it says is done. */
static const struct nic_ring rings[] = {
	{
		.label = "tx",
		.kind = NIC_RING_TX,
		.path = "tx_queue[#]",
		.count = "num_tx_queues",
		.max = 8,
		.members = tx_members,
		.base = "tx_ring.base",
		.entries = "tx_ring.size",
		.use = "tx_ring.next2fill",
		.clean = "tx_ring.next2comp",
		.format = tx_format,
	},
	{
		.label = "tx-completion",
		.kind = NIC_RING_DONE,
		.path = "tx_queue[#]",
		.count = "num_tx_queues",
		.max = 8,
		.members = tx_comp_members,
		.base = "comp_ring.base",
		.entries = "comp_ring.size",
		.next = "comp_ring.next2proc",
		.gen = "comp_ring.gen",
		.format = tx_comp_format,
	},
	{
		.label = "rx",
		.kind = NIC_RING_RX,
		.path = "rx_queue[#].rx_ring[0]",
		.count = "num_rx_queues",
		.max = 16,
		.members = rx_members,
		.base = "base",
		.entries = "size",
		.use = "next2fill",
		.clean = "next2comp",
		.format = rx_format,
	},
	{
		.label = "rx-body",
		.kind = NIC_RING_RX,
		.path = "rx_queue[#].rx_ring[1]",
		.count = "num_rx_queues",
		.max = 16,
		.members = rx_members,
		.base = "base",
		.entries = "size",
		.use = "next2fill",
		.clean = "next2comp",
		.format = rx_format,
	},
	{
		.label = "rx-completion",
		.kind = NIC_RING_DONE,
		.path = "rx_queue[#]",
		.count = "num_rx_queues",
		.max = 16,
		.members = rx_comp_members,
		.base = "comp_ring.base",
		.entries = "comp_ring.size",
		.next = "comp_ring.next2proc",
		.gen = "comp_ring.gen",
		.format = rx_comp_format,
	},
	{0},
};

const struct nic_driver nic_drv_vmxnet3 = {
	.name = "vmxnet3",
	.module = "vmxnet3",
	.priv = "struct vmxnet3_adapter",
	.members = members,
	.rings = rings,
};
