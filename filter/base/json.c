// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "base/utf8.h"

void json_init(struct json *j, struct buf *out, bool compact)
{
	*j = (struct json) {.out = out, .compact = compact};
}

static void newline(struct json *j)
{
	if (j->compact)
		return;
	buf_putc(j->out, '\n');
	for (int i = 0; i < j->depth; i++)
		buf_puts(j->out, "  ");
}

static void escaped(struct buf *out, const char *str, size_t len)
{
	const unsigned char *s = (const unsigned char *)str;
	buf_putc(out, '"');
	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);
		if (n == 0) {
			buf_puts(out, "\\ufffd");
			i++;
			continue;
		}
		if (s[i] == '"' || s[i] == '\\')
			buf_printf(out, "\\%c", s[i]);
		else if (s[i] == '\n')
			buf_puts(out, "\\n");
		else if (s[i] == '\t')
			buf_puts(out, "\\t");
		else if (s[i] < 0x20 || s[i] == 0x7f)
			buf_printf(out, "\\u%04x", s[i]);
		else
			buf_append(out, s + i, n);
		i += n;
	}
	buf_putc(out, '"');
}

static void key_and_comma(struct json *j, const char *key)
{
	if (j->comma)
		buf_putc(j->out, ',');
	if (j->depth > 0)
		newline(j);
	j->comma = true;
	if (key) {
		escaped(j->out, key, strlen(key));
		buf_puts(j->out, j->compact ? ":" : ": ");
	}
}

static void open_level(struct json *j, const char *key, char c)
{
	key_and_comma(j, key);
	buf_putc(j->out, c);
	j->depth++;
	j->comma = false;
}

static void close_level(struct json *j, char c)
{
	bool had_values = j->comma;
	j->depth--;
	if (had_values)
		newline(j);
	buf_putc(j->out, c);
	j->comma = true;
	if (j->depth == 0)
		buf_putc(j->out, '\n');
}

void json_object(struct json *j, const char *key)
{
	open_level(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_level(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_level(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_level(j, ']');
}

void json_str(struct json *j, const char *key, const char *value)
{
	if (value)
		json_strn(j, key, value, strlen(value));
	else
		json_null(j, key);
}

void json_strn(struct json *j, const char *key, const char *value, size_t len)
{
	key_and_comma(j, key);
	escaped(j->out, value, len);
}

void json_u64(struct json *j, const char *key, uint64_t value)
{
	key_and_comma(j, key);
	buf_printf(j->out, "%" PRIu64, value);
}

void json_i64(struct json *j, const char *key, int64_t value)
{
	key_and_comma(j, key);
	buf_printf(j->out, "%" PRId64, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	key_and_comma(j, key);
	buf_puts(j->out, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	key_and_comma(j, key);
	buf_puts(j->out, "null");
}

void json_raw(struct json *j, const char *key, const char *text, size_t len)
{
	key_and_comma(j, key);
	buf_append(j->out, text, len);
}

void json_double(struct json *j, const char *key, double value, int decimals)
{
	if (!isfinite(value)) {
		json_null(j, key);
		return;
	}
	key_and_comma(j, key);
	buf_printf(j->out, "%.*f", decimals, value);
}
