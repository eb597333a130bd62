// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of vmlinux out of fake memory: tables that VMCOREINFO names, and tables that are found.
 */
#include "unit.h"
#include "kernel/kallsyms_find.h"
#include "kernel/kallsyms_image.h"
#include "kernel/symbols.h"
#include "small_kmem.h"

#define STEXT UINT64_C(0xffffffff81000000)
#define LEAD  (80 * 1024)
#define COUNT 700

static struct image_symbol symbols[COUNT];
static char names[COUNT][32];

/* Functions every 64 bytes; some names occur several times, some addresses too. */
static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "sys_%zu_do_%zx", i, i * 7919);
		symbols[i] = (struct image_symbol) {STEXT + i * 64, i % 3 ? 't' : 'T', names[i]};
	}
	symbols[0].name = "_stext";
	symbols[1] = (struct image_symbol) {STEXT, 'T', "_text"};
	symbols[100].name = symbols[200].name = symbols[300].name = "show";
	symbols[100].type = symbols[200].type = symbols[300].type = 't';
	symbols[400].name = symbols[401].name = "open";
	symbols[400].type = 't';
	symbols[401].type = 'T';
	symbols[501].addr = symbols[500].addr;
	symbols[COUNT - 1].name = "_end";
	return 0;
}

/* The generations of kallsyms_find.h. */
static const struct image_spec specs[] = {
	{"4.5", ORDER_LE, KALLSYMS_ADDRESSES, 8, false, false, false, 8},
	{"4.5 BE", ORDER_BE, KALLSYMS_ADDRESSES, 8, false, false, false, 8},
	{"4.5 POWER", ORDER_BE, KALLSYMS_ADDRESSES, 8, false, false, false, 256},
	{"4.18", ORDER_LE, KALLSYMS_RELATIVE, 8, false, false, false, 8},
	{"4.18 POWER", ORDER_BE, KALLSYMS_RELATIVE, 8, false, false, false, 256},
	{"5.10", ORDER_LE, KALLSYMS_RELATIVE, 4, false, false, false, 8},
	{"5.10 x86", ORDER_LE, KALLSYMS_PERCPU, 4, false, false, false, 8},
	{"5.10 BE", ORDER_BE, KALLSYMS_RELATIVE, 4, false, false, false, 8},
	{"5.10 POWER", ORDER_LE, KALLSYMS_RELATIVE, 4, false, false, false, 256},
	{"5.10 absolute", ORDER_LE, KALLSYMS_ADDRESSES, 4, false, false, false, 8},
	{"6.1", ORDER_LE, KALLSYMS_PERCPU, 4, true, false, false, 8},
	{"6.2", ORDER_LE, KALLSYMS_PERCPU, 4, true, true, false, 8},
	{"6.12", ORDER_LE, KALLSYMS_PERCPU, 4, true, true, true, 8},
	{"6.12 BE", ORDER_BE, KALLSYMS_RELATIVE, 4, true, true, true, 8},
	{"7.0", ORDER_LE, KALLSYMS_PLACE, 4, true, true, true, 8},
};

struct world {
	struct kallsyms_image image;
	struct small_kmem m;
};

static void world_init(struct world *w, const struct image_spec *spec, size_t n)
{
	kallsyms_image_make(&w->image, spec, STEXT, LEAD, STEXT, symbols, n);
	small_kmem_init(&w->m, spec->order, STEXT, w->image.bytes.data, w->image.bytes.len);
	w->m.layout.stext = (int64_t)STEXT;
}

static void world_deinit(struct world *w)
{
	small_kmem_deinit(&w->m);
	buf_deinit(&w->image.bytes);
}

/* What VMCOREINFO says since 6.0. */
static void name_tables(struct world *w)
{
	struct layout *l = &w->m.layout;
	l->kallsyms_num_syms = (int64_t)(STEXT + w->image.num_syms);
	l->kallsyms_names = (int64_t)(STEXT + w->image.names);
	l->kallsyms_token_table = (int64_t)(STEXT + w->image.token_table);
	l->kallsyms_token_index = (int64_t)(STEXT + w->image.token_index);
	if (w->image.offsets)
		l->kallsyms_offsets = (int64_t)(STEXT + w->image.offsets);
	if (w->image.relative_base)
		l->kallsyms_relative_base = (int64_t)(STEXT + w->image.relative_base);
	if (w->image.addresses)
		l->kallsyms_addresses = (int64_t)(STEXT + w->image.addresses);
}

struct walk {
	size_t n;
	bool equal;
};

static void compare(void *arg, const struct symbol *s)
{
	struct walk *walk = arg;
	const struct image_symbol *x = &symbols[walk->n++];
	walk->equal &= s->addr == x->addr && s->type == x->type && strcmp(s->name, x->name) == 0 &&
		       !s->module;
}

