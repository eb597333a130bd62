// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/btf_record.h"

#include <inttypes.h>
#include <string.h>

#define MAX_NAME 128

/* The word after an int: its width and place in bits; how bitfields were written before 5.0
 * (9d5f9f701b18), and by pahole for a while after. */
#define INT_BITS(word)	     ((word)&0xff)
#define INT_BIT_OFFSET(word) ((word) >> 16 & 0xff)

/* The width of a member that is a bitfield, else 0; adds to bit what its type says of the place. */
static uint32_t bitfield_width(struct type t, const struct record *parent, uint32_t word,
			       uint64_t *bit)
{
	if (parent->flag) {
		*bit = word & 0xffffff;
		return word >> 24;
	}
	*bit = word;
	t = type_strip(t);
	struct record r = btf_record(t);
	if (r.kind != BTF_INT)
		return 0;
	uint32_t encoding = btf_item(&r, 0, 0, 0), width = INT_BITS(encoding);
	if (*bit % 8 == 0 && INT_BIT_OFFSET(encoding) == 0 && width == r.word * 8)
		return 0;
	*bit += INT_BIT_OFFSET(encoding);
	return width;
}

/* Where the i-th member is, inside of its parent. */
static struct err *place(struct type parent, const struct record *r, uint32_t i, struct member *ret)
{
	struct member m = {.type = btf_type(parent.btf, btf_item(r, i, BTF_MEMBER_SIZE, 1))};
	uint64_t bit, size;
	uint32_t width = bitfield_width(m.type, r, btf_item(r, i, BTF_MEMBER_SIZE, 2), &bit);
	if (width) {
		m.bit_offset = bit % 8;
		m.bit_size = (uint8_t)width;
		size = (m.bit_offset + width + 7) / 8;
	} else {
		struct err *e = type_size(m.type, &size);
		if (e)
			return e;
	}
	if (width > 64 || (!width && bit % 8))
		return err_new(ERR_FORMAT, "BTF: a bitfield of %" PRIu32 " bits", width);
	if (bit / 8 + size > r->word)
		return err_new(ERR_FORMAT,
			       "BTF: a member at %" PRIu64 " in a struct of %" PRIu32 " bytes",
			       bit / 8, r->word);
	m.offset = (uint32_t)(bit / 8);
	m.size = (uint32_t)size;
	*ret = m;
	return NULL;
}

bool type_member_at(struct type t, uint32_t i, const char **name, struct member *ret)
{
	t = type_strip(t);
	struct record r = btf_record(t);
	if (!btf_is_record(r.kind) || i >= r.vlen)
		return false;
	struct err *e = place(t, &r, i, ret);
	if (e) {
		err_free(e);
		return false;
	}
	*name = btf_string(t.btf, btf_item(&r, i, BTF_MEMBER_SIZE, 0));
	return true;
}

struct search {
	const char *name;
	uint32_t left; /* members of anonymous ones that may still be looked at */
	struct err *error;
	struct member *found;
};

/* Looks through a struct and the anonymous ones in it, in their order. True ends the search. */
static bool search(struct search *s, struct type t, uint32_t base, unsigned int depth)
{
	t = type_strip(t);
	struct record r = btf_record(t);
	for (uint32_t i = 0; btf_is_record(r.kind) && i < r.vlen; i++) {
		const char *name = btf_text(t.btf, btf_item(&r, i, BTF_MEMBER_SIZE, 0));
		bool named = strcmp(name, s->name) == 0, anonymous = !*name;
		if (depth > 0 && s->left-- == 0) {
			s->left = 0;
			return true;
		}
		if (!named && !anonymous)
			continue;
		struct member m;
		struct err *e = place(t, &r, i, &m);
		if (!e && base + m.offset < base)
			e = err_new(ERR_FORMAT, "BTF: an offset of more than 4 GiB");
		if (named) {
			m.offset += base;
			s->error = e;
			*s->found = m;
			return true;
		}
		/* An anonymous member that makes no sense is not the one we look for. */
		bool enter = !e && depth < BTF_MAX_ANONYMOUS;
		err_free(e);
		if (enter && search(s, m.type, base + m.offset, depth + 1))
			return true;
	}
	return false;
}

