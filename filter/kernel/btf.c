// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/btf_record.h"

#include <inttypes.h>
#include <string.h>

#define BTF_MAGIC 0xeb9fu
/* struct btf_header up to str_len, and with 7.x' layout_off and layout_len. */
#define HEADER_SIZE	   24u
#define HEADER_LAYOUT_SIZE 32u
/* How many pages of a blob are kept: structs and their names are far apart. */
#define KEPT_PAGES 64

/* What the kinds of the format up to 6.x carry; 7.x' layout section adds the kinds to come. */
static const struct btf_layout known_layouts[] = {
	[BTF_INT] = {4, 0},	[BTF_ARRAY] = {12, 0},	 [BTF_STRUCT] = {0, 12},
	[BTF_UNION] = {0, 12},	[BTF_ENUM] = {0, 8},	 [BTF_FUNC_PROTO] = {0, 8},
	[BTF_VAR] = {4, 0},	[BTF_DATASEC] = {0, 12}, [BTF_DECL_TAG] = {4, 0},
	[BTF_ENUM64] = {0, 12}, /* all others are a struct btf_type alone */
};
_Static_assert(ARRAY_SIZE(known_layouts) == BTF_ENUM64 + 1, "one entry for each kind");

/* --- reading ------------------------------------------------------------------------------------
 */

/*
 * 7.x widened vlen to 24 and kind to 7 bits (include/uapi/linux/btf.h); the bits that were added
 * were zero before, so that one reading serves both. False: it cannot be read.
 */
static bool read_record(const struct btf *b, uint32_t at, struct record *ret)
{
	const uint8_t *p = kbytes_at(&b->blob->bytes, (size_t)b->records + at, BTF_RECORD_SIZE);
	*ret = (struct record) {0};
	if (!p)
		return false;
	uint32_t info = get_u32(p + 4, b->order);
	*ret = (struct record) {
		.of = b,
		.name = get_u32(p, b->order),
		.kind = info >> 24 & 0x7f,
		.vlen = info & 0xffffff,
		.flag = info >> 31,
		.word = get_u32(p + 8, b->order),
		.items = b->records + at + BTF_RECORD_SIZE,
	};
	return true;
}

static uint64_t record_size(const struct btf *b, const struct record *r)
{
	struct btf_layout l = b->layouts[r->kind];
	return BTF_RECORD_SIZE + l.info + (uint64_t)l.item * r->vlen;
}

/* The i-th record of this blob, i < count. */
static struct record record_nr(const struct btf *b, uint32_t i)
{
	struct btf_blob *blob = b->blob;
	struct record r;
	uint32_t at = b->groups[i / BTF_GROUP], passed = i / BTF_GROUP * BTF_GROUP;
	if (blob->last.i <= i && blob->last.i > passed) {
		passed = blob->last.i;
		at = blob->last.at;
	}
	while (read_record(b, at, &r) && passed < i) {
		at += (uint32_t)record_size(b, &r);
		passed++;
	}
	if (passed == i) {
		blob->last.i = i;
		blob->last.at = at;
	}
	return r;
}

struct record btf_record(struct type t)
{
	const struct btf *b = t.btf;
	while (b && t.id < b->first)
		b = b->base;
	if (!b || t.id - b->first >= b->count)
		return (struct record) {0};
	return record_nr(b, t.id - b->first);
}

uint32_t btf_item(const struct record *r, uint32_t i, uint32_t size, uint32_t word)
{
	size_t at = r->items + (size_t)i * size + (size_t)word * 4;
	const uint8_t *p = r->of ? kbytes_at(&r->of->blob->bytes, at, 4) : NULL;
	return p ? get_u32(p, r->of->order) : 0;
}

/* Whose strings have that offset, or NULL. */
static const struct btf *owner_of_string(const struct btf *b, uint32_t offset)
{
	while (b && offset < b->strings_first)
		b = b->base;
	return b && offset - b->strings_first < b->strings_len ? b : NULL;
}

const char *btf_text(const struct btf *b, uint32_t offset)
{
	const char *text;
	b = owner_of_string(b, offset);
	if (!b)
		return "";
	kbytes_text(&b->blob->bytes, (size_t)b->strings + (offset - b->strings_first), &text);
	return text;
}

const char *btf_string(const struct btf *b, uint32_t offset)
{
	b = owner_of_string(b, offset);
	if (!b)
		return "";
	const char *kept = kept_names_find(&b->blob->names, offset);
	if (kept)
		return kept;
	const char *text = btf_text(b, offset);
	return *text ? kept_names_add(&b->blob->names, offset, text, strlen(text)) : "";
}

/* --- opening ------------------------------------------------------------------------------------
 */

struct header {
	uint8_t bytes[HEADER_LAYOUT_SIZE]; /* zeros where it is shorter */
	uint32_t len;
};

