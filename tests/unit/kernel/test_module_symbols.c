// SPDX-License-Identifier: GPL-2.0-or-later
/* The symbols of modules out of fake memory, in both byte orders, whole and damaged. */
#include <elf.h>
#include "unit.h"
#include "kernel/kallsyms_image.h"
#include "kernel/module_symbols.h"
#include "kernel/symbols.h"
#include "small_kmem.h"

#define STEXT	UINT64_C(0xffffffff81000000)
#define HEAD	0x1000 /* offsets in the fake memory from here on */
#define MODULES 0x2000
#define SYMTABS 0x8000
#define SIZE	0x40000
#define TABLES	0x20000 /* kallsyms of vmlinux */

/* A struct module of our own: what matters is that offsets are obeyed. */
static const struct module_layout layout = {
	.list = 16,
	.name = 40,
	.name_len = 56,
	.kallsyms = 96,
	.symtab = 24,
	.num_symtab = 8,
	.strtab = 16,
	.typetab = 0,
	.spans = {{128, 136}, {144, 152}, {160, 168}},
	.nspans = 3,
};
#define NODE(i) (MODULES + (i)*0x400 + 16)

struct world {
	enum byte_order order;
	uint8_t memory[SIZE];
	size_t modules, end; /* where the next tables go */
	struct kallsyms_image image;
	struct small_kmem m;
	struct symbols *s;
};

static void put64(struct world *w, size_t at, uint64_t v)
{
	put_u64(w->memory + at, v, w->order);
}

/* An empty list; a vmlinux with the symbol of its head. */
static struct world *world_create(enum byte_order order)
{
	const struct image_spec spec = {.order = order, .width = 4, .after = true, .align = 8};
	const struct image_symbol symbols[] = {{STEXT, 'T', "_stext"},
					       {STEXT + 64, 't', "probe"},
					       {STEXT + HEAD, 'd', "modules"},
					       {STEXT + 0x100000, 'B', "_end"}};
	struct world *w = calloc(1, sizeof(*w));
	w->order = order;
	w->end = SYMTABS;
	kallsyms_image_make(&w->image, &spec, STEXT + TABLES, 64, STEXT, symbols, 4);
	memcpy(w->memory + TABLES, w->image.bytes.data, w->image.bytes.len);
	put64(w, HEAD, STEXT + HEAD);
	return w;
}

static void world_destroy(struct world *w)
{
	symbols_destroy(w->s);
	small_kmem_deinit(&w->m);
	buf_deinit(&w->image.bytes);
	free(w);
}

/* After the memory is as the test wants it. */
static struct err *world_load(struct world *w)
{
	small_kmem_init(&w->m, w->order, STEXT, w->memory, SIZE);
	struct layout *l = &w->m.layout;
	l->stext = (int64_t)STEXT;
	l->kallsyms_num_syms = (int64_t)(STEXT + TABLES + w->image.num_syms);
	l->kallsyms_names = (int64_t)(STEXT + TABLES + w->image.names);
	l->kallsyms_token_table = (int64_t)(STEXT + TABLES + w->image.token_table);
	l->kallsyms_token_index = (int64_t)(STEXT + TABLES + w->image.token_index);
	l->kallsyms_offsets = (int64_t)(STEXT + TABLES + w->image.offsets);
	l->kallsyms_relative_base = (int64_t)(STEXT + TABLES + w->image.relative_base);
	struct err *e = symbols_load(&w->m.k, &w->s);
	return e ? e : symbols_add_module_list(w->s, &w->m.k, &layout);
}

/* One more module at the end of the list, without symbols. */
static size_t add_module(struct world *w, const char *name, uint64_t base, uint32_t len)
{
	size_t i = w->modules++, at = NODE(i) - layout.list;
	put64(w, i ? NODE(i - 1) : HEAD, STEXT + NODE(i));
	put64(w, NODE(i), STEXT + HEAD);
	memcpy(w->memory + at + layout.name, name, strlen(name));
	put64(w, at + layout.spans[0].base, base);
	put_u32(w->memory + at + layout.spans[0].size, len, w->order);
	return at;
}

struct module_symbol {
	uint64_t addr;
	char type;
	uint16_t section;
	const char *name;
};

/* struct mod_kallsyms, symtab (with its null entry), strtab and typetab of the module at at. */
static size_t add_symbols(struct world *w, size_t at, const struct module_symbol *s, uint32_t n)
{
	size_t kallsyms = w->end, symtab = kallsyms + 32;
	size_t strtab = symtab + (n + 1) * sizeof(Elf64_Sym), next = strtab + 1;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t *sym = w->memory + symtab + (i + 1) * sizeof(Elf64_Sym);
		put_u32(sym + offsetof(Elf64_Sym, st_name), (uint32_t)(next - strtab), w->order);
		put_u16(sym + offsetof(Elf64_Sym, st_shndx), s[i].section, w->order);
		put_u64(sym + offsetof(Elf64_Sym, st_value), s[i].addr, w->order);
		memcpy(w->memory + next, s[i].name, strlen(s[i].name) + 1);
		next += strlen(s[i].name) + 1;
	}
	for (uint32_t i = 0; i < n; i++)
		w->memory[next + i + 1] = (uint8_t)s[i].type;
	put64(w, at + layout.kallsyms, STEXT + kallsyms);
	put64(w, kallsyms + layout.symtab, STEXT + symtab);
	put64(w, kallsyms + layout.strtab, STEXT + strtab);
	put64(w, kallsyms + layout.typetab, STEXT + next);
	put_u32(w->memory + kallsyms + layout.num_symtab, n + 1, w->order);
	w->end = ROUND_UP(next + n + 1, 64);
	return kallsyms;
}

