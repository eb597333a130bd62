// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/mounting.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "crash/mounts.h"
#include "crash/program.h"

/* A driver module loads in well under this, or something is stuck. */
#define MODPROBE_SECONDS 20

static const struct option {
	const char *name;
	unsigned long set;
	unsigned long clear;
} options_known[] = {
	{"noatime", MS_NOATIME, 0},
	{"atime", 0, MS_NOATIME},
	{"nodiratime", MS_NODIRATIME, 0},
	{"relatime", MS_RELATIME, 0},
	{"strictatime", MS_STRICTATIME, 0},
	{"lazytime", MS_LAZYTIME, 0},
	{"nosuid", MS_NOSUID, 0},
	{"suid", 0, MS_NOSUID},
	{"nodev", MS_NODEV, 0},
	{"dev", 0, MS_NODEV},
	{"noexec", MS_NOEXEC, 0},
	{"exec", 0, MS_NOEXEC},
	{"sync", MS_SYNCHRONOUS, 0},
	{"async", 0, MS_SYNCHRONOUS},
	{"dirsync", MS_DIRSYNC, 0},
	/* mount(8)'s own business; ro because we came to write */
	{"defaults", 0, 0},
	{"ro", 0, 0},
	{"rw", 0, 0},
	{"auto", 0, 0},
	{"noauto", 0, 0},
	{"nofail", 0, 0},
	{"user", 0, 0},
	{"nouser", 0, 0},
	{"users", 0, 0},
	{"owner", 0, 0},
	{"group", 0, 0},
	{"_netdev", 0, 0},
};

static bool mount8_only(const char *name)
{
	return strncmp(name, "x-", 2) == 0 || strncmp(name, "X-", 2) == 0 ||
	       strncmp(name, "comment=", 8) == 0;
}

struct err *mounting_options(const char *options, unsigned long *flags, struct buf *data)
{
	_cleanup_free_ char *copy = strdup(options);
	if (!copy)
		return err_nomem();
	*flags = 0;
	char *rest = copy;
	while (rest) {
		const char *name = strsep(&rest, ",");
		size_t i = 0;
		while (i < ARRAY_SIZE(options_known) && strcmp(options_known[i].name, name) != 0)
			i++;
		if (i < ARRAY_SIZE(options_known)) {
			*flags = (*flags | options_known[i].set) & ~options_known[i].clear;
		} else if (*name && !mount8_only(name)) {
			if (data->len)
				buf_putc(data, ',');
			buf_puts(data, name);
		}
	}
	return buf_error(data);
}

/* A table of some dozens of lines. */
#define FILESYSTEMS_MAX ((size_t)65536)

bool mounting_in_memory(const struct root *root, const char *fstype)
{
	char line[128];
	_cleanup_buf_ struct buf text = BUF_INIT;
	int n = snprintf(line, sizeof(line), "nodev\t%s\n", fstype);
	struct err *e = root_read(root, "/proc/filesystems", FILESYSTEMS_MAX, &text);
	bool nodev = !e && n > 0 && (size_t)n < sizeof(line) && strstr(buf_str(&text), line);
	err_free(e);
	return nodev;
}

static void load_driver(const char *fstype)
{
	char *argv[] = {(char *)(uintptr_t) "modprobe", (char *)(uintptr_t) "-q",
			(char *)(uintptr_t)fstype, NULL};
	struct program p = {.argv = argv, .wall = MODPROBE_SECONDS};
	struct program_result r;
	/* Built in, loaded already, or no modprobe: mount(2) will tell. */
	err_free(program_run(&p, &r));
}

static struct err *bind_existing(const struct root *root, const struct mount_request *r, dev_t dev,
				 bool *was_read_only)
{
	_cleanup_free_ struct mount *m = malloc(sizeof(*m));
	if (!m)
		return err_nomem();
	struct err *e = mounts_of_device(root, dev, m);
	if (e)
		return err_wrap(e, "%s is busy, and where it is mounted is not known", r->device);
	if (mount(m->point, r->point, NULL, MS_BIND, NULL) < 0)
		return err_os(errno, "cannot bind %s to %s", m->point, r->point);
	if (m->read_only && mount(NULL, r->point, NULL, MS_REMOUNT, NULL) < 0) {
		e = err_os(errno, "%s is mounted read-only at %s and cannot be made writable",
			   r->device, m->point);
		umount2(r->point, MNT_DETACH);
		return e;
	}
	*was_read_only = m->read_only;
	return NULL;
}

struct err *mounting_mount(const struct root *root, const struct mount_request *r,
			   bool *was_read_only)
{
	*was_read_only = false;
	struct stat st;
	if (stat(r->device, &st) < 0)
		return err_os(errno, "%s", r->device);
	if (S_ISDIR(st.st_mode)) {
		if (mount(r->device, r->point, NULL, MS_BIND, NULL) < 0)
			return err_os(errno, "cannot bind %s to %s", r->device, r->point);
		return NULL;
	}
	unsigned long flags;
	_cleanup_buf_ struct buf data = BUF_INIT;
	struct err *e = mounting_options(r->options, &flags, &data);
	if (e)
		return e;
	load_driver(r->fstype);
	if (mounting_in_memory(root, r->fstype))
		return err_new(ERR_UNSUPPORTED,
			       "%s is not mounted as %s: that file system is not on a device",
			       r->device, r->fstype);
	if (mount(r->device, r->point, r->fstype, flags, buf_str(&data)) == 0)
		return NULL;
	if (errno == EBUSY)
		return bind_existing(root, r, st.st_rdev, was_read_only);
	if (errno == ENODEV)
		return err_new(ERR_MISSING,
			       "cannot mount %s: no %s driver in this kernel and image", r->device,
			       r->fstype);
	return err_os(errno, "cannot mount %s (%s) at %s", r->device, r->fstype, r->point);
}

struct err *mounting_unmount(const char *point, bool was_read_only)
{
	if (was_read_only && mount(NULL, point, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 &&
	    errno != EBUSY)
		return err_os(errno, "cannot make %s read-only again", point);
	if (umount2(point, 0) == 0)
		return NULL;
	if (errno == EBUSY && umount2(point, MNT_DETACH) == 0)
		return NULL;
	return err_os(errno, "cannot unmount %s", point);
}
