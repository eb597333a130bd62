/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The places a dump can be saved to. One file per kind, ending in one const struct target_ops; one
 * table (target.c). Every function but prepare() runs in a step's child, under its limits; what
 * must outlast the call goes into run->target.
 *
 * To add a kind: a target_x.c with its ops, a line in target.c, the directive in kdump_conf.c, the
 * keys it needs in settings.h and in kdump-capture(8), its modules and programs in the dracut
 * module, a test in tests/unit/capture and a boot test.
 */
#ifndef SALVOR_CRASH_TARGET_H
#define SALVOR_CRASH_TARGET_H

#include "crash/run.h"

/*
 * Where the bytes of a vmcore go when we write them ourselves: the plain copy, and every collector
 * on a remote target. Offsets may go back. Holes read as zero.
 */
struct sink {
	struct err *(*write_at)(struct sink *s, uint64_t offset, const void *data, size_t len);
	/* Everything was written: size is the file's final size. Waits until the target has it. */
	struct err *(*finish)(struct sink *s, uint64_t size);
	void (*destroy)(struct sink *s);
};

/* Kept free for the journal, the manifest and their directory entries: 64 KiB with the largest
 * attempts' output. */
#define TARGET_RESERVE_BYTES (256 * 1024)
/* Below this much free space a failed write means that the target is full. */
#define TARGET_FULL_BYTES ((uint64_t)1 << 20)

struct target_ops {
	const char *name; /* TARGET=name */
	/* Small files are made in memory and sent with put(); collectors write a flattened stream
	 * into a sink. */
	bool remote;
	/* Fills run->target from the settings; no I/O; in the parent. */
	struct err *(*prepare)(struct run *run);
	/* Waits up to seconds until the device is there; changes nothing. NULL: always there. */
	struct err *(*wait)(struct run *run, double seconds);
	/* Mounts or connects, makes NAME.incomplete, sets name and (local) work. */
	struct err *(*open)(struct run *run, struct step_report *report);
	/* Sends work/name, a file or a directory. NULL where work is on the target already. */
	struct err *(*put)(struct run *run, const char *name, struct step_report *report);
	/* Removes a file inside NAME.incomplete; that there is none is fine. Only where remote. */
	struct err *(*remove)(struct run *run, const char *name);
	/* Renames a file inside NAME.incomplete; to must not be there. */
	struct err *(*rename)(struct run *run, const char *from, const char *to);
	struct err *(*sink_create)(struct run *run, const char *name, struct step_report *report,
				   struct sink **out);
	/* sha256 as the target holds the file now, lower-case hex. */
	struct err *(*digest)(struct run *run, const char *name, struct step_report *report,
			      char hex[65]);
	struct err *(*publish)(struct run *run, bool complete, struct step_report *report);
	/* Whether the target takes no more: full or failing. For collectors that do not say. */
	bool (*is_failing)(struct run *run);
	/* The size of a file in NAME.incomplete; false when it cannot be found out. */
	bool (*size)(struct run *run, const char *name, uint64_t *bytes);
	/* Gives back the space open() kept for what is written after the vmcore (FILE_RESERVE). */
	void (*drop_reserve)(struct run *run);
	/* Free bytes at the target; false when it does not say. */
	bool (*free_bytes)(struct run *run, uint64_t *bytes);
	/* Always called once open() was tried. */
	void (*close)(struct run *run);
};

extern const struct target_ops target_local;
extern const struct target_ops target_ssh;

/*
 * Makes the production system's root file system (ROOT_DEVICE, else root= of the kernel command
 * line) the run's target, for failure_action dump_to_rootfs. Its type is what is found on the
 * device. Forgets the target before.
 */
struct err *target_local_rootfs(struct run *run) must_check;

/*
 * Whether the target could not become full, whatever becomes of the vmcore: it is local, and had
 * room for all of memory, a 64th more (24 bytes describe a page), and TARGET_SPARE_BYTES for the
 * rest, when it was opened.
 */
#define TARGET_SPARE_BYTES ((uint64_t)128 << 20)
bool target_is_roomy(const struct run *run);

/* ops->put(), and remembers that it is there; only where remote. */
struct err *target_put(struct run *run, const char *name, struct step_report *report) must_check;
/* Whether a file, relative to work, is on the target: not, if it is remote and did not get there.
 */
bool target_has(const struct run *run, const char *relative);

/* NULL when there is no such kind. */
const struct target_ops *target_find(const char *name);

#endif
