// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ibmveth, the virtual adapter of POWER partitions (drivers/net/ethernet/ibm/ibmveth.h): pools of
 * buffers given to the hypervisor, and the queue in which it returns them. Frames are sent by
 * hypervisor calls: there is no ring of them.
 */
#include <math.h>
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

/* The driver's poll takes no more frames before it fills the pools up again (NAPI_POLL_WEIGHT). */
#define POLL_MAX 64

#define ENTRY  16 /* struct ibmveth_rx_q_entry: flags and offset, length, correlator */
#define TOGGLE 0x80000000u

/*
 * The buffers of each pool that came back with a frame that the driver has not looked at: entries
 * of the receive queue that have the toggle of the lap the driver is in, from its index on
 * (ibmveth_rxq_pending_buffer()). The correlator is the driver's own number: pool, and buffer.
 */
static void returned(struct dead *d, const struct place *priv, uint64_t count[POOLS])
{
	uint8_t bytes[ENTRY];
	struct place queue;
	uint64_t slots = place_or_0(priv, "rx_queue.num_slots");
	uint64_t at = place_or_0(priv, "rx_queue.index");
	bool toggle = place_or_0(priv, "rx_queue.toggle");
	if (place_at(priv, "rx_queue.queue_addr", &queue) != FOUND ||
	    place_deref(&queue, &queue) != FOUND || at >= slots)
		return;
	uint64_t base = queue.addr;
	for (uint64_t n = 0; n < MIN(slots, DEAD_ENTRIES_MAX) && dead_time_left(d); n++) {
		queue.addr = base + at * ENTRY;
		if (place_read(&queue, bytes, sizeof(bytes)) != FOUND)
			return;
		bool theirs = get_u32(bytes, ORDER_BE) & TOGGLE;
		if (theirs != toggle)
			return;
		uint64_t pool = get_u64(bytes + 8, d->k->vmcore->order) >> 32;
		if (pool < POOLS)
			count[pool]++;
		if (++at == slots) {
			at = 0;
			toggle = !toggle;
		}
	}
}

/*
 * Each poll ends with ibmveth_replenish_task(): pools in use have threshold buffers and more then,
 * and during the next poll POLL_MAX less. What has not even that was not filled up for want of
 * memory, or because the hypervisor refused; pools so small that one poll may empty them are not
 * judged. A frame for which a pool has no buffer gets one of a larger pool, where there is one;
 * what gets none is counted in rx_no_buffer.
 */
static void pool_level(struct dead *d, const struct place *pool, unsigned int i, uint64_t back)
{
	struct nic_level l = {.size = place_or_0(pool, "size"), .oldest_ms = NAN};
	uint64_t available = place_or_0(pool, "available"), threshold = 0;
	/* freed when the interface is taken down, which leaves the numbers as they were */
	if (!place_or_0(pool, "active") || !place_or_0(pool, "skbuff") || available > l.size ||
	    place_number(pool, "threshold", &threshold) != FOUND)
		return;
	snprintf(l.name, sizeof(l.name), "pool-%u", i);
	l.kind = threshold > POLL_MAX + l.size / 16 ? NIC_RING_RX : NIC_RING_OTHER;
	l.done = MIN(back, available);
	l.device = available - l.done;
	nic_health_ring(&d->health, &l);
}

static void pools(struct dead *d, const struct place *priv)
{
	struct place pool;
	uint64_t back[POOLS] = {0};
	returned(d, priv, back);
	show_list(&d->show, "pools");
	for (unsigned int i = 0; i < POOLS; i++) {
		if (dead_at_index(priv, "rx_buff_pool[#]", i, &pool) != FOUND)
			break;
		show_row(&d->show, NULL, "pool %u:", i);
		dead_members(d, &pool, pool_members);
		show_u64(&d->show, "received_not_looked_at", back[i]);
		pool_level(d, &pool, i, back[i]);
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
