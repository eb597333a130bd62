// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers in the memory of PCI functions, by the tables that speak of them, in three passes. All
 * tables of a device are read once, then the gap, then all again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "nic/decode/mlx5.h"
#include "nic/regs/bar.h"
#include "nic/regs/passes.h"
#include "nic/regs/tables.h"

/* One table and what it is read from. */
struct reading {
	struct reg_bar bar;
	struct reg_passes passes;
	char source[128];
};

#define INIT_SEGMENT_SIZE 0x1014

static void init_segment(const struct reg_passes *p, struct json *j)
{
	uint8_t image[INIT_SEGMENT_SIZE] = {0};
	struct hw_sink sink;
	if (!reg_passes_image(p, image, sizeof(image)))
		return;
	json_array(j, "initial_segment");
	hw_json_init(&sink, j);
	mlx5_init_segment(image, sizeof(image), &sink);
	hw_sink_end(&sink);
	json_array_end(j);
}

static const struct {
	const char *name;
	void (*json)(const struct reg_passes *p, struct json *j);
} decoders[] = {
	{"mlx5-initial-segment", init_segment},
};

static struct err *map(const struct reg_device *d, const struct reg_table *t, struct reading *r)
{
	struct reg_bar_part part = {.bar = t->number};
	uint32_t end = reg_table_end(t);
	if (t->space == REG_VIRTIO && !reg_virtio_part(d, t->number, &part))
		return err_os(ENXIO, "no virtio capability of type %u", t->number);
	part.length = part.length ? MIN(part.length, end) : end;
	r->bar.order = t->order;
	r->bar.first = t->blocks[0].address;
	r->bar.first_width = t->blocks[0].width;
	snprintf(r->source, sizeof(r->source), "%.80s/resource%u", d->subject->sysfs, part.bar);
	reg_passes_init(&r->passes, t);
	return reg_bar_map(d, &part, &r->bar);
}

/* Those that can be read, into r; the others are recorded. */
static size_t map_all(const struct reg_device *d, const struct reg_tables *t, struct reading *r,
		      struct nic_output *o)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++) {
		struct reg_table_file *f = &t->v[i];
		struct err *e = f->error;
		f->error = NULL;
		if (!e && f->table.space == REG_GATEWAY)
			continue;
		if (!e)
			e = map(d, &f->table, &r[n]);
		if (!e) {
			n++;
			continue;
		}
		nic_begin(o, "table %s", f->table.name);
		nic_err(o, e);
	}
	return n;
}

/* False: nothing more is to be read from the device. */
static bool pass(struct reading *r, unsigned number, struct nic_output *o)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	char file[64];
	const char *table = r->passes.table->name;
	nic_begin(o, "%s, table %s, pass %u of %u", r->source, table, number + 1, REG_PASSES);
	struct err *e = reg_pass(&r->passes, number, &r->bar.space, &text);
	snprintf(file, sizeof(file), "registers-%s.%u", table, number + 1);
	if (text.len > 0)
		nic_file(o, file, text.data, text.len);
	if (e)
		nic_err(o, e);
	else if (r->passes.outside)
		nic_ok_but(o, "%zu words of the table are behind the end", r->passes.outside);
	else
		nic_ok(o);
	return r->passes.whole[number];
}

static void compare(const struct reading *r, struct nic_output *o)
{
	const struct reg_table *t = r->passes.table;
	char space[32];
	nic_begin(o, "comparing the passes of table %s", t->name);
	reg_table_space_name(t, space, sizeof(space));
	json_object(&o->values, t->name);
	json_str(&o->values, "space", space);
	json_u64(&o->values, "left_out", t->left_out);
	reg_passes_json(&r->passes, &o->values);
	bool decoded = !*t->decoder;
	for (size_t i = 0; i < ARRAY_SIZE(decoders); i++) {
		if (strcmp(decoders[i].name, t->decoder) != 0)
			continue;
		decoders[i].json(&r->passes, &o->values);
		decoded = true;
	}
	json_object_end(&o->values);
	if (decoded)
		nic_ok(o);
	else
		nic_ok_but(o, "there is no decoder %s", t->decoder);
}

static void read_all(struct reading *r, size_t count, struct nic_output *o)
{
	struct timespec gap = {.tv_nsec = REG_GAP_NANOSECONDS};
	bool answers = count > 0;
	for (unsigned p = 0; p < REG_PASSES && answers; p++) {
		if (p > 0)
			nanosleep(&gap, NULL);
		for (size_t i = 0; i < count && answers; i++)
			answers = pass(&r[i], p, o);
	}
	for (size_t i = 0; i < count; i++)
		if (r[i].passes.whole[0])
			compare(&r[i], o);
}

static void by_tables(const struct reg_device *d, const struct reg_tables *t, struct nic_output *o)
{
	struct reading *r = calloc(t->count, sizeof(*r));
	size_t n = r ? map_all(d, t, r, o) : 0;
	read_all(r, n, o);
	for (size_t i = 0; i < n; i++) {
		reg_passes_deinit(&r[i].passes);
		reg_bar_unmap(&r[i].bar);
	}
	free(r);
}

static void of_device(const struct reg_device *d, struct nic_output *o)
{
	const char *directory = o->depth->tables ? o->depth->tables : NIC_TABLES_DIR;
	char why[160];
	struct reg_tables tables;
	reg_device_json(d, &o->values);
	if (reg_device_refuses(d, o->depth->unbound, why, sizeof(why))) {
		nic_absent(o, "%s", why);
		return;
	}
	struct err *e = reg_tables_load(directory, d->vendor, d->device, &tables);
	if (e) {
		nic_err(o, e);
		return;
	}
	if (tables.count > 0)
		nic_ok(o);
	else
		nic_absent(o, "no table in %s speaks of %04x:%04x", directory, d->vendor,
			   d->device);
	if (tables.count > 0)
		by_tables(d, &tables, o);
	reg_tables_deinit(&tables);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	struct reg_device d;
	nic_begin(o, "%s/config, whether its memory can be read", s->sysfs);
	struct err *e = reg_device_open(root, s, false, &d);
	if (e) {
		nic_err(o, e);
		return;
	}
	of_device(&d, o);
	reg_device_close(&d);
}

const struct nic_collector nic_collect_registers = {
	.name = "registers",
	.subjects = NIC_PCI,
	.stages = NIC_ANY_STAGE,
	.access = NIC_READS_FILES,
	.registers = true,
	.deadline = 3,
	.collect = collect,
};
