/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for the kernel's symbols: a table that a test writes. Header only, for one file of a
 * program; it takes the place of symbols.c.
 */
#ifndef SALVOR_TESTS_SMALL_SYMBOLS_H
#define SALVOR_TESTS_SMALL_SYMBOLS_H

#include <string.h>
#include "kernel/symbols.h"

struct symbols {
	const struct symbol *table; /* by address */
	size_t n;
};

bool symbols_find(const struct symbols *s, const char *module, const char *name, uint64_t *ret)
{
	for (size_t i = 0; i < s->n; i++) {
		const char *of = s->table[i].module;
		if (strcmp(s->table[i].name, name) == 0 &&
		    (!module || (of && strcmp(of, module) == 0))) {
			*ret = s->table[i].addr;
			return true;
		}
	}
	return false;
}

bool symbols_at(const struct symbols *s, uint64_t addr, struct symbol *ret, uint64_t *offset)
{
	for (size_t i = s->n; i-- > 0;) {
		if (s->table[i].addr <= addr && addr - s->table[i].addr < 4096) {
			*ret = s->table[i];
			*offset = addr - s->table[i].addr;
			return true;
		}
	}
	return false;
}

#endif
