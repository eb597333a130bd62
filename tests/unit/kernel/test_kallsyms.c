// SPDX-License-Identifier: GPL-2.0-or-later
/* Decoding the tables of kallsyms: every encoding and byte order, and tables that lie. */
#include "unit.h"
#include "kernel/kallsyms.h"
#include "kernel/kallsyms_image.h"

#define AT    UINT64_C(0xffffffff82000000)
#define STEXT UINT64_C(0xffffffff81000000)
#define LEAD  64

static const struct image_symbol plain[] = {
	{STEXT, 'T', "_stext"},
	{STEXT, 'T', "_text"},
	{STEXT + 0x10, 't', "do_one_initcall"},
	{STEXT + 0x10, 'T', "sys_read"},
	{STEXT + 0x1234, 'T', "Ttcp_v4_rcv"},
	{STEXT + 0x5678, 'd', "x"},
	{STEXT + 0x1000000, 'D', "init_net"},
};

/* Per-CPU variables come first, at their offsets. */
static const struct image_symbol percpu[] = {
	{0, 'A', "fixed_percpu_data"},
	{0x34000, 'A', "__per_cpu_end"},
	{STEXT, 'T', "_stext"},
	{UINT64_MAX, 'B', "_end"}, /* as far as 32 bits reach */
};

#define SPEC(enc, ord, w)                                                                          \
	{                                                                                          \
		.encoding = (enc), .order = (ord), .wide = (w), .width = 4, .align = 8             \
	}

static const struct decode_case {
	struct image_spec spec;
	uint64_t base;
	const struct image_symbol *symbols;
	size_t n;
} cases[] = {
	{SPEC(KALLSYMS_RELATIVE, ORDER_LE, true), STEXT, plain, ARRAY_SIZE(plain)},
	{SPEC(KALLSYMS_RELATIVE, ORDER_BE, false), STEXT, plain, ARRAY_SIZE(plain)},
	{SPEC(KALLSYMS_RELATIVE, ORDER_LE, true), STEXT - 0x80000000, plain, ARRAY_SIZE(plain)},
	{SPEC(KALLSYMS_PERCPU, ORDER_LE, true), STEXT - 0x1000000, percpu, ARRAY_SIZE(percpu)},
	{SPEC(KALLSYMS_PERCPU, ORDER_BE, true), STEXT - 0x1000000, percpu, ARRAY_SIZE(percpu)},
	{SPEC(KALLSYMS_PLACE, ORDER_LE, true), 0, plain, ARRAY_SIZE(plain)},
	{SPEC(KALLSYMS_PLACE, ORDER_BE, true), 0, plain, ARRAY_SIZE(plain)},
	{SPEC(KALLSYMS_ADDRESSES, ORDER_LE, false), 0, plain, ARRAY_SIZE(plain)},
	{SPEC(KALLSYMS_ADDRESSES, ORDER_BE, false), 0, percpu, ARRAY_SIZE(percpu)},
};

struct expected {
	const struct image_symbol *symbols;
	size_t n, seen; /* each twice */
};

/* Every symbol by its number, its address and its name; out of order, as reports ask. */
static struct err *compare(struct kallsyms_tables *t, struct expected *x,
			   enum kallsyms_encoding *encoding)
{
	struct kallsyms *k;
	struct err *e = kallsyms_open(t, &k);
	if (e)
		return e;
	assert_int_equal(kallsyms_count(k), x->n);
	for (; x->seen < 2 * x->n; x->seen++) {
		uint32_t i = (uint32_t)(x->seen < x->n ? x->n - 1 - x->seen : x->seen - x->n);
		const struct image_symbol *s = &x->symbols[i];
		char name[KALLSYMS_NAME_MAX];
		uint32_t found = UINT32_MAX;
		size_t cursor = 0;
		assert_int_equal(kallsyms_addr(k, i), s->addr);
		assert_int_equal(kallsyms_read_name(k, i, name), strlen(s->name) + 1);
		assert_int_equal(name[0], s->type);
		assert_string_equal(name + 1, s->name);
		assert_string_equal(kallsyms_name(k, i), name);
		assert_ptr_equal(kallsyms_name(k, i), kallsyms_name(k, i));
		while (kallsyms_next(k, s->name, &cursor, &found) && found != i)
			;
		assert_int_equal(found, i);
		assert_true(kallsyms_at(k, s->addr, &found));
		assert_int_equal(kallsyms_addr(k, found), s->addr);
		assert_true(found == 0 || kallsyms_addr(k, found - 1) < s->addr);
	}
	if (encoding)
		*encoding = kallsyms_encoding(k);
	kallsyms_destroy(k);
	return NULL;
}

/* The error of tables that are damaged. */
static struct err *refusal(struct kallsyms_tables *t)
{
	struct kallsyms *k = NULL;
	struct err *e = kallsyms_open(t, &k);
	kallsyms_destroy(k);
	return e;
}

