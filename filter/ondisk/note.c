// SPDX-License-Identifier: GPL-2.0-or-later
#include "ondisk/note.h"

#include <string.h>

#define HEADER 12

static uint64_t padded(uint32_t n)
{
	return ((uint64_t)n + 3) & ~UINT64_C(3);
}

bool note_next(const uint8_t *notes, size_t len, enum byte_order order, size_t *at,
	       struct note *ret)
{
	if (*at > len || len - *at < HEADER)
		return false;
	const uint8_t *p = notes + *at;
	uint64_t left = len - *at - HEADER;
	struct note n = {.name_len = get_u32(p, order),
			 .desc_len = get_u32(p + 4, order),
			 .type = get_u32(p + 8, order)};
	uint64_t name = padded(n.name_len);
	/* The last description may lack its padding. */
	if (name > left || n.desc_len > left - name)
		return false;
	n.name = (const char *)p + HEADER;
	n.desc = p + HEADER + name;
	uint64_t next = name + padded(n.desc_len);
	*at += HEADER + (size_t)(next < left ? next : left);
	*ret = n;
	return true;
}

bool note_is(const struct note *n, const char *name, uint32_t type)
{
	size_t len = strlen(name) + 1;
	return n->type == type && n->name_len == len && memcmp(n->name, name, len) == 0;
}
