// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html.h"

#include <string.h>
#include "report/json_text.h"
#include "report/page.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What is put into the page, and where the page goes. */
struct source {
	const char *json;
	size_t len;
	struct buf *out;
};

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

static const char *text_escape(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return is_control(c) ? REPLACEMENT : NULL;
	}
}

/*
 * Inside a script element no character reference is understood, and the parser looks for "</script"
 * and "<!--". Within JSON these characters occur in strings only, where \u stands for them.
 */
static const char *json_escape(unsigned char c)
{
	switch (c) {
	case '&':
		return "\\u0026";
	case '<':
		return "\\u003c";
	case '>':
		return "\\u003e";
	default:
		return is_control(c) && c != '\r' ? REPLACEMENT : NULL;
	}
}

static void put_escaped(struct buf *out, const char *s, size_t len,
			const char *(*escape)(unsigned char))
{
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		const char *instead = escape((unsigned char)s[i]);
		if (!instead)
			continue;
		buf_append(out, s + from, i - from);
		buf_puts(out, instead);
		from = i + 1;
	}
	buf_append(out, s + from, len - from);
}

static void put_text(void *arg, const char *text, size_t len)
{
	put_escaped(arg, text, len, text_escape);
}

static void put_item(void *arg, const char *text, size_t len)
{
	buf_puts(arg, "<li>");
	put_text(arg, text, len);
	buf_puts(arg, "</li>\n");
}

/* The strings at part.member, each by fn; otherwise when there is none. */
static struct err *put_strings(struct source *s, const char *part, const char *member,
			       json_text_fn *fn, const char *otherwise)
{
	size_t found;
	struct err *e = json_text_each(s->json, s->len, part, member, fn, s->out, &found);
	if (!e && found == 0)
		buf_puts(s->out, otherwise);
	return e;
}

static struct err *put_title(struct source *s)
{
	struct err *e = put_strings(s, "verdict", "host", put_text, "vmcore");
	if (e)
		return e;
	buf_puts(s->out, ": ");
	return put_strings(s, "verdict", "kind", put_text, "report");
}

static struct err *put_sentence(struct source *s)
{
	return put_strings(s, "verdict", "sentence", put_text, "No verdict is in this report.");
}

static struct err *put_evidence(struct source *s)
{
	return put_strings(s, "verdict", "evidence", put_item, "");
}

static struct err *put_log(struct source *s)
{
	return put_strings(s, "log", "text", put_text, "No log is in this report.");
}

static struct err *put_report(struct source *s)
{
	put_escaped(s->out, s->json, s->len, json_escape);
	return NULL;
}

static const struct place {
	const char *mark;
	struct err *(*put)(struct source *s);
} places[] = {
	{"{{title}}", put_title}, {"{{sentence}}", put_sentence}, {"{{evidence}}", put_evidence},
	{"{{log}}", put_log},	  {"{{report}}", put_report},
};

static const struct place *place_at(const char *at, const char *end)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		size_t len = strlen(places[i].mark);
		if ((size_t)(end - at) >= len && memcmp(at, places[i].mark, len) == 0)
			return &places[i];
	}
	return NULL;
}

struct err *html_write(const char *report_json, size_t len, struct buf *out)
{
	struct source s = {report_json, len, out};
	const char *at = report_page, *end = report_page + report_page_len;
	/* Only the page's own text is searched for marks, never what was put in. */
	for (const char *next = at; next < end;) {
		const struct place *p = *next == '{' ? place_at(next, end) : NULL;
		if (!p) {
			next++;
			continue;
		}
		buf_append(out, at, (size_t)(next - at));
		struct err *e = p->put(&s);
		if (e)
			return e;
		next += strlen(p->mark);
		at = next;
	}
	buf_append(out, at, (size_t)(end - at));
	return buf_error(out);
}
