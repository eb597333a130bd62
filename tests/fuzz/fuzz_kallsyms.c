// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbols from tables that may be anything. The first byte: bit 0 big endian; bits 1 and 2 say what
 * the rest is: 0 the tables themselves, 1 memory in which to find them, 2 memory with a list of
 * modules, 3 where VMCOREINFO says that the tables are (six offsets of 16 bits) and that memory.
 */
#include "../unit/small_kmem.h"
#include "fuzz.h"
#include "kernel/kallsyms.h"
#include "kernel/module_symbols.h"
#include "kernel/symbols.h"

/* The last MiB of addresses: what looks for tables that are not there soon comes to the end. */
#define BASE UINT64_C(0xfffffffffff00000)
/* To find a symbol takes as long as there are symbols: so many are looked for. */
#define LOOKED_FOR 64

static void check_symbols(struct kallsyms *k)
{
	char name[KALLSYMS_NAME_MAX];
	uint32_t step = kallsyms_count(k) / LOOKED_FOR + 1;
	for (uint32_t i = 0; i < kallsyms_count(k); i += step) {
		uint32_t found;
		size_t cursor = 0, len = kallsyms_read_name(k, i, name);
		if (len < 2 || strlen(name) != len || name[0] <= ' ' ||
		    strcmp(kallsyms_name(k, i), name) != 0)
			abort();
		if (!kallsyms_next(k, name + 1, &cursor, &found) || found > i)
			abort();
		if (kallsyms_at(k, kallsyms_addr(k, i), &found) &&
		    kallsyms_addr(k, found) > kallsyms_addr(k, i))
			abort();
	}
}

/* num_syms, three lengths of 16 bits, then names, tokens, index, and the rest as addresses. */
static void decode(const uint8_t *p, size_t size, enum byte_order order)
{
	uint64_t base = BASE;
	if (size < 10 + KALLSYMS_TOKEN_INDEX)
		return;
	struct kallsyms_tables t = {.order = order, .stext = BASE, .offsets_addr = BASE};
	t.num_syms = get_u32(p, order);
	size_t left = size - 10 - KALLSYMS_TOKEN_INDEX;
	size_t names = MIN((size_t)get_u16(p + 4, order), left);
	left -= names;
	size_t tokens = MIN((size_t)get_u16(p + 6, order), left);
	left -= tokens;
	t.names = kbytes_of(p + 10, names);
	t.token_table = kbytes_of(p + 10 + names, tokens);
	t.token_index = kbytes_of(p + 10 + names + tokens, KALLSYMS_TOKEN_INDEX);
	const uint8_t *rest = t.token_index.whole + KALLSYMS_TOKEN_INDEX;
	if (t.num_syms <= left / 4)
		t.offsets = kbytes_of(rest, (size_t)t.num_syms * 4);
	if (t.num_syms <= left / 8)
		t.addresses = kbytes_of(rest, (size_t)t.num_syms * 8);
	if (p[8] & 1)
		t.relative_base = &base;
	struct kallsyms *k;
	struct err *e = kallsyms_open(&t, &k);
	if (!e) {
		check_symbols(k);
		kallsyms_destroy(k);
	}
	err_free(e);
}

struct checking {
	const struct symbols *s;
	size_t step, i;
};

static void check_each(void *arg, const struct symbol *x)
{
	struct checking *c = arg;
	const struct symbols *s = c->s;
	struct symbol found;
	uint64_t addr, offset;
	if (c->i++ % c->step != 0)
		return;
	if (!symbols_find(s, x->module, x->name, &addr))
		abort();
	if (symbols_at(s, x->addr, &found, &offset) && found.addr + offset != x->addr)
		abort();
}

static void load(struct small_kmem *m)
{
	struct symbols *s;
	struct err *e = symbols_load(&m->k, &s);
	if (!e) {
		struct checking c = {s, symbols_count(s) / LOOKED_FOR + 1, 0};
		symbols_each(s, check_each, &c);
		symbols_destroy(s);
	}
	err_free(e);
}

static struct err *take_module(void *arg, struct module_symbols *m)
{
	(void)arg;
	if (!m->name[0] || strlen(m->name) >= MODULE_NAME_MAX || m->nspans > MODULE_SPANS)
		abort();
	module_symbols_destroy(m);
	return NULL;
}

static void walk(struct small_kmem *m)
{
	static const struct module_layout layout = {
		.list = 8,
		.name = 24,
		.name_len = 56,
		.kallsyms = 80,
		.num_symtab = 8,
		.strtab = 16,
		.typetab = 24,
		.spans = {{88, 96}, {100, 108}},
		.nspans = 2,
	};
	size_t lost = 0;
	err_free(module_symbols_walk(&m->k, &layout, BASE, take_module, NULL, &lost));
}

/* Offsets in memory of the tables that VMCOREINFO names; 0xffff: it does not. */
static void name_tables(struct layout *l, const uint8_t *offsets, enum byte_order order)
{
	int64_t *const named[] = {&l->kallsyms_num_syms,    &l->kallsyms_names,
				  &l->kallsyms_token_table, &l->kallsyms_token_index,
				  &l->kallsyms_offsets,	    &l->kallsyms_relative_base};
	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		uint16_t offset = get_u16(offsets + i * 2, order);
		if (offset != UINT16_MAX)
			*named[i] = (int64_t)(BASE + offset);
	}
}

#define NAMED_SIZE 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	enum byte_order order = data[0] & 1 ? ORDER_BE : ORDER_LE;
	unsigned int mode = data[0] >> 1 & 3;
	if (mode == 0) {
		decode(data + 1, size - 1, order);
		return 0;
	}
	const uint8_t *named = data + 1;
	if (mode == 3 && size <= NAMED_SIZE + 1)
		return 0;
	if (mode == 3) {
		data += NAMED_SIZE;
		size -= NAMED_SIZE;
	}
	/* whole pages, as memory comes */
	size_t len = ROUND_UP(size - 1, (size_t)4096);
	uint8_t *memory = calloc(1, len);
	if (!memory)
		abort();
	memcpy(memory, data + 1, size - 1);
	struct small_kmem m;
	small_kmem_init(&m, order, BASE, memory, len);
	free(memory);
	m.layout.stext = (int64_t)BASE;
	if (mode == 3)
		name_tables(&m.layout, named, order);
	if (mode != 2)
		load(&m);
	else
		walk(&m);
	small_kmem_deinit(&m);
	return 0;
}
