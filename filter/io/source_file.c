// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>

static struct err *file_read_at(const struct source *s, void *state, uint64_t offset, void *buf,
				size_t len)
{
	uint8_t *at = buf;
	(void)state;
	while (len > 0) {
		ssize_t n = pread(s->fd, at, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "%s: reading at offset %#" PRIx64, s->path, offset);
		if (n == 0)
			return err_new(ERR_FORMAT, "%s: truncated: no bytes at offset %#" PRIx64,
				       s->path, offset);
		at += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return NULL;
}

static void *file_map(const struct source *s, uint64_t offset, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, s->fd, (off_t)offset);
	return p == MAP_FAILED ? NULL : p;
}

static void file_destroy(struct source *s)
{
	close(s->fd);
	free((char *)(uintptr_t)s->path);
	free(s);
}

static const struct source_ops source_file_ops = {
	.name = "file",
	.read_at = file_read_at,
	.destroy = file_destroy,
};

/*
 * read() of /proc/vmcore copies and maps one page at a time; mmap() does not. An ordinary file is
 * read, not mapped: a file that is cut while it is mapped kills the reader with SIGBUS, and mapped
 * pages of the page cache count as our memory.
 */
static const struct source_ops source_proc_ops = {
	.name = "proc",
	.read_at = file_read_at,
	.map = file_map,
	.destroy = file_destroy,
};

struct err *source_open_file(const char *path, struct source **ret)
{
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang */
	if (fd < 0)
		return err_os(errno, "%s", path);
	struct stat st;
	struct statfs fs;
	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return err_os(errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_os(EISDIR, "%s", path);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_new(ERR_USAGE,
			       "%s: not a file or block device (dumps are read at random offsets, "
			       "a pipe cannot be used)",
			       path);
	struct source *s = calloc(1, sizeof(*s));
	char *name = strdup(path);
	if (!s || !name) {
		free(s);
		free(name);
		return err_nomem();
	}
	s->ops = fs.f_type == PROC_SUPER_MAGIC ? &source_proc_ops : &source_file_ops;
	s->path = name;
	s->size = (uint64_t)st.st_size;
	s->fd = TAKE_FD(fd);
	*ret = s;
	return NULL;
}
