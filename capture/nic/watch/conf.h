/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nic-dump.conf: where incidents go, how many, and which sensors make some, for all devices and in
 * [sections] for some. Read once by whoever needs it; nothing is watched. The directory names below
 * a --root are the caller's business. Owns its sections. One thread.
 */
#ifndef SALVOR_NIC_WATCH_CONF_H
#define SALVOR_NIC_WATCH_CONF_H

#include "base/root.h"
#include "incident/retention.h"

#define NIC_CONF_FILE "/etc/nic-dump.conf"

/* What may be different for each device. Sensors are 0 or 1. */
enum nic_setting {
	NIC_SET_IOV_MODE,
	NIC_SET_SENSOR_DEVLINK,
	NIC_SET_SENSOR_TX_TIMEOUT,
	NIC_SET_SENSOR_PCI_ERROR,
	NIC_SET_SENSOR_DRIVER,
	NIC_SET_DEVICE_SECONDS, /* between two incidents of a device */
	NIC_SET_QUIET_SECONDS,	/* without an event until a fault counts as new */
	NIC_SET_COUNT,
};

struct nic_settings {
	unsigned v[NIC_SET_COUNT];
};

struct nic_section {
	char pattern[96]; /* as in a shell, of any name of a device */
	unsigned is_set;  /* 1 << enum nic_setting */
	struct nic_settings settings;
};

struct nic_conf {
	char directory[256];
	struct retention_limits limits;
	unsigned per_hour; /* incidents of all devices; 0: no limit */
	struct nic_settings all;
	struct nic_section *sections;
	size_t section_count;
};

void nic_conf_defaults(struct nic_conf *c);
void nic_conf_deinit(struct nic_conf *c);

/*
 * Defaults, and over them the file below the root. The error names every wrong line as FILE:LINE.
 * Whether a file that is not there is one is for the caller to say.
 */
struct err *nic_conf_read(const struct root *root, const char *path, bool missing_is_fine,
			  struct nic_conf *ret) must_check;
/* The same from text; name is for the error. */
struct err *nic_conf_parse(const char *text, size_t len, const char *name,
			   struct nic_conf *ret) must_check;

/* The settings of the device that has these names (NULL ends them): later sections win. */
struct nic_settings nic_conf_device(const struct nic_conf *c, const char *const *names);

#endif
