// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/mlx5_trace.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include "base/bytes.h"
#include "base/cleanup.h"
#include "nic/decode/hw_field.h"

#define BLOCK	 256 /* TRACER_BLOCK_SIZE_BYTE */
#define TRACE	 8
#define PARAMS	 7   /* TRACER_MAX_PARAMS */
#define TEXT_MAX 256 /* TRACE_STR_MSG */
/* Strings of one firmware thread that wait for parameters, or for the next time stamp. */
#define WAITING 256

enum { EVENT_TIMESTAMP = 0xff };

struct waiting {
	const char *string; /* NULL: a raw trace */
	size_t max;
	uint32_t params[PARAMS];
	int have, want;
	uint8_t event, stamp; /* the low 7 bits of its time */
	uint16_t message;     /* tmsn: what its parameters name */
	bool lost, complete;
};

struct decoder {
	const struct mlx5_strings *db;
	struct buf *out;
	struct mlx5_trace_counts n;
	struct waiting queue[WAITING]; /* in the order of arrival */
	size_t count;
};

/*
 * One conversion from *f on, behind the '%': its type, and how many digits wide. 0 if it is none
 * the kernel would take (mlx5_is_valid_spec()).
 */
static char conversion(const char **f, const char *end, char *flags, size_t size)
{
	size_t n = 0;
	unsigned longs = 0;
	while (*f < end && (isdigit((unsigned char)**f) || strchr("#.l", **f)) && **f) {
		if (**f == 'l')
			longs++;
		else if (n + 1 < size)
			flags[n++] = **f;
		(*f)++;
	}
	flags[n] = '\0';
	if (*f == end || !**f || !strchr("xXdiuc%", **f))
		return 0;
	char type = *(*f)++;
	return longs >= 2 && type == 'x' ? 'L' : type;
}

/* The width that the flags ask for; what is beyond a line is not a width. */
static int width_of(const char *flags)
{
	const char *p = strchr(flags, '.') ? strchr(flags, '.') + 1 : flags;
	while (*p == '#' || *p == '0')
		p++;
	int width = 0;
	while (isdigit((unsigned char)*p) && width < 100)
		width = width * 10 + (*p++ - '0');
	return MIN(width, 64);
}

static void convert(struct buf *out, char type, const char *flags, uint64_t value)
{
	int width = width_of(flags);
	bool zero = flags[0] == '0' || strchr(flags, '.') || (flags[0] == '#' && flags[1] == '0');
	const char *prefix = strchr(flags, '#') && strchr("xXL", type) && value ? "0x" : "";
	if (*prefix)
		width = MAX(width - 2, 0);
	switch (type) {
	case 'c':
		buf_putc(out, isprint((int)(value & 0xff)) ? (char)value : '?');
		break;
	case 'd':
	case 'i':
		if (zero)
			buf_printf(out, "%0*" PRId32, width, (int32_t)value);
		else
			buf_printf(out, "%*" PRId32, width, (int32_t)value);
		break;
	case 'u':
		if (zero)
			buf_printf(out, "%0*" PRIu64, width, value);
		else
			buf_printf(out, "%*" PRIu64, width, value);
		break;
	case 'X':
		buf_printf(out, "%s%0*" PRIX64, prefix, zero ? width : 0, value);
		break;
	default:
		if (zero || *prefix)
			buf_printf(out, "%s%0*" PRIx64, prefix, width, value);
		else
			buf_printf(out, "%*" PRIx64, width, value);
	}
}

int mlx5_trace_format(struct buf *out, const char *format, size_t max, const uint32_t *params,
		      int count)
{
	const char *f = format, *end = format + strnlen(format, max);
	int used = 0;
	while (f < end) {
		char flags[16];
		if (*f != '%') {
			buf_putc(out, isprint((unsigned char)*f) ? *f : '.');
			f++;
			continue;
		}
		f++;
		char type = conversion(&f, end, flags, sizeof(flags));
		if (!type)
			return -1;
		if (type == '%') {
			buf_putc(out, '%');
			continue;
		}
		uint64_t value = used < count ? params[used] : 0;
		used++;
		if (type == 'L') {
			/* mlx5_tracer_get_num_of_params(): the upper half comes first. */
			value = value << 32 | (used < count ? params[used] : 0);
			used++;
		}
		convert(out, type, flags, value);
	}
	return used;
}

/* The string at that address of the firmware; its end is the section's, if no NUL comes before. */
static bool string_at(const struct mlx5_strings *db, uint32_t address, struct waiting *w)
{
	for (size_t i = 0; i < MLX5_STRING_SECTIONS; i++) {
		uint32_t base = db->section[i].base;
		if (!db->section[i].data || address <= base || address - base >= db->section[i].len)
			continue;
		w->string = (const char *)db->section[i].data + (address - base);
		w->max = MIN(db->section[i].len - (address - base), (size_t)TEXT_MAX);
		return true;
	}
	return false;
}

