/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of the dead kernel with their symbols: walks the list `modules` and reads what each
 * struct module keeps for kallsyms. It does not know the types: where the members are is its input
 * (module_layout.c). One thread; what it makes is the caller's.
 */
#ifndef SALVOR_KERNEL_MODULE_SYMBOLS_H
#define SALVOR_KERNEL_MODULE_SYMBOLS_H

#include "kernel/kmem.h"
#include "kernel/symbol_set.h"

/* enum mod_mem_type has 7 (6.4, ac3b43283923); core, init and data before. */
#define MODULE_SPANS 8
/* MODULE_NAME_LEN is 64 - sizeof(unsigned long). */
#define MODULE_NAME_MAX 64

/*
 * Offsets in struct module, and behind its pointer kallsyms in struct mod_kallsyms (4.5,
 * 8244062ef1e5; typetab since 5.2, 1c7651f43777, the version of the first BTF). The symbols are
 * Elf64_Sym.
 */
struct module_layout {
	uint32_t list, name, name_len, kallsyms;
	uint32_t symtab, num_symtab, strtab, typetab;
	struct {
		uint32_t base, size; /* of a pointer and an unsigned int */
	} spans[MODULE_SPANS];
	size_t nspans;
};

/* Memory of a module. */
struct module_span {
	uint64_t base, len;
};

struct module_symbols {
	char name[MODULE_NAME_MAX];
	struct module_span spans[MODULE_SPANS];
	size_t nspans;
	struct symbol_set set;
};

void module_symbols_destroy(struct module_symbols *m);

/* Takes a module; an error ends the walk and becomes its result. */
typedef struct err *(*module_fn)(void *arg, struct module_symbols *m);

/*
 * Every module of the list at head goes to fn, once. lost counts modules whose symbols are damaged
 * (they go to fn without, if they have a name) and what could not be reached of the list (as one).
 */
struct err *module_symbols_walk(struct kmem *k, const struct module_layout *l, uint64_t head,
				module_fn fn, void *arg, size_t *lost) must_check;

#endif
