// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/btf_record.h"

#include <inttypes.h>
#include <string.h>

#define BTF_MAGIC 0xeb9fu
/* struct btf_header up to str_len, and with 7.x' layout_off and layout_len. */
#define HEADER_SIZE	   24u
#define HEADER_LAYOUT_SIZE 32u
#define NR_KINDS	   128u

/* What the kinds of the format up to 6.x carry; 7.x' layout section adds the kinds to come. */
static const struct btf_layout known_layouts[] = {
	[BTF_INT] = {4, 0},	[BTF_ARRAY] = {12, 0},	 [BTF_STRUCT] = {0, 12},
	[BTF_UNION] = {0, 12},	[BTF_ENUM] = {0, 8},	 [BTF_FUNC_PROTO] = {0, 8},
	[BTF_VAR] = {4, 0},	[BTF_DATASEC] = {0, 12}, [BTF_DECL_TAG] = {4, 0},
	[BTF_ENUM64] = {0, 12}, /* all others are a struct btf_type alone */
};
_Static_assert(ARRAY_SIZE(known_layouts) == BTF_ENUM64 + 1, "one entry for each kind");

/* A section of the blob, as the header has it: its start counts from the end of the header. */
static struct err *section(const struct btf *b, size_t len, uint32_t field, const char *what,
			   const uint8_t **start, uint32_t *size)
{
	uint32_t header = get_u32(b->bytes + 4, b->order);
	uint32_t off = get_u32(b->bytes + field, b->order);
	uint32_t n = get_u32(b->bytes + field + 4, b->order);
	if (off > len - header || n > len - header - off)
		return err_new(ERR_FORMAT,
			       "BTF: the %s (%" PRIu32 " bytes at %" PRIu32
			       ") are outside of the %zu bytes",
			       what, n, off, len);
	*start = b->bytes + header + off;
	*size = n;
	return NULL;
}

static struct err *check_header(const struct btf *b, size_t len)
{
	if (len < HEADER_SIZE)
		return err_new(ERR_FORMAT, "BTF of %zu bytes: too short", len);
	if (get_u16(b->bytes, b->order) != BTF_MAGIC)
		return err_new(ERR_FORMAT, "BTF without its magic number (found %#x)",
			       get_u16(b->bytes, b->order));
	if (b->bytes[2] != 1)
		return err_new(ERR_UNSUPPORTED, "BTF of version %u", b->bytes[2]);
	uint32_t header = get_u32(b->bytes + 4, b->order);
	if (header < HEADER_SIZE || header > len)
		return err_new(ERR_FORMAT, "BTF with a header of %" PRIu32 " bytes", header);
	return NULL;
}

/* What all kinds carry: the known ones, the rest from the layout section if there is one. */
static struct err *load_layouts(const struct btf *b, size_t len,
				struct btf_layout layouts[NR_KINDS], uint32_t *nr_kinds)
{
	memcpy(layouts, known_layouts, sizeof(known_layouts));
	*nr_kinds = ARRAY_SIZE(known_layouts);
	if (get_u32(b->bytes + 4, b->order) < HEADER_LAYOUT_SIZE)
		return NULL;
	const uint8_t *at;
	uint32_t size;
	struct err *e = section(b, len, 24, "kinds", &at, &size);
	if (e)
		return e;
	/* struct btf_layout: u8 info_sz, u8 elem_sz, u16 flags */
	for (uint32_t kind = *nr_kinds; kind < NR_KINDS && kind < size / 4; kind++) {
		layouts[kind] = (struct btf_layout) {at[kind * 4], at[kind * 4 + 1]};
		*nr_kinds = kind + 1;
	}
	return NULL;
}

/* Finds where each record starts, up to the first that makes no sense. */
static struct err *find_records(struct btf *b, uint32_t size,
				const struct btf_layout layouts[NR_KINDS], uint32_t nr_kinds)
{
	/* The most there can be; pages of it that are not used cost nothing. */
	b->offsets = malloc(((size_t)size / BTF_RECORD_SIZE + 1) * sizeof(*b->offsets));
	if (!b->offsets)
		return err_nomem();
	uint32_t at = 0;
	while (size - at >= BTF_RECORD_SIZE) {
		struct record r = btf_record_read(b->records + at, b->order);
		if (r.kind == BTF_VOID || r.kind >= nr_kinds)
			break;
		uint64_t n = BTF_RECORD_SIZE + layouts[r.kind].info +
			     (uint64_t)layouts[r.kind].item * r.vlen;
		if (n > size - at)
			break;
		b->offsets[b->count++] = at;
		at += (uint32_t)n;
	}
	b->unread = size - at;
	uint32_t *fitting = realloc(b->offsets, ((size_t)b->count + 1) * sizeof(*b->offsets));
	if (fitting)
		b->offsets = fitting;
	if (b->count == 0 && size > 0)
		return err_new(ERR_FORMAT, "BTF: its first type makes no sense");
	return NULL;
}

