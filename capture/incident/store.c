// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "base/clock.h"
#include "incident/marker.h"
#include "incident/sums.h"
#include "incident/tree.h"

#define LOCK_FILE	".lock"
#define LOCK_SECONDS	10
#define REMOVING_SUFFIX ".removing"
/* Published ones that are looked at; more than this nobody configures. */
#define INCIDENTS_MAX 65536

struct published {
	char name[INCIDENT_NAME_MAX + 16];
	uint64_t sequence;
	uint64_t bytes;
};

struct list {
	struct published *v;
	size_t n;
};

static void cleanup_list(struct list *l)
{
	free(l->v);
}
#define _cleanup_list_ _cleanup_(cleanup_list)

static struct err *open_lock(struct incident_store *s)
{
	struct stat st;
	if (fstat(s->dir, &st) < 0)
		return err_os(errno, "looking at it");
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return err_new(ERR_OTHER,
			       "others may write there (owner %u, mode %03o); incidents "
			       "need a directory of their own, mode 0700",
			       st.st_uid, st.st_mode & 0777);
	s->lock = openat(s->dir, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
			 0600);
	return s->lock < 0 ? err_os(errno, LOCK_FILE) : NULL;
}

/* The directory itself is ours alone; its parents have to be passable. */
static struct err *make_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash && slash != path) {
		_cleanup_free_ char *parent = strndup(path, (size_t)(slash - path));
		struct err *e = parent ? incident_mkdirs(parent, 0755) : err_nomem();
		if (e)
			return e;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? err_os(errno, "cannot make it") : NULL;
}

struct err *incident_store_init(struct incident_store *s, const char *path,
				const struct retention_limits *limits)
{
	struct incident_store new = {-1, -1, strdup(path), *limits, LOCK_SECONDS, false};
	struct err *e = new.path ? make_directory(path) : err_nomem();
	if (!e) {
		new.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		e = new.dir < 0 ? err_os(errno, "opening it") : open_lock(&new);
	}
	if (e) {
		incident_store_deinit(&new);
		return err_wrap(e, "directory of incidents %s", path);
	}
	*s = new;
	return NULL;
}

void incident_store_deinit(struct incident_store *s)
{
	cleanup_close(&s->dir);
	cleanup_close(&s->lock);
	free(s->path);
	s->path = NULL;
}