#define E1000 UINT64_C(0xffffffffc0400000)
#define VETH  UINT64_C(0xffffffffc0300000)

static const struct module_symbol e1000[] = {
	{E1000 + 0x80, 't', 2, "e1000_open"},  {E1000 + 0x10, 't', 2, "e1000_probe"},
	{E1000 + 0x10, 't', 2, "$x"},	       {E1000 + 0x20, 't', 2, ".Lfound"},
	{0, 'U', SHN_UNDEF, "printk"},	       {E1000 + 0x80, 'T', 2, "alias"},
	{E1000 + 0x9000, 'd', 5, "late_data"}, {0x3000, 'd', 7, "percpu_counter"},
	{E1000 + 0x100, 't', 2, "probe"},      {E1000 + 0x110, '\1', 2, "typeless"},
};

static const struct module_symbol veth[] = {{VETH + 8, 't', 1, "probe"}};

static struct world *two_modules(enum byte_order order)
{
	struct world *w = world_create(order);
	size_t at = add_module(w, "e1000", E1000, 0x1000);
	put64(w, at + layout.spans[2].base, E1000 + 0x8000);
	put_u32(w->memory + at + layout.spans[2].size, 0x2000, order);
	add_symbols(w, at, e1000, ARRAY_SIZE(e1000));
	add_symbols(w, add_module(w, "veth", VETH, 0x100), veth, 1);
	return w;
}

static void at_is(const struct world *w, uint64_t addr, const char *name, uint64_t expected,
		  const char *module)
{
	struct symbol s;
	uint64_t offset = 0;
	if (!name) {
		assert_false(symbols_at(w->s, addr, &s, &offset));
		return;
	}
	assert_true(symbols_at(w->s, addr, &s, &offset));
	assert_string_equal(s.name, name);
	assert_int_equal(offset, expected);
	assert_string_equal(s.module, module);
}

static void whole(void **state)
{
	(void)state;
	for (enum byte_order order = ORDER_LE; order <= ORDER_BE; order++) {
		struct world *w = two_modules(order);
		struct symbol all[4];
		const char *module = NULL;
		uint64_t addr = 0;
		assert_ok(world_load(w));
		assert_int_equal(symbols_lost(w->s), 0);
		assert_int_equal(symbols_count(w->s), 4 + 7 + 1);

		at_is(w, E1000 + 0x12, "e1000_probe", 2, "e1000");
		/* mapping symbols and undefined ones are none; the first at an address counts */
		at_is(w, E1000 + 0x25, "e1000_probe", 0x15, "e1000");
		at_is(w, E1000 + 0x81, "e1000_open", 1, "e1000");
		at_is(w, E1000 + 0xfff, "typeless", 0xeef, "e1000");
		at_is(w, E1000 + 0x9001, "late_data", 1, "e1000");
		at_is(w, VETH + 0xff, "probe", 0xf7, "veth");
		/* before the first symbol of a span, between spans, outside */
		at_is(w, E1000 + 4, NULL, 0, NULL);
		at_is(w, E1000 + 0x8fff, NULL, 0, NULL);
		at_is(w, E1000 + 0x1000, NULL, 0, NULL);
		at_is(w, VETH + 0x100, NULL, 0, NULL);
		at_is(w, 0x3001, NULL, 0, NULL);
		assert_true(symbols_owner(w->s, E1000 + 0x8fff, &module));
		assert_string_equal(module, "e1000");
		assert_false(symbols_owner(w->s, E1000 + 0x1000, &module));

		assert_true(symbols_find(w->s, "e1000", "percpu_counter", &addr));
		assert_int_equal(addr, 0x3000);
		assert_true(symbols_find(w->s, NULL, "alias", &addr));
		assert_true(symbols_find(w->s, NULL, "probe", &addr));
		assert_int_equal(addr, STEXT + 64);
		assert_true(symbols_find(w->s, "veth", "probe", &addr));
		assert_int_equal(addr, VETH + 8);
		assert_false(symbols_find(w->s, "veth", "e1000_open", &addr));
		assert_false(symbols_find(w->s, NULL, "printk", &addr));
		assert_int_equal(symbols_find_all(w->s, NULL, "probe", all, 4), 3);
		assert_null(all[0].module);
		assert_string_equal(all[1].module, "e1000");
		assert_string_equal(all[2].module, "veth");
		world_destroy(w);
	}
}

