// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/incident.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* How many incidents of one host may start in the same second before we think something else is
 * wrong. */
#define SAME_SECOND_MAX 99

void incident_name(const char *host, time_t when, unsigned n, char name[INCIDENT_NAME_MAX])
{
	char clean[65];
	size_t len = 0;
	for (const char *p = host; *p && len < sizeof(clean) - 1; p++) {
		bool fine = isalnum((unsigned char)*p) || *p == '_' ||
			    (len > 0 && (*p == '.' || *p == '-'));
		clean[len++] = fine ? *p : '_';
	}
	clean[len] = '\0';
	struct tm tm = {0};
	gmtime_r(&when, &tm);
	char stamp[32];
	if (strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
		strcpy(stamp, "undated");
	int used = snprintf(name, INCIDENT_NAME_MAX, "%s-%s", len ? clean : "localhost", stamp);
	if (n > 1)
		snprintf(name + used, INCIDENT_NAME_MAX - (size_t)used, "-%u", n);
}

static struct err *join(char out[PATH_MAX], const char *a, const char *b, const char *c)
{
	int n = snprintf(out, PATH_MAX, "%s/%s%s", a, b, c);
	return n < 0 || n >= PATH_MAX ? err_new(ERR_USAGE, "path is too long: %s/%s%s", a, b, c)
				      : NULL;
}

struct err *incident_mkdirs(const char *path, unsigned mode)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	if (len >= sizeof(part))
		return err_new(ERR_USAGE, "path is too long: %s", path);
	memcpy(part, path, len + 1);
	for (char *p = part + 1; p <= part + len; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char was = *p;
		*p = '\0';
		if (mkdir(part, mode) == 0) {
			if (chmod(part, mode) < 0) /* against the umask */
				return err_os(errno, "chmod %s", part);
		} else if (errno != EEXIST) {
			return err_os(errno, "cannot make directory %s", part);
		}
		*p = was;
	}
	return NULL;
}

/* Whether BASE/NAME exists in any of its forms. ERR when that cannot be found out. */
static struct err *taken(const char *base, const char *name, bool *out)
{
	static const char *const forms[] = {"", INCIDENT_WRITING, INCIDENT_INCOMPLETE};
	*out = false;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char path[PATH_MAX];
		struct stat st;
		struct err *e = join(path, base, name, forms[i]);
		if (e)
			return e;
		if (lstat(path, &st) == 0)
			*out = true;
		else if (errno != ENOENT)
			return err_os(errno, "%s", path);
	}
	return NULL;
}

struct err *incident_create(const char *base, const char *host, time_t when,
			    char name[INCIDENT_NAME_MAX])
{
	struct err *e = incident_mkdirs(base, 0755);
	for (unsigned n = 1; !e && n <= SAME_SECOND_MAX; n++) {
		char path[PATH_MAX];
		char candidate[INCIDENT_NAME_MAX];
		bool is_taken;
		incident_name(host, when, n, candidate);
		e = taken(base, candidate, &is_taken);
		if (e || is_taken)
			continue;
		e = join(path, base, candidate, INCIDENT_WRITING);
		if (e)
			break;
		if (mkdir(path, 0700) == 0) {
			memcpy(name, candidate, INCIDENT_NAME_MAX);
			return NULL;
		}
		if (errno != EEXIST)
			return err_os(errno, "cannot make directory %s", path);
	}
	return e ? e
		 : err_new(ERR_OTHER, "%s: %d directories of this second exist already", base,
			   SAME_SECOND_MAX);
}

static struct err *sync_path(const char *path, bool directory)
{
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (directory ? O_DIRECTORY : 0));
	if (fd < 0)
		return err_os(errno, "%s", path);
	/* Some file systems cannot fsync a directory and say so. */
	if (fsync(fd) < 0 && !(directory && (errno == EINVAL || errno == ENOTSUP)))
		return err_os(errno, "fsync %s", path);
	return NULL;
}

static struct err *sync_tree(const char *path, void (*progress)(void *arg, uint64_t bytes),
			     void *arg)
{
	char *const paths[] = {(char *)(uintptr_t)path, NULL};
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return err_os(errno, "%s", path);
	struct err *e = NULL;
	FTSENT *f;
	while (!e && (f = fts_read(fts))) {
		switch (f->fts_info) {
		case FTS_F:
			e = sync_path(f->fts_path, false);
			if (!e && progress)
				progress(arg, (uint64_t)f->fts_statp->st_size);
			break;
		case FTS_DP:
			e = sync_path(f->fts_path, true);
			break;
		case FTS_ERR:
		case FTS_NS:
		case FTS_DNR:
			e = err_os(f->fts_errno, "%s", f->fts_path);
			break;
		default:
			break;
		}
	}
	fts_close(fts);
	return e;
}

struct err *incident_publish(const char *base, const char *name, bool complete,
			     void (*progress)(void *arg, uint64_t bytes), void *arg)
{
	char from[PATH_MAX];
	char to[PATH_MAX];
	struct err *e = join(from, base, name, INCIDENT_WRITING);
	if (!e)
		e = join(to, base, name, complete ? "" : INCIDENT_INCOMPLETE);
	if (!e)
		e = sync_tree(from, progress, arg);
	if (e)
		return e;
	if (rename(from, to) < 0)
		return err_os(errno, "cannot rename %s to %s", from, to);
	return sync_path(base, true);
}
