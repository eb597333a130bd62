// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/words.h"

#include <ctype.h>
#include <string.h>

/* One step inside a word: appends what *p stands for and moves past it. */
static struct err *take_piece(const char **p, struct buf *word)
{
	const char *s = *p;
	if (*s == '\'') {
		const char *end = strchr(s + 1, '\'');
		if (!end)
			return err_new(ERR_USAGE, "a ' is not closed");
		buf_append(word, s + 1, (size_t)(end - s - 1));
		*p = end + 1;
		return NULL;
	}
	if (*s == '"') {
		for (s++; *s && *s != '"'; s++) {
			if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
				s++;
			buf_putc(word, *s);
		}
		if (!*s)
			return err_new(ERR_USAGE, "a \" is not closed");
		*p = s + 1;
		return NULL;
	}
	if (*s == '\\') {
		s++;
		if (!*s)
			return err_new(ERR_USAGE, "a \\ at the end has nothing to quote");
	}
	buf_putc(word, *s);
	*p = s + 1;
	return NULL;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct err *words_split(const char *text, struct words *out)
{
	*out = (struct words) {0};
	for (;;) {
		while (blank(*text))
			text++;
		if (!*text)
			return NULL;
		if (out->count == WORDS_MAX)
			return err_new(ERR_USAGE, "more than %d words", WORDS_MAX);
		_cleanup_buf_ struct buf word = BUF_INIT;
		buf_puts(&word, "");
		while (*text && !blank(*text)) {
			struct err *e = take_piece(&text, &word);
			if (e)
				return e;
		}
		struct err *e = buf_error(&word);
		if (e)
			return e;
		out->word[out->count++] = TAKE_PTR(word.data);
	}
}

void words_deinit(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->word[i]);
	*w = (struct words) {0};
}

void shell_quote(struct buf *out, const char *value)
{
	buf_putc(out, '\'');
	for (; *value; value++) {
		if (*value == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *value);
	}
	buf_putc(out, '\'');
}

struct err *shell_unquote(const char *text, struct buf *out)
{
	const char *p = text;
	while (*p && !blank(*p)) {
		if (*p == '\'') {
			const char *end = strchr(p + 1, '\'');
			if (!end)
				return err_new(ERR_FORMAT, "a ' is not closed");
			buf_append(out, p + 1, (size_t)(end - p - 1));
			p = end + 1;
		} else if (*p == '\\' && p[1] && !blank(p[1])) {
			buf_putc(out, p[1]);
			p += 2;
		} else if (isalnum((unsigned char)*p) || strchr("_./:=,@%+-", *p)) {
			buf_putc(out, *p++);
		} else {
			return err_new(ERR_FORMAT, "'%c' needs quotes",
				       isprint((unsigned char)*p) ? *p : '?');
		}
	}
	while (blank(*p))
		p++;
	if (*p)
		return err_new(ERR_FORMAT, "more than one word");
	return buf_error(out);
}
