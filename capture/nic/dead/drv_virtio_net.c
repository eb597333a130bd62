// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio_net (drivers/net/virtio_net.c): its queues; the rings are vring.c's. */
#include <inttypes.h>
#include "nic/dead/vring.h"

static const struct nic_member members[] = {
	{"queue_pairs", "curr_queue_pairs", MEMBER_UINT, NULL},
	{"max_queue_pairs", "max_queue_pairs", MEMBER_UINT, NULL},
	{"status", "status", MEMBER_HEX, NULL},
	{"speed", "speed", MEMBER_INT, NULL},
	{"mergeable_buffers", "mergeable_rx_bufs", MEMBER_BOOL, NULL},
	{"big_packets", "big_packets", MEMBER_BOOL, NULL},
	{"refill_enabled", "refill_enabled", MEMBER_BOOL, NULL},
	{"features", "vdev.features", MEMBER_HEX, NULL},
	{"config_enabled", "vdev.config_core_enabled|vdev.config_enabled", MEMBER_BOOL, NULL},
	{0},
};

static const struct nic_member tx_members[] = {
	{"packets", "stats.packets", MEMBER_UINT, NULL},
	{"bytes", "stats.bytes", MEMBER_UINT, NULL},
	{"kicks", "stats.kicks", MEMBER_UINT, NULL},
	{"!tx_timeouts", "stats.tx_timeouts", MEMBER_COUNTER, NULL},
	{"stop", "stats.stop", MEMBER_COUNTER, NULL},
	{"wake", "stats.wake", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_member rx_members[] = {
	{"packets", "stats.packets", MEMBER_UINT, NULL},
	{"bytes", "stats.bytes", MEMBER_UINT, NULL},
	{"kicks", "stats.kicks", MEMBER_UINT, NULL},
	{"drops", "stats.drops", MEMBER_COUNTER, NULL},
	{0},
};

static void queues(struct dead *d, const struct place *priv)
{
	uint64_t n = place_or_0(priv, "max_queue_pairs");
	struct place q, cvq;
	show_list(&d->show, "virtqueues");
	for (unsigned int i = 0; i < MIN(n, DEAD_QUEUES_MAX) && dead_time_left(d); i++) {
		char name[16];
		snprintf(name, sizeof(name), "tx-%u", i);
		enum found f = dead_at_index(priv, "sq[#]", i, &q);
		nic_vring_show(d, f == FOUND ? &q : NULL, "vq", name, tx_members);
		snprintf(name, sizeof(name), "rx-%u", i);
		f = dead_at_index(priv, "rq[#]", i, &q);
		nic_vring_show(d, f == FOUND ? &q : NULL, "vq", name, rx_members);
	}
	if (place_at(priv, "cvq", &cvq) == FOUND && place_or_0(priv, "cvq"))
		nic_vring_show(d, &cvq, "", "control", NULL);
	show_list_end(&d->show);
	if (n > DEAD_QUEUES_MAX)
		dead_note(d, "%s claims %" PRIu64 " queue pairs", d->raw_dir, n);
}

const struct nic_driver nic_drv_virtio_net = {
	.name = "virtio_net",
	.module = "virtio_net",
	.priv = "struct virtnet_info",
	.members = members,
	.walk = queues,
};
