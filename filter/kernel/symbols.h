/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of the dead kernel and of its modules: address to name and back. It knows names and
 * addresses, no types and no sizes. Those of vmlinux are read out of the dump when they are asked
 * for: one thread, that of the struct kmem, which must live longer. Names live as long as the
 * struct symbols.
 *
 * Names are not unique: functions that are static in several files have one each. symbols_find()
 * takes the global one if there is one, else the lowest; symbols_find_all() has them all.
 */
#ifndef SALVOR_KERNEL_SYMBOLS_H
#define SALVOR_KERNEL_SYMBOLS_H

#include "kernel/kmem.h"
#include "kernel/types.h"

struct symbol {
	uint64_t addr;
	const char *name;
	const char *module; /* NULL: vmlinux */
	char type;	    /* the letter of nm(1): upper case is global */
};

struct symbols;

/*
 * The symbols of vmlinux: through the addresses in VMCOREINFO, else found by scanning the kernel
 * image. A kernel without CONFIG_KALLSYMS_ALL has functions only.
 */
struct err *symbols_load(struct kmem *k, struct symbols **ret) must_check;
void symbols_destroy(struct symbols *s);
static inline void cleanup_symbols(struct symbols **s)
{
	symbols_destroy(*s);
}

/*
 * The symbols of the modules, once, before the struct is shared. What is damaged is left out and
 * counted by symbols_lost(). ERR_MISSING if the kernel has no list of modules or its types are not
 * known; the symbols of vmlinux stay as they were.
 */
struct err *symbols_add_modules(struct symbols *s, struct kmem *k,
				const struct types *t) must_check;
/* The same with known offsets (module_layout.c is the only user besides tests). */
struct module_layout;
struct err *symbols_add_module_list(struct symbols *s, struct kmem *k,
				    const struct module_layout *l) must_check;

/* module NULL: vmlinux first, then any. */
bool symbols_find(const struct symbols *s, const char *module, const char *name, uint64_t *ret);
/* module NULL: vmlinux and all modules. How many there are; the first max of them in ret. */
size_t symbols_find_all(const struct symbols *s, const char *module, const char *name,
			struct symbol *ret, size_t max);

/*
 * The nearest symbol at or below addr, inside the memory of the same module or of vmlinux; of
 * several at one address the one that the kernel itself would print. Data has symbols like code.
 */
bool symbols_at(const struct symbols *s, uint64_t addr, struct symbol *ret, uint64_t *offset);
/* Whose memory addr is in, even if there is no symbol: true with *module (NULL: vmlinux). */
bool symbols_owner(const struct symbols *s, uint64_t addr, const char **module);

/* vmlinux and modules; modules (or rests of the list) that are damaged. */
size_t symbols_count(const struct symbols *s);
size_t symbols_lost(const struct symbols *s);

/* Each symbol, vmlinux first, by address; the name is valid during the call. */
typedef void (*symbols_fn)(void *arg, const struct symbol *symbol);
void symbols_each(const struct symbols *s, symbols_fn fn, void *arg);

#endif
