// SPDX-License-Identifier: GPL-2.0-or-later
/* What the disks had been asked and had not answered: the oldest request often is the reason. */
#include "report/part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/printable.h"
#include "kernel/percpu.h"
#include "report/disks.h"
#include "report/dm_device.h"
#include "report/requests.h"

#define DISK_NAME_LEN 32
/* Of all disks together */
#define REQUESTS_TOTAL 16384
/* Of each disk; all that were kept are in the JSON. */
#define TEXT_REQUESTS 16

struct disk {
	char name[DISK_NAME_LEN + 1];
	struct requests requests;
	bool is_dm;
	struct dm_device dm;
};

struct block_io_part {
	struct disk *disk;
	size_t n, kept; /* disks, requests */
};

/*
 * Disks without tags count what they have begun, for each CPU and direction (part_in_flight() of
 * block/genhd.c). Shares of a CPU alone mean nothing: the CPU that ends a request takes it off.
 */
static uint64_t count_in_flight(struct kmem *k, uint64_t gendisk)
{
	const struct layout *l = k->layout;
	uint64_t part = gendisk, stats, at, sum = 0, word;
	int64_t member = l->disk_part0_stats;
	_cleanup_(bitmap_deinit) struct bitmap cpus = {0};
	if (layout_known(l->bdev_device)) {
		member = l->bdev_stats;
		if (!fetch_pointer(k, gendisk, l->disk_part0, &part))
			return REQUEST_UNKNOWN;
	}
	if (!layout_known(l->disk_stats_in_flight) || !fetch_pointer(k, part, member, &stats))
		return REQUEST_UNKNOWN;
	struct err *e = cpu_mask_read(k, CPUS_POSSIBLE, &cpus);
	for (uint64_t cpu = e ? 0 : bitmap_next(&cpus, 0); !e && cpu < cpus.nbits;
	     cpu = bitmap_next(&cpus, cpu + 1)) {
		e = percpu_addr(k, stats, (unsigned int)cpu, &at);
		for (uint64_t way = 0; way < 2 && !e; way++) {
			if (fetch_u64(k, at + way * 8, l->disk_stats_in_flight, &word))
				sum += word;
		}
	}
	bool known = !e && (int64_t)sum >= 0;
	err_free(e);
	return known ? sum : REQUEST_UNKNOWN;
}

static struct err *read_disk(struct report *r, uint64_t gendisk, uint64_t now, bool tags,
			     size_t limit, struct disk *d)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	uint64_t queue;
	bool found = false;
	struct err *e = NULL;
	d->requests.inflight = REQUEST_UNKNOWN;
	if (!layout_known(l->disk_name) ||
	    !fetch_string(k, gendisk + (uint64_t)l->disk_name, d->name, sizeof(d->name)))
		snprintf(d->name, sizeof(d->name), "?");
	if (tags && fetch_pointer(k, gendisk, l->disk_queue, &queue))
		e = requests_read(r, queue, now, limit, &d->requests, &found);
	if (!e && !found)
		d->requests.inflight = count_in_flight(k, gendisk);
	d->is_dm = dm_device_read(r->k, gendisk, &d->dm);
	return e;
}

static int by_inflight(const void *a, const void *b)
{
	const struct disk *x = a, *y = b;
	uint64_t m = x->requests.inflight + 1, n = y->requests.inflight + 1; /* unknown: 0 */
	return m > n ? -1 : m < n ? 1 : strcmp(x->name, y->name);
}

static struct err *gather(struct report *r, void *data)
{
	struct block_io_part *p = data;
	struct entries disks;
	struct err *e = disks_find(r, &disks);
	bool tags = requests_known(r->k->kmem.layout);
	uint64_t now = requests_now(&r->k->kmem);
	if (!e)
		p->disk = calloc(disks.n ? disks.n : 1, sizeof(*p->disk));
	if (!e && !p->disk)
		e = err_nomem();
	if (!e && !tags)
		report_missing(r, "the kernel's types do not say where requests are: they are only "
				  "counted");
	for (size_t i = 0; i < disks.n && !e && report_time_left(r); i++) {
		struct disk *d = &p->disk[p->n++];
		e = read_disk(r, disks.at[i], now, tags, REQUESTS_TOTAL - p->kept, d);
		p->kept += d->requests.n;
	}
	entries_deinit(&disks);
	if (!e)
		qsort(p->disk, p->n, sizeof(*p->disk), by_inflight);
	return e;
}

static void release(void *data)
{
	struct block_io_part *p = data;
	for (size_t i = 0; i < p->n; i++)
		requests_deinit(&p->disk[i].requests);
	free(p->disk);
}

/* "READ", "WRITE_ZEROES"; by the kernel's own enum, as the numbers have changed. */
static void op_name(const struct report *r, uint32_t op, char *ret, size_t cap)
{
	static const char *const fixed[] = {"READ", "WRITE", "FLUSH", "DISCARD"};
	static const char prefix[] = "REQ_OP_";
	const char *name = NULL;
	struct type t;
	/* named req_opf before 6.0 (ff07a02e9e8e) */
	if (r->k->types && (types_find(r->k->types, NULL, "enum req_op", &t) ||
			    types_find(r->k->types, NULL, "enum req_opf", &t)))
		name = type_enumerator_name(t, op);
	if (name && strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	if (!name && op < ARRAY_SIZE(fixed))
		name = fixed[op];
	if (name)
		snprintf(ret, cap, "%s", name);
	else
		snprintf(ret, cap, "op %" PRIu32, op);
	make_printable(ret);
}

static void request_text(const struct report *r, const struct request *one, struct buf *out)
{
	char op[32];
	op_name(r, one->op, op, sizeof(op));
	buf_printf(out, "  %-14s %9" PRIu32 " bytes", op, one->bytes);
	if (one->sector != REQUEST_UNKNOWN)
		buf_printf(out, " at sector %-14" PRIu64, one->sector);
	else
		buf_printf(out, " %24s", "");
	if (one->age_ns != REQUEST_UNKNOWN)
		buf_printf(out, " for %.3f s", (double)one->age_ns / 1e9);
	buf_putc(out, '\n');
}

static void disk_text(const struct report *r, const struct disk *d, struct buf *out)
{
	const struct requests *q = &d->requests;
	buf_printf(out, "%s: %" PRIu64 " in flight\n", d->name, q->inflight);
	for (size_t i = 0; i < q->n && i < TEXT_REQUESTS; i++)
		request_text(r, &q->request[i], out);
	if (q->inflight > TEXT_REQUESTS && q->n >= TEXT_REQUESTS)
		buf_printf(out, "  and %" PRIu64 " younger ones\n", q->inflight - TEXT_REQUESTS);
}

/* The names of those with that number, in lines of a readable length. */
static void names_text(const struct block_io_part *p, uint64_t inflight, const char *title,
		       struct buf *out)
{
	enum { WIDTH = 100 };
	size_t width = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct disk *d = &p->disk[i];
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
static void suspended_text(const struct disk *d, struct buf *out)
{
	buf_printf(out, "%s", d->name);
	if (*d->dm.name)
		buf_printf(out, " (%s)", d->dm.name);
	buf_printf(out, ": suspended, %" PRIu32 " bio%s kept until it is resumed\n", d->dm.deferred,
		   d->dm.deferred == 1 ? "" : "s");
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct block_io_part *p = data;
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
	op_name(r, one->op, op, sizeof(op));
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
	const struct block_io_part *p = data;
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
	.data_size = sizeof(struct block_io_part),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
