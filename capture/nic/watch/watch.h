/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service: one loop over the sensors, which hands events to faults.h and has the incidents
 * taken by a child process, one at a time. A dump therefore holds up nothing; what happens
 * meanwhile is counted or waits its turn. It ends on SIGTERM and SIGINT. One thread.
 */
#ifndef SALVOR_NIC_WATCH_WATCH_H
#define SALVOR_NIC_WATCH_WATCH_H

#include "nic/watch/take.h"

struct nic_watch_options {
	const struct root *root;
	const struct nic_conf *conf;
	const struct nic_log *log;
	double deadline; /* of one incident */
};

struct err *nic_watch_run(const struct nic_watch_options *o) must_check;

#endif
