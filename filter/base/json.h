/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON writer: objects, arrays and values into a struct buf. It does not read JSON. Commas,
 * indentation and escaping are its business; bytes that are not UTF-8 are written as U+FFFD so that
 * the output is always valid. Out of memory shows in buf_error() of the buffer. One thread.
 */
#ifndef SALVOR_BASE_JSON_H
#define SALVOR_BASE_JSON_H

#include <stdint.h>
#include "base/buf.h"

struct json {
	struct buf *out;
	int depth;
	bool compact; /* one line (JSON lines) instead of indented */
	bool comma;   /* a value was written at this depth */
};

void json_init(struct json *j, struct buf *out, bool compact);

/* key is NULL inside arrays and at the top level. */
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_str(struct json *j, const char *key, const char *value); /* NULL value: null */
void json_strn(struct json *j, const char *key, const char *value, size_t len);
void json_u64(struct json *j, const char *key, uint64_t value);
void json_i64(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
/* text is JSON already: one whole value, put in as it is and not looked at. */
void json_raw(struct json *j, const char *key, const char *text, size_t len);
/* Seconds or ratios; decimals digits after the point. NaN and infinity: null. */
void json_double(struct json *j, const char *key, double value, int decimals);

#endif