static struct err *find_member(struct type t, const char *name, struct member *ret)
{
	struct member m = {.type = btf_type(t.btf, 0)};
	struct search s = {.name = name, .left = BTF_MAX_VISITED, .found = &m};
	bool ended = search(&s, t, 0, 0);
	if (s.error)
		return s.error;
	if (ended && s.left == 0)
		return err_new(ERR_FORMAT, "BTF: structs nested without end");
	if (!ended)
		return err_new(ERR_MISSING, "no member");
	*ret = m;
	return NULL;
}

/* The element of m, an array, that "[index]" at *path names. */
static struct err *element(struct member *m, const char **path)
{
	uint32_t length;
	uint64_t size;
	char *end;
	if (!type_array_length(m->type, &length))
		return err_new(ERR_MISSING, "not an array");
	uint64_t index = strtoull(*path + 1, &end, 10);
	if (end == *path + 1 || *end != ']')
		return err_new(ERR_USAGE, "an index is a number in brackets");
	struct type t = type_target(type_strip(m->type));
	struct err *e = type_size(t, &size);
	if (e)
		return e;
	if ((length && index >= length) || index > UINT32_MAX ||
	    m->offset + index * size + size > UINT32_MAX)
		return err_new(ERR_MISSING, "an array of %" PRIu32 " elements", length);
	*m = (struct member) {
		.offset = m->offset + (uint32_t)(index * size), .size = (uint32_t)size, .type = t};
	*path = end + 1;
	return NULL;
}

/* The next part of the path, a name or an index, inside of m. */
static struct err *step(struct member *m, const char **path)
{
	if (**path == '[')
		return element(m, path);
	if (**path == '.')
		++*path;
	char name[MAX_NAME];
	size_t len = strcspn(*path, ".[");
	if (len == 0 || len >= sizeof(name))
		return err_new(ERR_USAGE, "not a member's name");
	memcpy(name, *path, len);
	name[len] = '\0';
	*path += len;
	if (btf_record(type_strip(m->type)).kind == BTF_PTR)
		return err_new(ERR_MISSING, "a pointer, which is not followed");
	struct member inner;
	struct err *e = find_member(m->type, name, &inner);
	if (e)
		return e;
	if (m->offset + inner.offset < m->offset)
		return err_new(ERR_FORMAT, "BTF: an offset of more than 4 GiB");
	inner.offset += m->offset;
	*m = inner;
	return NULL;
}

struct err *type_member(struct type t, const char *path, struct member *ret)
{
	struct member m = {.type = t};
	const char *at = path;
	do {
		const char *part = at;
		struct err *e = step(&m, &at);
		if (e) {
			_cleanup_buf_ struct buf name = BUF_INIT;
			type_name(t, &name);
			return err_wrap(e, "%s: %.*s[%s]", buf_str(&name), (int)(part - path), path,
					part);
		}
	} while (*at);
	*ret = m;
	return NULL;
}

/* bit_size bits, bit_offset bits from the start of p; which bit comes first is the machine's way.
 */
static uint64_t bits(const uint8_t *p, const struct member *m, enum byte_order order)
{
	uint64_t value = 0;
	for (unsigned int i = 0; i < m->bit_size; i++) {
		unsigned int bit = m->bit_offset + i;
		if (order == ORDER_LE)
			value |= (uint64_t)(p[bit / 8] >> bit % 8 & 1) << i;
		else
			value = value << 1 | (p[bit / 8] >> (7 - bit % 8) & 1);
	}
	return value;
}

bool member_value(const struct member *m, const void *outermost, uint64_t *ret)
{
	struct type t = type_strip(m->type);
	struct record r = btf_record(t);
	const uint8_t *p = (const uint8_t *)outermost + m->offset;
	unsigned int width = m->bit_size ? m->bit_size : m->size * 8;
	uint64_t value;
	if (r.kind != BTF_INT && r.kind != BTF_PTR && r.kind != BTF_ENUM && r.kind != BTF_ENUM64)
		return false;
	if (m->bit_size)
		value = bits(p, m, t.btf->order);
	else if (m->size == 1)
		value = *p;
	else if (m->size == 2)
		value = get_u16(p, t.btf->order);
	else if (m->size == 4)
		value = get_u32(p, t.btf->order);
	else if (m->size == 8)
		value = get_u64(p, t.btf->order);
	else
		return false;
	if (width < 64 && type_is_signed(t) && value >> (width - 1))
		value |= UINT64_MAX << width;
	*ret = value;
	return true;
}
