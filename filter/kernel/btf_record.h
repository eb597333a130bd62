/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of a BTF blob, for the btf_*.c files alone: how a type's bytes are reached and read.
 * It does not follow references. One thread.
 */
#ifndef SALVOR_KERNEL_BTF_RECORD_H
#define SALVOR_KERNEL_BTF_RECORD_H

#include "kernel/btf.h"
#include "kernel/kbytes.h"
#include "kernel/kept_names.h"

/* A chain of typedefs, qualifiers, arrays or nested structs that is longer has no end: the kernel's
 * own verifier stops at 32 (MAX_RESOLVE_DEPTH, kernel/bpf/btf.c). */
#define BTF_MAX_DEPTH 32
/* Anonymous structs in each other, and the members of all of these: more than any struct of a
 * kernel has (of 7.3, 276 with its own). One that opens itself twice, and so on, ends here. */
#define BTF_MAX_ANONYMOUS 12
#define BTF_MAX_VISITED	  (1u << 14)

/* Of every so many records it is known where they start; from there on records are passed. */
#define BTF_GROUP 8
/* More kinds than any version of the format has. */
#define BTF_NR_KINDS 128u

/* Sizes of what follows a struct btf_type: once, and for each item. */
struct btf_layout {
	uint8_t info;
	uint8_t item;
};

/* The bytes, and what changes as they are read. */
struct btf_blob {
	struct kbytes bytes;
	void *owned; /* they are in our memory; or NULL */
	struct kept_names names;
	uint16_t *enumerators; /* hashes of their names, enum by enum; NULL: not made yet */
	struct {
		uint32_t i, at;
	} last; /* the record that was looked at last */
};

struct btf {
	struct btf_blob *blob;
	uint32_t records; /* where in the blob: the records, and the strings, which end with NUL */
	uint32_t strings;
	uint32_t strings_len;
	uint32_t strings_first; /* the base's strings come before */
	enum byte_order order;
	const struct btf *base;
	uint32_t first; /* id of the first record */
	uint32_t count;
	uint32_t unread;
	uint32_t *groups; /* where in the records each group starts */
	struct btf_layout layouts[BTF_NR_KINDS];
	/*
	 * The index: types whose name has hash h are named[slots[h & mask]] up to
	 * named[slots[(h & mask) + 1]], with rising ids.
	 */
	uint32_t *slots;
	uint32_t *named;
	uint32_t mask;
	uint32_t *enums, nenums; /* all of them, also those without a name */
};

/* One struct btf_type. Items are its members, enumerators, parameters: vlen of them. */
struct record {
	const struct btf *of; /* whose it is: a module's type may be of vmlinux */
	uint32_t name;
	uint32_t kind;
	uint32_t vlen;
	bool flag;
	uint32_t word;	/* size or type */
	uint32_t items; /* where in the blob */
};

#define BTF_RECORD_SIZE 12u
/* Sizes of the items. */
#define BTF_MEMBER_SIZE 12u
#define BTF_PARAM_SIZE	8u

/* The record of a type; void's is all zeros. */
struct record btf_record(struct type t);

/* The text at that offset of the strings, "" outside of them; valid until the next read. */
const char *btf_text(const struct btf *b, uint32_t offset);
/* The same, valid as long as b. */
const char *btf_string(const struct btf *b, uint32_t offset);

static inline struct type btf_type(const struct btf *b, uint32_t id)
{
	return (struct type) {b, id};
}

uint32_t btf_hash(const char *name);

/* A word of the i-th item; items have that size. */
uint32_t btf_item(const struct record *r, uint32_t i, uint32_t size, uint32_t word);

/* typedef, qualifiers, tags: names for another type. */
static inline bool btf_is_alias(uint32_t kind)
{
	return kind == BTF_TYPEDEF || kind == BTF_CONST || kind == BTF_VOLATILE ||
	       kind == BTF_RESTRICT || kind == BTF_TYPE_TAG;
}

static inline bool btf_is_enum(uint32_t kind)
{
	return kind == BTF_ENUM || kind == BTF_ENUM64;
}

static inline bool btf_is_record(uint32_t kind)
{
	return kind == BTF_STRUCT || kind == BTF_UNION;
}

/* A name of the dump for people: what is no printable ASCII becomes '?'. */
void btf_put_name(struct buf *out, const char *name);

#endif
