/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block devices by what is on them, without udev: every device of /proc/partitions is asked with
 * libblkid. Reads only. One thread.
 */
#ifndef SALVOR_CRASH_BLOCKDEV_H
#define SALVOR_CRASH_BLOCKDEV_H

#include <limits.h>
#include "base/root.h"

/* Whether spec is something blockdev_find() understands: UUID= LABEL= PARTUUID= PARTLABEL= or
 * /dev/… */
bool blockdev_spec_valid(const char *spec);

/*
 * One look (no waiting). device gets the path below the root, as open(2) takes it. ERR_MISSING when
 * there is none (yet).
 */
struct err *blockdev_find(const struct root *root, const char *spec,
			  char device[PATH_MAX]) must_check;
/* The same, again and again for up to seconds. */
struct err *blockdev_wait(const struct root *root, const char *spec, double seconds,
			  char device[PATH_MAX]) must_check;

/* "UUID=…" of what is on device (a path as open(2) takes it), or ERR_MISSING. */
struct err *blockdev_uuid(const char *device, char *out, size_t size) must_check;
/* File system type on device, or ERR_MISSING. */
struct err *blockdev_fstype(const char *device, char *out, size_t size) must_check;

#endif
