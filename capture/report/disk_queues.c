// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/disk_queues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/percpu.h"
#include "report/disks.h"

/* Of all disks together */
#define REQUESTS_TOTAL 16384

/*
 * Disks without tags count what they have begun, for each CPU and direction (part_in_flight() of
 * block/genhd.c). Shares of a CPU alone mean nothing: the CPU that ends a request takes it off.
 */
static uint64_t count_in_flight(struct kmem *k, uint64_t gendisk)
{
	const struct layout *l = k->layout;
	uint64_t part = gendisk, stats, at, sum = 0, word;
	int64_t member = l->disk_part0_stats;
	_cleanup_(bitmap_deinit) struct bitmap cpus = {0};
	if (layout_known(l->bdev_device)) {
		member = l->bdev_stats;
		if (!fetch_pointer(k, gendisk, l->disk_part0, &part))
			return REQUEST_UNKNOWN;
	}
	if (!layout_known(l->disk_stats_in_flight) || !fetch_pointer(k, part, member, &stats))
		return REQUEST_UNKNOWN;
	struct err *e = cpu_mask_read(k, CPUS_POSSIBLE, &cpus);
	for (uint64_t cpu = e ? 0 : bitmap_next(&cpus, 0); !e && cpu < cpus.nbits;
	     cpu = bitmap_next(&cpus, cpu + 1)) {
		e = percpu_addr(k, stats, (unsigned int)cpu, &at);
		for (uint64_t way = 0; way < 2 && !e; way++) {
			if (fetch_u64(k, at + way * 8, l->disk_stats_in_flight, &word))
				sum += word;
		}
	}
	bool known = !e && (int64_t)sum >= 0;
	err_free(e);
	return known ? sum : REQUEST_UNKNOWN;
}

static struct err *read_disk(struct report *r, uint64_t gendisk, uint64_t now, bool tags,
			     size_t limit, struct disk_queue *d)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	uint64_t queue;
	bool found = false;
	struct err *e = NULL;
	d->gendisk = gendisk;
	d->requests.inflight = REQUEST_UNKNOWN;
	if (!layout_known(l->disk_name) ||
	    !fetch_string(k, gendisk + (uint64_t)l->disk_name, d->name, sizeof(d->name)))
		snprintf(d->name, sizeof(d->name), "?");
	if (tags && fetch_pointer(k, gendisk, l->disk_queue, &queue))
		e = requests_read(r, queue, now, limit, &d->requests, &found);
	if (!e && !found)
		d->requests.inflight = count_in_flight(k, gendisk);
	d->is_dm = dm_device_read(r->k, gendisk, &d->dm);
	return e;
}

static int by_inflight(const void *a, const void *b)
{
	const struct disk_queue *x = a, *y = b;
	uint64_t m = x->requests.inflight + 1, n = y->requests.inflight + 1; /* unknown: 0 */
	return m > n ? -1 : m < n ? 1 : strcmp(x->name, y->name);
}

struct err *disk_queues_read(struct report *r, size_t limit, struct disk_queues *p)
{
	*p = (struct disk_queues) {0};
	struct entries disks;
	struct err *e = disks_find(r, &disks);
	bool tags = requests_known(r->k->kmem.layout);
	uint64_t now = requests_now(&r->k->kmem);
	if (!e)
		p->disk = calloc(disks.n ? disks.n : 1, sizeof(*p->disk));
	if (!e && !p->disk)
		e = err_nomem();
	if (!e && !tags)
		report_missing(r, "the kernel's types do not say where requests are: they are only "
				  "counted");
	for (size_t i = 0; i < disks.n && !e && report_time_left(r); i++) {
		struct disk_queue *d = &p->disk[p->n++];
		e = read_disk(r, disks.at[i], now, tags, MIN(limit, REQUESTS_TOTAL - p->kept), d);
		p->kept += d->requests.n;
	}
	entries_deinit(&disks);
	if (!e)
		qsort(p->disk, p->n, sizeof(*p->disk), by_inflight);
	return e;
}

void disk_queues_deinit(struct disk_queues *p)
{
	for (size_t i = 0; i < p->n; i++)
		requests_deinit(&p->disk[i].requests);
	free(p->disk);
	*p = (struct disk_queues) {0};
}
