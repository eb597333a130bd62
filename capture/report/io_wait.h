/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which disk, or which NFS server, a sleeping thread waits for: found through what the function
 * that waits keeps on the thread's stack, which is a bio, or an entry of the queue of a page or of
 * a bit. What is there counts only if it leads to a disk or a mount that names itself. Kernels
 * whose types lack a member of the way are silent. One thread.
 */
#ifndef SALVOR_REPORT_IO_WAIT_H
#define SALVOR_REPORT_IO_WAIT_H

#include "report/dm_device.h"
#include "report/report.h"
#include "report/waits.h"

/* Addresses; 0: not known, or nothing of this kind. */
struct io_target {
	uint64_t disk;	 /* struct gendisk */
	uint64_t client; /* struct rpc_clnt, */
	uint64_t sb;	 /* and the struct super_block that has it */
	/* When the server was asked, by the clock of requests_now(); 0: not known. Who waits for it
	 * may wake up in between. */
	uint64_t asked;
};

/* False, ret zero: it does not wait for such a thing, or that cannot be seen. */
bool io_wait_target(struct report *r, const struct threads *all, const struct thread *t,
		    const struct wait *w, struct io_target *ret);
static inline bool io_target_same(const struct io_target *a, const struct io_target *b)
{
	return a->disk == b->disk && a->client == b->client && a->sb == b->sb;
}

/* What a target is called. Each text may be "". */
struct io_place {
	char disk[33];
	bool is_dm;
	struct dm_device dm;
	char server[129];
	char device[256], path[256]; /* of the mount */
};

void io_place_read(struct report *r, const struct io_target *t, struct io_place *ret);
/* "vdc", "dm-0 (root), which is suspended", "NFS server x, x:/srv on /mnt" */
void io_place_text(const struct io_place *p, struct buf *out);
/* An object under key. */
void io_place_json(const struct io_place *p, const char *key, struct json *j);

#endif
