// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbols from tables that may be anything. The first byte: bit 0 big endian; bits 1 and 2 say what
 * the rest is: 0 the tables themselves, 1 memory in which to find them, 2 memory with a list of
 * modules.
 */
#include "../unit/small_kmem.h"
#include "fuzz.h"
#include "kernel/kallsyms.h"
#include "kernel/module_symbols.h"
#include "kernel/symbols.h"

#define BASE UINT64_C(0xffffffff81000000)

static struct err *check_symbol(void *arg, uint64_t addr, char type, const char *name, size_t len)
{
	(void)arg, (void)addr;
	if (type <= ' ' || len == 0 || len >= KALLSYMS_NAME_MAX || strlen(name) != len)
		abort();
	return NULL;
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
	t.names_len = MIN((size_t)get_u16(p + 4, order), left);
	left -= t.names_len;
	t.token_table_len = MIN((size_t)get_u16(p + 6, order), left);
	left -= t.token_table_len;
	t.names = p + 10;
	t.token_table = t.names + t.names_len;
	t.token_index = t.token_table + t.token_table_len;
	const uint8_t *rest = t.token_index + KALLSYMS_TOKEN_INDEX;
	if (t.num_syms <= left / 4)
		t.offsets = rest;
	if (t.num_syms <= left / 8)
		t.addresses = rest;
	if (p[8] & 1)
		t.relative_base = &base;
	err_free(kallsyms_decode(&t, check_symbol, NULL, NULL));
}

static void check_each(void *arg, const struct symbol *x)
{
	const struct symbols *s = arg;
	struct symbol found;
	uint64_t addr, offset;
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
		symbols_each(s, check_each, s);
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
	if (mode == 1)
		load(&m);
	else
		walk(&m);
	small_kmem_deinit(&m);
	return 0;
}
