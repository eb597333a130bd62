// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/blockdev.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"

/* Between two looks: a device node appears within milliseconds of its driver. */
#define LOOK_AGAIN_NS 50000000L
/* /proc/partitions of a machine with thousands of LUNs is well under this. */
#define PARTITIONS_MAX ((size_t)4 << 20)

static const struct tag {
	const char *prefix;
	const char *blkid; /* the value's name in libblkid */
} tags[] = {
	{"UUID=", "UUID"},
	{"LABEL=", "LABEL"},
	{"PARTUUID=", "PART_ENTRY_UUID"},
	{"PARTLABEL=", "PART_ENTRY_NAME"},
};

static const struct tag *tag_of(const char *spec)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (strncmp(spec, tags[i].prefix, strlen(tags[i].prefix)) == 0)
			return &tags[i];
	return NULL;
}

bool blockdev_spec_valid(const char *spec)
{
	const struct tag *t = tag_of(spec);
	if (t)
		return spec[strlen(t->prefix)] != '\0';
	return strncmp(spec, "/dev/", 5) == 0 && spec[5] && !strstr(spec, "/../");
}

/* The value of name on device; false when it has none or cannot be read. */
static bool probe_value(const char *device, const char *name, char *out, size_t size)
{
	blkid_probe probe = blkid_new_probe_from_filename(device);
	if (!probe)
		return false;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL |
							 BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	const char *value = NULL;
	bool found = blkid_do_safeprobe(probe) >= 0 &&
		     blkid_probe_lookup_value(probe, name, &value, NULL) == 0 &&
		     strlen(value) < size;
	if (found)
		strcpy(out, value);
	blkid_free_probe(probe);
	return found;
}

static struct err *below_root(const struct root *root, const char *path, char out[PATH_MAX])
{
	const char *top = strcmp(root->path, "/") == 0 ? "" : root->path;
	int n = snprintf(out, PATH_MAX, "%s%s", top, path);
	return n < 0 || n >= PATH_MAX ? err_new(ERR_USAGE, "path is too long: %s", path) : NULL;
}

static struct err *find_tag(const struct root *root, const struct tag *tag, const char *spec,
			    char device[PATH_MAX])
{
	const char *wanted = spec + strlen(tag->prefix);
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = root_read(root, "/proc/partitions", PARTITIONS_MAX, &text);
	if (e)
		return e;
	char *rest = text.data;
	while (rest) {
		char name[128];
		char path[PATH_MAX];
		char value[256];
		/* "major minor #blocks name", after a heading */
		const char *line = strsep(&rest, "\n");
		if (sscanf(line, "%*u %*u %*u %127s", name) != 1 || strncmp(name, "ram", 3) == 0)
			continue;
		/* a ! in a kernel name stands for the / of its node (cciss!c0d0) */
		for (char *p = name; *p; p++)
			if (*p == '!')
				*p = '/';
		int n = snprintf(value, sizeof(value), "/dev/%s", name);
		if (n < 0 || (size_t)n >= sizeof(value) || below_root(root, value, path))
			continue;
		if (probe_value(path, tag->blkid, value, sizeof(value)) &&
		    strcasecmp(value, wanted) == 0) {
			strcpy(device, path);
			return NULL;
		}
	}
	return err_new(ERR_MISSING, "no device has %s", spec);
}

struct err *blockdev_find(const struct root *root, const char *spec, char device[PATH_MAX])
{
	const struct tag *tag = tag_of(spec);
	if (tag)
		return find_tag(root, tag, spec, device);
	if (!root_exists(root, spec))
		return err_new(ERR_MISSING, "no device %s", spec);
	return below_root(root, spec, device);
}

struct err *blockdev_wait(const struct root *root, const char *spec, double seconds,
			  char device[PATH_MAX])
{
	double until = clock_now() + seconds;
	for (;;) {
		struct err *e = blockdev_find(root, spec, device);
		if (!e || err_code(e) != ERR_MISSING)
			return e;
		if (clock_now() >= until)
			return err_wrap(e, "waited %.0f s", seconds);
		err_free(e);
		nanosleep(&(struct timespec) {.tv_nsec = LOOK_AGAIN_NS}, NULL);
	}
}

struct err *blockdev_uuid(const char *device, char *out, size_t size)
{
	char uuid[128];
	if (!probe_value(device, "UUID", uuid, sizeof(uuid)))
		return err_new(ERR_MISSING, "no UUID can be read from %s", device);
	int n = snprintf(out, size, "UUID=%s", uuid);
	return n < 0 || (size_t)n >= size ? err_new(ERR_FORMAT, "UUID of %s is too long", device)
					  : NULL;
}

struct err *blockdev_fstype(const char *device, char *out, size_t size)
{
	if (!probe_value(device, "TYPE", out, size))
		return err_new(ERR_MISSING, "no file system is recognised on %s", device);
	return NULL;
}