/* NULL if the symbols are all there as they were put in, else what is wrong. */
static const char *check(struct world *w, size_t n)
{
	struct symbols *s;
	struct walk walk = {0, true};
	struct err *e = symbols_load(&w->m.k, &s);
	if (e) {
		static char message[256];
		snprintf(message, sizeof(message), "%s", err_message(e));
		err_free(e);
		return message;
	}
	symbols_each(s, compare, &walk);
	bool counted = symbols_count(s) == n && walk.n == n && symbols_lost(s) == 0;
	symbols_destroy(s);
	return !counted ? "not as many" : walk.equal ? NULL : "not the same";
}

static void every_generation(void **state)
{
	(void)state;
	static const size_t counts[] = {COUNT, 513, 512, 257};
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(counts); j++) {
			struct world w;
			/* the last of the table closes the image, whatever it is called */
			world_init(&w, &specs[i], counts[j]);
			const char *found = check(&w, counts[j]);
			name_tables(&w);
			const char *named = specs[i].width == 4 ? check(&w, counts[j]) : NULL;
			world_deinit(&w);
			if (found || named)
				fail_msg("%s, %zu symbols: scan: %s; named: %s", specs[i].what,
					 counts[j], found ? found : "ok", named ? named : "ok");
		}
	}
}

static void finds_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		struct world w;
		struct kallsyms_place p;
		world_init(&w, &specs[i], COUNT);
		assert_ok(kallsyms_find(&w.m.k, &p));
		assert_int_equal(p.num_syms, COUNT);
		assert_int_equal(p.num_syms_at - STEXT, w.image.num_syms);
		assert_int_equal(p.names - STEXT, w.image.names);
		assert_int_equal(p.token_table - STEXT, w.image.token_table);
		assert_int_equal(p.token_index - STEXT, w.image.token_index);
		world_deinit(&w);
	}
}

/* Digits that are no tokens, and a token_table whose index disagrees, come first. */
static void decoys(void **state)
{
	(void)state;
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const struct image_spec *spec = &specs[5];
	struct world w;
	kallsyms_image_make(&w.image, spec, STEXT, LEAD, STEXT, symbols, COUNT);
	char *data = w.image.bytes.data;
	memcpy(data + 9000, digits, sizeof(digits));
	/* over the end of a piece that is read at once */
	memcpy(data + 65536 - 7, digits, sizeof(digits));
	memcpy(data + 20480, data + w.image.token_table,
	       w.image.token_index + KALLSYMS_TOKEN_INDEX - w.image.token_table);
	data[20480 + w.image.token_index - w.image.token_table + 200] ^= 1;
	small_kmem_init(&w.m, spec->order, STEXT, data, w.image.bytes.len);
	w.m.layout.stext = (int64_t)STEXT;
	const char *wrong = check(&w, COUNT);
	world_deinit(&w);
	if (wrong)
		fail_msg("%s", wrong);
}

static void named_wrongly(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, &specs[12], COUNT);
	name_tables(&w);
	w.m.layout.kallsyms_offsets += 8;
	const char *wrong = check(&w, COUNT);
	if (wrong)
		fail_msg("offsets: %s", wrong);
	name_tables(&w);
	w.m.layout.kallsyms_num_syms += 64;
	wrong = check(&w, COUNT);
	if (wrong)
		fail_msg("num_syms: %s", wrong);
	name_tables(&w);
	w.m.layout.kallsyms_names = (int64_t)UINT64_C(0xffffffffffffff00);
	wrong = check(&w, COUNT);
	if (wrong)
		fail_msg("names: %s", wrong);
	world_deinit(&w);
}

static void not_there(void **state)
{
	(void)state;
	struct world w;
	struct symbols *s = NULL;
	world_init(&w, &specs[12], COUNT);
	/* the pages with the tokens are not in the dump */
	w.m.hole = (STEXT + w.image.token_table) & ~UINT64_C(4095);
	w.m.hole_len = 8192;
	name_tables(&w);
	assert_err(symbols_load(&w.m.k, &s), ERR_MISSING, "kallsyms_");
	w.m.layout.kallsyms_names = LAYOUT_UNKNOWN;
	assert_err(symbols_load(&w.m.k, &s), ERR_MISSING,
		   "VMCOREINFO does not name the tables of kallsyms: no kallsyms tables");
	w.m.hole_len = 0;
	w.m.layout.stext = LAYOUT_UNKNOWN;
	assert_err(symbols_load(&w.m.k, &s), ERR_MISSING, "_stext");
	assert_null(s);
	world_deinit(&w);
}

