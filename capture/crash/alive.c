// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/alive.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

/* Three centuries; ten digits as all the others, so that a line never gets shorter. */
#define FOR_EVER 9999999999.0

static int alive_fd = -1;

/* What /proc/uptime counts. */
static double uptime_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (double)ts.tv_sec;
}

static ssize_t put(double until)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%10d %10.0f\n", (int)getpid(), until);
	return pwrite(alive_fd, line, (size_t)n, 0);
}

struct err *alive_init(const char *path)
{
	alive_deinit();
	alive_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (alive_fd >= 0 && put(uptime_now() + ALIVE_MARGIN) > 0)
		return NULL;
	struct err *e = err_os(errno, "%s", path);
	alive_deinit();
	unlink(path);
	return e;
}

void alive_say(double seconds)
{
	double until = ceil(uptime_now() + MAX(seconds, 0.0) + ALIVE_MARGIN);
	if (alive_fd >= 0 && put(MIN(until, FOR_EVER)) < 0)
		return;
}

void alive_deinit(void)
{
	if (alive_fd >= 0)
		close(alive_fd);
	alive_fd = -1;
}
