// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/show.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS	   100
#define FLUSH_SIZE (64 * 1024)

void show_init(struct show *s, int json_fd, int text_fd)
{
	*s = (struct show) {.json_fd = json_fd, .text_fd = text_fd};
	json_init(&s->json, &s->json_buf, false);
}

void show_deinit(struct show *s)
{
	buf_deinit(&s->json_buf);
	buf_deinit(&s->text);
	buf_deinit(&s->line);
}

static void write_out(struct show *s, int fd, struct buf *b)
{
	size_t done = 0;
	if (b->failed && !s->error)
		s->error = ENOMEM;
	while (fd >= 0 && !s->error && done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);
		if (n < 0 && errno != EINTR)
			s->error = errno;
		else if (n > 0)
			done += (size_t)n;
	}
	b->len = 0;
}

static void flush(struct show *s, size_t above)
{
	if (s->json_buf.len > above || s->json_buf.failed)
		write_out(s, s->json_fd, &s->json_buf);
	if (s->text.len > above || s->text.failed)
		write_out(s, s->text_fd, &s->text);
}

static void end_line(struct show *s)
{
	if (s->muted)
		s->line.len = 0;
	if (s->line.len) {
		for (int i = 0; i < s->depth; i++)
			buf_puts(&s->text, "  ");
		buf_append(&s->text, s->line.data, s->line.len);
		buf_putc(&s->text, '\n');
		s->line.len = 0;
	}
	flush(s, FLUSH_SIZE);
}

struct err *show_finish(struct show *s)
{
	end_line(s);
	buf_putc(&s->json_buf, '\n');
	flush(s, 0);
	if (s->error == ENOMEM)
		return err_nomem();
	return s->error ? err_os(s->error, "writing what was found") : NULL;
}

static void printf_like(2, 0) heading(struct show *s, const char *fmt, va_list ap)
{
	end_line(s);
	buf_vprintf(&s->line, fmt, ap);
}

void show_mute(struct show *s, bool mute)
{
	end_line(s);
	s->muted = mute;
}

void show_remark(struct show *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	heading(s, fmt, ap);
	va_end(ap);
	end_line(s);
}

void show_object(struct show *s, const char *key, const char *fmt, ...)
{
	json_object(&s->json, key);
	if (fmt) {
		va_list ap;
		va_start(ap, fmt);
		heading(s, fmt, ap);
		va_end(ap);
	}
	end_line(s);
	s->depth++;
}

void show_object_end(struct show *s)
{
	json_object_end(&s->json);
	end_line(s);
	s->depth--;
}

void show_list(struct show *s, const char *key)
{
	json_array(&s->json, key);
}

void show_list_end(struct show *s)
{
	json_array_end(&s->json);
	end_line(s);
}

void show_row(struct show *s, const char *key, const char *fmt, ...)
{
	va_list ap;
	json_object(&s->json, key);
	va_start(ap, fmt);
	heading(s, fmt, ap);
	va_end(ap);
}

void show_row_end(struct show *s)
{
	json_object_end(&s->json);
	end_line(s);
}

/* "key value" on the line, or on the next one where it does not fit. */
static void put(struct show *s, const char *key, const char *value)
{
	size_t need = strlen(key) + strlen(value) + 3;
	if (s->line.len && s->line.len + need + 2 * (size_t)s->depth > COLUMNS) {
		end_line(s);
		buf_puts(&s->line, "  ");
	}
	buf_printf(&s->line, "%s%s %s", s->line.len ? "  " : "", key, value);
}

void show_u64(struct show *s, const char *key, uint64_t value)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, value);
	json_u64(&s->json, key, value);
	put(s, key, text);
}

void show_i64(struct show *s, const char *key, int64_t value)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, value);
	json_i64(&s->json, key, value);
	put(s, key, text);
}

void show_hex(struct show *s, const char *key, uint64_t value)
{
	char text[24];
	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	json_str(&s->json, key, text);
	put(s, key, text);
}

void show_bool(struct show *s, const char *key, bool value)
{
	json_bool(&s->json, key, value);
	put(s, key, value ? "yes" : "no");
}

void show_text(struct show *s, const char *key, const char *value)
{
	json_str(&s->json, key, value);
	put(s, key, *value ? value : "-");
}

void show_ms(struct show *s, const char *key, double seconds)
{
	char text[40] = "unknown";
	if (!isnan(seconds))
		snprintf(text, sizeof(text), "%.0f ms", seconds * 1e3);
	json_double(&s->json, key, seconds * 1e3, 0);
	put(s, key, text);
}

void show_none(struct show *s, const char *key, const char *why)
{
	json_null(&s->json, key);
	put(s, key, why);
}

void show_json(struct show *s, const char *key, const struct buf *value)
{
	if (value->failed || !value->len)
		json_null(&s->json, key);
	else
		json_raw(&s->json, key, value->data, value->len);
}
