/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of one run in memory: what each collector got from each subject, item by item, with
 * its provenance; and its text as JSON. It writes no file (stage.h does). Subjects and collectors
 * are borrowed and must outlive it. One thread.
 */
#ifndef SALVOR_NIC_LIVE_RECORD_H
#define SALVOR_NIC_LIVE_RECORD_H

#include "nic/live/collector.h"

struct nic_item {
	const struct nic_subject *subject;
	const struct nic_collector *collector;
	char *source; /* path, netlink command or ioctl */
	char *text;   /* error, reason of absence; NULL for none */
	char *file;   /* relative to the output directory; NULL for none */
	uint64_t bytes;
	double seconds;
	enum nic_outcome outcome;
};

/* Decoded values of one collector for one subject: members of a JSON object, ready to be put in. */
struct nic_values {
	const struct nic_subject *subject;
	const struct nic_collector *collector;
	struct buf members;
};

struct nic_record {
	struct nic_item *items;
	size_t item_count;
	struct nic_values *values;
	size_t value_count;
	uint64_t room; /* bytes of files that may still be written; not set: bounded false */
	bool bounded;
	bool room_used_up;  /* a file was cut for it */
	bool out_of_memory; /* something is missing from it for that reason */
};

void nic_record_deinit(struct nic_record *r);

/* A new item, or NULL when out of memory (which the record remembers). */
struct nic_item *nic_record_item(struct nic_record *r, const struct nic_subject *s,
				 const struct nic_collector *c, const char *source);
void nic_item_set_text(struct nic_record *r, struct nic_item *item, const char *text);
void nic_record_values(struct nic_record *r, const struct nic_subject *s,
		       const struct nic_collector *c, const char *members, size_t len);

/* What the record says about the run as a whole. */
struct nic_run_facts {
	enum nic_stage stage;
	const char *environment; /* "kdump", "fadump", "live" */
	const char *root;
	const char *kernel; /* release of the kernel that answered */
	time_t started;
	double seconds;
	bool complete; /* the run reached its end */
	bool privileged;
};

/* "before-bind", "after-bind", "live". */
const char *nic_stage_name(enum nic_stage s);

void nic_record_json(const struct nic_record *r, const struct nic_inventory *inv,
		     const struct nic_run_facts *f, struct buf *out);

#endif
