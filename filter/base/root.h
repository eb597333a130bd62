/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as a directory: opens files of sysfs, procfs and /etc below a root that is "/" in
 * production and any directory in tests. It does not cache. Symbolic links are resolved inside the
 * root (openat2 RESOLVE_IN_ROOT, Linux 5.6; plain openat where the kernel lacks it and the root is
 * "/"). Read-only use from several threads is fine.
 */
#ifndef SALVOR_BASE_ROOT_H
#define SALVOR_BASE_ROOT_H

#include <dirent.h>
#include <sys/types.h>
#include "base/buf.h"

struct root {
	int fd; /* of the directory */
	char *path;
};

/* dir NULL or "" means "/". */
struct err *root_init(struct root *r, const char *dir) must_check;
void root_deinit(struct root *r);
/* Whether it is "/": then netlink and ioctl speak of the machine that its files describe. */
bool root_is_machine(const struct root *r);

/* path is taken relative to the root, with or without a leading slash. Returns an fd, or -errno. */
int root_open(const struct root *r, const char *path, int flags, mode_t mode);
bool root_exists(const struct root *r, const char *path);

/* The whole file, at most max bytes (a larger file is cut there), appended to out. */
struct err *root_read(const struct root *r, const char *path, size_t max,
		      struct buf *out) must_check;
/* First line without newline into line[size]; -errno or the length (cut to size-1). For sysfs
 * values. */
ssize_t root_read_line(const struct root *r, const char *path, char *line, size_t size);
/* Writes text to an existing file (sysfs attribute) in one write(). */
struct err *root_write(const struct root *r, const char *path, const char *text) must_check;
/* Target of a symbolic link, NUL-terminated; -errno or the length. */
ssize_t root_readlink(const struct root *r, const char *path, char *out, size_t size);
/* A directory stream, or NULL with errno set. The caller closes it. */
DIR *root_opendir(const struct root *r, const char *path);

#endif