/* FNV-1a */
static uint32_t hash(const char *name)
{
	uint32_t h = 2166136261u;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

/* The name under which a record is found, or NULL. */
static const char *indexed_name(const struct btf *b, uint32_t i)
{
	struct record r = btf_record_read(b->records + b->offsets[i], b->order);
	if (r.kind > BTF_ENUM64 || !(BTF_BIT(r.kind) & BTF_INDEXED))
		return NULL;
	const char *name = btf_string(b, r.name);
	return *name ? name : NULL;
}

/* Two passes, for an index without gaps: count each slot's names, then put each in its place. */
static struct err *make_index(struct btf *b)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < b->count; i++)
		n += indexed_name(b, i) != NULL;
	uint32_t nslots = 1;
	while (nslots < n / 2)
		nslots *= 2;
	b->mask = nslots - 1;
	b->slots = calloc((size_t)nslots + 1, sizeof(*b->slots));
	b->named = malloc(((size_t)n + 1) * sizeof(*b->named));
	if (!b->slots || !b->named)
		return err_nomem();
	for (uint32_t i = 0; i < b->count; i++) {
		const char *name = indexed_name(b, i);
		if (name)
			b->slots[hash(name) & b->mask]++;
	}
	for (uint32_t i = 1; i <= nslots; i++)
		b->slots[i] += b->slots[i - 1];
	/* From the end of each slot downwards: slots then holds the starts. */
	for (uint32_t i = b->count; i-- > 0;) {
		const char *name = indexed_name(b, i);
		if (name)
			b->named[--b->slots[hash(name) & b->mask]] = b->first + i;
	}
	return NULL;
}

static struct err *parse(struct btf *b, size_t len)
{
	struct btf_layout layouts[NR_KINDS];
	uint32_t nr_kinds, size;
	const uint8_t *strings;
	struct err *e = check_header(b, len);
	if (!e)
		e = section(b, len, 8, "types", &b->records, &size);
	if (!e)
		e = section(b, len, 16, "names", &strings, &b->strings_len);
	if (!e)
		e = load_layouts(b, len, layouts, &nr_kinds);
	if (e)
		return e;
	b->strings = (const char *)strings;
	if (b->strings_len > 0 && b->strings[b->strings_len - 1])
		return err_new(ERR_FORMAT, "BTF: its last name has no end");
	if (b->base && b->base->unread)
		return err_new(ERR_FORMAT, "BTF: what it builds on is damaged");
	b->first = b->base ? b->base->first + b->base->count : 1;
	b->strings_first = b->base ? b->base->strings_first + b->base->strings_len : 0;
	if (b->first + size / BTF_RECORD_SIZE < b->first ||
	    b->strings_first + b->strings_len < b->strings_first)
		return err_new(ERR_FORMAT, "BTF: larger than its numbers can say");
	e = find_records(b, size, layouts, nr_kinds);
	return e ? e : make_index(b);
}

struct err *btf_parse(void *bytes, size_t len, enum byte_order order, const struct btf *base,
		      struct btf **ret)
{
	struct btf *b = calloc(1, sizeof(*b));
	if (!b) {
		free(bytes);
		return err_nomem();
	}
	*b = (struct btf) {.bytes = bytes, .order = order, .base = base};
	struct err *e = parse(b, len);
	if (e)
		btf_destroy(b);
	else
		*ret = b;
	return e;
}

void btf_destroy(struct btf *b)
{
	if (!b)
		return;
	free(b->bytes);
	free(b->offsets);
	free(b->slots);
	free(b->named);
	free(b);
}

uint32_t btf_first(const struct btf *b)
{
	return b->first;
}

uint32_t btf_end(const struct btf *b)
{
	return b->first + b->count;
}

uint32_t btf_unread(const struct btf *b)
{
	return b->unread;
}

bool btf_find(const struct btf *b, const char *name, unsigned int kinds, struct type *ret)
{
	uint32_t slot = hash(name) & b->mask;
	for (uint32_t i = b->slots[slot]; i < b->slots[slot + 1]; i++) {
		struct type t = {b, b->named[i]};
		struct record r = btf_record(t);
		if (kinds & BTF_BIT(r.kind) && strcmp(btf_string(b, r.name), name) == 0) {
			*ret = t;
			return true;
		}
	}
	return false;
}
