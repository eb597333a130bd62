/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of one object, vmlinux or a module: sorted by address, findable by name, small. It
 * does not know where they come from or which addresses the object covers. Built by one thread,
 * immutable after symbol_set_finish(); then any thread. Pointers to names live as long as the set.
 *
 * Memory: 12 bytes a symbol, its letter, name and NUL, and 5 to 6 bytes a symbol for finding names.
 */
#ifndef SALVOR_KERNEL_SYMBOL_SET_H
#define SALVOR_KERNEL_SYMBOL_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

/* The most bytes of names, a guard against damaged tables; Debian's vmlinux has 4 MiB. */
#define SYMBOL_SET_MAX_NAMES ((size_t)16 << 20)

struct symbol_entry;

struct symbol_set {
	struct buf entries_; /* while it is built; then entries */
	struct buf names;    /* per symbol: letter, name, NUL */
	struct symbol_entry *entries;
	size_t n;
	uint32_t *by_name; /* indexes of entries, those of one bucket together, by address */
	uint32_t *buckets; /* where each bucket starts in by_name; one more than there are */
	unsigned int bucket_bits;
};

void symbol_set_deinit(struct symbol_set *s);

/* ERR_UNSUPPORTED: more than SYMBOL_SET_MAX_NAMES. */
struct err *symbol_set_add(struct symbol_set *s, uint64_t addr, char type, const char *name,
			   size_t len) must_check;
/* Sorts and indexes; symbols of one address stay in the order in which they were added. */
struct err *symbol_set_finish(struct symbol_set *s) must_check;

/* What the indexes below mean. i < n. */
uint64_t symbol_set_addr(const struct symbol_set *s, size_t i);
char symbol_set_type(const struct symbol_set *s, size_t i);
const char *symbol_set_name(const struct symbol_set *s, size_t i);

/* The last address at or below addr, and of several symbols there the first. False: none. */
bool symbol_set_at(const struct symbol_set *s, uint64_t addr, size_t *ret);

/* The next symbol of that name: *cursor is 0 at the start, and kept between calls. By address. */
bool symbol_set_next(const struct symbol_set *s, const char *name, size_t *cursor, size_t *ret);

#endif
