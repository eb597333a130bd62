// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/environment.h"

#include <string.h>

/*
 * Documentation/arch/powerpc/firmware-assisted-dump.rst and Documentation/ABI/{testing,obsolete}:
 * release_mem exists only while a dump is active; the device-tree nodes are the firmware's word for
 * it.
 */
static const char *const fadump_signs[] = {
	"/sys/kernel/fadump/release_mem",
	"/sys/kernel/fadump_release_mem",
	"/proc/device-tree/rtas/ibm,kernel-dump",
	"/proc/device-tree/ibm,opal/dump/mpipl-boot",
};

const char *environment_name(enum environment e)
{
	return e == ENVIRONMENT_FADUMP ? "fadump" : "kdump";
}

bool environment_dump_waits(const struct root *root)
{
	return root_exists(root, "/proc/vmcore");
}

enum environment environment_detect(const struct root *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(fadump_signs); i++)
		if (root_exists(root, fadump_signs[i]))
			return ENVIRONMENT_FADUMP;
	return ENVIRONMENT_KDUMP;
}

static uint64_t memory_line(const struct root *root, const char *name)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct err *e = root_read(root, "/proc/meminfo", 65536, &b);
	const char *at = e ? NULL : strstr(buf_str(&b), name);
	err_free(e);
	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

uint64_t environment_memory_kib(const struct root *root)
{
	return memory_line(root, "MemTotal:");
}

uint64_t environment_available_kib(const struct root *root)
{
	return memory_line(root, "MemAvailable:");
}

uint64_t environment_spare_kib(const struct root *root, uint64_t min, uint64_t max)
{
	uint64_t available = environment_available_kib(root);
	uint64_t spare = available ? MIN(available / 4 * 3, max) : max;
	return spare < min ? 0 : spare;
}
