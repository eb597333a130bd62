// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

struct walk {
	struct err *(*visit)(const struct tree_entry *entry, void *arg);
	void *arg;
	dev_t device;
	char path[PATH_MAX];
};

struct names {
	char **v;
	size_t n;
};

static void cleanup_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct err *add_name(struct names *names, const char *name)
{
	if (names->n == TREE_ENTRIES_MAX)
		return err_new(ERR_OTHER, "more than %d entries in one directory",
			       TREE_ENTRIES_MAX);
	/* Grown in doubles: the room is the next power of two from 16 on. */
	if (names->n == 0 || (names->n >= 16 && (names->n & (names->n - 1)) == 0)) {
		size_t room = names->n ? 2 * names->n : 16;
		char **grown = reallocarray(names->v, room, sizeof(*grown));
		if (!grown)
			return err_nomem();
		names->v = grown;
	}
	names->v[names->n] = strdup(name);
	if (!names->v[names->n])
		return err_nomem();
	names->n++;
	return NULL;
}

static struct err *list(int dir, struct names *names)
{
	/* A descriptor of its own: closedir() closes it, and the position is not shared. */
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		struct err *e = err_os(errno, "reading the directory");
		cleanup_close(&fd);
		return e;
	}
	struct err *e = NULL;
	struct dirent *entry;
	while (!e && (errno = 0, entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			e = add_name(names, entry->d_name);
	if (!e && errno)
		e = err_os(errno, "reading the directory");
	closedir(d);
	if (!e && names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
	return e;
}

static struct err *walk_directory(struct walk *w, int dir, size_t path_len, int depth);

static struct err *walk_entry(struct walk *w, int dir, size_t path_len, const char *name, int depth)
{
	struct stat st;
	size_t len = strlen(name), at = path_len ? path_len + 1 : 0;
	if (at + len >= sizeof(w->path))
		return err_new(ERR_OTHER, "a path is too long");
	if (path_len)
		w->path[path_len] = '/';
	memcpy(w->path + at, name, len + 1);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_os(errno, "%s", w->path);
	_cleanup_close_ int fd = -1;
	struct err *e = NULL;
	if (S_ISDIR(st.st_mode)) {
		if (st.st_dev != w->device)
			return err_new(ERR_OTHER, "%s: another file system is mounted there",
				       w->path);
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return err_os(errno, "%s", w->path);
		e = walk_directory(w, fd, at + len, depth + 1);
		w->path[at + len] = '\0';
	}
	struct tree_entry entry = {dir, fd, name, w->path, &st};
	return e ? e : w->visit(&entry, w->arg);
}

static struct err *walk_directory(struct walk *w, int dir, size_t path_len, int depth)
{
	_cleanup_(cleanup_names) struct names names = {0};
	if (depth > TREE_DEPTH_MAX)
		return err_new(ERR_OTHER, "%s: directories deeper than %d", w->path,
			       TREE_DEPTH_MAX);
	struct err *e = list(dir, &names);
	if (e)
		return path_len ? err_wrap(e, "%s", w->path) : e;
	for (size_t i = 0; !e && i < names.n; i++)
		e = walk_entry(w, dir, path_len, names.v[i], depth);
	return e;
}

struct err *tree_walk(int dir, struct err *(*visit)(const struct tree_entry *entry, void *arg),
		      void *arg)
{
	struct stat st;
	if (fstat(dir, &st) < 0)
		return err_os(errno, "the directory");
	struct walk *w = malloc(sizeof(*w));
	if (!w)
		return err_nomem();
	*w = (struct walk) {.visit = visit, .arg = arg, .device = st.st_dev};
	struct err *e = walk_directory(w, dir, 0, 0);
	free(w);
	return e;
}

struct syncing {
	void (*progress)(void *arg, uint64_t bytes);
	void *arg;
};

struct err *tree_sync_directory(int fd, const char *name)
{
	/* Some file systems cannot fsync a directory and say so. */
	if (fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP)
		return err_os(errno, "fsync %s", name);
	return NULL;
}

static struct err *sync_entry(const struct tree_entry *entry, void *arg)
{
	const struct syncing *s = arg;
	if (entry->fd >= 0)
		return tree_sync_directory(entry->fd, entry->path);
	if (!S_ISREG(entry->st->st_mode))
		return NULL;
	_cleanup_close_ int fd =
		openat(entry->parent, entry->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_os(errno, "%s", entry->path);
	if (fsync(fd) < 0)
		return err_os(errno, "fsync %s", entry->path);
	if (s->progress)
		s->progress(s->arg, (uint64_t)entry->st->st_size);
	return NULL;
}

struct err *tree_sync(int dir, void (*progress)(void *arg, uint64_t bytes), void *arg)
{
	struct syncing s = {progress, arg};
	struct err *e = tree_walk(dir, sync_entry, &s);
	return e ? e : tree_sync_directory(dir, "the directory");
}

#define BLOCK 4096

static struct err *add_bytes(const struct tree_entry *entry, void *arg)
{
	uint64_t size = S_ISREG(entry->st->st_mode) ? (uint64_t)entry->st->st_size : BLOCK;
	*(uint64_t *)arg += ROUND_UP(size, BLOCK);
	return NULL;
}

struct err *tree_bytes(int dir, uint64_t *ret)
{
	uint64_t bytes = BLOCK;
	struct err *e = tree_walk(dir, add_bytes, &bytes);
	if (!e)
		*ret = bytes;
	return e;
}

static struct err *remove_entry(const struct tree_entry *entry, void *arg)
{
	const char *last = arg;
	if (strcmp(entry->path, last) == 0 && entry->fd < 0)
		return NULL;
	if (unlinkat(entry->parent, entry->name, entry->fd >= 0 ? AT_REMOVEDIR : 0) < 0 &&
	    errno != ENOENT)
		return err_os(errno, "removing %s", entry->path);
	return NULL;
}

struct err *tree_remove(int parent, const char *name, const char *last)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_os(errno, "removing %s", name);
	struct err *e = tree_walk(fd, remove_entry, (void *)(uintptr_t)last);
	if (!e && unlinkat(fd, last, 0) < 0 && errno != ENOENT)
		e = err_os(errno, "removing %s", last);
	close(fd);
	if (!e && unlinkat(parent, name, AT_REMOVEDIR) < 0)
		e = err_os(errno, "removing it");
	return err_wrap(e, "%s", name);
}
