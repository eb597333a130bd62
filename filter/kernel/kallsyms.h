/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own symbol table, as scripts/kallsyms.c compresses it into the image: read where it
 * lies, each symbol when it is asked for. It does not look for the tables (kallsyms_read.h does).
 * One thread. 64-bit kernels of either byte order.
 *
 * Memory: 2 bytes a symbol for finding names, some pages of the tables, and the names that were
 * asked for.
 *
 * Names: per symbol a length (one byte, or two when bit 7 of the first is set: since 6.1,
 * 73bbb94466fd), then that many codes; each code stands for a token, a piece of text. The first
 * character that comes out is the letter of nm(1), the rest is the name.
 */
#ifndef SALVOR_KERNEL_KALLSYMS_H
#define SALVOR_KERNEL_KALLSYMS_H

#include <stdbool.h>
#include "base/bytes.h"
#include "base/err.h"
#include "kernel/kbytes.h"

/* The longest name, with letter and NUL: KSYM_NAME_LEN (512 since 6.1, b8a94bfb3395) and some. */
#define KALLSYMS_NAME_MAX 1024
/* Bytes of the table that finds the tokens: 256 offsets of 16 bits. */
#define KALLSYMS_TOKEN_INDEX 512

/*
 * The addresses have been stored in four ways. No table says which: the one that gives _stext the
 * address it has is right.
 */
enum kallsyms_encoding {
	KALLSYMS_RELATIVE, /* base + offset: 4.6 to 6.19 (2213e9a66bb8) */
	KALLSYMS_PERCPU, /* x86_64 with SMP, to 6.14: >= 0 is absolute, < 0 is base - 1 - offset */
	KALLSYMS_PLACE,	 /* address of the entry + offset: 7.0 and newer (a081b5789255) */
	KALLSYMS_ADDRESSES, /* 64-bit addresses: before 4.6, and to 6.10 where relative was off */
	KALLSYMS_ENCODINGS,
};

struct kallsyms_tables {
	enum byte_order order;
	uint32_t num_syms;
	struct kbytes names; /* at least the names; what follows them does not matter */
	struct kbytes token_table;
	struct kbytes token_index;     /* KALLSYMS_TOKEN_INDEX bytes */
	struct kbytes offsets;	       /* num_syms of 32 bits, or nothing */
	uint64_t offsets_addr;	       /* where the kernel has them */
	const uint64_t *relative_base; /* or NULL; needed only for kallsyms_open() */
	struct kbytes addresses;       /* num_syms of 64 bits, or nothing */
	uint64_t stext;		       /* where _stext is */
};

void kallsyms_tables_deinit(struct kallsyms_tables *t);

struct kallsyms;

/*
 * Takes the tables, also when it fails. Succeeds only if they prove good: all names whole, and
 * _stext at its address. ERR_FORMAT if they are damaged or not what they were taken for.
 */
struct err *kallsyms_open(struct kallsyms_tables *t, struct kallsyms **ret) must_check;
void kallsyms_destroy(struct kallsyms *k);
enum kallsyms_encoding kallsyms_encoding(const struct kallsyms *k);

/*
 * What the numbers of symbols mean: below kallsyms_count(), in the order of the tables, which is by
 * address unless they are damaged.
 */
uint32_t kallsyms_count(const struct kallsyms *k);
uint64_t kallsyms_addr(struct kallsyms *k, uint32_t i);
/* Letter, name and NUL; the length of both, or 0 if it cannot be read. */
size_t kallsyms_read_name(struct kallsyms *k, uint32_t i, char ret[KALLSYMS_NAME_MAX]);
/* The same, valid as long as k; "" if it cannot be read. */
const char *kallsyms_name(struct kallsyms *k, uint32_t i);

/* The last address at or below addr, and of several symbols there the first. False: none. */
bool kallsyms_at(struct kallsyms *k, uint64_t addr, uint32_t *ret);
/* The next symbol of that name: *cursor is 0 at the start, and kept between calls. */
bool kallsyms_next(struct kallsyms *k, const char *name, size_t *cursor, uint32_t *ret);

/*
 * The length of the name at p, of which left bytes are readable: *head the bytes of the length
 * itself. False: it does not fit. wide: lengths may have two bytes.
 */
static inline bool kallsyms_length(const uint8_t *p, size_t left, bool wide, size_t *head,
				   size_t *len)
{
	if (left < 2)
		return false;
	*head = wide && p[0] & 0x80 ? 2 : 1;
	*len = *head == 2 ? (size_t)(p[0] & 0x7f) | (size_t)p[1] << 7 : p[0];
	return *len > 0 && *len <= left - *head;
}

#endif
