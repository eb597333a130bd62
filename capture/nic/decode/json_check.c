// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/json_check.h"

#include <string.h>

#define DEPTH_MAX 64

struct scan {
	const char *at;
	const char *end;
};

static void space(struct scan *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

static bool take(struct scan *s, char c)
{
	space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool is_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool hex4(struct scan *s)
{
	for (int i = 0; i < 4; i++, s->at++)
		if (s->at == s->end || !*s->at || !strchr("0123456789abcdefABCDEF", *s->at))
			return false;
	return true;
}

static bool string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->at < s->end) {
		unsigned char c = (unsigned char)*s->at++;
		if (c == '"')
			return true;
		if (c < 0x20)
			return false;
		if (c != '\\')
			continue;
		if (s->at == s->end)
			return false;
		c = (unsigned char)*s->at++;
		if (c == 'u') {
			if (!hex4(s))
				return false;
		} else if (!c || !strchr("\"\\/bfnrt", c)) {
			return false;
		}
	}
	return false;
}

static bool digits(struct scan *s)
{
	if (!is_digit(s))
		return false;
	while (is_digit(s))
		s->at++;
	return true;
}

static bool number(struct scan *s)
{
	if (s->at < s->end && *s->at == '-')
		s->at++;
	if (s->at < s->end && *s->at == '0')
		s->at++;
	else if (!digits(s))
		return false;
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (!digits(s))
			return false;
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		return digits(s);
	}
	return true;
}

static bool scalar(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};
	space(s);
	if (s->at < s->end && *s->at == '"')
		return string(s);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = strlen(words[i]);
		if ((size_t)(s->end - s->at) >= n && memcmp(s->at, words[i], n) == 0) {
			s->at += n;
			return true;
		}
	}
	return number(s);
}

bool json_check(const char *text, size_t len)
{
	struct scan s = {.at = text, .end = text + len};
	char open[DEPTH_MAX]; /* '{' or '[' of each level */
	int depth = 0;
	for (;;) {
		/* One value, or the start of one. */
		bool object = take(&s, '{'), array = !object && take(&s, '[');
		if (object || array) {
			if (depth == DEPTH_MAX)
				return false;
			open[depth++] = object ? '{' : '[';
			if (!take(&s, object ? '}' : ']')) {
				if (object && (!string(&s) || !take(&s, ':')))
					return false;
				continue;
			}
			depth--;
		} else if (!scalar(&s)) {
			return false;
		}
		/* After a value: close levels, or go on to the next value of this one. */
		while (depth > 0 && take(&s, open[depth - 1] == '{' ? '}' : ']'))
			depth--;
		if (depth == 0)
			break;
		if (!take(&s, ','))
			return false;
		if (open[depth - 1] == '{' && (!string(&s) || !take(&s, ':')))
			return false;
	}
	space(&s);
	return s.at == s.end;
}
