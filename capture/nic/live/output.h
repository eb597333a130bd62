/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A collector's voice: items, raw files and decoded values, sent as frames through a pipe from the
 * child process that collects to the runner that writes. The child never touches the output file
 * system, so that a child stuck in the kernel keeps nothing there busy. Frames carry whole facts:
 * what a killed child sent before is kept. One thread; the runner owns the pipe.
 */
#ifndef SALVOR_NIC_LIVE_OUTPUT_H
#define SALVOR_NIC_LIVE_OUTPUT_H

#include "base/json.h"

enum nic_outcome { NIC_OK, NIC_ABSENT, NIC_ERROR, NIC_TIMEOUT, NIC_SKIPPED };

/* "ok", "absent", "error", "timeout", "skipped". */
const char *nic_outcome_name(enum nic_outcome o);

enum nic_frame_type {
	NIC_FRAME_BEGIN = 1, /* source text: an item starts, its deadline too */
	NIC_FRAME_FILE,	     /* name, NUL, bytes: appended to that file of the item */
	NIC_FRAME_VALUES,    /* members of a JSON object, decoded values */
	NIC_FRAME_END,	     /* one byte enum nic_outcome, then a text: the item is over */
};

struct nic_frame {
	uint32_t type;
	uint32_t len; /* of the payload, at most NIC_FRAME_MAX */
};

#define NIC_FRAME_MAX (1U << 20)
/* Values are written as members of record/devices[]/values/<collector>. */
#define NIC_VALUES_DEPTH 5

/* How far collectors go. */
struct nic_depth {
	unsigned iov;	/* SR-IOV: 0 nothing, 1 state, 2 resources, 3 queues, 4 everything */
	bool fresh;	/* may make a device do something for it: take a snapshot, which is deleted
			   again */
	bool registers; /* may read a device's registers past its driver */
	bool unbound;	/* registers only where no driver has set the device up anew */
	bool devices_reset; /* by firmware, since the crash: there is nothing to be read there */
	const char *tables; /* of registers: the directory; NULL: NIC_TABLES_DIR */
};

#define NIC_TABLES_DIR DATADIR "/salvor/registers"

/* What a capture and nic-dump save do: 2, and nothing is made. */
extern const struct nic_depth nic_depth_default;

struct nic_output {
	int fd;
	const struct nic_depth *depth;
	struct json values; /* collectors write members here, between nic_begin() and the end of the
			       item */
	struct buf values_buf;
	size_t file_bytes; /* of this item */
	double until;	   /* clock_now() at which the whole run ends: who has to put something
			      back is done by then; 0: never */
};

void nic_output_init(struct nic_output *o, int fd);
void nic_output_deinit(struct nic_output *o);

/* An item starts. The source says where it comes from: a path, a netlink command, an ioctl. */
void nic_begin(struct nic_output *o, const char *source, ...) printf_like(2, 3);
/* Appends to the file of this name (no directories) of the running item's subject. */
void nic_file(struct nic_output *o, const char *name, const void *data, size_t len);

/* The item is over; exactly one of these after each nic_begin(). */
void nic_ok(struct nic_output *o);
/* Recorded, but less than there is; the reason says why. */
void nic_ok_but(struct nic_output *o, const char *reason, ...) printf_like(2, 3);
void nic_absent(struct nic_output *o, const char *reason, ...) printf_like(2, 3);
void nic_error(struct nic_output *o, const char *reason, ...) printf_like(2, 3);
/* Was there to be read, and was not. */
void nic_skipped(struct nic_output *o, const char *reason, ...) printf_like(2, 3);
/* ENOENT, ENODEV, EOPNOTSUPP and their like are facts ("absent"), everything else is an error. */
void nic_errno(struct nic_output *o, int errnum);
/* Takes e. */
void nic_err(struct nic_output *o, struct err *e);
bool nic_errno_is_absent(int errnum);

#endif
