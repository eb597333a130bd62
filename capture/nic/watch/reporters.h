/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each devlink health reporter said last: how many errors it had, and whether it is in one.
 * The number only grows, so messages that were lost are made up for by the next one, or by asking
 * all reporters. It touches no socket; owns its table, which has a limit. One thread.
 */
#ifndef SALVOR_NIC_WATCH_REPORTERS_H
#define SALVOR_NIC_WATCH_REPORTERS_H

#include "nic/decode/devlink.h"
#include "nic/live/inventory.h"

/* What a message of the kernel or a part of its answer says; as devlink_recover_notify() fills it.
 */
struct nic_report {
	char device[2 * NIC_NAME_MAX]; /* BUS/DEVICE */
	char name[64];		       /* of the reporter */
	long port;		       /* -1: of the device itself */
	uint64_t errors;	       /* so far */
	bool error;		       /* it is in error now */
};

/* False: the attributes are of something else. */
bool nic_report_parse(struct nla_view attrs, struct nic_report *ret);

/* Where a report comes from, which says what one of an unknown reporter means. */
enum nic_report_from {
	NIC_REPORT_MESSAGE, /* one error at least, if it is in error: of the others nothing is known
			     */
	NIC_REPORT_FIRST,   /* the first answer: all its errors were before */
	NIC_REPORT_LATER,   /* it was not there at the first answer, so all its errors are new */
};

struct nic_reporter {
	char key[2 * NIC_NAME_MAX + 96];
	uint64_t errors;
	bool error;
	bool seen; /* in this answer */
};

struct nic_reporters {
	struct nic_reporter *v;
	size_t n;
};

void nic_reporters_deinit(struct nic_reporters *r);

/* How many errors are new. */
uint64_t nic_reporters_note(struct nic_reporters *r, const struct nic_report *report,
			    enum nic_report_from from);
/* After all reports of a whole answer: those that were not in it are forgotten. */
void nic_reporters_forget(struct nic_reporters *r);

#endif
