// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* At 10 MB/s, a slow disk, one piece takes 6 s: far from any stall limit. */
#define PIECE ((off_t)64 << 20)

struct err *flush_file(const char *path, _Atomic uint64_t *progress)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_os(errno, "%s", path);
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_os(errno, "%s", path);
	for (off_t at = 0; at < st.st_size; at += PIECE) {
		/* Its own result does not matter: fsync() reports what was lost. */
		sync_file_range(fd, at, PIECE,
				SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
					SYNC_FILE_RANGE_WAIT_AFTER);
		if (progress)
			atomic_fetch_add(progress, 1);
	}
	if (fsync(fd) < 0)
		return err_os(errno, "fsync %s", path);
	return NULL;
}

struct err *flush_pwrite(int fd, const void *data, size_t len, uint64_t offset, const char *name)
{
	const char *p = data;
	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "writing %s", name);
		if (n == 0)
			return err_os(ENOSPC, "writing %s", name);
		p += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return NULL;
}

static struct err *put(const char *path, const struct buf *content, int flags)
{
	struct err *e = buf_error(content);
	if (e)
		return e;
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	if (fd < 0)
		return err_os(errno, "%s", path);
	off_t end = lseek(fd, 0, SEEK_END);
	e = flush_pwrite(fd, buf_str(content), content->len, (uint64_t)(end > 0 ? end : 0), path);
	if (!e && fsync(fd) < 0)
		e = err_os(errno, "fsync %s", path);
	return e;
}

struct err *flush_write(const char *path, const struct buf *content)
{
	return put(path, content, O_TRUNC);
}

struct err *flush_append(const char *path, const struct buf *content)
{
	return put(path, content, 0);
}
