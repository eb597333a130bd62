/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes one incident of one device: all live collectors into a directory of incidents, published
 * with its manifest, and a message in the system log whether it worked or not. Forks collectors, so
 * it must be called without other threads. What ends the process in the middle costs this incident
 * only (incident/store.h).
 */
#ifndef SALVOR_NIC_WATCH_TAKE_H
#define SALVOR_NIC_WATCH_TAKE_H

#include <limits.h>
#include "nic/live/inventory.h"
#include "nic/watch/conf.h"
#include "nic/watch/log.h"

struct nic_take {
	const struct root *root;
	const struct nic_conf *conf;
	const struct nic_log *log;
	const char *device; /* as nic_select() takes it */
	const char *source; /* USER, DEVLINK, TXTIMEOUT, PCI, DRIVER */
	const char *reason;
	const char *details; /* what the event said, for the manifest; may be NULL */
	/*
	 * Fails at once while another incident of the device is being taken: somebody waits for
	 * the answer. A fault's is taken beside the other one, which may have begun before it.
	 */
	bool alone;
	double deadline; /* seconds for all collectors */
	bool registers;	 /* the device's own, past its driver, too */
};

/* path, PATH_MAX bytes, gets the directory that was made; *complete whether nothing was cut. */
struct err *nic_take(const struct nic_take *t, char *path, bool *complete) must_check;

#endif
