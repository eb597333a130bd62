// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_text.h"

#include <stdint.h>
#include <string.h>

/* Brackets within brackets; a report has fewer than ten. */
#define MAX_DEPTH 64

struct cursor {
	const char *at;
	const char *end;
};

static void skip_space(struct cursor *c)
{
	while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at)
		c->at++;
}

/* Is ch the next character that is no space? Then it is passed. */
static bool passes(struct cursor *c, char ch)
{
	skip_space(c);
	if (c->at == c->end || *c->at != ch)
		return false;
	c->at++;
	return true;
}

/* Passes a string; raw is what was between its quotes. */
static bool pass_string(struct cursor *c, struct cursor *raw)
{
	if (!passes(c, '"'))
		return false;
	raw->at = c->at;
	for (; c->at < c->end && *c->at != '"'; c->at++)
		if (*c->at == '\\' && ++c->at == c->end)
			return false;
	if (c->at == c->end)
		return false;
	raw->end = c->at++;
	return true;
}

/* Passes any value: brackets are counted, and what is between them is not looked at. */
static bool pass_value(struct cursor *c)
{
	int depth = 0;
	do {
		struct cursor raw;
		skip_space(c);
		if (c->at == c->end)
			return false;
		if (*c->at == '"') {
			if (!pass_string(c, &raw))
				return false;
		} else if (strchr("{[", *c->at) && *c->at) {
			depth++;
			c->at++;
		} else if (strchr("}]", *c->at) && *c->at) {
			if (depth-- == 0)
				return false;
			c->at++;
		} else if (depth > 0 || !strchr(",:", *c->at)) {
			c->at++;
			while (depth == 0 && c->at < c->end && !strchr(",}] \t\r\n", *c->at))
				c->at++;
		} else {
			return false;
		}
		if (depth > MAX_DEPTH)
			return false;
	} while (depth > 0);
	return true;
}

/* Inside an object: goes to the value of the member of that name. */
static bool find_member(struct cursor *c, const char *name)
{
	struct cursor key;
	do {
		if (!pass_string(c, &key) || !passes(c, ':'))
			return false;
		size_t len = (size_t)(key.end - key.at);
		if (len == strlen(name) && memcmp(key.at, name, len) == 0)
			return true;
	} while (pass_value(c) && passes(c, ','));
	return false;
}

static bool hex4(const char *s, const char *end, uint32_t *value)
{
	if (end - s < 4)
		return false;
	*value = 0;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *d = s[i] ? strchr(digits, s[i]) : NULL;
		if (!d)
			return false;
		*value = *value << 4 | ((uint32_t)(d - digits) & 15);
	}
	return true;
}

static void put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
		return;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
	buf_putc(out, (char)(lead[more] | (c >> (6 * more))));
	while (more-- > 0)
		buf_putc(out, (char)(0x80 | ((c >> (6 * more)) & 0x3f)));
}

/* What follows \u at s; returns how many characters it took, a pair of surrogates 10. */
static size_t put_escaped(struct buf *out, const char *s, const char *end)
{
	uint32_t c, low;
	if (!hex4(s, end, &c)) {
		put_utf8(out, 0xfffd);
		return 0;
	}
	if (c >= 0xd800 && c < 0xdc00 && end - s >= 10 && s[4] == '\\' && s[5] == 'u' &&
	    hex4(s + 6, end, &low) && low >= 0xdc00 && low < 0xe000) {
		put_utf8(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
		return 10;
	}
	put_utf8(out, c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c);
	return 4;
}

static void decode(struct buf *out, const struct cursor *raw)
{
	static const char escapes[] = "b\bf\fn\nr\rt\t";
	for (const char *s = raw->at; s < raw->end; s++) {
		const char *plain = s;
		while (s < raw->end && *s != '\\')
			s++;
		buf_append(out, plain, (size_t)(s - plain));
		if (s == raw->end || ++s == raw->end)
			break;
		const char *e = *s ? strchr(escapes, *s) : NULL;
		if (*s == 'u')
			s += put_escaped(out, s + 1, raw->end);
		else
			buf_putc(out, e && (e - escapes) % 2 == 0 ? e[1] : *s);
	}
}

struct err *json_text_each(const char *json, size_t len, const char *part, const char *member,
			   json_text_fn *fn, void *arg, size_t *found)
{
	struct cursor c = {json, json + len}, raw;
	*found = 0;
	if (!passes(&c, '{') || !find_member(&c, part) || !passes(&c, '{') ||
	    !find_member(&c, member))
		return NULL;
	bool array = passes(&c, '[');
	do {
		_cleanup_buf_ struct buf text = BUF_INIT;
		if (!pass_string(&c, &raw))
			break;
		decode(&text, &raw);
		struct err *e = buf_error(&text);
		if (e)
			return e;
		fn(arg, buf_str(&text), text.len);
		++*found;
	} while (array && passes(&c, ','));
	return NULL;
}
