// SPDX-License-Identifier: GPL-2.0-or-later
/* One run from a dump's name to the files: opens, and leaves the rest to dead_show(). */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "nic/dead/dead.h"

static struct err *make_directory(int at, const char *path)
{
	if (mkdirat(at, path, 0755) < 0 && errno != EEXIST)
		return err_os(errno, "making %s", path);
	return NULL;
}

static struct err *create(int at, const char *name, int *ret)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_os(errno, "creating %s", name);
	*ret = fd;
	return NULL;
}

/* A run that was killed leaves what it had under these names. */
#define JSON_INCOMPLETE "nic-dead-incomplete.json"
#define TEXT_INCOMPLETE "nic-dead-incomplete.txt"

/* The files of the output directory; untouched ones stay -1. */
struct outputs {
	int directory, json, text, raw;
};

static struct err *open_outputs(const char *path, struct outputs *out)
{
	struct err *e = make_directory(AT_FDCWD, path);
	if (e)
		return e;
	out->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->directory < 0)
		return err_os(errno, "output directory %s", path);
	e = make_directory(out->directory, "dead");
	if (!e)
		e = create(out->directory, JSON_INCOMPLETE, &out->json);
	if (!e)
		e = create(out->directory, TEXT_INCOMPLETE, &out->text);
	if (e)
		return e;
	out->raw = openat(out->directory, "dead", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return out->raw < 0 ? err_os(errno, "output directory %s/dead", path) : NULL;
}

static void close_outputs(const struct outputs *out)
{
	const int fds[] = {out->directory, out->json, out->text};
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] > STDERR_FILENO)
			close(fds[i]);
}

static struct err *name_them(const struct outputs *out)
{
	if (out->directory < 0)
		return NULL;
	if (renameat(out->directory, JSON_INCOMPLETE, out->directory, "nic-dead.json") < 0 ||
	    renameat(out->directory, TEXT_INCOMPLETE, out->directory, "nic-dead.txt") < 0)
		return err_os(errno, "naming what was found");
	return NULL;
}

/* The dump first: nothing is made for one that cannot be read. */
struct err *dead_run(const struct dead_options *o)
{
	_cleanup_kernel_ struct kernel *k = NULL;
	struct outputs out = {-1, -1, -1, -1};
	struct dead d;
	struct err *e = kernel_open(o->vmcore, &k);
	if (e)
		return e;
	if (o->output)
		e = open_outputs(o->output, &out);
	else if (o->json)
		out.json = STDOUT_FILENO;
	else
		out.text = STDOUT_FILENO;
	dead_init(&d, k, o, out.json, out.text);
	d.raw_fd = out.raw; /* dead_deinit() closes it */
	if (!e)
		e = dead_show(&d);
	if (!e)
		e = name_them(&out);
	dead_deinit(&d);
	close_outputs(&out);
	return e;
}
