/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of boot this is, as sysfs, procfs and the device tree tell it, and what there is to
 * work with. Reads only.
 */
#ifndef SALVOR_CRASH_ENVIRONMENT_H
#define SALVOR_CRASH_ENVIRONMENT_H

#include <stdint.h>
#include "base/root.h"

enum environment { ENVIRONMENT_KDUMP, ENVIRONMENT_FADUMP };

const char *environment_name(enum environment e);
/* Whether a dump waits: /proc/vmcore exists. */
bool environment_dump_waits(const struct root *root);
enum environment environment_detect(const struct root *root);
/* MemTotal and MemAvailable of /proc/meminfo in KiB; 0 when it cannot be read. */
uint64_t environment_memory_kib(const struct root *root);
uint64_t environment_available_kib(const struct root *root);
/*
 * What a program may have that the dump must not suffer from: three quarters of what is available,
 * since the rest is for the files it writes and for the kernel; at most max. 0: that is less than
 * min, which it cannot work with.
 */
uint64_t environment_spare_kib(const struct root *root, uint64_t min, uint64_t max);

#endif
