/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own symbol table, as scripts/kallsyms.c compresses it into the image: decoded from
 * byte arrays. It does not read memory and does not look for the tables (kallsyms_read.h does).
 * Pure; any thread. 64-bit kernels of either byte order.
 *
 * Names: per symbol a length (one byte, or two when bit 7 of the first is set: since 6.1,
 * 73bbb94466fd), then that many codes; each code stands for a token, a piece of text. The first
 * character that comes out is the letter of nm(1), the rest is the name.
 */
#ifndef SALVOR_KERNEL_KALLSYMS_H
#define SALVOR_KERNEL_KALLSYMS_H

#include "base/bytes.h"
#include "base/err.h"

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
	const uint8_t *names; /* at least the names; what follows them does not matter */
	size_t names_len;
	const uint8_t *token_table;
	size_t token_table_len;
	const uint8_t *token_index;    /* KALLSYMS_TOKEN_INDEX bytes */
	const uint8_t *offsets;	       /* num_syms of 32 bits, or NULL */
	uint64_t offsets_addr;	       /* where the kernel has them */
	const uint64_t *relative_base; /* or NULL */
	const uint8_t *addresses;      /* num_syms of 64 bits, or NULL */
	uint64_t stext;		       /* where _stext is */
};

/* One symbol, in the order of the tables. name ends in NUL and is valid during the call. An error
 * ends the decoding and becomes its result. */
typedef struct err *(*kallsyms_fn)(void *arg, uint64_t addr, char type, const char *name,
				   size_t len);

/*
 * Gives every symbol to fn; nothing before the tables have proved good: all names whole, and
 * _stext at its address. ret: which encoding that was; may be NULL. ERR_FORMAT if the tables are
 * damaged or not what they were taken for.
 */
struct err *kallsyms_decode(const struct kallsyms_tables *t, kallsyms_fn fn, void *arg,
			    enum kallsyms_encoding *ret) must_check;

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