/* flock() has no limit of its own, and a signal would be everybody's. */
static struct err *lock(struct incident_store *s)
{
	double until = clock_now() + s->lock_seconds;
	while (flock(s->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_os(errno, "locking %s/" LOCK_FILE, s->path);
		if (clock_now() >= until)
			return err_new(ERR_TIMEOUT,
				       "%s/" LOCK_FILE " is held by another process "
				       "since %.1f s",
				       s->path, s->lock_seconds);
		nanosleep(&(struct timespec) {.tv_nsec = 10000000}, NULL);
	}
	return NULL;
}

static void unlock(struct incident_store *s)
{
	flock(s->lock, LOCK_UN);
}

static int open_incident(const struct incident_store *s, const char *name)
{
	return openat(s->dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The name without its suffix: false if name does not end in it. */
static bool without_suffix(const char *name, const char *suffix, char *out, size_t size)
{
	size_t len = strlen(name), tail = strlen(suffix);
	if (len <= tail || len - tail >= size || strcmp(name + len - tail, suffix) != 0)
		return false;
	memcpy(out, name, len - tail);
	out[len - tail] = '\0';
	return true;
}

/* The name in the marker: that of the complete form. */
static void base_name(const char *name, char out[INCIDENT_NAME_MAX])
{
	if (!without_suffix(name, INCIDENT_INCOMPLETE, out, INCIDENT_NAME_MAX))
		snprintf(out, INCIDENT_NAME_MAX, "%.*s", INCIDENT_NAME_MAX - 1, name);
}

/*
 * Whether a hidden directory is one that we began: it has its marker, or nothing yet but (a part
 * of) it. Its writer holds a lock on it as long as it lives.
 */
static bool is_left_over(int dir, const char *name)
{
	uint64_t sequence;
	if (flock(dir, LOCK_EX | LOCK_NB) < 0)
		return false;
	if (marker_read(dir, name, &sequence))
		return true;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		cleanup_close(&fd);
		return false;
	}
	bool empty = true;
	struct dirent *e;
	while (empty && (e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			strcmp(e->d_name, MARKER_FILE) == 0 ||
			strcmp(e->d_name, "." MARKER_FILE ".new") == 0;
	closedir(d);
	return empty;
}

/* Removes what an earlier process did not end. What cannot be removed stays; it does no harm. */
static void clean_one(struct incident_store *s, const char *entry)
{
	char name[INCIDENT_NAME_MAX + 16], base[INCIDENT_NAME_MAX];
	if (entry[0] != '.' ||
	    (!without_suffix(entry + 1, incident_dmn_form.writing_suffix, name, sizeof(name)) &&
	     !without_suffix(entry + 1, REMOVING_SUFFIX, name, sizeof(name))) ||
	    !dmn_name_valid(name))
		return;
	base_name(name, base);
	_cleanup_close_ int dir = open_incident(s, entry);
	if (dir >= 0 && is_left_over(dir, base))
		err_free(tree_remove(s->dir, entry, MARKER_FILE));
}

static struct err *add(struct incident_store *s, struct list *l, const char *entry)
{
	struct published p = {0};
	char base[INCIDENT_NAME_MAX];
	if (!dmn_name_valid(entry))
		return NULL;
	base_name(entry, base);
	_cleanup_close_ int dir = open_incident(s, entry);
	if (dir < 0 || !marker_read(dir, base, &p.sequence))
		return NULL; /* not ours */
	snprintf(p.name, sizeof(p.name), "%s", entry);
	struct err *e = tree_bytes(dir, &p.bytes);
	if (e)
		return err_wrap(e, "%s", entry);
	if (l->n == INCIDENTS_MAX)
		return err_new(ERR_OTHER, "more than %d incidents", INCIDENTS_MAX);
	struct published *grown = reallocarray(l->v, l->n + 1, sizeof(*grown));
	if (!grown)
		return err_nomem();
	l->v = grown;
	l->v[l->n++] = p;
	return NULL;
}

static int in_order(const void *a, const void *b)
{
	const struct published *x = a, *y = b;
	if (x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* All published incidents, the first one first; left-overs are removed on the way. Locked. */
static struct err *scan(struct incident_store *s, struct list *l)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		struct err *e = err_os(errno, "%s", s->path);
		cleanup_close(&fd);
		return e;
	}
	struct err *e = NULL;
	struct dirent *entry;
	while (!e && (entry = readdir(d))) {
		clean_one(s, entry->d_name);
		e = add(s, l, entry->d_name);
	}
	closedir(d);
	if (!e && l->n)
		qsort(l->v, l->n, sizeof(*l->v), in_order);
	return err_wrap(e, "%s", s->path);
}

/* Out of sight first, in one step; then removed, which may take long or be interrupted. */
static struct err *remove_published(struct incident_store *s, const struct published *p)
{
	char hidden[sizeof(p->name) + 16];
	snprintf(hidden, sizeof(hidden), ".%s" REMOVING_SUFFIX, p->name);
	if (renameat(s->dir, p->name, s->dir, hidden) < 0)
		return err_os(errno, "removing %s/%s", s->path, p->name);
	return err_wrap(tree_remove(s->dir, hidden, MARKER_FILE), "%s", s->path);
}

static struct err *no_room(const struct incident_store *s, enum retention_result result)
{
	const struct retention_limits *l = &s->limits;
	switch (result) {
	case RETENTION_NO_COUNT:
		return err_new(ERR_NOSPACE,
			       "%s: no room: all %u incidents that may be kept are "
			       "preserved",
			       s->path, l->total);
	case RETENTION_NO_BYTES:
		return err_new(ERR_NOSPACE,
			       "%s: no room: with the %u preserved incidents it would "
			       "be more than %llu bytes",
			       s->path, l->preserved, (unsigned long long)l->bytes_max);
	default:
		return err_new(ERR_NOSPACE,
			       "%s: no room: less than %llu bytes are free in the file "
			       "system",
			       s->path, (unsigned long long)l->free_min);
	}
}

static struct err *free_bytes(const struct incident_store *s, uint64_t *ret)
{
	struct statvfs st;
	if (fstatvfs(s->dir, &st) < 0)
		return err_os(errno, "%s", s->path);
	*ret = (uint64_t)st.f_bavail * st.f_frsize;
	return NULL;
}

/* Removes what has to go; fails, removing nothing, where that would not be enough. Locked. */
static struct err *make_room(struct incident_store *s, const struct list *l,
			     const struct retention_need *need, bool only_ask)
{
	_cleanup_free_ uint64_t *bytes = calloc(l->n + 1, sizeof(*bytes));
	if (!bytes)
		return err_nomem();
	for (size_t i = 0; i < l->n; i++)
		bytes[i] = l->v[i].bytes;
	struct retention_choice c = retention_choose(bytes, l->n, &s->limits, need);
	if (c.result != RETENTION_FITS)
		return no_room(s, c.result);
	struct err *e = NULL;
	for (size_t i = 0; !e && !only_ask && i < c.count; i++)
		e = remove_published(s, &l->v[c.first + i]);
	return e;
}

/* How many bytes the incident that begins may have. */
static uint64_t room(const struct incident_store *s, const struct list *l, uint64_t free_now)
{
	uint64_t kept = 0, others = 0, by_budget = UINT64_MAX;
	for (size_t i = 0; i < l->n; i++)
		*(i < s->limits.preserved ? &kept : &others) += l->v[i].bytes;
	if (s->limits.bytes_max)
		by_budget = s->limits.bytes_max > kept ? s->limits.bytes_max - kept : 0;
	uint64_t by_space =
		free_now + others > s->limits.free_min ? free_now + others - s->limits.free_min : 0;
	/* What is free now has to hold it: older ones go only when it is published. */
	return MIN(MIN(by_budget, by_space), free_now);
}

static void name_dmn(void *arg, unsigned n, char name[INCIDENT_NAME_MAX])
{
	dmn_name(arg, n, name);
}

/* Fails when somebody writes an incident of that device: its writer holds a lock on it. Locked. */
static struct err *refuse_second(const struct incident_store *s, const struct dmn_fields *f)
{
	char mine[INCIDENT_NAME_MAX], name[INCIDENT_NAME_MAX];
	dmn_name(f, 1, mine);
	/* "dmn-DEVICE-": a field has no '-' in it. */
	size_t prefix = 4 + strcspn(mine + 4, "-") + 1;
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct err *e = NULL;
	struct dirent *entry;
	if (!d) {
		e = err_os(errno, "%s", s->path);
		cleanup_close(&fd);
		return e;
	}
	while (!e && (entry = readdir(d))) {
		if (entry->d_name[0] != '.' || strncmp(entry->d_name + 1, mine, prefix) != 0 ||
		    !without_suffix(entry->d_name + 1, incident_dmn_form.writing_suffix, name,
				    sizeof(name)))
			continue;
		_cleanup_close_ int dir = open_incident(s, entry->d_name);
		if (dir >= 0 && flock(dir, LOCK_SH | LOCK_NB) < 0)
			e = err_new(ERR_TIMEOUT, "a dump of this device is being taken already: %s",
				    name);
	}
	closedir(d);
	return e;
}

static struct err *begin_locked(struct incident_store *s, const struct dmn_fields *f,
				struct incident *i)
{
	_cleanup_list_ struct list l = {0};
	struct retention_need one = {.incidents = 1}, none = {0};
	char writing[INCIDENT_NAME_MAX + 16];
	struct err *e = s->one_per_device ? refuse_second(s, f) : NULL;
	if (!e)
		e = scan(s, &l);
	if (!e)
		e = free_bytes(s, &one.free_bytes);
	none.free_bytes = one.free_bytes;
	if (!e)
		e = make_room(s, &l, &one, true);
	if (!e)
		e = make_room(s, &l, &none, false);
	if (e)
		return e;
	i->room = room(s, &l, one.free_bytes);
	e = incident_make(s->dir, &incident_dmn_form, name_dmn, (void *)(uintptr_t)f, i->name);
	if (e)
		return err_wrap(e, "%s", s->path);
	incident_writing_name(&incident_dmn_form, i->name, writing);
	i->dir = open_incident(s, writing);
	if (i->dir < 0)
		return err_os(errno, "%s/%s", s->path, writing);
	if (flock(i->dir, LOCK_EX | LOCK_NB) < 0)
		return err_os(errno, "locking %s/%s", s->path, writing);
	return err_wrap(marker_write(i->dir, i->name, 0), "%s/%s", s->path, writing);
}

struct err *incident_store_begin(struct incident_store *s, const struct dmn_fields *f,
				 struct incident *ret)
{
	struct incident i = {.dir = -1};
	struct err *e = lock(s);
	if (e)
		return e;
	e = begin_locked(s, f, &i);
	unlock(s);
	if (e)
		incident_store_abandon(s, &i);
	else
		*ret = i;
	return e;
}

static struct err *publish_locked(struct incident_store *s, struct incident *i, bool complete)
{
	_cleanup_list_ struct list l = {0};
	struct retention_need need = {.incidents = 1};
	struct err *e = tree_bytes(i->dir, &need.bytes);
	if (!e)
		e = scan(s, &l);
	if (!e)
		e = free_bytes(s, &need.free_bytes);
	if (!e)
		e = make_room(s, &l, &need, false);
	if (e)
		return e;
	/*
	 * The place in the order is given here and not at the beginning: the first that are
	 * published are the preserved ones, and one that begins early and ends late must not
	 * push another one out of their number.
	 */
	uint64_t last = l.n ? l.v[l.n - 1].sequence : 0;
	e = marker_write(i->dir, i->name, last < UINT64_MAX ? last + 1 : last);
	if (!e)
		e = tree_sync_directory(i->dir, i->name);
	if (!e)
		e = incident_rename(s->dir, &incident_dmn_form, i->name, complete);
	return err_wrap(e, "%s", s->path);
}

struct err *incident_store_finish(struct incident_store *s, struct incident *i, bool complete,
				  void (*about)(struct json *j, const void *arg), const void *arg,
				  char *published)
{
	struct err *e = sums_write(i->dir, MARKER_FILE, about, arg);
	if (!e)
		e = tree_sync(i->dir, NULL, NULL);
	if (!e)
		e = lock(s);
	if (!e) {
		e = publish_locked(s, i, complete);
		unlock(s);
	}
	if (e) {
		incident_store_abandon(s, i);
		return e;
	}
	snprintf(published, INCIDENT_NAME_MAX + 16, "%s%s", i->name,
		 complete ? "" : INCIDENT_INCOMPLETE);
	cleanup_close(&i->dir);
	i->dir = -1;
	return NULL;
}

void incident_store_abandon(struct incident_store *s, struct incident *i)
{
	char writing[INCIDENT_NAME_MAX + 16];
	if (!*i->name)
		return;
	incident_writing_name(&incident_dmn_form, i->name, writing);
	err_free(tree_remove(s->dir, writing, MARKER_FILE));
	cleanup_close(&i->dir);
	i->dir = -1;
	i->name[0] = '\0';
}
