// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/log.h"

#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "base/printable.h"

/* syslog(3) would wait for a log daemon that does not read; this one gives up. */
static bool to_system(int priority, const char *text)
{
	static const struct sockaddr_un address = {AF_UNIX, "/dev/log"};
	char line[1200];
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int len = snprintf(line, sizeof(line), "<%d>nic-dump[%d]: %s", LOG_DAEMON | priority,
			   (int)getpid(), text);
	size_t size = MIN((size_t)len, sizeof(line) - 1);
	return fd >= 0 && sendto(fd, line, size, MSG_NOSIGNAL, (const void *)&address,
				 sizeof(address)) == (ssize_t)size;
}

void nic_log(const struct nic_log *l, int priority, enum nic_message id, const char *fmt, ...)
{
	char text[1100];
	int at = snprintf(text, sizeof(text), "0x%03x ", (unsigned)id);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text + at, sizeof(text) - (size_t)at, fmt, ap);
	va_end(ap);
	make_printable(text); /* names in it are chosen by drivers and devices */
	if (!l->to_system || !to_system(priority, text) || isatty(STDERR_FILENO))
		fprintf(stderr, "nic-dump: %s\n", text);
}
