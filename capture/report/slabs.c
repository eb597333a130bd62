// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/slabs.h"

#include <string.h>
#include "kernel/list.h"
#include "report/fields.h"

/* kmem_cache_order_objects: OO_SHIFT of mm/slub.c (81819f0fc828: since the first) */
#define OO_SHIFT  16
#define MAX_ORDER 16
#define MAX_NODES 1024

struct reading {
	struct report *r;
	struct kmem *k;
	const struct layout *l;
	int64_t nodes;
	int64_t most; /* bytes that all caches together can have */
	size_t lost;
};

/* The struct kmem_cache_node of a cache on one node; 0: none, or unreadable. */
static uint64_t cache_node(struct reading *x, uint64_t cache, int64_t node)
{
	const struct layout *l = x->l;
	if (layout_known(l->kmem_cache_per_node) && layout_known(l->per_node_size) &&
	    layout_known(l->per_node_node))
		return field_pointer(x->k,
				     cache + (uint64_t)(node * l->per_node_size + l->per_node_node),
				     l->kmem_cache_per_node);
	return field_pointer(x->k, cache + (uint64_t)node * 8, l->kmem_cache_node_ptrs);
}

/* Sums over the nodes. False: something of it is unreadable or absurd. */
static bool read_counts(struct reading *x, struct slab_cache *c)
{
	bool ok = true;
	for (int64_t i = 0; i < x->nodes; i++) {
		uint64_t node = cache_node(x, c->addr, i);
		if (node == 0)
			continue;
		int64_t slabs = field_count(field_long(x->k, node, x->l->slab_nr_slabs));
		int64_t objects = field_count(field_long(x->k, node, x->l->slab_total_objects));
		ok = ok && layout_known(slabs) && layout_known(objects);
		c->slabs += layout_known(slabs) ? slabs : 0;
		c->objects += layout_known(objects) ? objects : 0;
	}
	return ok;
}

/* Most slabs have the order that the cache prefers; those that had to be smaller are counted so,
 * too, as in /proc/slabinfo. */
static bool read_cache(struct reading *x, uint64_t addr, struct slab_cache *ret)
{
	struct slab_cache c = {.addr = addr, .used = LAYOUT_UNKNOWN};
	int64_t oo = field_uint(x->k, addr, x->l->kmem_cache_oo);
	c.size = field_uint(x->k, addr, x->l->kmem_cache_obj_size);
	if (!layout_known(oo) || oo >> OO_SHIFT > MAX_ORDER || !read_counts(x, &c))
		return false;
	unsigned int shift = x->l->page_shift + (unsigned int)(oo >> OO_SHIFT);
	if (c.slabs > x->most >> shift)
		return false;
	c.bytes = c.slabs << shift;
	*ret = c;
	return true;
}

static void keep_largest(struct slabs *all, const struct slab_cache *c)
{
	size_t at = all->ntop;
	while (at > 0 && all->top[at - 1].bytes < c->bytes)
		at--;
	if (at >= SLABS_TOP)
		return;
	size_t last = MIN(all->ntop, (size_t)SLABS_TOP - 1);
	memmove(&all->top[at + 1], &all->top[at], (last - at) * sizeof(*c));
	all->top[at] = *c;
	all->ntop = last + 1;
}

/* Objects that are free in a slab on a node's list. False: not known. */
static bool free_objects(struct reading *x, uint64_t slab, uint64_t *ret)
{
	const struct layout *l = x->l;
	/* two bit fields of one word: 16 bits in use, 15 bits of objects, 1 of frozen */
	int64_t word = field_uint(x->k, slab, l->slab_inuse / 8);
	if (!layout_known(word))
		return false;
	uint32_t bits = (uint32_t)word;
	bool big = x->k->vmcore->order == ORDER_BE;
	uint32_t used = big ? bits >> 16 : bits & 0xffff;
	uint32_t objects = big ? bits >> 1 & 0x7fff : bits >> 16 & 0x7fff;
	*ret = objects - used;
	return used <= objects;
}

static bool knows_free(const struct layout *l)
{
	/* the fields are where this file reads them */
	return layout_known(l->slab_partial) && layout_known(l->slab_list) &&
	       layout_known(l->slab_inuse) && layout_known(l->slab_objects) &&
	       l->slab_inuse % 8 == 0 && l->slab_objects == l->slab_inuse + 16;
}

