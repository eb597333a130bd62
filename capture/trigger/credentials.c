// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "trigger/credentials.h"

/* Whoever else could read or replace the file has the BMC. */
static struct err *check_mode(int fd, const char *path)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_os(errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_new(ERR_USAGE, "%s is not a file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_new(ERR_USAGE, "%s belongs to somebody else", path);
	if (st.st_mode & 077)
		return err_new(ERR_USAGE, "%s can be read by others; chmod 600 it", path);
	return NULL;
}

static struct err *read_text(int fd, const char *path, struct credentials *c)
{
	size_t len = 0;
	for (;;) {
		ssize_t n = read(fd, c->text + len, sizeof(c->text) - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "reading %s", path);
		if (n == 0)
			break;
		len += (size_t)n;
		if (len == sizeof(c->text) - 1)
			return err_new(ERR_USAGE, "%s is too long for a user and a password", path);
	}
	c->text[len] = '\0';
	return NULL;
}

static struct err *parse(const char *path, struct credentials *c)
{
	char *next = c->text;
	for (char *line; (line = strsep(&next, "\r\n"));) {
		if (strncmp(line, "user=", 5) == 0)
			c->user = line + 5;
		else if (strncmp(line, "password=", 9) == 0)
			c->password = line + 9;
		else if (*line && *line != '#')
			return err_new(ERR_USAGE,
				       "%s: only user=… and password=… lines are understood", path);
	}
	if (!c->user || !*c->user || !c->password)
		return err_new(ERR_USAGE, "%s lacks a user=… or a password=… line", path);
	return NULL;
}

struct err *credentials_init(const char *path, struct credentials *ret)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	_cleanup_close_ int file = -1;
	int fd = STDIN_FILENO;
	struct err *e = NULL;

	memset(ret, 0, sizeof(*ret));
	if (name == path) {
		fd = file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (file < 0)
			return err_os(errno, "%s", path);
		e = check_mode(file, path);
	}
	if (!e)
		e = read_text(fd, name, ret);
	if (!e)
		e = parse(name, ret);
	if (e)
		credentials_deinit(ret);
	return e;
}

void credentials_deinit(struct credentials *c)
{
	explicit_bzero(c, sizeof(*c));
}
