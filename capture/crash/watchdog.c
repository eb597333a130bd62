// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "base/clock.h"
#include "crash/say.h"

#define CLASS_DIR "/sys/class/watchdog"
#define DOGS_MAX  8
#define LIST_MAX  ((size_t)64 * 1024)
/* Wanted from the device: longer than a console or a disk may hold us up between two looks at a
 * step. */
#define TIMEOUT_SECONDS 60
#define FEED_EVERY	1.0

static struct {
	int fd[DOGS_MAX];
	unsigned count;
	double fed;
} dogs;

static void read_attribute(const struct root *root, const char *dog, const char *attribute,
			   char *out, size_t size)
{
	char path[128];
	*out = '\0';
	snprintf(path, sizeof(path), CLASS_DIR "/%.31s/%s", dog, attribute);
	root_read_line(root, path, out, size);
}

/* Whether the list has the line "identity TEXT". */
static bool is_listed(const struct buf *list, const char *identity)
{
	static const char key[] = "identity ";
	if (!*identity || !list->len)
		return false;
	for (const char *p = buf_str(list); p; p = strchr(p, '\n')) {
		p += *p == '\n';
		size_t len = strcspn(p, "\n");
		if (len == strlen(key) + strlen(identity) && strncmp(p, key, strlen(key)) == 0 &&
		    strncmp(p + strlen(key), identity, strlen(identity)) == 0)
			return true;
	}
	return false;
}

static void open_one(const struct root *root, const char *name, const char *identity)
{
	char path[64];
	snprintf(path, sizeof(path), "/dev/%.31s", name);
	int fd = root_open(root, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd < 0) {
		/* busy: somebody else feeds it */
		say("%s (%s) is not opened: %s", name, identity, strerror(-fd));
		return;
	}
	int seconds = TIMEOUT_SECONDS;
	/* A pretimeout makes the driver panic: of use to a system that has a capture kernel. */
	int none = 0;
	ioctl(fd, WDIOC_SETPRETIMEOUT, &none);
	if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) < 0 && ioctl(fd, WDIOC_GETTIMEOUT, &seconds) < 0)
		seconds = 0;
	say("%s (%s) is being fed; time limit %d s (0: unknown)", name, identity, seconds);
	dogs.fd[dogs.count++] = fd;
}

void watchdog_init(const struct root *root)
{
	_cleanup_buf_ struct buf list = BUF_INIT;
	DIR *d = root_opendir(root, CLASS_DIR);
	if (!d)
		return;
	err_free(root_read(root, WATCHDOG_LIST, LIST_MAX, &list));
	for (struct dirent *e; dogs.count < DOGS_MAX && (e = readdir(d));) {
		char state[16];
		char identity[64];
		if (strncmp(e->d_name, "watchdog", 8) != 0 || strlen(e->d_name) > 31)
			continue;
		read_attribute(root, e->d_name, "state", state, sizeof(state));
		read_attribute(root, e->d_name, "identity", identity, sizeof(identity));
		if (strcmp(state, "active") == 0 || is_listed(&list, identity))
			open_one(root, e->d_name, identity);
	}
	closedir(d);
	watchdog_feed();
}

static void write_all(const char *byte)
{
	for (unsigned i = 0; i < dogs.count; i++)
		if (write(dogs.fd[i], byte, 1) < 0)
			continue; /* what could be done about it? the next time may do */
}

void watchdog_feed(void)
{
	double now = clock_now();
	if (!dogs.count || (dogs.fed > 0 && now - dogs.fed < FEED_EVERY))
		return;
	dogs.fed = now;
	write_all("\n"); /* anything but V, which means something (magic close) */
}

void watchdog_deinit(void)
{
	write_all("V");
	for (unsigned i = 0; i < dogs.count; i++)
		close(dogs.fd[i]);
	dogs.count = 0;
	dogs.fed = 0;
}
