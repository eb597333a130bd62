// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/irqs.h"

#include <string.h>
#include "report/fetch.h"

/* Lines that devices share have a few; a list that is longer goes round. */
#define ACTIONS_MAX 64

static bool all_known(const int64_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!layout_known(values[i]))
			return false;
	}
	return true;
}

static bool init_maple(struct irq_iter *it, struct kmem *k, size_t limit)
{
	const struct layout *l = k->layout;
	const int64_t needed[] = {l->sparse_irqs,	 l->maple_root,	       l->maple_parent,
				  l->maple_range_pivot,	 l->maple_range_slot,  l->maple_range_slots,
				  l->maple_arange_pivot, l->maple_arange_slot, l->maple_arange_meta,
				  l->maple_arange_slots};
	if (!all_known(needed, ARRAY_SIZE(needed)))
		return false;
	const struct maple_offsets offsets = {
		.root = l->maple_root,
		.parent = l->maple_parent,
		.range_pivot = l->maple_range_pivot,
		.range_slot = l->maple_range_slot,
		.range_slots = (unsigned int)l->maple_range_slots,
		.arange_pivot = l->maple_arange_pivot,
		.arange_slot = l->maple_arange_slot,
		.arange_meta = l->maple_arange_meta,
		.arange_slots = (unsigned int)l->maple_arange_slots,
	};
	it->maple = true;
	maple_init(&it->tree, k, (uint64_t)l->sparse_irqs, &offsets, limit);
	return true;
}

/* Before 6.5: a radix tree, which is an xarray since 4.20 (f8d5d0cc145c). */
static bool init_array(struct irq_iter *it, struct kmem *k, size_t limit)
{
	const struct layout *l = k->layout;
	bool radix = layout_known(l->radix_root);
	const int64_t xarray[] = {l->irq_desc_tree,  l->xarray_head,	l->xa_node_shift,
				  l->xa_node_offset, l->xa_node_parent, l->xa_node_slots,
				  l->xa_node_chunk};
	const int64_t old[] = {l->irq_desc_tree,     l->radix_root,	   l->radix_node_shift,
			       l->radix_node_offset, l->radix_node_parent, l->radix_node_slots,
			       l->radix_node_chunk};
	const int64_t *o = radix ? old : xarray;
	if (!all_known(o, ARRAY_SIZE(old)))
		return false;
	const struct xarray_offsets offsets = {
		.head = o[1],
		.shift = o[2],
		.offset = o[3],
		.parent = o[4],
		.slots = o[5],
		.chunk = (unsigned int)o[6],
		.radix = radix,
	};
	it->maple = false;
	xarray_init(&it->array, k, (uint64_t)l->irq_desc_tree, &offsets, limit);
	return true;
}

struct err *irq_iter_init(struct irq_iter *it, struct kmem *k, size_t limit)
{
	const struct layout *l = k->layout;
	if (layout_known(l->irq_desc_counts) &&
	    (init_maple(it, k, limit) || init_array(it, k, limit)))
		return NULL;
	return err_new(ERR_MISSING,
		       "the kernel's symbols and types do not say where its interrupts are");
}

bool irq_next(struct irq_iter *it, uint64_t *number, uint64_t *desc)
{
	bool more = it->maple ? maple_next(&it->tree, desc) : xarray_next(&it->array, desc);
	if (more)
		*number = it->maple ? it->tree.first : it->array.index;
	return more;
}

const struct walk *irq_walk(const struct irq_iter *it)
{
	return it->maple ? &it->tree.walk : &it->array.walk;
}

/* A line that leads to other interrupts has an action without a name (chained_action,
 * kernel/irq/chip.c); "?": it cannot be read. */
static void action_name(struct kmem *k, uint64_t action, char *ret, size_t cap)
{
	uint64_t name;
	if (!fetch_u64(k, action, k->layout->irq_action_name, &name))
		snprintf(ret, cap, "?");
	else if (name == 0)
		snprintf(ret, cap, "(no name)");
	else if (!fetch_string(k, name, ret, cap))
		snprintf(ret, cap, "?");
}

bool irq_names(struct kmem *k, uint64_t desc, char *ret, size_t cap)
{
	const struct layout *l = k->layout;
	uint64_t action;
	size_t len = 0;
	ret[0] = '\0';
	bool more = fetch_pointer(k, desc, l->irq_desc_action, &action);
	for (int i = 0; more && i < ACTIONS_MAX; i++) {
		char name[64];
		action_name(k, action, name, sizeof(name));
		int n = snprintf(ret + len, cap - len, "%s%s", len ? ", " : "", name);
		len += (size_t)n;
		if (len >= cap)
			return true;
		more = fetch_pointer(k, action, l->irq_action_next, &action);
	}
	return ret[0] != '\0';
}

bool irq_chip(struct kmem *k, uint64_t desc, char *ret, size_t cap)
{
	const struct layout *l = k->layout;
	uint64_t chip;
	ret[0] = '\0';
	return fetch_pointer(k, desc, l->irq_desc_chip, &chip) &&
	       fetch_name(k, chip, l->irq_chip_name, ret, cap) && ret[0];
}
