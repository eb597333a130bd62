// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/zones.h"

#include "kernel/percpu.h"
#include "report/fields.h"

/* The largest NODES_SHIFT of any configuration is 10; zones of one node: enum zone_type has 6. */
#define MAX_NODES     1024
#define MAX_NODEZONES 16

struct reading {
	struct report *r;
	struct kmem *k;
	const struct layout *l;
	struct bitmap online; /* CPUs */
	struct zones *zones;
	size_t cap, lost;
	bool full;
};

/* Sums, over all CPUs, a number of size bytes in the per-CPU struct that the zone points to. */
static int64_t sum_per_cpu(struct reading *x, uint64_t zone, int64_t pointer, int64_t member,
			   size_t size)
{
	uint64_t base = field_pointer(x->k, zone, pointer), addr;
	int64_t sum = 0;
	if (base == 0 || !layout_known(member) || !x->online.bytes)
		return LAYOUT_UNKNOWN;
	for (uint64_t cpu = bitmap_next(&x->online, 0);
	     cpu < x->online.nbits && report_time_left(x->r);
	     cpu = bitmap_next(&x->online, cpu + 1)) {
		int8_t byte;
		struct err *e = percpu_addr(x->k, base, (unsigned int)cpu, &addr);
		err_free(e);
		if (e)
			return LAYOUT_UNKNOWN;
		int64_t value = LAYOUT_UNKNOWN;
		if (size == 4)
			value = field_int(x->k, addr, member);
		else if (field_read(x->k, addr, member, &byte, 1))
			value = byte;
		if (!layout_known(value))
			return LAYOUT_UNKNOWN;
		sum += value;
	}
	return sum;
}

/* enum zone_stat_item has a dozen. VMCOREINFO says which one; without, it always was the first. */
static int64_t free_item(const struct layout *l)
{
	return l->nr_free_pages >= 0 && l->nr_free_pages < 256 ? l->nr_free_pages : 0;
}

static void read_per_cpu(struct reading *x, uint64_t zone, struct zone_pages *z)
{
	const struct layout *l = x->l;
	int64_t item = free_item(l);
	if (layout_known(l->zonestat_diff)) {
		z->pending =
			sum_per_cpu(x, zone, l->zone_per_cpu_stats, l->zonestat_diff + item, 1);
		z->per_cpu = sum_per_cpu(x, zone, l->zone_per_cpu_pages, l->pcp_count, 4);
	} else {
		int64_t diff =
			layout_known(l->pageset_diff) ? l->pageset_diff + item : LAYOUT_UNKNOWN;
		z->pending = sum_per_cpu(x, zone, l->zone_pageset, diff, 1);
		z->per_cpu = sum_per_cpu(x, zone, l->zone_pageset, l->pageset_pcp_count, 4);
	}
	z->per_cpu = field_count(z->per_cpu);
}

static bool make_room(struct reading *x)
{
	struct zones *all = x->zones;
	if (all->n < x->cap)
		return true;
	size_t cap = x->cap ? x->cap * 2 : 16;
	struct zone_pages *more = realloc(all->zone, cap * sizeof(*more));
	if (!more)
		return false;
	all->zone = more;
	x->cap = cap;
	return true;
}

static struct err *read_zone(struct reading *x, int node, uint64_t addr)
{
	const struct layout *l = x->l;
	int64_t marks = layout_known(l->zone_watermark) ? l->zone_watermark : l->zone_watermark_old;
	struct zone_pages z = {.node = node};
	z.present = field_count(field_long(x->k, addr, l->zone_present));
	if (!layout_known(z.present))
		x->lost++;
	if (!layout_known(z.present) || z.present == 0)
		return NULL;
	if (!make_room(x))
		return err_nomem();
	(void)field_text(x->k, addr, l->zone_name, z.name, sizeof(z.name));
	z.managed = field_count(field_long(x->k, addr, l->zone_managed));
	/* enum zone_watermarks: WMARK_MIN, WMARK_LOW, WMARK_HIGH are the first three */
	int64_t *const mark[] = {&z.min, &z.low, &z.high};
	for (size_t i = 0; i < ARRAY_SIZE(mark); i++)
		*mark[i] = field_count(field_long(x->k, addr + i * 8, marks));
	z.boost = field_count(field_long(x->k, addr, l->zone_boost));
	z.free = field_count(field_long(x->k, addr + (uint64_t)free_item(l) * 8, l->zone_vm_stat));
	read_per_cpu(x, addr, &z);
	x->zones->zone[x->zones->n++] = z;
	return NULL;
}

static struct err *read_node(struct reading *x, int node, uint64_t pgdat)
{
	const struct layout *l = x->l;
	struct err *e = NULL;
	int64_t n = MIN(l->node_zones_len, (int64_t)MAX_NODEZONES);
	for (int64_t i = 0; i < n && !e && report_time_left(x->r); i++) {
		x->full = x->zones->n >= ZONES_MAX;
		if (x->full)
			break;
		e = read_zone(x, node,
			      pgdat + (uint64_t)l->node_zones + (uint64_t)(i * l->zone_size));
	}
	return e;
}

/* node_data[] has a pointer for each node; without NUMA there is one node, and it is a variable. */
static struct err *read_nodes(struct reading *x)
{
	const struct layout *l = x->l;
	if (!layout_known(l->node_data))
		return read_node(x, 0, (uint64_t)l->contig_page_data);
	int64_t n = field_uint(x->k, 0, l->nr_node_ids);
	n = n > 0 && n <= MAX_NODES ? n : 1;
	struct err *e = NULL;
	for (int64_t i = 0; i < n && !e && !x->full && report_time_left(x->r); i++) {
		int64_t pgdat = field_long(x->k, (uint64_t)i * 8, l->node_data);
		x->lost += !layout_known(pgdat);
		if (layout_known(pgdat) && pgdat != 0)
			e = read_node(x, (int)i, (uint64_t)pgdat);
	}
	return e;
}

struct err *zones_read(struct report *r, struct zones *ret)
{
	const struct layout *l = &r->k->layout;
	struct reading x = {.r = r, .k = &r->k->kmem, .l = l, .zones = ret};
	*ret = (struct zones) {0};
	if (!layout_known(l->node_data) && !layout_known(l->contig_page_data))
		return err_new(ERR_MISSING,
			       "zones: neither node_data nor contig_page_data is known");
	if (!layout_known(l->node_zones) || !layout_known(l->node_zones_len) ||
	    !layout_known(l->zone_size))
		return err_new(ERR_MISSING, "zones: what struct pglist_data has is not known");
	(void)report_failed(r, cpu_mask_read(x.k, CPUS_ONLINE, &x.online));
	struct err *e = read_nodes(&x);
	bitmap_deinit(&x.online);
	if (x.lost)
		report_missing(r, "zones: %zu nodes or zones are unreadable or damaged", x.lost);
	if (x.full)
		report_missing(r, "zones: only the first %d are read", ZONES_MAX);
	if (!e && ret->n == 0)
		return err_new(ERR_MISSING, "zones: none was found");
	return e;
}

void zones_deinit(struct zones *z)
{
	free(z->zone);
	*z = (struct zones) {0};
}

enum zone_shortage zone_shortage(const struct zone_pages *z)
{
	int64_t free = z->free;
	if (!layout_known(free))
		return ZONE_ENOUGH;
	if (layout_known(z->pending))
		free += z->pending;
	if (layout_known(z->min) && free < z->min)
		return ZONE_BELOW_MIN;
	return layout_known(z->low) && free < z->low ? ZONE_BELOW_LOW : ZONE_ENOUGH;
}
