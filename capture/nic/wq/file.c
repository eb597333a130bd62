// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The head of a file that holds one queue or one part of a context: "salvor-wq 1", lines "key
 * value", an empty line; then the bytes as they were in memory. It is read from directories that
 * others wrote, so it is checked like any foreign input.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

#define MAGIC "salvor-wq 1\n"

static const char *const parts[WQ_PARTS] = {"common", "send", "recv"};
static const char *const forms[] = {"none",	 "opaque",   "mlx5-qpc", "mlx5-sqc", "mlx5-rqc",
				    "mlx5-srqc", "mlx5-cqc", "mlx5-eqc", "mlx4-qpc", "mlx5-mkc"};

static bool number(const char *text, uint64_t max, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 0);
	if (end == text || *end || errno || *text == '-' || v > max)
		return false;
	*ret = v;
	return true;
}

static bool among(const char *text, const char *const *names, size_t count, unsigned *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = (unsigned)i;
			return true;
		}
	}
	return false;
}

static bool flag(const char *key, struct wq_queue *q)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{"mlx4", &q->mlx4},
		{"linked", &q->linked},
		{"signature", &q->signature},
		{"enhanced", &q->enhanced},
		{"by-checksum", &q->by_checksum},
	};
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(flags[i].name, key) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

/* Printable, and short enough for a heading. */
static bool state(const char *text, char ret[32])
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)text[i]))
			return false;
	if (len >= 32)
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

/* One line; false if it is wrong. Keys that are not known are of a newer version: left out. */
static bool line(char *text, struct wq_file *f, unsigned *form, char words[32])
{
	char *value = strchr(text, ' ');
	uint64_t n = 0;
	unsigned part = 0;
	struct wq_queue *q = &f->queue;
	if (!value)
		return flag(text, q) || true;
	*value++ = '\0';
	if (strcmp(text, "kind") == 0)
		return wq_kind_find(value, &q->kind) && q->kind <= WQ_FULL_QP;
	if (strcmp(text, "form") == 0)
		return among(value, forms, ARRAY_SIZE(forms), form);
	if (strcmp(text, "state") == 0)
		return state(value, words);
	if (strcmp(text, "part") == 0) {
		f->is_context = among(value, parts, WQ_PARTS, &part);
		f->part = (enum wq_part)part;
		return f->is_context;
	}
	const struct {
		const char *name;
		uint64_t max;
	} numbers[] = {{"number", UINT32_MAX},
		       {"gvmi", 0xffff},
		       {"stride", WQ_STRIDE_MAX},
		       {"count", WQ_ELEMENTS_MAX},
		       {"transport", MLX4_SQ_MLX}};
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].name, text) != 0)
			continue;
		if (!number(value, numbers[i].max, &n))
			return false;
		if (i == 0)
			q->number = (uint32_t)n;
		else if (i == 1)
			q->gvmi = (uint16_t)n;
		else if (i == 2)
			q->stride = (uint32_t)n;
		else if (i == 3)
			q->count = (uint32_t)n;
		else
			q->transport = (uint8_t)n;
	}
	return true;
}

bool wq_file_parse(const char *text, size_t len, struct wq_file *ret)
{
	struct wq_file f = {0};
	unsigned form = WQ_CONTEXT_OPAQUE;
	char words[32] = "", copy[128];
	size_t at = strlen(MAGIC);
	if (len < at || memcmp(text, MAGIC, at) != 0)
		return false;
	for (;;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : sizeof(copy);
		if (n >= sizeof(copy) || memchr(text + at, '\0', n))
			return false;
		memcpy(copy, text + at, n);
		copy[n] = '\0';
		at += n + 1;
		if (n == 0)
			break;
		if (!line(copy, &f, &form, words))
			return false;
	}
	f.head = at;
	if (f.is_context) {
		f.queue.form[f.part] = (enum wq_context_form)form;
		memcpy(f.queue.state[f.part], words, sizeof(words));
		f.queue.count = f.queue.stride = 0;
	}
	/* mlx5 has three transports, mlx4 four */
	if (!f.queue.mlx4 && f.queue.transport > MLX5_SQ_UD)
		return false;
	*ret = f;
	return f.is_context || (f.queue.stride > 0 && f.queue.count > 0);
}

void wq_file_head(const struct wq_file *f, struct buf *out)
{
	const struct wq_queue *q = &f->queue;
	buf_printf(out, MAGIC "kind %s\nnumber 0x%x\ngvmi 0x%x\n", wq_kind_name(q->kind), q->number,
		   q->gvmi);
	if (q->mlx4)
		buf_puts(out, "mlx4\n");
	if (f->is_context) {
		buf_printf(out, "part %s\nform %s\n", parts[f->part], forms[q->form[f->part]]);
		if (*q->state[f->part])
			buf_printf(out, "state %s\n", q->state[f->part]);
		buf_putc(out, '\n');
		return;
	}
	buf_printf(out, "stride %u\ncount %u\n%s%s%s%s", q->stride, q->count,
		   q->linked ? "linked\n" : "", q->signature ? "signature\n" : "",
		   q->enhanced ? "enhanced\n" : "", q->by_checksum ? "by-checksum\n" : "");
	if (q->kind == WQ_SND)
		buf_printf(out, "transport %u\n", q->transport);
	buf_putc(out, '\n');
}
