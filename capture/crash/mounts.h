/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/self/mountinfo: which file system holds a path, and where a device is mounted. Text in,
 * records out; it mounts nothing.
 */
#ifndef SALVOR_CRASH_MOUNTS_H
#define SALVOR_CRASH_MOUNTS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include "base/root.h"

struct mount {
	dev_t dev;
	char root[PATH_MAX];  /* the directory of the file system that is mounted */
	char point[PATH_MAX]; /* where */
	char fstype[64];
	char source[PATH_MAX]; /* what: usually a device */
	bool read_only;	       /* the mount or its file system */
};

/* One line (proc_pid_mountinfo(5)); false when it is not one. */
bool mounts_parse_line(const char *line, struct mount *m);
/* The mount that holds path (longest mount point, last mounted); ERR_MISSING when the table has
 * none. */
struct err *mounts_of_path(const struct root *root, const char *path, struct mount *m) must_check;
/* A mount of this device number, preferring writable ones and whole file systems; ERR_MISSING. */
struct err *mounts_of_device(const struct root *root, dev_t dev, struct mount *m) must_check;

#endif