static void encodings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct decode_case *c = &cases[i];
		struct kallsyms_image m;
		enum kallsyms_encoding encoding = KALLSYMS_ENCODINGS;
		struct expected x = {c->symbols, c->n, 0};
		kallsyms_image_make(&m, &c->spec, AT, LEAD, c->base, c->symbols, c->n);
		struct kallsyms_tables t = kallsyms_image_tables(&m, &c->spec, AT, c->n, STEXT);
		assert_ok(compare(&t, &x, &encoding));
		assert_int_equal(x.seen, 2 * c->n);
		assert_int_equal(encoding, c->spec.encoding);
		buf_deinit(&m.bytes);
	}
}

/* Names whose lengths need the second byte, or all bits of the only one. */
static void long_names(void **state)
{
	(void)state;
	static const size_t lengths[] = {126, 127, 128, 200, 254, 255, 256, 300, 511};
	char name[512];
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (int wide = 0; wide < 2; wide++) {
			struct image_spec spec = SPEC(KALLSYMS_RELATIVE, ORDER_LE, wide);
			memset(name, 'q', sizeof(name));
			name[lengths[i]] = '\0';
			struct image_symbol symbols[] = {{STEXT, 'T', "_stext"},
							 {STEXT + 1, 'b', name},
							 {STEXT + 2, 't', "after"}};
			struct expected x = {symbols, 3, 0};
			struct kallsyms_image m;
			if (!wide && lengths[i] > 254)
				continue;
			kallsyms_image_make(&m, &spec, AT, LEAD, STEXT, symbols, 3);
			struct kallsyms_tables t = kallsyms_image_tables(&m, &spec, AT, 3, STEXT);
			assert_ok(compare(&t, &x, NULL));
			assert_int_equal(x.seen, 6);
			buf_deinit(&m.bytes);
		}
	}
}

static struct kallsyms_image image;

static const struct image_spec good = SPEC(KALLSYMS_RELATIVE, ORDER_LE, true);

static int setup(void **state)
{
	(void)state;
	kallsyms_image_make(&image, &good, AT, LEAD, STEXT, plain, ARRAY_SIZE(plain));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_deinit(&image.bytes);
	return 0;
}

static struct kallsyms_tables tables(void)
{
	return kallsyms_image_tables(&image, &good, AT, ARRAY_SIZE(plain), STEXT);
}

static void wrong_numbers(void **state)
{
	(void)state;
	static const uint32_t numbers[] = {0, 100, 0x7fffffff, UINT32_MAX};
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct kallsyms_tables t = tables();
		t.num_syms = numbers[i];
		assert_err(refusal(&t), ERR_FORMAT, "kallsyms: ");
	}
}

/* However the names are cut, no byte behind the end is read (a copy of that size shows it). */
static void truncated_names(void **state)
{
	(void)state;
	for (size_t len = 0; len < image.names_end - image.names; len++) {
		struct kallsyms_tables t = tables();
		uint8_t *names = malloc(len ? len : 1);
		memcpy(names, t.names.whole, len);
		t.names = kbytes_of(names, len);
		assert_err(refusal(&t), ERR_FORMAT, "kallsyms: ");
		free(names);
	}
}

/* "page" and the empty tokens behind it are the only ones that the names do not need. */
static void truncated_tokens(void **state)
{
	(void)state;
	size_t whole = image.token_table_end - image.token_table;
	size_t needed = whole - strlen("page") - (256 - IMAGE_FIRST_TOKEN - 6);
	for (size_t len = 0; len < whole; len++) {
		struct kallsyms_tables t = tables();
		struct expected x = {plain, ARRAY_SIZE(plain), 0};
		uint8_t *table = malloc(len ? len : 1);
		memcpy(table, t.token_table.whole, len);
		t.token_table = kbytes_of(table, len);
		if (len < needed)
			assert_err(refusal(&t), ERR_FORMAT, "damaged");
		else
			assert_ok(compare(&t, &x, NULL));
		free(table);
	}
}

static void index_anywhere(void **state)
{
	(void)state;
	uint8_t index[KALLSYMS_TOKEN_INDEX];
	struct kallsyms_tables t = tables();
	memset(index, 0xff, sizeof(index));
	t.token_index = kbytes_of(index, sizeof(index));
	assert_err(refusal(&t), ERR_FORMAT, "name 0 of 7");
}

