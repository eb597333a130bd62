// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/err.h"

#include <errno.h>
#include <stdint.h>
#include <stdarg.h>
#include <string.h>

struct err {
	enum err_code code;
	int errnum;
	char message[];
};

/* Flexible array members cannot be initialised portably inside a static object, hence the twin. */
static const struct {
	enum err_code code;
	int errnum;
	char message[16];
} nomem = {ERR_NOMEM, ENOMEM, "out of memory"};

struct err *err_nomem(void)
{
	return (struct err *)(uintptr_t)&nomem;
}

static struct err *make(enum err_code code, int errnum, const char *tail, const char *fmt,
			va_list ap) printf_like(4, 0);

static struct err *make(enum err_code code, int errnum, const char *tail, const char *fmt,
			va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int head = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (head < 0)
		return err_nomem();
	size_t tail_len = tail ? strlen(tail) + 2 : 0;
	struct err *e = malloc(sizeof(*e) + (size_t)head + tail_len + 1);
	if (!e)
		return err_nomem();
	e->code = code;
	e->errnum = errnum;
	vsnprintf(e->message, (size_t)head + 1, fmt, ap);
	if (tail)
		snprintf(e->message + head, tail_len + 1, ": %s", tail);
	return e;
}

struct err *err_new(enum err_code code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct err *e = make(code, 0, NULL, fmt, ap);
	va_end(ap);
	return e;
}

static enum err_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_NOSPACE;
	case ENOMEM:
		return ERR_NOMEM;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	default:
		return ERR_IO;
	}
}

struct err *err_os(int errnum, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct err *e = make(code_of_errno(errnum), errnum, strerror(errnum), fmt, ap);
	va_end(ap);
	return e;
}

struct err *err_wrap(struct err *inner, const char *fmt, ...)
{
	if (!inner)
		return NULL;
	va_list ap;
	va_start(ap, fmt);
	struct err *e = make(inner->code, inner->errnum, inner->message, fmt, ap);
	va_end(ap);
	err_free(inner);
	return e;
}

const char *err_message(const struct err *e)
{
	return e->message;
}

enum err_code err_code(const struct err *e)
{
	return e->code;
}

int err_errno(const struct err *e)
{
	return e->errnum;
}

void err_free(struct err *e)
{
	if (e && (const void *)e != (const void *)&nomem)
		free(e);
}
