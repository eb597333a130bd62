/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF, the kernel's own description of its types: one blob, indexed by name and read where it lies,
 * and what can be asked of a type. Where the blob comes from, and which blob to ask, is types.h.
 * Format: Documentation/bpf/btf.rst, include/uapi/linux/btf.h. 64-bit machines only: a pointer has
 * 8 bytes.
 *
 * The bytes are foreign: what makes no sense ends the index, a reference to what is not there is
 * void, a name that is not there is "", and chains and nestings have a limit. A struct btf
 * belongs to one thread; names that it gave live as long as it. A struct type is a value that
 * borrows its blob.
 */
#ifndef SALVOR_KERNEL_BTF_H
#define SALVOR_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

struct btf;
struct kmem;
struct symbols;

/* The numbers of the format (BTF_KIND_*). Higher ones are kinds that only their size is known of.
 */
enum btf_kind {
	BTF_VOID = 0,
	BTF_INT,
	BTF_PTR,
	BTF_ARRAY,
	BTF_STRUCT,
	BTF_UNION,
	BTF_ENUM,
	BTF_FWD,
	BTF_TYPEDEF,
	BTF_VOLATILE,
	BTF_CONST,
	BTF_RESTRICT,
	BTF_FUNC,
	BTF_FUNC_PROTO,
	BTF_VAR,
	BTF_DATASEC,
	BTF_FLOAT,
	BTF_DECL_TAG,
	BTF_TYPE_TAG,
	BTF_ENUM64,
};

/* Sets of kinds. */
#define BTF_BIT(kind) (1u << (kind))
#define BTF_RECORDS   (BTF_BIT(BTF_STRUCT) | BTF_BIT(BTF_UNION))
#define BTF_ENUMS     (BTF_BIT(BTF_ENUM) | BTF_BIT(BTF_ENUM64))
#define BTF_SCALARS   (BTF_BIT(BTF_INT) | BTF_BIT(BTF_FLOAT))
/* The kinds that can be found by name. */
#define BTF_INDEXED                                                                                \
	(BTF_RECORDS | BTF_ENUMS | BTF_SCALARS | BTF_BIT(BTF_TYPEDEF) | BTF_BIT(BTF_VAR))

struct type {
	const struct btf *btf;
	uint32_t id; /* 0: void */
};

/*
 * Takes bytes (from malloc), also when it fails. base is what the ids and names of a module's BTF
 * continue; NULL for vmlinux'; it must live longer. ERR_FORMAT, ERR_UNSUPPORTED for a version that
 * is not 1.
 */
struct err *btf_parse(void *bytes, size_t len, enum byte_order order, const struct btf *base,
		      struct btf **ret) must_check;
/*
 * The same in the dead kernel's memory, through k, which must live longer. All of it must be there:
 * other errors are of reading it.
 */
struct err *btf_open(struct kmem *k, uint64_t addr, size_t len, enum byte_order order,
		     const struct btf *base, struct btf **ret) must_check;
void btf_destroy(struct btf *b);
static inline void cleanup_btf(struct btf **b)
{
	btf_destroy(*b);
}
#define _cleanup_btf_ _cleanup_(cleanup_btf)

/* Types are numbered from first to end - 1; what is below first belongs to the base. */
uint32_t btf_first(const struct btf *b);
uint32_t btf_end(const struct btf *b);
/* Bytes of the type section from the first record that made no sense on; 0: all was read. */
uint32_t btf_unread(const struct btf *b);

/*
 * The first type of that name and one of these kinds (of BTF_INDEXED), of this blob, not of its
 * base. False, ret untouched, if there is none.
 */
bool btf_find(const struct btf *b, const char *name, unsigned int kinds, struct type *ret);
/* The value of the first enumerator of that name in any enum of this blob. Reads all of them. */
bool btf_enumerator(const struct btf *b, const char *name, int64_t *ret);

enum btf_kind type_kind(struct type t);
/* Its own name: a tag or a typedef's name; "" if it has none. Borrowed. Raw bytes of the dump. */
const char *type_tag(struct type t);
/* What it names, points to, returns, qualifies or is an array of; void for other kinds. */
struct type type_target(struct type t);
/* Without typedefs, const, volatile, restrict and tags; void when that chain has no end. */
struct type type_strip(struct type t);
/* ERR_FORMAT for what has no size: void, functions, structs that are only declared. */
struct err *type_size(struct type t, uint64_t *ret) must_check;
/* The number of elements of an array (the first dimension); false for other types. */
bool type_array_length(struct type t, uint32_t *ret);
/* An integer or enum whose values can be negative. */
bool type_is_signed(struct type t);
/* A char, signed or not: arrays of it are texts. Not so what is a typedef, as u8: that is a number.
 */
bool type_is_char(struct type t);
/* The value of an enumerator of this enum, by its name, and back (NULL if none has it; borrowed).
 */
bool type_enumerator(struct type t, const char *name, int64_t *ret);
const char *type_enumerator_name(struct type t, int64_t value);

/* Where a member is. Bits are counted from the first byte, in the order of the machine. */
struct member {
	uint32_t offset;    /* bytes from the outermost struct */
	uint32_t size;	    /* bytes of the member, arrays whole; of a bitfield: that it touches */
	uint8_t bit_offset; /* of a bitfield: bits to pass over in the first byte */
	uint8_t bit_size;   /* of a bitfield; 0: it is none */
	struct type type;
};

/*
 * The member of a struct, union or array at a path: "a.b[3].c". Members of anonymous structs and
 * unions count as their parent's, as in C; pointers are not followed. An index may lie outside of
 * an array only if that has no length; pahole writes int a[2][3] as a[6]. ERR_MISSING names the
 * member that is not there.
 */
struct err *type_member(struct type t, const char *path, struct member *ret) must_check;
/* One after the other: the i-th member of a struct or union, anonymous ones too ("" as name). */
bool type_member_at(struct type t, uint32_t i, const char **name, struct member *ret);
/* The value of an integer, enum, pointer or bitfield, given the bytes of the outermost struct up to
 * its end; negative ones are extended. False if it is nothing of these. */
bool member_value(const struct member *m, const void *outermost, uint64_t *ret);

/* As C and drgn write it: "struct list_head *", "char [16]", "void (*)(int)". Without side. */
void type_name(struct type t, struct buf *out);
/* Its declaration, with anonymous parts spelled out; no final semicolon or newline. It ends where
 * it passes the limit, in bytes: a damaged one has no end. */
#define TYPE_DECLARE_BYTES ((size_t)256 << 10)
void type_declare(struct type t, size_t limit, struct buf *out);

struct print_limits {
	unsigned int depth;    /* of nested structs */
	unsigned int elements; /* of each array */
	unsigned int string;   /* bytes of each text */
	size_t bytes;	       /* of the whole output, about */
};
/* As many elements as gdb shows. */
#define PRINT_LIMITS ((struct print_limits) {16, 200, 200, 1 << 20})

/*
 * The value at addr, as drgn would print it. Symbols may be NULL. What is beyond the limits is
 * "...". Fails if the memory cannot be read; out then has nothing added.
 */
struct err *type_print(struct kmem *k, const struct symbols *s, struct type t, uint64_t addr,
		       const struct print_limits *limits, struct buf *out) must_check;
/* The same for bytes that are already there; k may be NULL: texts behind pointers are not read. */
struct err *type_print_bytes(struct kmem *k, const struct symbols *s, struct type t,
			     const void *bytes, size_t len, const struct print_limits *limits,
			     struct buf *out) must_check;

#endif
