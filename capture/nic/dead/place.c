// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/place.h"

#include <string.h>

#define NAME_SIZE 128
/* Structs of one member inside each other: u64_stats_t, local64_t, local_t, atomic_long_t. */
#define WRAPPERS_MAX 8
#define STEPS_MAX    32

/* A module's BTF declares what it only points to; the definition may be anywhere. */
static struct type defined(const struct place *p, struct type t)
{
	struct type stripped = type_strip(t), found;
	if (type_kind(stripped) != BTF_FWD || !p->k->types)
		return stripped;
	if (types_find(p->k->types, p->module, type_tag(stripped), &found))
		return type_strip(found);
	return stripped;
}

enum found place_struct(struct kernel *k, const char *module, const char *type, uint64_t addr,
			struct place *ret)
{
	struct type t;
	if (!k->types || !types_find(k->types, module, type, &t))
		return FOUND_ABSENT;
	*ret = (struct place) {.k = k, .module = module, .type = type_strip(t), .addr = addr};
	return FOUND;
}

enum found place_symbol(struct kernel *k, const char *module, const char *symbol, const char *type,
			struct place *ret)
{
	uint64_t addr;
	if (!k->symbols || !symbols_find(k->symbols, module, symbol, &addr))
		return FOUND_ABSENT;
	return place_struct(k, module, type, addr, ret);
}

enum found place_read(const struct place *p, void *buf, size_t len)
{
	struct err *e = kmem_read(&p->k->kmem, p->addr, buf, len);
	err_free(e);
	return e ? FOUND_UNREADABLE : FOUND;
}

enum found place_deref(const struct place *from, struct place *ret)
{
	uint64_t addr;
	struct err *e = kmem_u64(&from->k->kmem, from->addr, &addr);
	err_free(e);
	if (e)
		return FOUND_UNREADABLE;
	if (!addr)
		return FOUND_NULL;
	struct place p = *from;
	p.type = defined(from, type_target(type_strip(from->type)));
	p.addr = addr;
	p.bit_size = 0;
	*ret = p;
	return FOUND;
}

uint64_t place_size(const struct place *p)
{
	uint64_t size;
	struct err *e = type_size(p->type, &size);
	err_free(e);
	return e ? 0 : size;
}

static enum found element(struct place *p, const char **path)
{
	char *end;
	uint64_t index = strtoull(*path + 1, &end, 10);
	enum found f = FOUND;
	if (end == *path + 1 || *end != ']')
		return FOUND_ABSENT;
	*path = end + 1;
	enum btf_kind kind = type_kind(p->type);
	if (kind == BTF_PTR) {
		f = place_deref(p, p);
	} else if (kind == BTF_ARRAY) {
		p->type = defined(p, type_target(p->type));
	} else {
		f = FOUND_ABSENT;
	}
	if (f != FOUND)
		return f;
	uint64_t size = place_size(p);
	if (index && !size)
		return FOUND_ABSENT;
	p->addr += index * size;
	return FOUND;
}

static enum found name(struct place *p, const char **path)
{
	char text[NAME_SIZE];
	struct member m;
	size_t len = strcspn(*path, ".[");
	if (len == 0 || len >= sizeof(text))
		return FOUND_ABSENT;
	memcpy(text, *path, len);
	text[len] = '\0';
	*path += len;
	if (type_kind(p->type) == BTF_PTR) {
		enum found f = place_deref(p, p);
		if (f != FOUND)
			return f;
	}
	struct err *e = type_member(p->type, text, &m);
	err_free(e);
	if (e)
		return FOUND_ABSENT;
	p->addr += m.offset;
	p->type = defined(p, m.type);
	p->bit_offset = m.bit_offset;
	p->bit_size = m.bit_size;
	return FOUND;
}

enum found place_at(const struct place *from, const char *path, struct place *ret)
{
	struct place p = *from;
	enum found f = FOUND;
	for (int steps = 0; f == FOUND && *path; steps++) {
		if (*path == '.')
			path++;
		if (steps == STEPS_MAX)
			return FOUND_ABSENT;
		f = *path == '[' ? element(&p, &path) : name(&p, &path);
	}
	if (f == FOUND)
		*ret = p;
	return f;
}

/* Into the only member of a struct, as long as there is one. */
static struct place unwrapped(struct place p)
{
	for (int i = 0; i < WRAPPERS_MAX; i++) {
		struct member m;
		const char *text;
		enum btf_kind kind = type_kind(p.type);
		if ((kind != BTF_STRUCT && kind != BTF_UNION) ||
		    !type_member_at(p.type, 0, &text, &m) || m.size != place_size(&p))
			break;
		p.type = type_strip(m.type);
		p.bit_offset = m.bit_offset;
		p.bit_size = m.bit_size;
	}
	return p;
}

enum found place_number(const struct place *from, const char *path, uint64_t *ret)
{
	uint8_t bytes[9] = {0};
	struct place p;
	enum found f = place_at(from, path, &p);
	if (f != FOUND)
		return f;
	p = unwrapped(p);
	struct member m = {.type = p.type, .bit_offset = p.bit_offset, .bit_size = p.bit_size};
	uint64_t size = p.bit_size ? (p.bit_offset + p.bit_size + 7u) / 8 : place_size(&p);
	if (size == 0 || size > sizeof(bytes) || (!p.bit_size && size > 8))
		return FOUND_ABSENT;
	m.size = (uint32_t)size;
	f = place_read(&p, bytes, size);
	if (f == FOUND && !member_value(&m, bytes, ret))
		return FOUND_ABSENT;
	return f;
}

uint64_t place_or_0(const struct place *from, const char *path)
{
	uint64_t value = 0;
	return place_number(from, path, &value) == FOUND ? value : 0;
}

enum found place_text(const struct place *from, const char *path, char *ret, size_t size)
{
	struct place p;
	uint32_t length = 0;
	enum found f = place_at(from, path, &p);
	if (f == FOUND && type_kind(p.type) == BTF_PTR)
		f = place_deref(&p, &p);
	else if (f == FOUND && type_array_length(p.type, &length) && length)
		size = MIN(size, (size_t)length + 1);
	if (f != FOUND)
		return f;
	size_t n = 0;
	/* byte by byte: the end of the memory that is there may be near */
	for (; n < size - 1; n++, p.addr++) {
		char c;
		if (place_read(&p, &c, 1) != FOUND) {
			if (n == 0)
				return FOUND_UNREADABLE;
			break;
		}
		if (!c)
			break;
		ret[n] = c >= ' ' && c <= '~' ? c : '?';
	}
	ret[n] = '\0';
	return FOUND;
}

int64_t place_offset(const struct place *p, const char *path)
{
	struct member m;
	struct err *e = type_member(p->type, path, &m);
	err_free(e);
	return e ? -1 : (int64_t)m.offset;
}