/* A token that contains the code that stands for it is text, and expanded once. */
static void token_cycle(void **state)
{
	(void)state;
	static const uint8_t names[] = {2, 'T', 1, 2, 'T', 2};
	static const char table[] = "T\0_stext\0\2\2\1";
	static const uint8_t offsets[8];
	uint8_t index[KALLSYMS_TOKEN_INDEX] = {0};
	uint64_t base = STEXT;
	index[2] = 2;
	index[4] = 9;
	struct kallsyms_tables t = {.order = ORDER_LE,
				    .num_syms = 2,
				    .names = kbytes_of(names, sizeof(names)),
				    .token_table = kbytes_of(table, sizeof(table)),
				    .token_index = kbytes_of(index, sizeof(index)),
				    .offsets = kbytes_of(offsets, sizeof(offsets)),
				    .relative_base = &base,
				    .stext = STEXT};
	/* not printable: refused, and not expanded without end */
	assert_err(refusal(&t), ERR_FORMAT, "name 1 of 2");
	t.num_syms = 1;
	struct expected x = {plain, 1, 0};
	assert_ok(compare(&t, &x, NULL));
	assert_int_equal(x.seen, 2);
}

/* One code for 60000 characters, and 16383 codes a name. */
static void endless_name(void **state)
{
	(void)state;
	uint8_t *table = malloc(60001), *names = malloc(2 + 0x3fff);
	uint8_t index[KALLSYMS_TOKEN_INDEX] = {0};
	struct kallsyms_tables t = tables();
	memset(table, 'a', 60000);
	table[60000] = '\0';
	memset(names, 1, 2 + 0x3fff);
	names[0] = 0xff;
	names[1] = 0x7f;
	t.num_syms = 1;
	t.names = kbytes_of(names, 2 + 0x3fff);
	t.token_table = kbytes_of(table, 60001);
	t.token_index = kbytes_of(index, sizeof(index));
	assert_err(refusal(&t), ERR_FORMAT, "name 0 of 1");
	free(table);
	free(names);
}

static void stext_elsewhere(void **state)
{
	(void)state;
	struct kallsyms_tables t = tables();
	t.stext = STEXT + 1;
	assert_err(refusal(&t), ERR_FORMAT, "has _stext at");
	t = tables();
	t.offsets = kbytes_of(NULL, 0);
	assert_err(refusal(&t), ERR_FORMAT, "has _stext at");
	t = tables();
	t.relative_base = NULL;
	assert_err(refusal(&t), ERR_FORMAT, "has _stext at");
}

static void no_stext(void **state)
{
	(void)state;
	struct kallsyms_image m;
	kallsyms_image_make(&m, &good, AT, LEAD, STEXT, plain + 1, 3);
	struct kallsyms_tables t = kallsyms_image_tables(&m, &good, AT, 3, STEXT);
	assert_err(refusal(&t), ERR_FORMAT, "no symbol _stext");
	buf_deinit(&m.bytes);
}

/* As many as several groups and strides have: each is found by number and by name. */
static void many(void **state)
{
	(void)state;
	enum { MANY = 3000 };
	static struct image_symbol symbols[MANY];
	static char names[MANY][16];
	struct kallsyms_image m;
	struct kallsyms *k;
	size_t cursor = 0, twice = 0;
	uint32_t found;
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), i % 100 ? "do_%u_page" : "same", i);
		symbols[i] = (struct image_symbol) {STEXT + i * 16, 't', names[i]};
	}
	symbols[0] = (struct image_symbol) {STEXT, 'T', "_stext"};
	kallsyms_image_make(&m, &good, AT, LEAD, STEXT, symbols, MANY);
	struct kallsyms_tables t = kallsyms_image_tables(&m, &good, AT, MANY, STEXT);
	struct expected x = {symbols, MANY, 0};
	assert_ok(compare(&t, &x, NULL));
	t = kallsyms_image_tables(&m, &good, AT, MANY, STEXT);
	assert_ok(kallsyms_open(&t, &k));
	while (kallsyms_next(k, "same", &cursor, &found))
		assert_int_equal(found, 100 * ++twice);
	assert_int_equal(twice, 29);
	cursor = 0;
	assert_false(kallsyms_next(k, "do_1_pages", &cursor, &found));
	for (uint32_t i = 0; i < MANY; i++) {
		assert_true(kallsyms_at(k, STEXT + i * 16 + 15, &found));
		assert_int_equal(found, i);
	}
	assert_true(kallsyms_at(k, UINT64_MAX, &found));
	assert_int_equal(found, MANY - 1);
	assert_false(kallsyms_at(k, STEXT - 1, &found));
	kallsyms_destroy(k);
	buf_deinit(&m.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings),
		cmocka_unit_test(long_names),
		cmocka_unit_test(wrong_numbers),
		cmocka_unit_test(truncated_names),
		cmocka_unit_test(truncated_tokens),
		cmocka_unit_test(index_anywhere),
		cmocka_unit_test(token_cycle),
		cmocka_unit_test(endless_name),
		cmocka_unit_test(stext_elsewhere),
		cmocka_unit_test(no_stext),
		cmocka_unit_test(many),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
