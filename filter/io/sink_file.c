// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static struct err *file_write_at(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	const char *at = data;
	while (len > 0) {
		ssize_t n = pwrite(s->fd, at, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "writing to %s", s->path);
		at += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return NULL;
}

/* Not every file system can fallocate(). */
static struct err *write_zeros(struct sink *s, uint64_t from, uint64_t to)
{
	static const char zeros[65536];
	struct err *e = NULL;
	for (uint64_t at = from; !e && at < to; at += sizeof(zeros))
		e = file_write_at(s, at, zeros, (size_t)MIN(to - at, (uint64_t)sizeof(zeros)));
	return e;
}

/*
 * Space for the part of the file that everything else depends on, taken while there is some: a full
 * disk then cannot make the part already written unreadable.
 */
static struct err *file_reserve(struct sink *s, uint64_t from, uint64_t to)
{
	if (from >= to || fallocate(s->fd, 0, (off_t)from, (off_t)(to - from)) == 0)
		return NULL;
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return err_os(errno, "reserving %llu bytes for the headers of %s",
			      (unsigned long long)(to - from), s->path);
	return write_zeros(s, from, to);
}

static void file_destroy(struct sink *s)
{
	close(s->fd);
	free(s);
}

static struct err *file_finish(struct sink *s)
{
	/* close() of a network file system is where a late write error shows. */
	int fd = dup(s->fd);
	struct err *e = NULL;
	if (fd >= 0 && close(fd) < 0)
		e = err_os(errno, "closing %s", s->path);
	file_destroy(s);
	return e;
}

/* The name may be a device or a file that was there before: only what we created is removed. */
static void file_abort(struct sink *s)
{
	struct stat st;
	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode))
		unlink(s->path);
	file_destroy(s);
}

static const struct sink_ops sink_file_ops = {
	.name = "file",
	.write_at = file_write_at,
	.reserve = file_reserve,
	.finish = file_finish,
	.abort = file_abort,
};

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;
	return b && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

struct err *sink_open_file(const char *path, bool overwrite, const char *keep, struct sink **ret)
{
	if (same_file(path, keep))
		return err_new(ERR_USAGE, "%s is the file that is read: write to another", path);
	struct sink *s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem();
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL);
	s->fd = open(path, flags, 0600);
	if (s->fd < 0) {
		int errnum = errno;
		free(s);
		if (errnum == EEXIST)
			return err_new(ERR_USAGE, "%s exists already; use -f to overwrite it",
				       path);
		return err_os(errnum, "creating %s", path);
	}
	struct stat st;
	s->ops = &sink_file_ops;
	s->path = path;
	/* A device has what was on it before. */
	s->holes = fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode);
	*ret = s;
	return NULL;
}
