// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/incident.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "incident/tree.h"

/* How many incidents of one name may start in the same moment before we think something else is
 * wrong. */
#define SAME_NAME_MAX 99

const struct incident_form incident_host_form = {"", INCIDENT_WRITING, INCIDENT_INCOMPLETE};
const struct incident_form incident_dmn_form = {".", ".writing", INCIDENT_INCOMPLETE};

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

static void put_name(const char *prefix, const char *name, const char *suffix,
		     char out[INCIDENT_NAME_MAX + 16])
{
	snprintf(out, INCIDENT_NAME_MAX + 16, "%.2s%.*s%.13s", prefix, INCIDENT_NAME_MAX - 1, name,
		 suffix);
}

void incident_writing_name(const struct incident_form *form, const char *name,
			   char out[INCIDENT_NAME_MAX + 16])
{
	put_name(form->writing_prefix, name, form->writing_suffix, out);
}

/* Whether the name exists in any of its forms. ERR when that cannot be found out. */
static struct err *taken(int base, const struct incident_form *form, const char *name, bool *ret)
{
	char forms[3][INCIDENT_NAME_MAX + 16];
	put_name("", name, "", forms[0]);
	put_name("", name, form->incomplete_suffix, forms[1]);
	incident_writing_name(form, name, forms[2]);
	*ret = false;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct stat st;
		if (fstatat(base, forms[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			*ret = true;
		else if (errno != ENOENT)
			return err_os(errno, "%s", forms[i]);
	}
	return NULL;
}

struct err *incident_make(int base, const struct incident_form *form, incident_namer *namer,
			  void *arg, char name[INCIDENT_NAME_MAX])
{
	for (unsigned n = 1; n <= SAME_NAME_MAX; n++) {
		char candidate[INCIDENT_NAME_MAX], writing[INCIDENT_NAME_MAX + 16];
		bool is_taken;
		namer(arg, n, candidate);
		struct err *e = taken(base, form, candidate, &is_taken);
		if (e)
			return e;
		if (is_taken)
			continue;
		incident_writing_name(form, candidate, writing);
		if (mkdirat(base, writing, 0700) == 0) {
			memcpy(name, candidate, INCIDENT_NAME_MAX);
			return NULL;
		}
		if (errno != EEXIST)
			return err_os(errno, "cannot make directory %s", writing);
	}
	return err_new(ERR_OTHER, "%d directories of this moment exist already", SAME_NAME_MAX);
}

struct err *incident_rename(int base, const struct incident_form *form, const char *name,
			    bool complete)
{
	char from[INCIDENT_NAME_MAX + 16], to[INCIDENT_NAME_MAX + 16];
	incident_writing_name(form, name, from);
	put_name("", name, complete ? "" : form->incomplete_suffix, to);
	if (renameat(base, from, base, to) < 0)
		return err_os(errno, "cannot rename %s to %s", from, to);
	return tree_sync_directory(base, "the directory of incidents");
}

static struct err *open_directory(int at, const char *path, int *ret)
{
	int fd = openat(at, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return err_os(errno, "%s", path);
	*ret = fd;
	return NULL;
}

struct host_name {
	const char *host;
	time_t when;
};

static void name_host(void *arg, unsigned n, char name[INCIDENT_NAME_MAX])
{
	const struct host_name *h = arg;
	incident_name(h->host, h->when, n, name);
}

struct err *incident_create(const char *base, const char *host, time_t when,
			    char name[INCIDENT_NAME_MAX])
{
	struct host_name h = {host, when};
	_cleanup_close_ int fd = -1;
	struct err *e = incident_mkdirs(base, 0755);
	if (!e)
		e = open_directory(AT_FDCWD, base, &fd);
	if (e)
		return e;
	return err_wrap(incident_make(fd, &incident_host_form, name_host, &h, name), "%s", base);
}

struct err *incident_publish(const char *base, const char *name, bool complete,
			     void (*progress)(void *arg, uint64_t bytes), void *arg)
{
	char writing[INCIDENT_NAME_MAX + 16];
	_cleanup_close_ int fd = -1, incident = -1;
	incident_writing_name(&incident_host_form, name, writing);
	struct err *e = open_directory(AT_FDCWD, base, &fd);
	if (!e)
		e = open_directory(fd, writing, &incident);
	if (!e)
		e = tree_sync(incident, progress, arg);
	if (!e)
		e = incident_rename(fd, &incident_host_form, name, complete);
	return err_wrap(e, "%s", base);
}
