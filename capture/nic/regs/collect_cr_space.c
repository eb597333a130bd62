// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is behind the gateway of mlx5 devices, in passes: the crdump, and tables of single registers
 * where somebody has put them. It writes to the gateway's registers, which is how they are asked.
 * Each pass takes the gateway and gives it back, within a time that is less than the runner's
 * limit: a process that is killed would keep the semaphore.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/bytes.h"
#include "base/clock.h"
#include "nic/regs/gateway.h"
#include "nic/regs/passes.h"
#include "nic/regs/scan.h"
#include "nic/regs/tables.h"

/*
 * Of all passes of a table; what giving back takes at most, with a device that does not answer; and
 * a limit above both.
 */
#define GATEWAY_SECONDS 8
#define TIDY_SECONDS	2
#define LIMIT_SECONDS	20

static double gateway_until(const struct nic_output *o)
{
	double until = clock_now() + GATEWAY_SECONDS;
	return o->until > 0 ? MIN(until, o->until - TIDY_SECONDS) : until;
}

static void begin(struct nic_output *o, const struct reg_gateway *g, const struct reg_table *t,
		  unsigned pass)
{
	nic_begin(o,
		  "gateway at 0x%02x of configuration space, space 0x%x, table %s, pass %u of %u",
		  g->capability, t->number, t->name, pass + 1, REG_PASSES);
}

static void end(struct nic_output *o, struct err *e)
{
	if (e)
		nic_err(o, e);
	else
		nic_ok(o);
}

static struct err *pass_locked(struct reg_gateway *g, struct reg_passes *p, unsigned pass,
			       struct buf *out)
{
	uint32_t size;
	struct err *e = vsc_lock(&g->vsc);
	if (!e)
		e = vsc_set_space(&g->vsc, p->table->number, &size);
	if (!e)
		e = reg_pass(p, pass, &g->space, out);
	vsc_unlock(&g->vsc);
	return e;
}

static void by_table(struct reg_gateway *g, const struct reg_table *t, struct nic_output *o)
{
	struct reg_passes p;
	struct timespec gap = {.tv_nsec = REG_GAP_NANOSECONDS};
	char file[64];
	reg_passes_init(&p, t);
	for (unsigned i = 0; i < REG_PASSES && (i == 0 || p.whole[i - 1]); i++) {
		_cleanup_buf_ struct buf text = BUF_INIT;
		if (i > 0)
			nanosleep(&gap, NULL);
		begin(o, g, t, i);
		struct err *e = pass_locked(g, &p, i, &text);
		snprintf(file, sizeof(file), "registers-%s.%u", t->name, i + 1);
		if (text.len > 0)
			nic_file(o, file, text.data, text.len);
		end(o, e);
	}
	if (p.whole[0]) {
		nic_begin(o, "comparing the passes of table %s", t->name);
		json_object(&o->values, t->name);
		json_u64(&o->values, "left_out", t->left_out);
		reg_passes_json(&p, &o->values);
		json_object_end(&o->values);
		nic_ok(o);
	}
	reg_passes_deinit(&p);
}

/* The image as the bytes of the kernel's crdump on a little-endian machine. */
static void image_file(struct nic_output *o, const char *name, struct scan *s)
{
	for (uint32_t i = 0; i < s->end / 4; i++)
		put_u32(&s->words[i], s->words[i], ORDER_LE);
	nic_file(o, name, s->words, s->end);
	for (uint32_t i = 0; i < s->end / 4; i++)
		s->words[i] = get_u32(&s->words[i], ORDER_LE);
}

/* Only the first and the last image are compared, and only two are in memory at a time. */
static void by_scan(struct reg_gateway *g, const struct reg_table *t, struct nic_output *o)
{
	struct scan first = {0}, last = {0};
	struct timespec gap = {.tv_nsec = REG_GAP_NANOSECONDS};
	unsigned whole = 0;
	char file[64];
	for (unsigned i = 0; i < REG_PASSES && whole == i; i++) {
		struct scan *s = i == 0 ? &first : &last;
		if (i > 0)
			nanosleep(&gap, NULL);
		scan_deinit(s);
		begin(o, g, t, i);
		struct err *e = scan_take(&g->vsc, t->number, s);
		snprintf(file, sizeof(file), "%s.%u", t->name, i + 1);
		if (s->end > 0)
			image_file(o, file, s);
		whole += !e;
		end(o, e);
	}
	if (first.end > 0) {
		nic_begin(o, "comparing the passes of table %s", t->name);
		json_object(&o->values, t->name);
		json_u64(&o->values, "passes", whole);
		scan_json(&first, last.end > 0 ? &last : &first, &o->values);
		json_object_end(&o->values);
		nic_ok(o);
	}
	scan_deinit(&first);
	scan_deinit(&last);
}

static void of_device(const struct reg_device *d, const struct reg_tables *tables,
		      struct nic_output *o)
{
	struct reg_gateway g;
	char why[160];
	for (size_t i = 0; i < tables->count; i++) {
		const struct reg_table *t = &tables->v[i].table;
		/* A file that is no table is recorded with the registers. */
		if (tables->v[i].error || t->space != REG_GATEWAY)
			continue;
		if (reg_device_refuses(d, o->depth->unbound, why, sizeof(why))) {
			nic_begin(o, "table %s", t->name);
			nic_absent(o, "%s", why);
		} else if (!reg_gateway_init(d, gateway_until(o), &g)) {
			nic_begin(o, "table %s", t->name);
			nic_absent(o, "no vendor-specific capability");
		} else if (t->scan) {
			by_scan(&g, t, o);
		} else {
			by_table(&g, t, o);
		}
	}
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	const char *directory = o->depth->tables ? o->depth->tables : NIC_TABLES_DIR;
	struct reg_device d;
	struct reg_tables tables;
	/* What keeps a device from being read at all is recorded with its registers. */
	struct err *e = reg_device_open(root, s, true, &d);
	if (e) {
		nic_begin(o, "%s/config, for writing", s->sysfs);
		nic_err(o, e);
		return;
	}
	e = reg_tables_load(directory, d.vendor, d.device, &tables);
	if (!e) {
		of_device(&d, &tables, o);
		reg_tables_deinit(&tables);
	}
	err_free(e);
	reg_device_close(&d);
}

const struct nic_collector nic_collect_cr_space = {
	.name = "cr-space",
	.subjects = NIC_PCI,
	.stages = NIC_ANY_STAGE,
	.access = NIC_ASKS_DEVICE,
	.registers = true,
	.deadline = LIMIT_SECONDS,
	.collect = collect,
};
