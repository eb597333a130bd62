// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err *path_printf(char out[PATH_MAX], const char *fmt, ...)
{
	char made[PATH_MAX]; /* so that out may be among the arguments */
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(made, sizeof(made), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(made))
		return err_new(ERR_USAGE, "path is too long: %.200s…", made);
	memcpy(out, made, (size_t)n + 1);
	return NULL;
}

struct err *run_path(const struct run *run, const char *path, char out[PATH_MAX])
{
	const char *root = strcmp(run->root->path, "/") == 0 ? "" : run->root->path;
	return path_printf(out, "%s%s%s", root, *path == '/' ? "" : "/", path);
}

bool run_whole(const struct run *run)
{
	return run->core.complete && run->core.digested;
}
