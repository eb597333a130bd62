// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ibmveth, the virtual adapter of POWER partitions (drivers/net/ethernet/ibm/ibmveth.h): pools of
 * buffers given to the hypervisor, and the queue in which it returns them. Frames are sent by
 * hypervisor calls: there is no ring of them.
 */
#include "nic/dead/driver.h"

static const struct nic_member members[] = {
	{"pool_config", "pool_config", MEMBER_UINT, NULL},
	{"rx_csum", "rx_csum", MEMBER_INT, NULL},
	{"large_send", "large_send", MEMBER_INT, NULL},
	{"opened_queue_index", "rx_queue.index", MEMBER_UINT, NULL},
	{"toggle", "rx_queue.toggle", MEMBER_INT, NULL},
	{"replenish_calls", "replenish_task_cycles", MEMBER_UINT, NULL},
	{"replenish_no_mem", "replenish_no_mem", MEMBER_COUNTER, NULL},
	{"replenish_failures", "replenish_add_buff_failure", MEMBER_COUNTER, NULL},
	{"rx_invalid", "rx_invalid_buffer", MEMBER_COUNTER, NULL},
	{"rx_no_buffer", "rx_no_buffer", MEMBER_COUNTER, NULL},
	{"tx_map_failed", "tx_map_failed", MEMBER_COUNTER, NULL},
	{"tx_send_failed", "tx_send_failed", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_desc_format *format(const struct place *ring)
{
	(void)ring;
	return &nic_desc_ibmveth_rx;
}

static const struct nic_member queue_members[] = {
	{"index", "index", MEMBER_UINT, NULL}, {"toggle", "toggle", MEMBER_UINT, NULL}, {0}};

static const struct nic_ring rings[] = {
	{
		.label = "rx",
		.path = "rx_queue",
		.max = 1,
		.members = queue_members,
		.base = "queue_addr",
		.entries = "num_slots",
		.format = format,
	},
	{0},
};

/* IBMVETH_NUM_BUFF_POOLS */
#define POOLS 5

static const struct nic_member pool_members[] = {
	{"size", "size", MEMBER_UINT, NULL},
	{"buff_size", "buff_size", MEMBER_UINT, NULL},
	{"available", "available", MEMBER_INT, NULL},
	{"threshold", "threshold", MEMBER_UINT, NULL},
	{"active", "active", MEMBER_BOOL, NULL},
	{"producer", "producer_index", MEMBER_UINT, NULL},
	{"consumer", "consumer_index", MEMBER_UINT, NULL},
	{0},
};

static void pools(struct dead *d, const struct place *priv)
{
	struct place pool;
	show_list(&d->show, "pools");
	for (unsigned int i = 0; i < POOLS; i++) {
		if (dead_at_index(priv, "rx_buff_pool[#]", i, &pool) != FOUND)
			break;
		show_row(&d->show, NULL, "pool %u:", i);
		dead_members(d, &pool, pool_members);
		show_row_end(&d->show);
	}
	show_list_end(&d->show);
}

const struct nic_driver nic_drv_ibmveth = {
	.name = "ibmveth",
	.module = "ibmveth",
	.priv = "struct ibmveth_adapter",
	.members = members,
	.rings = rings,
	.walk = pools,
};
