/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of addresses of the dead kernel, from its kallsyms and those of its modules. It does not
 * know types. Immutable once loaded; any thread.
 */
#ifndef SALVOR_KERNEL_SYMBOLS_H
#define SALVOR_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

struct symbols;

struct symbol {
	uint64_t addr;
	const char *name;
	const char *module; /* NULL: vmlinux */
	char type;	    /* nm letter */
};

/* By name; module NULL: vmlinux first, then any. */
bool symbols_find(const struct symbols *s, const char *module, const char *name, uint64_t *ret);
/* The nearest at or below addr, inside its text's or module's bounds. */
bool symbols_at(const struct symbols *s, uint64_t addr, struct symbol *ret, uint64_t *offset);

#endif
