/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slab caches of a dead kernel: how much memory each has taken, and the largest of them. Sums
 * come from the counters of each node, which are there with CONFIG_SLUB_DEBUG; no object is looked
 * at. One thread.
 */
#ifndef SALVOR_REPORT_SLABS_H
#define SALVOR_REPORT_SLABS_H

#include "report/report.h"

#define SLABS_TOP	10
#define SLABS_MAX	16384  /* caches */
#define SLABS_MAX_SLABS 200000 /* with free objects that are looked at in one cache */

struct slab_cache {
	uint64_t addr;
	char name[48];
	int64_t size; /* of an object with what is around it, bytes */
	int64_t bytes, slabs, objects;
	int64_t used; /* objects: as /proc/slabinfo, those on CPUs' own slabs count as used */
};

struct slabs {
	struct slab_cache top[SLABS_TOP]; /* the largest first */
	size_t ntop;
	size_t caches;
	int64_t bytes; /* of all caches */
};

/* What is missing is said as such; an error if there is no way to the caches. */
struct err *slabs_read(struct report *r, struct slabs *ret) must_check;

#endif
