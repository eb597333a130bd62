/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The senses of nic-dump watch: each turns what the kernel says into events (faults.h). None waits,
 * none decides what an event is worth. The bytes they read are untrusted. One thread.
 */
#ifndef SALVOR_NIC_WATCH_SENSOR_H
#define SALVOR_NIC_WATCH_SENSOR_H

#include "nic/watch/faults.h"

typedef void nic_event_handler(void *arg, const struct nic_event *event);

/*
 * devlink health: the multicast group "config". nic_devlink_sensor_open() gives a descriptor to
 * poll, or an error (no devlink in this kernel); nic_devlink_sensor_read() reads what is there, at
 * most a burst of messages, and returns how often the kernel had to throw some away.
 */
struct err *nic_devlink_sensor_open(int *fd) must_check;
unsigned nic_devlink_sensor_read(int fd, nic_event_handler *handle, void *arg);
/* One datagram of netlink messages. */
void nic_devlink_sensor_parse(const void *data, size_t len, nic_event_handler *handle, void *arg);

/* The kernel's log from now on. -errno, or a descriptor to poll; a record is one read(). */
int nic_kmsg_sensor_open(void);
void nic_kmsg_sensor_read(int fd, nic_event_handler *handle, void *arg);
/* "6,1234,…;text\n KEY=value\n". False: it is no event. */
bool nic_kmsg_sensor_parse(const char *record, struct nic_event *event);

/*
 * Counters in sysfs that only ever grow: tx_timeout of queues, AER totals. What they are at the
 * first look is where they begin.
 */
struct nic_counter {
	char key[2 * NIC_NAME_MAX];
	uint64_t value;
	bool seen; /* in this look */
};

struct nic_counters {
	struct nic_counter *v;
	size_t n;
};

void nic_counters_look(struct nic_counters *c, const struct root *root,
		       const struct nic_inventory *inv, nic_event_handler *handle, void *arg);
void nic_counters_deinit(struct nic_counters *c);

#endif
