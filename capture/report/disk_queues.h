/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each disk of the dead kernel had been asked and had not answered, and which of them were
 * suspended. It does not look at who waits for that. One thread.
 */
#ifndef SALVOR_REPORT_DISK_QUEUES_H
#define SALVOR_REPORT_DISK_QUEUES_H

#include "report/dm_device.h"
#include "report/requests.h"

#define DISK_NAME_LEN 32

struct disk_queue {
	uint64_t gendisk; /* address */
	char name[DISK_NAME_LEN + 1];
	struct requests requests;
	bool is_dm;
	struct dm_device dm;
};

struct disk_queues {
	struct disk_queue *disk; /* those with most requests first */
	size_t n, kept;		 /* disks, requests */
};

/* limit: of each disk, the oldest requests that are kept. What is missing is said as such; an error
 * if there is no way to the disks. disk_queues_deinit() in any case. */
struct err *disk_queues_read(struct report *r, size_t limit, struct disk_queues *ret) must_check;
void disk_queues_deinit(struct disk_queues *q);

#endif
