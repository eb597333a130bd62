// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/faults.h"

#include <string.h>

static const struct {
	const char *name;
	enum nic_setting setting;
} sensors[] = {
	[NIC_SENSOR_DEVLINK] = {"DEVLINK", NIC_SET_SENSOR_DEVLINK},
	[NIC_SENSOR_TX_TIMEOUT] = {"TXTIMEOUT", NIC_SET_SENSOR_TX_TIMEOUT},
	[NIC_SENSOR_PCI_ERROR] = {"PCI", NIC_SET_SENSOR_PCI_ERROR},
	[NIC_SENSOR_DRIVER] = {"DRIVER", NIC_SET_SENSOR_DRIVER},
};

const char *nic_sensor_name(enum nic_sensor s)
{
	return sensors[s].name;
}

enum nic_setting nic_sensor_setting(enum nic_sensor s)
{
	return sensors[s].setting;
}

static struct nic_fault *find(struct nic_faults *f, const struct nic_event *event,
			      const char *device)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].sensor == event->sensor && strcmp(f->v[i].device, device) == 0 &&
		    strcmp(f->v[i].reason, event->reason) == 0)
			return &f->v[i];
	return NULL;
}

static struct nic_fault *add(struct nic_faults *f, const struct nic_event *event,
			     const char *device)
{
	struct nic_fault *slot = &f->v[0];
	if (f->n < NIC_FAULTS_MAX)
		slot = &f->v[f->n++];
	else
		for (size_t i = 1; i < f->n; i++)
			if (f->v[i].last < slot->last)
				slot = &f->v[i];
	*slot = (struct nic_fault) {.sensor = event->sensor, .taken = -1};
	snprintf(slot->device, sizeof(slot->device), "%s", device);
	snprintf(slot->reason, sizeof(slot->reason), "%s", event->reason);
	return slot;
}

static bool device_is_limited(const struct nic_faults *f, const char *device, double now,
			      unsigned seconds)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].taken >= 0 && now - f->v[i].taken < seconds &&
		    strcmp(f->v[i].device, device) == 0)
			return true;
	return false;
}

static bool hour_is_full(const struct nic_faults *f, double now, unsigned per_hour)
{
	if (per_hour == 0 || per_hour > NIC_TAKES_MAX || f->take_count < per_hour)
		return false;
	/* The hour is full when the per_hour-th incident from the end is younger than one. */
	return now - f->takes[(f->take_count - per_hour) % NIC_TAKES_MAX] < 3600;
}

enum nic_verdict nic_faults_decide(struct nic_faults *f, const struct nic_event *event,
				   const char *device, const struct nic_settings *settings,
				   unsigned per_hour, double now, struct nic_fault **fault)
{
	enum nic_verdict verdict = NIC_TAKE;
	unsigned between = settings->v[NIC_SET_DEVICE_SECONDS];
	*fault = NULL;
	if (!settings->v[nic_sensor_setting(event->sensor)])
		return NIC_SENSOR_OFF;
	struct nic_fault *x = find(f, event, device);
	double quiet = settings->v[NIC_SET_QUIET_SECONDS];
	if (x && x->taken >= 0 && now - x->last < quiet)
		verdict = NIC_SAME_FAULT;
	else if (device_is_limited(f, device, now, between))
		verdict = NIC_DEVICE_LIMIT;
	else if (hour_is_full(f, now, per_hour))
		verdict = NIC_HOUR_LIMIT;
	if (!x)
		x = add(f, event, device);
	else if (now - x->last >= quiet)
		x->said = false; /* it is a new one, of which nothing was said yet */
	x->last = now;
	x->quiet = quiet;
	x->between = between;
	*fault = x;
	if (verdict != NIC_TAKE) {
		x->counted += event->count;
		return verdict;
	}
	x->taken = now;
	x->counted += event->count - 1;
	x->said = false;
	f->takes[f->take_count++ % NIC_TAKES_MAX] = now;
	return NIC_TAKE;
}

void nic_faults_not_taken(struct nic_faults *f, struct nic_fault *fault)
{
	fault->taken = -1;
	fault->counted++;
	f->take_count--;
}

bool nic_faults_expire(struct nic_faults *f, double now, bool all, struct nic_fault *ret)
{
	for (size_t i = 0; i < f->n; i++) {
		struct nic_fault *x = &f->v[i];
		if (!all && now - x->last < x->quiet)
			continue;
		/* It is over, but the limit of its device still asks when it was dumped. */
		bool needed = !all && x->taken >= 0 && now - x->taken < x->between;
		if (needed && x->counted == 0)
			continue;
		*ret = *x;
		if (needed)
			x->counted = 0;
		else
			*x = f->v[--f->n];
		return true;
	}
	return false;
}
