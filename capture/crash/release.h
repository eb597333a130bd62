/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives the memory a firmware-assisted dump holds back to the running kernel and registers for the
 * next crash. After it /proc/vmcore is gone: only after the dump is published, or given up.
 *
 * Kernel facts: Documentation/ABI/testing/sysfs-kernel-fadump (release_mem, registered), obsolete
 * names in Documentation/ABI/obsolete/sysfs-kernel-fadump_{release_mem,registered}.
 */
#ifndef SALVOR_CRASH_RELEASE_H
#define SALVOR_CRASH_RELEASE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/root.h"

struct release {
	const char *node;    /* which file took the 1 */
	uint64_t before_kib; /* MemTotal */
	uint64_t after_kib;
	uint64_t header_page; /* see fadump_header.h; 0: none to be held */
	bool vmcore_gone;
	bool registered; /* registered for the next crash */
	char register_error[160];
};

/*
 * Writes 1 to release_mem and verifies, for at most seconds: /proc/vmcore vanished, MemTotal grew.
 * An error when the write failed or either did not happen. Then registers again; a failure of that
 * is in *r, not an error.
 */
struct err *release_memory(const struct root *root, double seconds, struct release *r) must_check;

#endif
