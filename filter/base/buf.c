// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/buf.h"

#include <stdint.h>
#include <string.h>

void buf_deinit(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT;
}

void *buf_reserve(struct buf *b, size_t len)
{
	if (b->failed)
		return NULL;
	size_t need = b->len + len + 1;
	if (need < len) {
		b->failed = true;
		return NULL;
	}
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < need)
			cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		char *data = realloc(b->data, cap);
		if (!data) {
			b->failed = true;
			return NULL;
		}
		b->data = data;
		b->cap = cap;
	}
	b->data[b->len + len] = '\0';
	return b->data + b->len;
}

void buf_append(struct buf *b, const void *data, size_t len)
{
	char *at = buf_reserve(b, len);
	if (at && len) {
		memcpy(at, data, len);
		b->len += len;
	}
}

void buf_puts(struct buf *b, const char *s)
{
	buf_append(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *at = len < 0 ? NULL : buf_reserve(b, (size_t)len);
	if (!at) {
		b->failed = true;
		return;
	}
	vsnprintf(at, (size_t)len + 1, fmt, ap);
	b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

struct err *buf_error(const struct buf *b)
{
	return b->failed ? err_nomem() : NULL;
}
