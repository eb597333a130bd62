// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/hw_field.h"

#include "base/cleanup.h"

uint64_t hw_bits(const uint8_t *p, size_t bit, unsigned bits)
{
	uint64_t v = 0;
	while (bits > 0) {
		unsigned left = 8 - bit % 8, take = MIN(left, bits);
		v = v << take | ((p[bit / 8] >> (left - take)) & ((1U << take) - 1));
		bit += take;
		bits -= take;
	}
	return v;
}

const char *hw_name(const struct hw_name *names, uint64_t value)
{
	for (; names && names->name; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}

size_t hw_table_bits(const struct hw_field *table)
{
	size_t bits = 0;
	for (; table->bits; table++)
		bits += table->bits;
	return bits;
}

/* Fields from *bit on; false where one is not inside len. */
static bool walk(const struct hw_field *t, const char *group, const uint8_t *p, size_t len,
		 size_t bit, struct hw_sink *s)
{
	for (; t->bits; bit += t->bits, t++) {
		if (bit + t->bits > len * 8 && !t->table)
			return false;
		if (t->table) {
			if (!walk(t->table, t->name, p, len, bit, s))
				return false;
		} else if (t->name && t->bits > 64) {
			char name[96];
			snprintf(name, sizeof(name), "%s%s%s", group ? group : "", group ? "." : "",
				 t->name);
			s->ops->bytes(s, name, p + bit / 8, t->bits / 8);
		} else if (t->name) {
			struct hw_value v = {.group = group,
					     .name = t->name,
					     .value = hw_bits(p, bit, t->bits),
					     .bits = t->bits};
			v.meaning = hw_name(t->names, v.value);
			s->ops->value(s, &v);
		}
	}
	return true;
}

bool hw_decode(const struct hw_field *table, const uint8_t *p, size_t len, struct hw_sink *s)
{
	bool whole = walk(table, NULL, p, len, 0, s);
	if (!whole)
		s->ops->truncated(s, len);
	return whole;
}

bool hw_section(const char *title, int index, const struct hw_field *table, const uint8_t *p,
		size_t len, struct hw_sink *s)
{
	s->ops->section(s, title, index);
	return hw_decode(table, p, len, s);
}
