/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of a BTF blob, for the btf_*.c files alone: how a type's bytes are reached and read.
 * It does not follow references. Pure; any thread.
 */
#ifndef SALVOR_KERNEL_BTF_RECORD_H
#define SALVOR_KERNEL_BTF_RECORD_H

#include "kernel/btf.h"

/* A chain of typedefs, qualifiers, arrays or nested structs that is longer has no end: the kernel's
 * own verifier stops at 32 (MAX_RESOLVE_DEPTH, kernel/bpf/btf.c). */
#define BTF_MAX_DEPTH 32
/* Anonymous structs in each other, and members with all of these opened: more than any struct of a
 * kernel has. One that opens itself twice, and so on, ends here. */
#define BTF_MAX_ANONYMOUS 12
#define BTF_MAX_VISITED	  (1u << 17)

struct btf {
	uint8_t *bytes; /* owned; all below point into it */
	const uint8_t *records;
	const char *strings; /* ends with NUL */
	uint32_t strings_len;
	uint32_t strings_first; /* the base's strings come before */
	enum byte_order order;
	const struct btf *base;
	uint32_t first; /* id of the first record */
	uint32_t count;
	uint32_t unread;
	uint32_t *offsets; /* of each record in records */
	/*
	 * The index: types whose name has hash h are named[slots[h & mask]] up to
	 * named[slots[(h & mask) + 1]], with rising ids.
	 */
	uint32_t *slots;
	uint32_t *named;
	uint32_t mask;
};

/* One struct btf_type. Items are its members, enumerators, parameters: vlen of them. */
struct record {
	uint32_t name;
	uint32_t kind;
	uint32_t vlen;
	bool flag;
	uint32_t word; /* size or type */
	const uint8_t *items;
};

/* Sizes of what follows a struct btf_type: once, and for each item. */
struct btf_layout {
	uint8_t info;
	uint8_t item;
};

#define BTF_RECORD_SIZE 12u
/* Sizes of the items. */
#define BTF_MEMBER_SIZE 12u
#define BTF_PARAM_SIZE	8u

/*
 * 7.x widened vlen to 24 and kind to 7 bits (include/uapi/linux/btf.h); the bits that were added
 * were zero before, so that one reading serves both.
 */
static inline struct record btf_record_read(const uint8_t *p, enum byte_order order)
{
	uint32_t info = get_u32(p + 4, order);
	return (struct record) {
		.name = get_u32(p, order),
		.kind = info >> 24 & 0x7f,
		.vlen = info & 0xffffff,
		.flag = info >> 31,
		.word = get_u32(p + 8, order),
		.items = p + BTF_RECORD_SIZE,
	};
}

/* The record of a type; void's is all zeros. */
static inline struct record btf_record(struct type t)
{
	const struct btf *b = t.btf;
	while (b && t.id < b->first)
		b = b->base;
	if (!b || t.id - b->first >= b->count)
		return (struct record) {0};
	return btf_record_read(b->records + b->offsets[t.id - b->first], b->order);
}

/* "" if the offset is outside of the strings. */
static inline const char *btf_string(const struct btf *b, uint32_t offset)
{
	while (b && offset < b->strings_first)
		b = b->base;
	return b && offset - b->strings_first < b->strings_len
		       ? b->strings + (offset - b->strings_first)
		       : "";
}

static inline struct type btf_type(const struct btf *b, uint32_t id)
{
	return (struct type) {b, id};
}

static inline uint32_t btf_item(struct type t, const struct record *r, uint32_t i, uint32_t size,
				uint32_t word)
{
	return get_u32(r->items + (size_t)i * size + (size_t)word * 4, t.btf->order);
}

/* typedef, qualifiers, tags: names for another type. */
static inline bool btf_is_alias(uint32_t kind)
{
	return kind == BTF_TYPEDEF || kind == BTF_CONST || kind == BTF_VOLATILE ||
	       kind == BTF_RESTRICT || kind == BTF_TYPE_TAG;
}

static inline bool btf_is_record(uint32_t kind)
{
	return kind == BTF_STRUCT || kind == BTF_UNION;
}

/* A name of the dump for people: what is no printable ASCII becomes '?'. */
void btf_put_name(struct buf *out, const char *name);

#endif
