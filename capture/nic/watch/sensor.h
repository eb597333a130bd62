/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The senses of nic-dump watch: each turns what the kernel says into events (faults.h). None waits,
 * none decides what an event is worth. The bytes they read are untrusted. One thread.
 */
#ifndef SALVOR_NIC_WATCH_SENSOR_H
#define SALVOR_NIC_WATCH_SENSOR_H

#include "nic/watch/faults.h"
#include "nic/watch/reporters.h"

typedef void nic_event_handler(void *arg, const struct nic_event *event);

/*
 * devlink health: the multicast group "config", and what all reporters say when they are asked: at
 * first, and when messages were lost. Asking is done by a child, whom the owner of the process
 * reaps with all others.
 */
struct nic_devlink_sensor {
	int fd;	       /* to poll; -1: not open */
	int answer_fd; /* to poll; -1: nobody is asked */
	struct buf answer;
	bool again; /* ask once more */
	enum nic_report_from from;
	struct nic_reporters reporters;
};

/* Fails where the kernel has no devlink. */
struct err *nic_devlink_sensor_open(struct nic_devlink_sensor *s) must_check;
void nic_devlink_sensor_close(struct nic_devlink_sensor *s);
/*
 * Reads what is there of both, at most a burst of messages, and returns how often the kernel had to
 * throw some away.
 */
unsigned nic_devlink_sensor_read(struct nic_devlink_sensor *s, nic_event_handler *handle,
				 void *arg);
/* A datagram of messages, or a whole answer. */
void nic_devlink_sensor_parse(struct nic_reporters *r, const void *data, size_t len,
			      enum nic_report_from from, nic_event_handler *handle, void *arg);

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