static void print(struct decoder *d, const struct waiting *w, uint64_t time)
{
	buf_printf(d->out, "0x%016" PRIx64 " %d 0x%02x ", time, w->lost, w->event);
	if (!w->string)
		buf_printf(d->out, "0x%08x%08x", w->params[0], w->params[1]);
	else if (w->want < 0)
		buf_printf(d->out, "not a format");
	else
		mlx5_trace_format(d->out, w->string, w->max, w->params, w->have);
	buf_putc(d->out, '\n');
	d->n.traces++;
	d->n.raw += !w->string;
	d->n.lost += w->lost;
}

/* What is complete by then happened before: mlx5_tracer_handle_timestamp_trace(). */
static void time_stamp(struct decoder *d, const uint8_t *t)
{
	uint64_t time = hw_bits(t, 19, 13) << 40 | hw_bits(t, 32, 32) << 8 | t[0];
	unsigned urts = (unsigned)hw_bits(t, 16, 3);
	size_t kept = 0;
	if (d->db->trc_ver == 0 ? urts >> 2 : urts & 1)
		return;
	for (size_t i = 0; i < d->count; i++) {
		struct waiting *w = &d->queue[i];
		if (!w->complete) {
			d->queue[kept++] = *w;
			continue;
		}
		uint64_t upper = w->stamp < (time & 0x7f) ? time : time - 1;
		print(d, w, (upper & 0x1fffffffffff80ULL) | w->stamp);
	}
	d->count = kept;
}

static struct waiting *add(struct decoder *d, const uint8_t *t)
{
	if (d->count == WAITING) {
		memmove(d->queue, d->queue + 1, sizeof(d->queue) - sizeof(d->queue[0]));
		d->count--;
		d->n.unfinished++;
	}
	struct waiting *w = &d->queue[d->count++];
	*w = (struct waiting) {.event = t[1],
			       .stamp = t[0] & 0x7f,
			       .lost = t[0] >> 7,
			       .message = (uint16_t)hw_bits(t, 16, 13)};
	return w;
}

static void raw(struct decoder *d, const uint8_t *t)
{
	struct waiting *w = add(d, t);
	w->params[0] = get_u32(t, ORDER_BE);
	w->params[1] = get_u32(t + 4, ORDER_BE);
	w->complete = true;
}

static void parameter(struct decoder *d, const uint8_t *t)
{
	uint16_t message = (uint16_t)hw_bits(t, 16, 13);
	for (size_t i = d->count; i-- > 0;) {
		struct waiting *w = &d->queue[i];
		if (w->complete || w->event != t[1] || w->message != message)
			continue;
		w->params[w->have++] = get_u32(t + 4, ORDER_BE);
		w->complete = w->have == w->want || w->have == PARAMS;
		return;
	}
	raw(d, t);
}

static void string_event(struct decoder *d, const uint8_t *t)
{
	_cleanup_buf_ struct buf none = BUF_INIT;
	struct waiting found = {0};
	if (t[3] & 7) { /* tdsn: which of its traces */
		parameter(d, t);
	} else if (!string_at(d->db, get_u32(t + 4, ORDER_BE), &found)) {
		raw(d, t);
	} else {
		struct waiting *w = add(d, t);
		w->string = found.string;
		w->max = found.max;
		w->want = mlx5_trace_format(&none, w->string, w->max, NULL, 0);
		w->complete = w->want <= 0;
	}
}

static void block(struct decoder *d, const uint8_t *p)
{
	for (size_t at = 0; at < BLOCK; at += TRACE) {
		unsigned event = p[at + 1], first = d->db->first_string_trace;
		if (event == EVENT_TIMESTAMP)
			time_stamp(d, p + at);
		else if (event >= first && event <= first + d->db->num_string_trace)
			string_event(d, p + at);
		else
			d->n.unknown++;
	}
}

/* get_block_timestamp(): that of its last trace; 0 where firmware has not been yet. */
static uint64_t block_time(const uint8_t *p)
{
	const uint8_t *t = p + BLOCK - TRACE;
	if (t[1] != EVENT_TIMESTAMP)
		return 0;
	return hw_bits(t, 19, 13) << 40 | hw_bits(t, 32, 32) << 8 | t[0];
}

void mlx5_trace(const struct mlx5_strings *db, const uint8_t *ring, size_t len, struct buf *out,
		struct mlx5_trace_counts *ret)
{
	size_t blocks = len / BLOCK, newest = 0;
	uint64_t latest = 0;
	struct decoder *d = calloc(1, sizeof(*d));
	*ret = (struct mlx5_trace_counts) {0};
	if (!d) {
		out->failed = true;
		return;
	}
	d->db = db;
	d->out = out;
	for (size_t i = 0; i < blocks; i++) {
		uint64_t time = block_time(ring + i * BLOCK);
		if (time >= latest && time > 0) {
			latest = time;
			newest = i;
		}
	}
	for (size_t i = 1; i <= blocks && latest > 0; i++) {
		const uint8_t *p = ring + (newest + i) % blocks * BLOCK;
		if (block_time(p) == 0)
			continue;
		d->n.blocks++;
		block(d, p);
	}
	d->n.unfinished += d->count;
	*ret = d->n;
	free(d);
}