static void lookups(void **state)
{
	(void)state;
	struct world w;
	struct symbols *s;
	struct symbol found, all[4];
	const char *module = "?";
	uint64_t addr = 0, offset = 0;
	world_init(&w, &specs[12], COUNT);
	assert_ok(symbols_load(&w.m.k, &s));

	assert_true(symbols_find(s, NULL, names[77], &addr));
	assert_int_equal(addr, STEXT + 77 * 64);
	assert_false(symbols_find(s, NULL, "nothing", &addr));
	assert_false(symbols_find(s, NULL, "", &addr));
	assert_false(symbols_find(s, "e1000", names[77], &addr));
	/* static functions of one name: the lowest; a global one before a static one */
	assert_true(symbols_find(s, NULL, "show", &addr));
	assert_int_equal(addr, STEXT + 100 * 64);
	assert_true(symbols_find(s, NULL, "open", &addr));
	assert_int_equal(addr, STEXT + 401 * 64);
	assert_int_equal(symbols_find_all(s, NULL, "show", all, 2), 3);
	assert_int_equal(all[1].addr, STEXT + 200 * 64);
	assert_int_equal(symbols_find_all(s, "e1000", "show", all, 2), 0);

	assert_true(symbols_at(s, STEXT + 77 * 64 + 63, &found, &offset));
	assert_string_equal(found.name, names[77]);
	assert_int_equal(offset, 63);
	assert_int_equal(found.type, 't');
	assert_null(found.module);
	/* two at one address: the first of the table, as the kernel says it */
	assert_true(symbols_at(s, symbols[500].addr, &found, &offset));
	assert_string_equal(found.name, names[500]);
	/* nothing below the image nor from _end on */
	assert_false(symbols_at(s, STEXT - 1, &found, &offset));
	assert_true(symbols_at(s, STEXT + (COUNT - 1) * 64 - 1, &found, &offset));
	assert_false(symbols_at(s, STEXT + (COUNT - 1) * 64, &found, &offset));
	assert_false(symbols_at(s, 0, &found, &offset));
	assert_false(symbols_at(s, UINT64_MAX, &found, &offset));
	assert_true(symbols_owner(s, STEXT, &module));
	assert_null(module);
	assert_false(symbols_owner(s, 64, &module));
	symbols_destroy(s);
	world_deinit(&w);
}

/* Tables that are not sorted, and per-CPU variables whose addresses are no places. */
static void unsorted(void **state)
{
	(void)state;
	struct world w;
	struct symbols *s;
	struct symbol found;
	uint64_t addr = 0, offset = 0;
	struct image_symbol kept = symbols[600], last = symbols[10];
	symbols[600] = (struct image_symbol) {0x4000, 'A', "percpu_thing"};
	symbols[10] = (struct image_symbol) {STEXT + 650 * 64 + 8, 't', "late"};
	world_init(&w, &specs[12], COUNT);
	assert_ok(symbols_load(&w.m.k, &s));
	assert_true(symbols_find(s, NULL, "percpu_thing", &addr));
	assert_int_equal(addr, 0x4000);
	assert_false(symbols_at(s, 0x4001, &found, &offset));
	assert_true(symbols_at(s, STEXT + 650 * 64 + 9, &found, &offset));
	assert_string_equal(found.name, "late");
	assert_true(symbols_at(s, STEXT + 10 * 64, &found, &offset));
	assert_string_equal(found.name, names[9]);
	symbols_destroy(s);
	world_deinit(&w);
	symbols[600] = kept;
	symbols[10] = last;
}

/* Without CONFIG_KALLSYMS_ALL: what lies between text and init text has no symbols. */
static void functions_only(void **state)
{
	(void)state;
	struct world w;
	struct symbols *s;
	struct symbol found;
	uint64_t offset = 0;
	const struct {
		size_t at;
		const char *name;
	} renamed[] = {{300, "_etext"}, {600, "_sinittext"}, {COUNT - 1, "_einittext"}, {1, "f"}};
	struct image_symbol kept[ARRAY_SIZE(renamed)];
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++) {
		kept[i] = symbols[renamed[i].at];
		symbols[renamed[i].at].name = renamed[i].name;
	}
	world_init(&w, &specs[12], COUNT);
	assert_ok(symbols_load(&w.m.k, &s));
	assert_true(symbols_at(s, STEXT + 299 * 64 + 63, &found, &offset));
	assert_string_equal(found.name, names[299]);
	assert_false(symbols_at(s, STEXT + 300 * 64, &found, &offset));
	assert_false(symbols_at(s, STEXT + 599 * 64, &found, &offset));
	assert_true(symbols_at(s, STEXT + 600 * 64 + 1, &found, &offset));
	assert_string_equal(found.name, "_sinittext");
	assert_false(symbols_at(s, STEXT + (COUNT - 1) * 64, &found, &offset));
	symbols_destroy(s);
	world_deinit(&w);
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++)
		symbols[renamed[i].at] = kept[i];
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_generation), cmocka_unit_test(finds_the_place),
		cmocka_unit_test(decoys),	    cmocka_unit_test(named_wrongly),
		cmocka_unit_test(not_there),	    cmocka_unit_test(lookups),
		cmocka_unit_test(unsorted),	    cmocka_unit_test(functions_only),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
