// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/save_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/root.h"
#include "crash/run.h"

#define DIRECTORY (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* The directory at path, whose last component is name in the directory parent; or -errno. */
static int look(const struct root *top, int parent, const char *path, const char *name)
{
	int fd = root_open(top, path, DIRECTORY, 0);
	/* Without openat2() a step is only taken where it cannot be a link. */
	if (fd == -ENOSYS || fd == -EPERM) {
		fd = openat(parent, name, DIRECTORY | O_NOFOLLOW);
		if (fd < 0)
			fd = -errno;
	}
	return fd;
}

/* Walks down path, which is cut up on the way and put together again. Returns the last one, or
 * -errno. */
static int descend(const struct root *top, char *path)
{
	int fd = dup(top->fd);
	for (char *name = path + strspn(path, "/"); fd >= 0 && *name;) {
		char *end = name + strcspn(name, "/");
		char was = *end;
		*end = '\0';
		int next = look(top, fd, path, name);
		if (next == -ENOENT) {
			/* a link that leads nowhere exists, and stays ENOENT */
			if (mkdirat(fd, name, 0755) == 0 && fchmodat(fd, name, 0755, 0) == 0)
				errno = 0; /* the mode again, against the umask */
			next = errno && errno != EEXIST ? -errno : look(top, fd, path, name);
		}
		*end = was;
		close(fd);
		fd = next;
		name = end + strspn(end, "/");
	}
	return fd;
}

/* Subvolumes of btrfs have device numbers of their own: where the kernel tells (5.8), the mount is
 * what counts. */
static bool same_mount(int a, int b)
{
	struct stat sa, sb;
#ifdef STATX_MNT_ID
	struct statx xa, xb;
	if (statx(a, "", AT_EMPTY_PATH, STATX_MNT_ID, &xa) == 0 && xa.stx_mask & STATX_MNT_ID &&
	    statx(b, "", AT_EMPTY_PATH, STATX_MNT_ID, &xb) == 0 && xb.stx_mask & STATX_MNT_ID)
		return xa.stx_mnt_id == xb.stx_mnt_id;
#endif
	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev;
}

static struct err *name_of(int fd, char real[PATH_MAX])
{
	char link[64];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, real, PATH_MAX - 1);
	if (n < 0)
		return err_os(errno, "%s", link);
	real[n] = '\0';
	return NULL;
}

struct err *save_dir_open(const char *mount, const char *save_path, char real[PATH_MAX])
{
	struct root top;
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s", save_path);
	if (!e)
		e = root_init(&top, mount);
	if (e)
		return e;
	_cleanup_close_ int fd = descend(&top, path);
	if (fd < 0)
		e = err_os(-fd, "%s on the target cannot be opened or made", save_path);
	else if (!same_mount(top.fd, fd))
		e = err_new(ERR_UNSUPPORTED, "%s leads away from the target", save_path);
	else
		e = name_of(fd, real);
	root_deinit(&top);
	return e;
}
