/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The zones of all memory nodes of a dead kernel: what is free in each, against its watermarks.
 * Whose fault that is it does not say. Numbers are pages, or LAYOUT_UNKNOWN. One thread.
 */
#ifndef SALVOR_REPORT_ZONES_H
#define SALVOR_REPORT_ZONES_H

#include "report/report.h"

/* As many as a machine may have of 4096 nodes and what they have each; bounds the memory taken. */
#define ZONES_MAX 4096

struct zone_pages {
	int node;
	char name[16];
	int64_t free;	 /* the zone's counter, as the kernel's own messages have it */
	int64_t pending; /* what CPUs have not added to it yet; either sign */
	int64_t per_cpu; /* free as well, but on the lists of CPUs, and not in the counter */
	int64_t min, low, high, boost;
	int64_t present, managed;
};

struct zones {
	struct zone_pages *zone; /* without those that have no pages */
	size_t n;
};

/* Of what is free and what CPUs have not added to that yet. */
enum zone_shortage { ZONE_ENOUGH, ZONE_BELOW_LOW, ZONE_BELOW_MIN };
enum zone_shortage zone_shortage(const struct zone_pages *z);

/* What is missing is said as such; an error if there is no way to any zone. */
struct err *zones_read(struct report *r, struct zones *ret) must_check;
void zones_deinit(struct zones *z);

#endif
