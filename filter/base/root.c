// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct err *root_init(struct root *r, const char *dir)
{
	const char *path = dir && *dir ? dir : "/";
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_os(errno, "root directory %s", path);
	r->path = strdup(path);
	if (!r->path) {
		close(fd);
		return err_nomem();
	}
	r->fd = fd;
	return NULL;
}

void root_deinit(struct root *r)
{
	close(r->fd);
	free(r->path);
	r->fd = -1;
	r->path = NULL;
}

bool root_is_machine(const struct root *r)
{
	struct stat theirs, ours;
	return fstat(r->fd, &theirs) == 0 && stat("/", &ours) == 0 &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static const char *relative(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

int root_open(const struct root *r, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_IN_ROOT,
	};
	int fd = (int)syscall(SYS_openat2, r->fd, relative(path), &how, sizeof(how));
	/* Kernels before 5.6 and seccomp filters that do not know openat2. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && strcmp(r->path, "/") == 0)
		fd = openat(r->fd, relative(path), flags | O_CLOEXEC, mode);
	return fd < 0 ? -errno : fd;
}

bool root_exists(const struct root *r, const char *path)
{
	_cleanup_close_ int fd = root_open(r, path, O_PATH, 0);
	return fd >= 0;
}

struct err *root_read(const struct root *r, const char *path, size_t max, struct buf *out)
{
	_cleanup_close_ int fd = root_open(r, path, O_RDONLY, 0);
	if (fd < 0)
		return err_os(-fd, "%s", path);
	while (max > 0) {
		size_t want = MIN(max, (size_t)65536);
		char *at = buf_reserve(out, want);
		if (!at)
			return err_nomem();
		ssize_t n = read(fd, at, want);
		int errnum = errno;
		if (n > 0)
			out->len += (size_t)n;
		out->data[out->len] = '\0'; /* it ended behind what was reserved */
		if (n < 0 && errnum == EINTR)
			continue;
		if (n < 0)
			return err_os(errnum, "%s", path);
		if (n == 0)
			break;
		max -= (size_t)n;
	}
	return NULL;
}

ssize_t root_read_line(const struct root *r, const char *path, char *line, size_t size)
{
	_cleanup_close_ int fd = root_open(r, path, O_RDONLY, 0);
	if (fd < 0)
		return fd;
	ssize_t n = read(fd, line, size - 1);
	if (n < 0)
		return -errno;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return (ssize_t)strlen(line);
}

struct err *root_write(const struct root *r, const char *path, const char *text)
{
	_cleanup_close_ int fd = root_open(r, path, O_WRONLY, 0);
	if (fd < 0)
		return err_os(-fd, "%s", path);
	ssize_t len = (ssize_t)strlen(text);
	ssize_t n = write(fd, text, (size_t)len);
	if (n < 0)
		return err_os(errno, "writing \"%s\" to %s", text, path);
	if (n != len)
		return err_new(ERR_IO, "writing \"%s\" to %s: only %zd bytes were taken", text,
			       path, n);
	return NULL;
}

ssize_t root_readlink(const struct root *r, const char *path, char *out, size_t size)
{
	_cleanup_close_ int fd = root_open(r, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	ssize_t n = readlinkat(fd, "", out, size - 1);
	if (n < 0)
		return -errno;
	out[n] = '\0';
	return n;
}

DIR *root_opendir(const struct root *r, const char *path)
{
	int fd = root_open(r, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	DIR *d = fdopendir(fd);
	if (!d)
		close(fd);
	return d;
}
