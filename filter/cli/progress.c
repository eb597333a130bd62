// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <inttypes.h>
#include "base/clock.h"
#include "base/json.h"

void progress_init(struct progress *p, const struct options *o)
{
	*p = (struct progress) {.kind = o->progress};
	if (p->kind == PROGRESS_AUTO)
		p->kind = isatty(STDERR_FILENO) && o->message_level & 1 ? PROGRESS_TEXT
									: PROGRESS_NONE;
}

static void draw_text(struct progress *p, uint64_t done, uint64_t bytes, double seconds)
{
	double part = p->total ? (double)done / (double)p->total : 1;
	fprintf(stderr, "\r%-8s %5.1f %%  %" PRIu64 " MiB  %.0f s", p->phase, part * 100,
		bytes >> 20, seconds);
	if (part > 0.02 && part < 1)
		fprintf(stderr, ", %.0f s left  ", seconds / part - seconds);
	p->drawn = true;
}

static void draw_json(const struct progress *p, uint64_t done, uint64_t bytes, double seconds)
{
	_cleanup_buf_ struct buf line = BUF_INIT;
	struct json j;
	json_init(&j, &line, true);
	json_object(&j, NULL);
	json_str(&j, "phase", p->phase);
	json_u64(&j, "done_pages", done);
	json_u64(&j, "total_pages", p->total);
	json_u64(&j, "bytes", bytes);
	json_double(&j, "seconds", seconds, 3);
	json_object_end(&j);
	fputs(buf_str(&line), stderr);
}

static void draw(struct progress *p, uint64_t done, uint64_t bytes)
{
	double now = clock_now();
	p->last = now;
	if (p->kind == PROGRESS_TEXT)
		draw_text(p, done, bytes, now - p->started);
	else if (p->kind == PROGRESS_JSON)
		draw_json(p, done, bytes, now - p->started);
	fflush(stderr);
}

void progress_phase(struct progress *p, const char *phase, uint64_t total_pages)
{
	p->phase = phase;
	p->total = total_pages;
	p->started = clock_now();
	draw(p, 0, 0);
}

void progress_update(struct progress *p, uint64_t done_pages, uint64_t bytes)
{
	if (p->kind != PROGRESS_NONE && clock_now() - p->last >= 1)
		draw(p, done_pages, bytes);
}

void progress_end(struct progress *p, uint64_t done_pages, uint64_t bytes)
{
	draw(p, done_pages, bytes);
	if (p->drawn)
		fputc('\n', stderr);
	p->drawn = false;
}
