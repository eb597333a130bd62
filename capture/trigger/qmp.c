// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "base/clock.h"
#include "trigger/qmp.h"

enum { ANSWER_SECONDS = 10, LINE_MAX_BYTES = 1 << 16 };

struct qmp {
	int fd;
	const char *path;
	char line[LINE_MAX_BYTES]; /* what was read, and not looked at yet */
	size_t len;
};

static struct err *qmp_open(struct qmp *q)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (strlen(q->path) >= sizeof(to.sun_path))
		return err_new(ERR_USAGE, "%s: the name is too long for a socket", q->path);
	strcpy(to.sun_path, q->path);
	q->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (q->fd < 0 || connect(q->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return err_os(errno, "%s", q->path);
	return NULL;
}

/* One more piece of the stream, before the deadline. */
static struct err *fill(struct qmp *q, double deadline)
{
	if (q->len == sizeof(q->line))
		return err_new(ERR_FORMAT, "%s: a line is longer than %d bytes", q->path,
			       LINE_MAX_BYTES);
	double left = deadline - clock_now();
	struct pollfd p = {.fd = q->fd, .events = POLLIN};
	int ready = left > 0 ? poll(&p, 1, (int)(left * 1000) + 1) : 0;
	if (ready < 0 && errno != EINTR)
		return err_os(errno, "%s", q->path);
	if (ready == 0)
		return err_new(ERR_TIMEOUT, "%s: no answer within %d s", q->path, ANSWER_SECONDS);
	if (ready < 0)
		return NULL;
	ssize_t n = read(q->fd, q->line + q->len, sizeof(q->line) - q->len);
	if (n == 0)
		return err_new(ERR_IO, "%s: QEMU closed the connection", q->path);
	if (n < 0 && errno != EINTR)
		return err_os(errno, "%s", q->path);
	q->len += (size_t)(n > 0 ? n : 0);
	return NULL;
}

/* The next line as JSON; *ret is the caller's. */
static struct err *next_object(struct qmp *q, double deadline, json_t **ret)
{
	char *end = NULL;
	while (!(end = memchr(q->line, '\n', q->len))) {
		struct err *e = fill(q, deadline);
		if (e)
			return e;
	}
	json_t *j = json_loadb(q->line, (size_t)(end - q->line), 0, NULL);
	q->len -= (size_t)(end + 1 - q->line);
	memmove(q->line, end + 1, q->len);
	if (!json_is_object(j)) {
		json_decref(j);
		return err_new(ERR_FORMAT, "%s: this is not QMP", q->path);
	}
	*ret = j;
	return NULL;
}

/* Events may come before the answer: they are left out. */
static struct err *answer(struct qmp *q, const char *to)
{
	double deadline = clock_now() + ANSWER_SECONDS;
	for (;;) {
		json_t *j = NULL;
		struct err *e = next_object(q, deadline, &j);
		if (e)
			return e;
		const json_t *error = json_object_get(j, "error");
		bool done = json_object_get(j, "return") || json_object_get(j, "QMP");
		const char *text = json_string_value(json_object_get(error, "desc"));
		if (error)
			e = err_new(ERR_OTHER, "%s: %s was refused: %s", q->path, to,
				    text ? text : "without a reason");
		json_decref(j);
		if (e || done)
			return e;
	}
}

static struct err *command(struct qmp *q, const char *name)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "{\"execute\": \"%s\"}\n", name);
	if (send(q->fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return err_os(errno, "%s", q->path);
	return answer(q, name);
}

struct err *qmp_nmi(const char *path)
{
	static struct qmp q;
	q = (struct qmp) {.fd = -1, .path = path};
	struct err *e = qmp_open(&q);
	if (!e)
		e = answer(&q, "the greeting");
	if (!e)
		e = command(&q, "qmp_capabilities");
	if (!e)
		e = command(&q, "inject-nmi");
	if (q.fd >= 0)
		close(q.fd);
	if (!e)
		printf("%s: NMI sent\n", path);
	return e;
}
