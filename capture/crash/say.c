// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/say.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Priorities of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): facility user (1 << 3) + level. */
#define KMSG_NOTICE "<13>"
#define KMSG_ERROR  "<11>"

#define DEVKMSG_SYSCTL "/proc/sys/kernel/printk_devkmsg"

static int kmsg_fd = -1;
static char saved_limit[32];

static void limit_write(const char *value)
{
	_cleanup_close_ int fd = open(DEVKMSG_SYSCTL, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, value, strlen(value)) < 0)
		return; /* locked by printk.devkmsg= on the command line: then that is what is
			   wanted */
}

static void limit_lift(void)
{
	_cleanup_close_ int fd = open(DEVKMSG_SYSCTL, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, saved_limit, sizeof(saved_limit) - 1);
	saved_limit[n > 0 ? n : 0] = '\0';
	if (*saved_limit)
		limit_write("on\n");
}

void say_init(bool kmsg)
{
	if (!kmsg)
		return;
	kmsg_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (kmsg_fd >= 0)
		limit_lift();
}

void say_deinit(void)
{
	if (kmsg_fd < 0)
		return;
	if (*saved_limit)
		limit_write(saved_limit);
	saved_limit[0] = '\0';
	close(kmsg_fd);
	kmsg_fd = -1;
}

static void line(const char *priority, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void line(const char *priority, const char *fmt, va_list ap)
{
	char text[900];
	int head = snprintf(text, sizeof(text), "%ssalvor: ", priority);
	vsnprintf(text + head, sizeof(text) - (size_t)head - 1, fmt, ap);
	/* Messages carry other programs' words: keep them on one line and printable. */
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	size_t len = strlen(text);
	/* Nobody can be told that telling failed. */
	if (kmsg_fd >= 0 && write(kmsg_fd, text, len) < 0)
		kmsg_fd = -1;
	text[len++] = '\n';
	size_t skip = strlen(priority);
	if (write(STDERR_FILENO, text + skip, len - skip) < 0)
		return;
}

void say(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	line(KMSG_NOTICE, fmt, ap);
	va_end(ap);
}

void say_error(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	line(KMSG_ERROR, fmt, ap);
	va_end(ap);
}

void say_phase(const char *name)
{
	say("phase %s", name);
}
