// SPDX-License-Identifier: GPL-2.0-or-later
/* The sinks of decoded fields, and bytes as rows of words. */
#include <inttypes.h>
#include "base/cleanup.h"
#include "nic/decode/hw_field.h"

/* The numbers of dashes are wqdump's. */
static void text_section(struct hw_sink *s, const char *title, int index)
{
	if (index < 0)
		buf_printf(s->out, "-------------- %s ------------------\n", title);
	else
		buf_printf(s->out, "-------------- %s (%2d) ---------------\n", title, index);
}

static void text_value(struct hw_sink *s, const struct hw_value *v)
{
	buf_printf(s->out, "%s%s%s : 0x%" PRIx64, v->group ? v->group : "", v->group ? "." : "",
		   v->name, v->value);
	if (v->meaning)
		buf_printf(s->out, " (%s)", v->meaning);
	buf_putc(s->out, '\n');
}

static void text_bytes(struct hw_sink *s, const char *name, const uint8_t *p, size_t len)
{
	buf_printf(s->out, "%s :", name);
	for (size_t i = 0; i < len; i++)
		buf_printf(s->out, "%s%02x", i % 4 ? "" : " ", p[i]);
	buf_putc(s->out, '\n');
}

static void text_truncated(struct hw_sink *s, size_t have)
{
	buf_printf(s->out, "truncated : only 0x%zx bytes are there\n", have);
}

static const struct hw_sink_ops text_ops = {
	.section = text_section,
	.value = text_value,
	.bytes = text_bytes,
	.truncated = text_truncated,
};

void hw_text_init(struct hw_sink *s, struct buf *out)
{
	*s = (struct hw_sink) {.ops = &text_ops, .out = out};
}

static void json_close(struct hw_sink *s)
{
	if (s->open)
		json_object_end(s->json);
	s->open = false;
}

static void json_section(struct hw_sink *s, const char *title, int index)
{
	json_close(s);
	json_object(s->json, NULL);
	s->open = true;
	json_str(s->json, "section", title);
	if (index >= 0)
		json_u64(s->json, "number", (uint64_t)index);
}

/* Fields before the first section. */
static void json_ready(struct hw_sink *s)
{
	if (!s->open)
		json_object(s->json, NULL);
	s->open = true;
}

static void json_value(struct hw_sink *s, const struct hw_value *v)
{
	char key[128];
	json_ready(s);
	snprintf(key, sizeof(key), "%s%s%s", v->group ? v->group : "", v->group ? "." : "",
		 v->name);
	json_u64(s->json, key, v->value);
	if (!v->meaning)
		return;
	snprintf(key, sizeof(key), "%s%s%s_name", v->group ? v->group : "", v->group ? "." : "",
		 v->name);
	json_str(s->json, key, v->meaning);
}

static void json_bytes(struct hw_sink *s, const char *name, const uint8_t *p, size_t len)
{
	_cleanup_buf_ struct buf hex = BUF_INIT;
	json_ready(s);
	for (size_t i = 0; i < len; i++)
		buf_printf(&hex, "%02x", p[i]);
	if (hex.failed)
		s->json->out->failed = true;
	json_str(s->json, name, buf_str(&hex));
}

static void json_truncated(struct hw_sink *s, size_t have)
{
	json_ready(s);
	json_u64(s->json, "truncated_at", have);
}

static const struct hw_sink_ops json_ops = {
	.section = json_section,
	.value = json_value,
	.bytes = json_bytes,
	.truncated = json_truncated,
};

void hw_json_init(struct hw_sink *s, struct json *j)
{
	*s = (struct hw_sink) {.ops = &json_ops, .json = j};
}

void hw_sink_end(struct hw_sink *s)
{
	json_close(s);
}

/* The last word may be cut: then it has fewer digits. */
static void word(struct buf *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < MIN(len, (size_t)4); i++)
		buf_printf(out, "%02x", p[i]);
}

void hw_raw(struct buf *out, const uint8_t *p, size_t len)
{
	for (size_t row = 0; row * 16 < len; row++) {
		buf_printf(out, "%zu.", row);
		for (size_t at = row * 16; at < MIN(row * 16 + 16, len); at += 4) {
			buf_putc(out, ' ');
			word(out, p + at, len - at);
		}
		buf_putc(out, '\n');
	}
}

void hw_dwords(struct buf *out, const uint8_t *p, size_t len)
{
	for (size_t at = 0; at < len; at += 4) {
		buf_printf(out, "0x%04zx: 0x", at);
		word(out, p + at, len - at);
		buf_putc(out, '\n');
	}
}