/* What is not free in the slabs that have free objects; the others are full. */
static void read_used(struct reading *x, struct slab_cache *c)
{
	uint64_t unused = 0, slab, n;
	bool whole = knows_free(x->l);
	for (int64_t i = 0; i < x->nodes && whole; i++) {
		uint64_t node = cache_node(x, c->addr, i);
		struct list_iter it;
		if (node == 0)
			continue;
		list_init(&it, x->k, node + (uint64_t)x->l->slab_partial, x->l->slab_list,
			  SLABS_MAX_SLABS);
		while (whole && report_time_left(x->r) && list_next(&it, &slab)) {
			whole = free_objects(x, slab, &n);
			unused += whole ? n : 0;
		}
		whole = whole && it.walk.why == WALK_END;
	}
	if (whole && unused <= (uint64_t)c->objects)
		c->used = c->objects - (int64_t)unused;
}

static struct err *check(const struct layout *l)
{
	if (!layout_known(l->slab_caches) || !layout_known(l->kmem_cache_list) ||
	    !layout_known(l->kmem_cache_oo) ||
	    (!layout_known(l->kmem_cache_node_ptrs) && !layout_known(l->kmem_cache_per_node)))
		return err_new(ERR_MISSING, "slab caches: where this kernel has them is not known");
	if (!layout_known(l->slab_nr_slabs))
		return err_new(ERR_MISSING, "slab caches: this kernel did not count their slabs "
					    "(CONFIG_SLUB_DEBUG)");
	return NULL;
}

static void add_cache(struct reading *x, struct slabs *all, uint64_t addr)
{
	struct slab_cache c;
	if (!read_cache(x, addr, &c) || c.bytes > x->most - all->bytes) {
		x->lost++;
		return;
	}
	all->caches++;
	all->bytes += c.bytes;
	keep_largest(all, &c);
}

/*
 * From the end of the list back to the node that has no next. Each must be the next one of the one
 * before it, so there is no way into a circle. Returns how many there were.
 */
static size_t add_backwards(struct reading *x, struct slabs *all)
{
	uint64_t head = (uint64_t)x->l->slab_caches, at = head;
	size_t n = 0;
	while (n < SLABS_MAX && report_time_left(x->r)) {
		uint64_t prev = field_pointer(x->k, at, 8);
		if (prev == 0 || prev == head || field_pointer(x->k, prev, 0) != at)
			break;
		add_cache(x, all, prev - (uint64_t)x->l->kmem_cache_list);
		at = prev;
		n++;
	}
	return n;
}

static void add_caches(struct reading *x, struct slabs *all)
{
	struct list_iter it;
	uint64_t addr;
	list_init(&it, x->k, (uint64_t)x->l->slab_caches, x->l->kmem_cache_list, SLABS_MAX);
	while (report_time_left(x->r) && list_next(&it, &addr))
		add_cache(x, all, addr);
	if (it.walk.why == WALK_DAMAGED || it.walk.why == WALK_UNREADABLE)
		report_missing(x->r,
			       "slab caches: their list is broken after %zu (%s), %zu are from its "
			       "other end",
			       it.walk.visited, walk_why_name(it.walk.why), add_backwards(x, all));
	else if (it.walk.why != WALK_END && it.walk.why != WALK_GOING)
		report_missing(x->r, "slab caches: their list ends in %s after %zu",
			       walk_why_name(it.walk.why), it.walk.visited);
}

struct err *slabs_read(struct report *r, struct slabs *ret)
{
	struct reading x = {.r = r, .k = &r->k->kmem, .l = &r->k->layout};
	*ret = (struct slabs) {0};
	struct err *e = check(x.l);
	if (e)
		return e;
	int64_t total = field_count(field_long(x.k, 0, x.l->totalram_pages));
	x.most = (layout_known(total) ? total : INT64_C(1) << 40) << x.l->page_shift;
	x.nodes = field_uint(x.k, 0, x.l->nr_node_ids);
	if (x.nodes < 1 || x.nodes > MAX_NODES)
		x.nodes = 1;
	add_caches(&x, ret);
	for (size_t i = 0; i < ret->ntop; i++) {
		struct slab_cache *c = &ret->top[i];
		(void)field_text(x.k, c->addr, x.l->kmem_cache_name, c->name, sizeof(c->name));
		read_used(&x, c);
	}
	if (x.lost)
		report_missing(r, "slab caches: %zu are unreadable or damaged", x.lost);
	return NULL;
}