/* A section of the blob, as the header has it: its start counts from the end of the header. */
static struct err *section(const struct btf *b, const struct header *h, uint32_t field,
			   const char *what, uint32_t *start, uint32_t *size)
{
	size_t len = b->blob->bytes.len;
	uint32_t off = get_u32(h->bytes + field, b->order);
	uint32_t n = get_u32(h->bytes + field + 4, b->order);
	if (off > len - h->len || n > len - h->len - off)
		return err_new(ERR_FORMAT,
			       "BTF: the %s (%" PRIu32 " bytes at %" PRIu32
			       ") are outside of the %zu bytes",
			       what, n, off, len);
	*start = h->len + off;
	*size = n;
	return NULL;
}

static struct err *read_header(const struct btf *b, struct header *h)
{
	size_t len = b->blob->bytes.len, n = MIN(len, sizeof(h->bytes));
	const uint8_t *p = kbytes_at(&b->blob->bytes, 0, n);
	*h = (struct header) {0};
	if (len < HEADER_SIZE || len > UINT32_MAX || !p)
		return err_new(ERR_FORMAT, "BTF of %zu bytes: too short", len);
	memcpy(h->bytes, p, n);
	if (get_u16(h->bytes, b->order) != BTF_MAGIC)
		return err_new(ERR_FORMAT, "BTF without its magic number (found %#x)",
			       get_u16(h->bytes, b->order));
	if (h->bytes[2] != 1)
		return err_new(ERR_UNSUPPORTED, "BTF of version %u", h->bytes[2]);
	h->len = get_u32(h->bytes + 4, b->order);
	if (h->len < HEADER_SIZE || h->len > len)
		return err_new(ERR_FORMAT, "BTF with a header of %" PRIu32 " bytes", h->len);
	return NULL;
}

/* What all kinds carry: the known ones, the rest from the layout section if there is one. */
static struct err *load_layouts(struct btf *b, const struct header *h, uint32_t *nr_kinds)
{
	memcpy(b->layouts, known_layouts, sizeof(known_layouts));
	*nr_kinds = ARRAY_SIZE(known_layouts);
	if (h->len < HEADER_LAYOUT_SIZE)
		return NULL;
	uint32_t at, size;
	struct err *e = section(b, h, 24, "kinds", &at, &size);
	if (e)
		return e;
	/* struct btf_layout: u8 info_sz, u8 elem_sz, u16 flags */
	for (uint32_t kind = *nr_kinds; kind < BTF_NR_KINDS && kind < size / 4; kind++) {
		const uint8_t *p = kbytes_at(&b->blob->bytes, (size_t)at + kind * 4, 4);
		if (!p)
			break;
		b->layouts[kind] = (struct btf_layout) {p[0], p[1]};
		*nr_kinds = kind + 1;
	}
	return NULL;
}

static bool has_name(const struct record *r)
{
	return r->kind <= BTF_ENUM64 && BTF_BIT(r->kind) & BTF_INDEXED && r->name;
}

/* How many of what is in the index there are, at most. */
struct amounts {
	uint32_t named, enums;
};

/* Finds where each group of records starts, up to the first record that makes no sense. */
static struct err *find_records(struct btf *b, uint32_t size, uint32_t nr_kinds,
				struct amounts *amounts)
{
	/* The most there can be; pages of it that are not used cost nothing. */
	b->groups = malloc(((size_t)size / BTF_RECORD_SIZE / BTF_GROUP + 1) * sizeof(*b->groups));
	if (!b->groups)
		return err_nomem();
	uint32_t at = 0;
	struct record r;
	while (size - at >= BTF_RECORD_SIZE && read_record(b, at, &r)) {
		if (r.kind == BTF_VOID || r.kind >= nr_kinds || record_size(b, &r) > size - at)
			break;
		if (b->count % BTF_GROUP == 0)
			b->groups[b->count / BTF_GROUP] = at;
		b->count++;
		amounts->named += has_name(&r);
		amounts->enums += btf_is_enum(r.kind);
		at += (uint32_t)record_size(b, &r);
	}
	b->unread = size - at;
	uint32_t *fitting =
		realloc(b->groups, ((size_t)b->count / BTF_GROUP + 1) * sizeof(*b->groups));
	if (fitting)
		b->groups = fitting;
	if (b->count == 0 && size > 0)
		return err_new(ERR_FORMAT, "BTF: its first type makes no sense");
	return NULL;
}

/* FNV-1a */
uint32_t btf_hash(const char *name)
{
	uint32_t h = 2166136261u;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

struct named {
	uint32_t id, hash;
};

/* The types that can be found by name, and their names' hashes; how many. Notes enums as well. */
static uint32_t hash_names(struct btf *b, struct named *ret)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < b->count; i++) {
		struct record r = record_nr(b, i);
		const char *name = has_name(&r) ? btf_text(b, r.name) : "";
		if (btf_is_enum(r.kind))
			b->enums[b->nenums++] = b->first + i;
		if (*name)
			ret[n++] = (struct named) {b->first + i, btf_hash(name)};
	}
	return n;
}

