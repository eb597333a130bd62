// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/addr_map.h"

#include <stdlib.h>

void addr_map_deinit(struct addr_map *m)
{
	free(m->slots);
	*m = (struct addr_map) {0};
}

/* Where addr is, or would be. Structures lie at multiples of 64 and more: multiply first. */
static struct addr_slot *slot_of(const struct addr_map *m, uint64_t addr)
{
	size_t i = (size_t)((addr * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (m->cap - 1);
	while (m->slots[i].addr && m->slots[i].addr != addr)
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static struct err *grow(struct addr_map *m)
{
	struct addr_map more = {.n = m->n, .cap = m->cap ? m->cap * 2 : 64};
	more.slots = calloc(more.cap, sizeof(*more.slots));
	if (!more.slots)
		return err_nomem();
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].addr)
			*slot_of(&more, m->slots[i].addr) = m->slots[i];
	}
	free(m->slots);
	*m = more;
	return NULL;
}

struct err *addr_map_put(struct addr_map *m, uint64_t addr, uint32_t value)
{
	struct err *e = m->n * 2 >= m->cap ? grow(m) : NULL;
	if (e)
		return e;
	struct addr_slot *s = slot_of(m, addr);
	if (s->addr)
		return NULL;
	*s = (struct addr_slot) {addr, value};
	m->n++;
	return NULL;
}

bool addr_map_get(const struct addr_map *m, uint64_t addr, uint32_t *ret)
{
	if (m->cap == 0 || addr == 0)
		return false;
	const struct addr_slot *s = slot_of(m, addr);
	if (!s->addr)
		return false;
	*ret = s->value;
	return true;
}
