/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs collectors, each on each of its subjects in a child process with a deadline per item, writes
 * the raw files and fills the record. A child that misses its deadline is killed; if it does not
 * die (stuck in the kernel) it is left behind: it holds no file of the output. Single-threaded;
 * must be called without other threads because it forks.
 */
#ifndef SALVOR_NIC_LIVE_RUNNER_H
#define SALVOR_NIC_LIVE_RUNNER_H

#include "nic/live/record.h"

/* A collector may hand over this much of one subject; more is refused and recorded. */
#define NIC_BYTES_MAX (64ULL << 20)

struct nic_run {
	const struct root *root;
	bool root_is_machine; /* the root is "/": netlink and ioctl speak of the same machine */
	const struct nic_inventory *inventory;
	enum nic_stage stage;
	int output;	    /* directory */
	double deadline_at; /* clock_now() at which no further item starts and the running one ends
			     */
	struct nic_record *record;
	const struct nic_depth *depth; /* NULL: nic_depth_default */
};

/* One collector on all its subjects. Never fails: what fails is in the record. */
void nic_run_collector(const struct nic_run *run, const struct nic_collector *c);

#endif