static void no_modules(void **state)
{
	(void)state;
	struct world *w = world_create(ORDER_LE);
	assert_ok(world_load(w));
	assert_int_equal(symbols_count(w->s), 4);
	assert_int_equal(symbols_lost(w->s), 0);
	world_destroy(w);
}

static void no_head(void **state)
{
	(void)state;
	struct world *w = world_create(ORDER_LE);
	char *modules = memmem(w->memory + TABLES, SIZE - TABLES, "modules", 7);
	*modules = 'n';
	assert_err(world_load(w), ERR_MISSING, "CONFIG_KALLSYMS_ALL");
	assert_int_equal(symbols_count(w->s), 4);
	world_destroy(w);
}

/* Damage to the second of two modules, or the list behind the first: the first one stays. */
struct damage {
	const char *what;
	size_t at;
	uint64_t value;
	size_t symbols, lost;
};

static void damaged(void **state)
{
	(void)state;
	size_t second = NODE(1) - layout.list, none = 4 + 7, all = none + 1;
	const uint64_t nowhere = 0xffff;
	const struct damage damages[] = {
		{"list to nowhere", NODE(0), nowhere, none, 1},
		{"list to itself", NODE(0), STEXT + NODE(0), none, 1},
		{"list without head", NODE(1), STEXT + NODE(0), all, 1},
		{"list ends in nothing", NODE(1), 0, all, 1},
		{"no name", second + layout.name, 0, none, 1},
		{"odd name", second + layout.name, 0x0707070707070707, none, 1},
		{"not loaded yet", second + layout.kallsyms, 0, none, 0},
		{"kallsyms nowhere", second + layout.kallsyms, nowhere, none, 1},
		{"symtab nowhere", layout.symtab, nowhere, none, 1},
		{"strtab nowhere", layout.strtab, nowhere, none, 1},
		{"typetab nowhere", layout.typetab, nowhere, none, 1},
		{"too many symbols", layout.num_symtab, UINT64_MAX, none, 1},
		{"more symbols than memory", layout.num_symtab, 0x1000000010000, none, 1},
		{"no symbols", layout.num_symtab, 0, none, 0},
		{"span without end", second + layout.spans[0].base, UINT64_MAX - 2, all, 0},
	};
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		const struct damage *d = &damages[i];
		struct world *w = two_modules(ORDER_LE);
		size_t kallsyms =
			(size_t)(get_u64(w->memory + second + layout.kallsyms, ORDER_LE) - STEXT);
		put64(w, d->at < HEAD ? kallsyms + d->at : d->at, d->value);
		assert_ok(world_load(w));
		if (symbols_count(w->s) != d->symbols || symbols_lost(w->s) != d->lost)
			fail_msg("%s: %zu symbols (expected %zu), %zu lost (expected %zu)", d->what,
				 symbols_count(w->s), d->symbols, symbols_lost(w->s), d->lost);
		at_is(w, E1000 + 0x12, "e1000_probe", 2, "e1000");
		world_destroy(w);
	}
}

/* A name far outside strtab, one without an end, and one of 600 characters. */
static void damaged_names(void **state)
{
	(void)state;
	char name[601];
	memset(name, 'n', 600);
	name[600] = '\0';
	const struct module_symbol symbols[] = {{VETH + 8, 't', 1, "bad\x1b[m"},
						{VETH + 16, 't', 1, name},
						{VETH + 24, 't', 1, "good"}};
	struct world *w = world_create(ORDER_LE);
	add_symbols(w, add_module(w, "veth", VETH, 0x100), symbols, 3);
	assert_ok(world_load(w));
	assert_int_equal(symbols_count(w->s), 4 + 1);
	at_is(w, VETH + 0x20, "good", 8, "veth");
	world_destroy(w);

	w = world_create(ORDER_LE);
	size_t kallsyms = add_symbols(w, add_module(w, "veth", VETH, 0x100), veth, 1);
	put_u32(w->memory + kallsyms + 32 + sizeof(Elf64_Sym), 0x7fffffff, ORDER_LE);
	assert_ok(world_load(w));
	assert_int_equal(symbols_count(w->s), 4);
	assert_int_equal(symbols_lost(w->s), 1);
	world_destroy(w);
}

/* strtab ends with the memory: nothing behind it may be needed. */
static void strtab_at_the_end(void **state)
{
	(void)state;
	struct world *w = world_create(ORDER_LE);
	size_t kallsyms = add_symbols(w, add_module(w, "veth", VETH, 0x100), veth, 1);
	memcpy(w->memory + SIZE - 7, "\0probe", 7);
	put64(w, kallsyms + layout.strtab, STEXT + SIZE - 7);
	assert_ok(world_load(w));
	assert_int_equal(symbols_lost(w->s), 0);
	at_is(w, VETH + 8, "probe", 0, "veth");
	world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),	 cmocka_unit_test(no_modules),
		cmocka_unit_test(no_head),	 cmocka_unit_test(damaged),
		cmocka_unit_test(damaged_names), cmocka_unit_test(strtab_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
