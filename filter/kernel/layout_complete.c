// SPDX-License-Identifier: GPL-2.0-or-later
/* Apart from layout.c, so that programs that read no types do not carry them. */
#include "kernel/layout_lines.h"

#include <string.h>
#include "kernel/symbols.h"
#include "kernel/types.h"

/* Larger than what VMCOREINFO may claim: types know of larger structs (pglist_data has 170 KiB),
 * and their members are known to be inside. */
#define MAX_OFFSET (1 << 20)

/* A type's or a member's: true with its place and size. */
static bool find_type(const struct types *t, const char *name, struct member *ret)
{
	struct err *e;
	if (strchr(name, '.')) {
		e = types_member(t, NULL, name, ret);
	} else {
		uint64_t size = 0;
		struct member m = {0};
		if (!types_find(t, NULL, name, &m.type))
			return false;
		e = type_size(m.type, &size);
		m.size = (uint32_t)size;
		if (!e)
			*ret = m;
	}
	err_free(e);
	return !e;
}

static int64_t resolve_type(const struct types *t, const struct layout_line *l)
{
	struct member m;
	uint32_t length;
	int64_t n;
	if (l->kind == NUMBER)
		return types_enumerator(t, l->name, &n) ? n : LAYOUT_UNKNOWN;
	if (!find_type(t, l->name, &m) || (m.bit_size != 0) != (l->kind == BITS))
		return LAYOUT_UNKNOWN;
	if (l->kind == BITS)
		return (int64_t)m.offset * 8 + m.bit_offset;
	if (l->kind == OFFSET)
		return m.offset < MAX_OFFSET ? (int64_t)m.offset : LAYOUT_UNKNOWN;
	if (l->kind == SIZE)
		return m.size && m.size < MAX_OFFSET ? (int64_t)m.size : LAYOUT_UNKNOWN;
	return type_array_length(m.type, &length) ? (int64_t)length : LAYOUT_UNKNOWN;
}

void layout_complete(struct layout *l, const struct symbols *s, const struct types *t)
{
	for (size_t i = 0; i < layout_nr_lines; i++) {
		int64_t *value = layout_field(l, &layout_lines[i]);
		uint64_t addr;
		if (layout_known(*value))
			continue;
		if (layout_lines[i].kind != SYMBOL)
			*value = t ? resolve_type(t, &layout_lines[i]) : LAYOUT_UNKNOWN;
		else if (s && symbols_find(s, NULL, layout_lines[i].name, &addr))
			*value = (int64_t)addr;
	}
	l->complete = true;
}
