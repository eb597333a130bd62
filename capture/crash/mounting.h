/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounts a file system for writing and takes it away again, with mount(2) alone: no mount program
 * is needed in the image. Calls may block in the kernel as long as the device does: run them in a
 * step.
 */
#ifndef SALVOR_CRASH_MOUNTING_H
#define SALVOR_CRASH_MOUNTING_H

#include <stdbool.h>
#include "base/root.h"

struct mount_request {
	const char *device; /* a path; a directory is bound instead of mounted */
	const char *fstype;
	const char *options; /* as in fstab */
	const char *point;   /* an existing directory */
};

/*
 * Mounts writable. A device that is mounted already (fadump: by the production initramfs) is bound;
 * if it is mounted read-only the file system is made writable, and was_read_only is set.
 */
struct err *mounting_mount(const struct root *root, const struct mount_request *r,
			   bool *was_read_only) must_check;
/*
 * Whether the kernel mounts this type without a device (proc_filesystems(5): nodev), as it does
 * ramfs and tmpfs: what is saved there is gone with the reboot. A type the kernel does not list is
 * not.
 */
bool mounting_in_memory(const struct root *root, const char *fstype);
/* Back to read-only if it was, unmount; when busy, detach (the kernel finishes when it can). */
struct err *mounting_unmount(const char *point, bool was_read_only) must_check;
/*
 * Splits fstab options into flags of mount(2) and the text for the file system; ro and those that
 * only mean something to mount(8) (defaults, nofail, user, x-…) are left out.
 */
struct err *mounting_options(const char *options, unsigned long *flags,
			     struct buf *data) must_check;

#endif
