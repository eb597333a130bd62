/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device-mapper device of the dead kernel: its name, and whether it was suspended, so that
 * everybody who wants to read or write waits until it is resumed. It knows nothing of tables and
 * targets. One thread, that of the kernel's struct kmem.
 */
#ifndef SALVOR_REPORT_DM_DEVICE_H
#define SALVOR_REPORT_DM_DEVICE_H

#include "kernel/kernel.h"

/* A list of more is not followed. */
#define DM_DEFERRED_MAX 65536

struct dm_device {
	char name[129]; /* as dmsetup has it; "": not known */
	bool suspended;
	uint32_t deferred; /* bios that wait for it to be resumed */
};

/* False: the disk at that address is none, or its module's types are not known. */
bool dm_device_read(struct kernel *k, uint64_t gendisk, struct dm_device *ret);
/*
 * Where a member of a struct of a module is, "mapped_device.flags": struct layout has those of
 * vmlinux only. LAYOUT_UNKNOWN if the module is not loaded, or has no types.
 */
int64_t module_member(const struct kernel *k, const char *module, const char *path);

#endif
