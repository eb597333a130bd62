/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which events become incidents: the first of a fault does, within the limits per device and per
 * hour; the others are counted. It knows no clock of its own and does nothing: pure but for its
 * table. A fault is a device, a sensor and a reason; it counts as new again when it was quiet. One
 * thread.
 */
#ifndef SALVOR_NIC_WATCH_FAULTS_H
#define SALVOR_NIC_WATCH_FAULTS_H

#include "nic/live/inventory.h"
#include "nic/watch/conf.h"

enum nic_sensor {
	NIC_SENSOR_DEVLINK,
	NIC_SENSOR_TX_TIMEOUT,
	NIC_SENSOR_PCI_ERROR,
	NIC_SENSOR_DRIVER
};

/* As an incident's source: DEVLINK, TXTIMEOUT, PCI, DRIVER. */
const char *nic_sensor_name(enum nic_sensor s);
enum nic_setting nic_sensor_setting(enum nic_sensor s);

struct nic_event {
	enum nic_sensor sensor;
	char device[2 * NIC_NAME_MAX]; /* as nic_select() takes it */
	char reason[25];
	char details[256];
	uint64_t count; /* how many times it happened, at least 1 */
};

enum nic_verdict {
	NIC_TAKE,
	NIC_SENSOR_OFF,
	NIC_SAME_FAULT,
	NIC_DEVICE_LIMIT,
	NIC_HOUR_LIMIT,
};

struct nic_fault {
	enum nic_sensor sensor;
	char device[NIC_NAME_MAX];
	char reason[25];
	double last;	  /* event */
	double taken;	  /* moment of its incident; below 0: there was none */
	double quiet;	  /* seconds until it is over */
	double between;	  /* seconds after taken in which its device is not dumped again */
	uint64_t counted; /* events that became no incident */
	bool said;	  /* that they are counted was logged */
};

/* When the table is full, the fault that was quiet longest makes room. */
#define NIC_FAULTS_MAX 256
#define NIC_TAKES_MAX  3600 /* DumpMeNowPerHour's upper limit */

struct nic_faults {
	struct nic_fault v[NIC_FAULTS_MAX];
	size_t n;
	double takes[NIC_TAKES_MAX]; /* a ring: the moments of the last incidents */
	size_t take_count;
};

/*
 * device is the device's own name, now seconds of any clock that does not jump. *fault, borrowed
 * until the next call, is where the event was counted.
 */
enum nic_verdict nic_faults_decide(struct nic_faults *f, const struct nic_event *event,
				   const char *device, const struct nic_settings *settings,
				   unsigned per_hour, double now, struct nic_fault **fault);

/* An incident that NIC_TAKE allowed was not begun: the next event of the fault may have more luck.
 */
void nic_faults_not_taken(struct nic_faults *f, struct nic_fault *fault);

/*
 * Tells, in *ret, of the next fault that has been quiet long enough (or, with all, of any), once;
 * false when there is none. The table forgets it, but for what the limit of its device needs.
 */
bool nic_faults_expire(struct nic_faults *f, double now, bool all, struct nic_fault *ret);

#endif
