/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growable byte buffer that is also a string: always NUL-terminated once something was added. An
 * allocation failure is remembered and reported by buf_error(), so that a run of appends needs one
 * check. Owned by the caller; one thread.
 */
#ifndef SALVOR_BASE_BUF_H
#define SALVOR_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct buf {
	char *data; /* NULL while empty and never appended to */
	size_t len;
	size_t cap;
	bool failed;
};

#define BUF_INIT ((struct buf) {0})

void buf_deinit(struct buf *b);
#define _cleanup_buf_ _cleanup_(buf_deinit)

void buf_append(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) printf_like(2, 0);
/* Room for len more bytes at data+len, or NULL; the caller adds to len what it used. */
void *buf_reserve(struct buf *b, size_t len);
/* The content as a string; "" when empty. Borrowed. */
const char *buf_str(const struct buf *b);
/* ERR_NOMEM if any append failed, else NULL. */
struct err *buf_error(const struct buf *b) must_check;

#endif
