// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/mounts.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

/* A machine full of containers has some thousand lines of 200 bytes. */
#define MOUNTINFO_MAX ((size_t)16 << 20)

/* Space, tab, newline and backslash are written as \ooo. */
static bool unescape(const char *s, size_t len, char *out, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (n + 1 >= size)
			return false;
		unsigned code;
		if (s[i] == '\\' && len - i >= 4 && sscanf(s + i + 1, "%3o", &code) == 1 &&
		    code < 256) {
			out[n++] = (char)code;
			i += 3;
		} else {
			out[n++] = s[i];
		}
	}
	out[n] = '\0';
	return true;
}

/* The next blank-separated field; false at the end. */
static bool field(const char **p, const char **start, size_t *len)
{
	*p += strspn(*p, " ");
	*start = *p;
	*len = strcspn(*p, " \n");
	*p += *len;
	return *len > 0;
}

static bool has_option(const char *list, size_t len, const char *name)
{
	size_t want = strlen(name);
	for (const char *end = list + len; list < end;) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		size_t n = (size_t)((comma ? comma : end) - list);
		if (n == want && memcmp(list, name, n) == 0)
			return true;
		list += n + 1;
	}
	return false;
}

bool mounts_parse_line(const char *line, struct mount *m)
{
	const char *p = line;
	const char *s;
	size_t len;
	unsigned major, minor;
	if (!field(&p, &s, &len) || !field(&p, &s, &len)) /* mount id, parent id */
		return false;
	if (!field(&p, &s, &len) || sscanf(s, "%u:%u", &major, &minor) != 2)
		return false;
	m->dev = makedev(major, minor);
	if (!field(&p, &s, &len) || !unescape(s, len, m->root, sizeof(m->root)))
		return false;
	if (!field(&p, &s, &len) || !unescape(s, len, m->point, sizeof(m->point)))
		return false;
	if (!field(&p, &s, &len))
		return false;
	m->read_only = has_option(s, len, "ro");
	do { /* optional fields up to "-" */
		if (!field(&p, &s, &len))
			return false;
	} while (len != 1 || *s != '-');
	if (!field(&p, &s, &len) || !unescape(s, len, m->fstype, sizeof(m->fstype)))
		return false;
	if (!field(&p, &s, &len) || !unescape(s, len, m->source, sizeof(m->source)))
		return false;
	if (field(&p, &s, &len) && has_option(s, len, "ro"))
		m->read_only = true;
	return true;
}

static bool holds(const char *point, const char *path)
{
	size_t len = strlen(point);
	if (len == 1)
		return true;
	return strncmp(point, path, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* Calls better() for each mount; keeps those it says yes to. */
static struct err *search(const struct root *root,
			  bool (*better)(const struct mount *m, const struct mount *best,
					 const void *what),
			  const void *what, struct mount *found)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = root_read(root, "/proc/self/mountinfo", MOUNTINFO_MAX, &text);
	if (e)
		return e;
	_cleanup_free_ struct mount *m = malloc(sizeof(*m));
	if (!m)
		return err_nomem();
	bool any = false;
	char *rest = text.data;
	while (rest) {
		const char *line = strsep(&rest, "\n");
		if (!mounts_parse_line(line, m) || !better(m, any ? found : NULL, what))
			continue;
		*found = *m;
		any = true;
	}
	return any ? NULL : err_new(ERR_MISSING, "not in /proc/self/mountinfo");
}

static bool holds_path(const struct mount *m, const struct mount *best, const void *path)
{
	return holds(m->point, path) && (!best || strlen(m->point) >= strlen(best->point));
}

struct err *mounts_of_path(const struct root *root, const char *path, struct mount *m)
{
	return err_wrap(search(root, holds_path, path, m), "mount that holds %s", path);
}

static int rank(const struct mount *m)
{
	return (m->read_only ? 0 : 2) + (strcmp(m->root, "/") == 0 ? 1 : 0);
}

static bool is_device(const struct mount *m, const struct mount *best, const void *dev)
{
	return m->dev == *(const dev_t *)dev && (!best || rank(m) > rank(best));
}

struct err *mounts_of_device(const struct root *root, dev_t dev, struct mount *m)
{
	return search(root, is_device, &dev, m);
}
