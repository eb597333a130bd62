// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kept_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"

#define CHUNK 4000u

struct kept_name {
	const char *text; /* NULL: free */
	uint32_t key;
};

struct kept_chunk {
	struct kept_chunk *before;
	size_t used, size;
	char text[];
};

void kept_names_deinit(struct kept_names *names)
{
	for (struct kept_chunk *c = names->chunk, *before; c; c = before) {
		before = c->before;
		free(c);
	}
	free(names->slots);
	*names = (struct kept_names) {0};
}

/* Where the key is, or would be: at most half of the slots are used. */
static struct kept_name *slot_of(const struct kept_names *names, uint32_t key)
{
	size_t mask = names->nslots - 1;
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
	while (names->slots[at].text && names->slots[at].key != key)
		at = (at + 1) & mask;
	return &names->slots[at];
}

const char *kept_names_find(const struct kept_names *names, uint32_t key)
{
	return names->nslots ? slot_of(names, key)->text : NULL;
}

static bool make_room(struct kept_names *names)
{
	if (names->n < names->nslots / 2)
		return true;
	struct kept_names more = {.nslots = names->nslots ? names->nslots * 2 : 64};
	more.slots = calloc(more.nslots, sizeof(*more.slots));
	if (!more.slots)
		return false;
	for (size_t i = 0; i < names->nslots; i++)
		if (names->slots[i].text)
			*slot_of(&more, names->slots[i].key) = names->slots[i];
	free(names->slots);
	names->slots = more.slots;
	names->nslots = more.nslots;
	return true;
}

static char *room_for(struct kept_names *names, size_t len)
{
	struct kept_chunk *c = names->chunk;
	if (!c || len > c->size - c->used) {
		size_t size = MAX(len, (size_t)CHUNK);
		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		*c = (struct kept_chunk) {.before = names->chunk, .size = size};
		names->chunk = c;
	}
	c->used += len;
	return c->text + c->used - len;
}

const char *kept_names_add(struct kept_names *names, uint32_t key, const char *text, size_t len)
{
	char *to = make_room(names) ? room_for(names, len + 1) : NULL;
	if (!to)
		return "";
	memcpy(to, text, len);
	to[len] = '\0';
	*slot_of(names, key) = (struct kept_name) {to, key};
	names->n++;
	return to;
}
