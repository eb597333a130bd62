// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "crash/say.h"
#include "crash/step.h"

#define CLASS_DIR "/sys/class/watchdog"
#define DOGS_MAX  8
#define LIST_MAX  ((size_t)64 * 1024)
/* Wanted from the device: longer than a console or a disk may hold us up between two looks at a
 * step. */
#define TIMEOUT_SECONDS 60
#define FEED_EVERY	1.0
/* A feeder that does not end by then is stuck in a driver. */
#define STOP_SECONDS 2.0

/* What the feeder is told, and what it tells the drivers: V means something (magic close). */
#define FEED "\n"
#define STOP "V"

/* In the feeder. */
static struct {
	int fd[DOGS_MAX];
	unsigned count;
} dogs;

/* In the process that has one. */
static struct {
	pid_t pid;
	int words; /* write end of a pipe */
	double fed;
} feeder = {.words = -1};

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

static void write_all(const char *byte)
{
	for (unsigned i = 0; i < dogs.count; i++)
		if (write(dogs.fd[i], byte, 1) < 0)
			continue; /* what could be done about it? the next time may do */
}

/* How many run or are in the list; open: opens them. */
static unsigned find_dogs(const struct root *root, bool open)
{
	unsigned count = 0;
	_cleanup_buf_ struct buf list = BUF_INIT;
	DIR *d = root_opendir(root, CLASS_DIR);
	if (!d)
		return 0;
	err_free(root_read(root, WATCHDOG_LIST, LIST_MAX, &list));
	for (struct dirent *e; dogs.count < DOGS_MAX && (e = readdir(d));) {
		char state[16];
		char identity[64];
		if (strncmp(e->d_name, "watchdog", 8) != 0 || strlen(e->d_name) > 31)
			continue;
		read_attribute(root, e->d_name, "state", state, sizeof(state));
		read_attribute(root, e->d_name, "identity", identity, sizeof(identity));
		if (strcmp(state, "active") != 0 && !is_listed(&list, identity))
			continue;
		count++;
		if (open)
			open_one(root, e->d_name, identity);
	}
	closedir(d);
	return count;
}

/* The feeder: until it is told to stop, or whoever tells it is gone. */
static void feeder_main(const struct root *root, int words, pid_t parent)
{
	char word[64];
	ssize_t n;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	find_dogs(root, true);
	write_all(FEED);
	while ((n = read(words, word, sizeof(word))) != 0) {
		if (n > 0 && memchr(word, *STOP, (size_t)n))
			break;
		if (n > 0)
			write_all(FEED);
	}
	write_all(STOP);
	_exit(0); /* which closes them */
}

void watchdog_init(const struct root *root)
{
	int words[2];
	pid_t self = getpid();
	if (!find_dogs(root, false))
		return;
	if (pipe2(words, O_CLOEXEC) < 0) {
		say_error("watchdogs are not fed: %s", strerror(errno));
		return;
	}
	fcntl(words[1], F_SETFL, O_NONBLOCK);
	feeder.pid = fork();
	if (feeder.pid == 0) {
		close(words[1]);
		feeder_main(root, words[0], self);
	}
	if (feeder.pid < 0)
		say_error("watchdogs are not fed: %s", strerror(errno));
	close(words[0]);
	feeder.words = words[1];
	feeder.fed = clock_now();
}

static void tell(const char *word)
{
	if (feeder.words >= 0 && write(feeder.words, word, 1) < 0)
		return; /* it is stuck, or has nothing to feed */
}

void watchdog_feed(void)
{
	double now = clock_now();
	if (feeder.words < 0 || now - feeder.fed < FEED_EVERY)
		return;
	feeder.fed = now;
	tell(FEED);
}

void watchdog_deinit(void)
{
	tell(STOP);
	if (feeder.words >= 0)
		close(feeder.words);
	if (feeder.pid > 0 && child_ended(feeder.pid, STOP_SECONDS))
		waitpid(feeder.pid, NULL, 0);
	feeder.pid = 0;
	feeder.words = -1;
}
