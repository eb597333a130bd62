// SPDX-License-Identifier: GPL-2.0-or-later
/* What the disks had been asked and had not answered: the oldest request often is the reason. */
#include "report/part.h"

#include <inttypes.h>
#include <string.h>
#include "report/disk_queues.h"

/* Of each disk; all that were kept are in the JSON. */
#define TEXT_REQUESTS 16

static struct err *gather(struct report *r, void *data)
{
	return disk_queues_read(r, REQUESTS_MAX, data);
}

static void release(void *data)
{
	disk_queues_deinit(data);
}

static void request_text(const struct report *r, const struct request *one, struct buf *out)
{
	char op[32];
	request_op_name(r->k, one->op, op, sizeof(op));
	buf_printf(out, "  %-14s %9" PRIu32 " bytes", op, one->bytes);
	if (one->sector != REQUEST_UNKNOWN)
		buf_printf(out, " at sector %-14" PRIu64, one->sector);
	else
		buf_printf(out, " %24s", "");
	if (one->age_ns != REQUEST_UNKNOWN)
		buf_printf(out, " for %.3f s", (double)one->age_ns / 1e9);
	buf_putc(out, '\n');
}

static void disk_text(const struct report *r, const struct disk_queue *d, struct buf *out)
{
	const struct requests *q = &d->requests;
	buf_printf(out, "%s: %" PRIu64 " in flight\n", d->name, q->inflight);
	for (size_t i = 0; i < q->n && i < TEXT_REQUESTS; i++)
		request_text(r, &q->request[i], out);
	if (q->inflight > TEXT_REQUESTS && q->n >= TEXT_REQUESTS)
		buf_printf(out, "  and %" PRIu64 " younger ones\n", q->inflight - TEXT_REQUESTS);
}

/* The names of those with that number, in lines of a readable length. */
static void names_text(const struct disk_queues *p, uint64_t inflight, const char *title,
		       struct buf *out)
{
	enum { WIDTH = 100 };
	size_t width = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct disk_queue *d = &p->disk[i];
		if (d->requests.inflight != inflight)
			continue;
		size_t len = strlen(d->name) + 1;
		if (width == 0)
			buf_printf(out, "%s:", title);
		width = width ? width : strlen(title) + 1;
		if (width + len > WIDTH) {
			buf_puts(out, "\n ");
			width = 1;
		}
		buf_printf(out, " %s", d->name);
		width += len;
	}
	if (width)
		buf_putc(out, '\n');
}

/* Nothing of a suspended device is in flight: it is kept back, and who waits waits for this. */
static void suspended_text(const struct disk_queue *d, struct buf *out)
{
	buf_printf(out, "%s", d->name);
	if (*d->dm.name)
		buf_printf(out, " (%s)", d->dm.name);
	buf_printf(out, ": suspended, %" PRIu32 " bio%s kept until it is resumed\n", d->dm.deferred,
		   d->dm.deferred == 1 ? "" : "s");
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct disk_queues *p = data;
	for (size_t i = 0; i < p->n; i++) {
		if (p->disk[i].is_dm && p->disk[i].dm.suspended)
			suspended_text(&p->disk[i], out);
	}
	for (size_t i = 0; i < p->n; i++) {
		uint64_t inflight = p->disk[i].requests.inflight;
		if (inflight != 0 && inflight != REQUEST_UNKNOWN)
			disk_text(r, &p->disk[i], out);
	}
	names_text(p, 0, "nothing in flight", out);
	names_text(p, REQUEST_UNKNOWN, "not known", out);
	if (p->n == 0)
		buf_puts(out, "no disks\n");
}

static void request_json(const struct report *r, const struct request *one, struct json *j)
{
	char op[32];
	request_op_name(r->k, one->op, op, sizeof(op));
	json_object(j, NULL);
	json_str(j, "op", op);
	if (one->sector != REQUEST_UNKNOWN)
		json_u64(j, "sector", one->sector);
	else
		json_null(j, "sector");
	json_u64(j, "bytes", one->bytes);
	if (one->age_ns != REQUEST_UNKNOWN)
		json_double(j, "age_seconds", (double)one->age_ns / 1e9, 3);
	else
		json_null(j, "age_seconds");
	json_object_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct disk_queues *p = data;
	json_array(j, "queues");
	for (size_t i = 0; i < p->n; i++) {
		const struct requests *q = &p->disk[i].requests;
		json_object(j, NULL);
		json_str(j, "disk", p->disk[i].name);
		if (q->inflight != REQUEST_UNKNOWN)
			json_u64(j, "inflight", q->inflight);
		else
			json_null(j, "inflight");
		if (p->disk[i].is_dm) {
			json_str(j, "device_mapper",
				 *p->disk[i].dm.name ? p->disk[i].dm.name : NULL);
			json_bool(j, "suspended", p->disk[i].dm.suspended);
			json_u64(j, "deferred", p->disk[i].dm.deferred);
		}
		json_array(j, "requests");
		for (size_t n = 0; n < q->n; n++)
			request_json(r, &q->request[n], j);
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

const struct report_part part_block_io = {
	.name = "block_io",
	.title = "Block I/O",
	.data_size = sizeof(struct disk_queues),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
