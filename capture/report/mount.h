/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One struct mount of the dead kernel: its device, type, flags, and the path to it through dentries
 * and the mounts below. It does not know how mounts are found. Options of the file system itself
 * (data=ordered, size=) are the driver's own and are not here. One thread.
 */
#ifndef SALVOR_REPORT_MOUNT_H
#define SALVOR_REPORT_MOUNT_H

#include "kernel/kmem.h"

#define MOUNT_PATH_SIZE	   4097 /* PATH_MAX, and the NUL */
#define MOUNT_OPTIONS_SIZE 128

/* False: nothing that can be followed is there. */
bool mount_is_readable(struct kmem *k, uint64_t mount);
/* Names, as fetch_name() gives them. type has a subtype: "fuse.sshfs". */
bool mount_device(struct kmem *k, uint64_t mount, char *ret, size_t cap);
bool mount_type(struct kmem *k, uint64_t mount, char *ret, size_t cap);
/* MNT_… bits; read_only: by the mount or by the file system. */
uint32_t mount_flags(struct kmem *k, uint64_t mount, bool *read_only);
/* "rw,nosuid,relatime", as mount(8) says it. */
void mount_options(uint32_t flags, bool read_only, char ret[MOUNT_OPTIONS_SIZE]);
/*
 * Where it is, from the root of all mounts on, inside buf. A path that cannot be followed to its
 * beginning, or has no end, begins with ".../".
 */
const char *mount_path(struct kmem *k, uint64_t mount, char buf[MOUNT_PATH_SIZE]);

#endif
