// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/mount.h"

#include <stdio.h>
#include <string.h>
#include "report/fetch.h"

/* MNT_… of include/linux/mount.h, since 2.6.30 at the latest; nosymfollow since 5.10 (dab741e0e02b)
 */
static const struct {
	uint32_t bit;
	const char *name;
} flags[] = {
	{0x01, "nosuid"},  {0x02, "nodev"},	 {0x04, "noexec"},   {0x80, "nosymfollow"},
	{0x08, "noatime"}, {0x10, "nodiratime"}, {0x20, "relatime"},
};
#define MNT_READONLY 0x40
#define SB_RDONLY    1 /* include/linux/fs.h */

/* A path of PATH_MAX has half as many names at most; the rest is for mounts on mounts. */
#define STEPS_MAX 4096
#define NAME_LEN  255

bool mount_is_readable(struct kmem *k, uint64_t mount)
{
	uint64_t root;
	return fetch_pointer(k, mount, k->layout->mount_root, &root);
}

bool mount_device(struct kmem *k, uint64_t mount, char *ret, size_t cap)
{
	return fetch_name(k, mount, k->layout->mount_devname, ret, cap);
}

bool mount_type(struct kmem *k, uint64_t mount, char *ret, size_t cap)
{
	const struct layout *l = k->layout;
	uint64_t sb, type;
	if (!fetch_pointer(k, mount, l->mount_sb, &sb) ||
	    !fetch_pointer(k, sb, l->sb_type, &type) ||
	    !fetch_name(k, type, l->fs_type_name, ret, cap))
		return false;
	size_t len = strlen(ret);
	if (len + 2 < cap && fetch_name(k, sb, l->sb_subtype, ret + len + 1, cap - len - 1) &&
	    ret[len + 1])
		ret[len] = '.';
	return true;
}

uint32_t mount_flags(struct kmem *k, uint64_t mount, bool *read_only)
{
	const struct layout *l = k->layout;
	uint64_t sb, sb_flags = 0;
	uint32_t mnt_flags = 0;
	(void)fetch_u32(k, mount, l->mount_flags, &mnt_flags);
	if (fetch_pointer(k, mount, l->mount_sb, &sb))
		(void)fetch_u64(k, sb, l->sb_flags, &sb_flags);
	*read_only = mnt_flags & MNT_READONLY || sb_flags & SB_RDONLY;
	return mnt_flags;
}

void mount_options(uint32_t bits, bool read_only, char ret[MOUNT_OPTIONS_SIZE])
{
	int len = snprintf(ret, MOUNT_OPTIONS_SIZE, "%s", read_only ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (bits & flags[i].bit)
			len += snprintf(ret + len, (size_t)(MOUNT_OPTIONS_SIZE - len), ",%s",
					flags[i].name);
	}
}

/* A path that is written from its end. */
struct path {
	char *buf;
	size_t at;
};

static bool prepend(struct path *p, const char *s, size_t len)
{
	if (len + 4 > p->at) /* "..." must have room in front */
		return false;
	p->at -= len;
	memcpy(p->buf + p->at, s, len);
	return true;
}

static bool prepend_name(struct kmem *k, uint64_t dentry, struct path *p)
{
	const struct layout *l = k->layout;
	char name[NAME_LEN + 1];
	uint64_t addr;
	uint32_t len;
	if (!fetch_u32(k, dentry, l->dentry_name_len, &len) || len == 0 || len > NAME_LEN ||
	    !fetch_pointer(k, dentry, l->dentry_name, &addr) ||
	    !fetch_string(k, addr, name, (size_t)len + 1))
		return false;
	return prepend(p, name, strlen(name)) && prepend(p, "/", 1);
}

/* From a mount's root to the place where it is mounted. False: it is mounted on nothing. */
static bool step_down(struct kmem *k, uint64_t *mount, uint64_t *dentry, bool *broken)
{
	const struct layout *l = k->layout;
	uint64_t parent;
	if (!fetch_pointer(k, *mount, l->mount_parent, &parent) ||
	    !fetch_pointer(k, *mount, l->mount_mountpoint, dentry)) {
		*broken = true;
		return false;
	}
	bool down = parent != *mount;
	*mount = parent;
	return down;
}

/* prepend_path() of fs/d_path.c. True: up to the root of all mounts. */
static bool follow(struct kmem *k, uint64_t mount, struct path *p)
{
	const struct layout *l = k->layout;
	uint64_t dentry, root;
	bool broken = false;
	if (!step_down(k, &mount, &dentry, &broken))
		return !broken;
	for (int steps = 0; steps < STEPS_MAX; steps++) {
		uint64_t parent;
		if (!fetch_pointer(k, mount, l->mount_root, &root))
			return false;
		if (dentry == root) {
			if (!step_down(k, &mount, &dentry, &broken))
				return !broken;
			continue;
		}
		if (!fetch_pointer(k, dentry, l->dentry_parent, &parent) || parent == dentry ||
		    !prepend_name(k, dentry, p))
			return false;
		dentry = parent;
	}
	return false;
}

const char *mount_path(struct kmem *k, uint64_t mount, char buf[MOUNT_PATH_SIZE])
{
	struct path p = {buf, MOUNT_PATH_SIZE - 1};
	buf[p.at] = '\0';
	if (!follow(k, mount, &p)) {
		if (buf[p.at] != '/')
			buf[--p.at] = '/';
		p.at -= 3;
		memcpy(buf + p.at, "...", 3);
	} else if (buf[p.at] == '\0') {
		buf[--p.at] = '/';
	}
	return buf + p.at;
}
