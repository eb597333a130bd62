// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "crash/blockdev.h"
#include "crash/mounts.h"
#include "crash/run.h"

#define BY_UUID "/dev/disk/by-uuid"

/* Where path really is below the root, its last existing part resolved through symbolic links. */
static struct err *real_path(const struct root *root, const char *path, char out[PATH_MAX])
{
	char part[PATH_MAX];
	struct err *e = path_printf(part, "%s", path);
	while (!e) {
		_cleanup_close_ int fd = root_open(root, part, O_PATH, 0);
		if (fd >= 0) {
			char link[64], real[PATH_MAX];
			snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
			ssize_t n = readlink(link, real, sizeof(real) - 1);
			if (n < 0)
				return err_os(errno, "%s", path);
			real[n] = '\0';
			char top[PATH_MAX];
			const char *seen = real;
			if (realpath(root->path, top) && strcmp(top, "/") != 0 &&
			    strncmp(real, top, strlen(top)) == 0)
				seen = real + strlen(top);
			const char *rest = path + strlen(part);
			if (strcmp(seen, "/") == 0)
				seen = "";
			e = path_printf(out, "%s%s%s", seen, *rest && *rest != '/' ? "/" : "",
					rest);
			if (!e && !*out)
				strcpy(out, "/");
			return e;
		}
		char *slash = strrchr(part, '/');
		if (!slash)
			return err_os(-fd, "%s", path);
		*slash = '\0';
		if (slash == part)
			strcpy(part, "/");
	}
	return e;
}

static bool same_node(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode))
		return a->st_rdev == b->st_rdev;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool node_stat(const struct root *root, const char *path, struct stat *st)
{
	_cleanup_close_ int fd = root_open(root, path, O_PATH, 0);
	return fd >= 0 && fstat(fd, st) == 0;
}

/* The name udev gave the device by its content's UUID: works without the right to read the device.
 */
static bool uuid_by_link(const struct root *root, const char *device, char *out, size_t size)
{
	struct stat want, have;
	DIR *dir = root_opendir(root, BY_UUID);
	if (!dir)
		return false;
	bool found = false;
	const struct dirent *d;
	while (!found && node_stat(root, device, &want) && (d = readdir(dir))) {
		char path[PATH_MAX];
		snprintf(path, sizeof(path), BY_UUID "/%s", d->d_name);
		if (d->d_name[0] == '.' || !node_stat(root, path, &have) ||
		    !same_node(&want, &have))
			continue;
		int n = snprintf(out, size, "UUID=%s", d->d_name);
		found = n > 0 && (size_t)n < size;
	}
	closedir(dir);
	return found;
}

/* Device names change between boots; what is on the device does not. */
static struct err *stable_name(const struct root *root, const char *device, enum setting key,
			       struct settings *s)
{
	char uuid[256];
	char path[PATH_MAX];
	if (uuid_by_link(root, device, uuid, sizeof(uuid)))
		return settings_set(s, key, uuid);
	struct err *e = blockdev_find(root, device, path);
	if (!e)
		e = blockdev_uuid(path, uuid, sizeof(uuid));
	if (!e)
		return settings_set(s, key, uuid);
	err_free(e);
	return settings_set(s, key, device);
}

/* The node of a mounted device: its source, or (/dev/root) what sysfs calls its number. */
static struct err *mounted_device(const struct root *root, const struct mount *m,
				  char out[PATH_MAX])
{
	if (blockdev_spec_valid(m->source) && root_exists(root, m->source))
		return path_printf(out, "%s", m->source);
	char link[PATH_MAX], target[PATH_MAX];
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(m->dev), minor(m->dev));
	if (root_readlink(root, link, target, sizeof(target)) < 0)
		return err_new(ERR_MISSING, "no block device holds %s (%s on %s)", m->point,
			       m->fstype, m->source);
	const char *slash = strrchr(target, '/');
	return path_printf(out, "/dev/%s", slash ? slash + 1 : target);
}

static struct err *from_mount(const struct root *root, const char *path, struct settings *s)
{
	char real[PATH_MAX], device[PATH_MAX], save[PATH_MAX];
	_cleanup_free_ struct mount *m = malloc(sizeof(*m));
	if (!m)
		return err_nomem();
	struct err *e = real_path(root, path, real);
	if (!e)
		e = mounts_of_path(root, real, m);
	if (!e && !kdump_conf_fstype_known(m->fstype))
		return err_new(ERR_UNSUPPORTED,
			       "path %s is on %s, where a dump cannot be saved; "
			       "name a target (ext4, xfs, ssh, …) or another path",
			       path, m->fstype);
	if (!e)
		e = mounted_device(root, m, device);
	if (!e)
		e = stable_name(root, device, SET_TARGET_DEVICE, s);
	if (!e)
		e = settings_set(s, SET_TARGET_FSTYPE, m->fstype);
	/* The whole file system gets mounted: a subvolume or bind mount is a directory of it. */
	if (!e && strcmp(m->fstype, "btrfs") == 0)
		e = settings_set(s, SET_TARGET_OPTIONS, "subvolid=5");
	const char *below = real + (strcmp(m->point, "/") == 0 ? 0 : strlen(m->point));
	if (!e)
		e = path_printf(save, "%s%s", strcmp(m->root, "/") == 0 ? "" : m->root,
				strcmp(below, "/") == 0 ? "" : below);
	return e ? e : settings_set(s, SET_SAVE_PATH, *save ? save : "/");
}

struct err *resolve_local(const struct root *root, const char *file, const struct kdump_conf *c,
			  struct settings *s)
{
	struct err *e = settings_set(s, SET_TARGET, "local");
	if (e)
		return e;
	if (!c->target_kind)
		return err_wrap(from_mount(root, settings_get(s, SET_SAVE_PATH), s), "%s", file);
	e = settings_set(s, SET_TARGET_FSTYPE, c->target_kind);
	if (e)
		return e;
	const char *device = c->value[CONF_TARGET];
	if (strncmp(device, "/dev/", 5) != 0)
		return settings_set(s, SET_TARGET_DEVICE, device);
	if (!root_exists(root, device))
		return err_new(ERR_USAGE, "%s:%u: there is no %s; correct the device", file,
			       c->line[CONF_TARGET], device);
	return stable_name(root, device, SET_TARGET_DEVICE, s);
}

void resolve_root_device(const struct root *root, struct settings *s)
{
	char device[PATH_MAX];
	_cleanup_free_ struct mount *m = malloc(sizeof(*m));
	if (!m)
		return;
	struct err *e = mounts_of_path(root, "/", m);
	if (!e && kdump_conf_fstype_known(m->fstype))
		e = mounted_device(root, m, device);
	else if (!e)
		return;
	if (!e)
		e = stable_name(root, device, SET_ROOT_DEVICE, s);
	err_free(e);
}
