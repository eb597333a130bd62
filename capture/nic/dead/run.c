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

struct err *dead_run(const struct dead_options *o)
{
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_close_ int output = -1, json = -1, text = -1;
	struct dead d;
	struct err *e = NULL;
	if (o->output) {
		e = make_directory(AT_FDCWD, o->output);
		if (!e && (output = open(o->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
			e = err_os(errno, "output directory %s", o->output);
		if (!e)
			e = make_directory(output, "dead");
		if (!e)
			e = create(output, "nic-dead.json", &json);
		if (!e)
			e = create(output, "nic-dead.txt", &text);
	}
	if (!e)
		e = kernel_open(o->vmcore, &k);
	if (e)
		return e;
	if (o->output)
		dead_init(&d, k, o, json, text);
	else
		dead_init(&d, k, o, o->json ? STDOUT_FILENO : -1, o->json ? -1 : STDOUT_FILENO);
	if (o->output)
		d.raw_fd = openat(output, "dead", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (o->output && d.raw_fd < 0)
		e = err_os(errno, "output directory %s/dead", o->output);
	else
		e = dead_show(&d);
	dead_deinit(&d);
	return e;
}
