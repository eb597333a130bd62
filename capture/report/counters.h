/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel counted its pages as: vm_zone_stat and vm_node_stat, by the names that the
 * kernel's own enums have, and a few counters beside them. These are the sums that CPUs bring up to
 * date now and then, as /proc/meminfo has them. Numbers are pages. One thread.
 */
#ifndef SALVOR_REPORT_COUNTERS_H
#define SALVOR_REPORT_COUNTERS_H

#include "report/report.h"

struct counter {
	const char *name;
	int64_t pages;
};

#define COUNTERS_MAX 32

struct counters {
	struct counter
		use[COUNTERS_MAX]; /* each page in one of them at most: what it is used for */
	size_t nuse;
	struct counter also[COUNTERS_MAX]; /* of what is in use: these overlap */
	size_t nalso;
	int64_t total, free; /* LAYOUT_UNKNOWN if not known */
	int64_t slab;	     /* both kinds */
};

/* What this kernel does not have is left out. An error if it has none of them. */
struct err *counters_read(struct report *r, struct counters *ret) must_check;

/* One more use, found elsewhere; LAYOUT_UNKNOWN is nothing. */
void counters_add_use(struct counters *c, const char *name, int64_t pages);

#endif