/* An index without gaps: count each slot's names, then put each in its place. */
static struct err *make_index(struct btf *b, const struct amounts *amounts)
{
	uint32_t most = amounts->named;
	_cleanup_free_ struct named *names = malloc(((size_t)most + 1) * sizeof(*names));
	uint32_t nslots = 1;
	while (nslots < most / 2)
		nslots *= 2;
	b->mask = nslots - 1;
	b->slots = calloc((size_t)nslots + 1, sizeof(*b->slots));
	b->named = malloc(((size_t)most + 1) * sizeof(*b->named));
	b->enums = malloc(((size_t)amounts->enums + 1) * sizeof(*b->enums));
	if (!names || !b->slots || !b->named || !b->enums)
		return err_nomem();
	uint32_t n = hash_names(b, names);
	for (uint32_t i = 0; i < n; i++)
		b->slots[names[i].hash & b->mask]++;
	for (uint32_t i = 1; i <= nslots; i++)
		b->slots[i] += b->slots[i - 1];
	/* From the end of each slot downwards: slots then holds the starts. */
	for (uint32_t i = n; i-- > 0;)
		b->named[--b->slots[names[i].hash & b->mask]] = names[i].id;
	return NULL;
}

static struct err *check_strings(const struct btf *b)
{
	const uint8_t *last =
		b->strings_len ? kbytes_at(&b->blob->bytes, b->strings + b->strings_len - 1, 1)
			       : NULL;
	return last && *last ? err_new(ERR_FORMAT, "BTF: its last name has no end") : NULL;
}

static struct err *parse(struct btf *b)
{
	struct header h;
	uint32_t nr_kinds, size;
	struct amounts amounts = {0};
	struct err *e = read_header(b, &h);
	if (!e)
		e = section(b, &h, 8, "types", &b->records, &size);
	if (!e)
		e = section(b, &h, 16, "names", &b->strings, &b->strings_len);
	if (!e)
		e = load_layouts(b, &h, &nr_kinds);
	if (!e)
		e = check_strings(b);
	if (e)
		return e;
	if (b->base && b->base->unread)
		return err_new(ERR_FORMAT, "BTF: what it builds on is damaged");
	b->first = b->base ? b->base->first + b->base->count : 1;
	b->strings_first = b->base ? b->base->strings_first + b->base->strings_len : 0;
	if (b->first + size / BTF_RECORD_SIZE < b->first ||
	    b->strings_first + b->strings_len < b->strings_first)
		return err_new(ERR_FORMAT, "BTF: larger than its numbers can say");
	e = find_records(b, size, nr_kinds, &amounts);
	return e ? e : make_index(b, &amounts);
}

static struct err *create(enum byte_order order, const struct btf *base, struct btf **ret)
{
	struct btf *b = calloc(1, sizeof(*b));
	if (!b)
		return err_nomem();
	*b = (struct btf) {.order = order, .base = base};
	b->blob = calloc(1, sizeof(*b->blob));
	if (!b->blob) {
		free(b);
		return err_nomem();
	}
	*ret = b;
	return NULL;
}

/* Ends what btf_parse() and btf_open() have begun. */
static struct err *parsed(struct btf *b, struct err *e, struct btf **ret)
{
	if (!e)
		e = parse(b);
	if (e)
		btf_destroy(b);
	else
		*ret = b;
	return e;
}

struct err *btf_parse(void *bytes, size_t len, enum byte_order order, const struct btf *base,
		      struct btf **ret)
{
	struct btf *b;
	struct err *e = create(order, base, &b);
	if (e) {
		free(bytes);
		return e;
	}
	b->blob->owned = bytes;
	b->blob->bytes = kbytes_of(bytes, len);
	return parsed(b, NULL, ret);
}

struct err *btf_open(struct kmem *k, uint64_t addr, size_t len, enum byte_order order,
		     const struct btf *base, struct btf **ret)
{
	struct btf *b;
	struct err *e = create(order, base, &b);
	if (e)
		return e;
	e = kbytes_init(&b->blob->bytes, k, addr, len, KEPT_PAGES);
	if (!e)
		e = kbytes_check(&b->blob->bytes);
	return parsed(b, e, ret);
}

void btf_destroy(struct btf *b)
{
	if (!b)
		return;
	kept_names_deinit(&b->blob->names);
	kbytes_deinit(&b->blob->bytes);
	free(b->blob->enumerators);
	free(b->blob->owned);
	free(b->blob);
	free(b->groups);
	free(b->slots);
	free(b->named);
	free(b->enums);
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
	uint32_t slot = btf_hash(name) & b->mask;
	for (uint32_t i = b->slots[slot]; i < b->slots[slot + 1]; i++) {
		struct type t = {b, b->named[i]};
		struct record r = btf_record(t);
		if (kinds & BTF_BIT(r.kind) && strcmp(btf_text(b, r.name), name) == 0) {
			*ret = t;
			return true;
		}
	}
	return false;
}
