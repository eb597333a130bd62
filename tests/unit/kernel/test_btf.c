// SPDX-License-Identifier: GPL-2.0-or-later
/* BTF: parsing, names, sizes, members, of good blobs and of hostile ones. */
#include "unit.h"
#include "small_btf.h"

/* The ids of one small kernel's types, in both byte orders. */
struct ids {
	uint32_t u8, i32, u64, list, list_ptr, u32_array, state, task;
};

/*
 * struct list_head { struct list_head *next, *prev; };
 * enum state { RUNNING, DEAD = -1 };
 * struct task { int pid; union { struct { u8 low; u8 high; }; u32 both[2]; };
 *               unsigned int a : 3, b : 5; enum state state; struct list_head nodes[2]; };
 */
static struct ids encode(struct small_btf *b)
{
	struct ids i;
	i.u8 = small_btf_int(b, "unsigned char", 1, false);
	i.i32 = small_btf_int(b, "int", 4, true);
	uint32_t u32 = small_btf_int(b, "unsigned int", 4, false);
	i.u64 = small_btf_int(b, "long unsigned int", 8, false);
	i.list_ptr = b->next + 1;
	i.list = small_btf_type(b, BTF_STRUCT, "list_head", 2, false, 16);
	small_btf_member(b, "next", i.list_ptr, 0);
	small_btf_member(b, "prev", i.list_ptr, 64);
	small_btf_type(b, BTF_PTR, "", 0, false, i.list);
	i.u32_array = small_btf_array(b, u32, 2);
	i.state = small_btf_type(b, BTF_ENUM, "state", 2, true, 4);
	small_btf_enumerator(b, "RUNNING", 0);
	small_btf_enumerator(b, "DEAD", UINT32_MAX);
	uint32_t bytes = small_btf_type(b, BTF_STRUCT, "", 2, false, 2);
	small_btf_member(b, "low", i.u8, 0);
	small_btf_member(b, "high", i.u8, 8);
	uint32_t both = small_btf_type(b, BTF_UNION, "", 2, false, 8);
	small_btf_member(b, "", bytes, 0);
	small_btf_member(b, "both", i.u32_array, 0);
	uint32_t nodes = small_btf_array(b, i.list, 2);
	i.task = small_btf_type(b, BTF_STRUCT, "task", 6, true, 56);
	small_btf_bitfield(b, "pid", i.i32, 0, 0);
	small_btf_bitfield(b, "", both, 32, 0);
	small_btf_bitfield(b, "a", u32, 96, 3);
	small_btf_bitfield(b, "b", u32, 99, 5);
	small_btf_bitfield(b, "state", i.state, 128, 0);
	small_btf_bitfield(b, "nodes", nodes, 192, 0);
	return i;
}

static struct btf *make(enum byte_order order, struct ids *ids)
{
	struct small_btf b;
	small_btf_init(&b, order, NULL);
	*ids = encode(&b);
	struct btf *btf = small_btf_parse(&b, NULL);
	small_btf_deinit(&b);
	return btf;
}

static void assert_member(struct type t, const char *path, uint32_t offset, uint32_t size)
{
	struct member m;
	assert_ok(type_member(t, path, &m));
	assert_int_equal(m.offset, offset);
	assert_int_equal(m.size, size);
}

static void names_in_both_byte_orders(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct ids ids;
		struct btf *b = make((enum byte_order)order, &ids);
		struct type t = {0};
		assert_int_equal(btf_first(b), 1);
		assert_int_equal(btf_unread(b), 0);
		assert_true(btf_find(b, "task", BTF_BIT(BTF_STRUCT), &t));
		assert_int_equal(t.id, ids.task);
		assert_int_equal(btf_end(b), ids.task + 1);
		assert_string_equal(type_tag(t), "task");
		t.id = 0;
		assert_false(btf_find(b, "task", BTF_BIT(BTF_UNION) | BTF_ENUMS, &t));
		assert_false(btf_find(b, "tas", BTF_INDEXED, &t));
		assert_false(btf_find(b, "", BTF_INDEXED, &t));
		assert_int_equal(t.id, 0);
		assert_true(btf_find(b, "state", BTF_ENUMS, &t));
		assert_int_equal(t.id, ids.state);
		btf_destroy(b);
	}
}

static void members_by_path(void **state)
{
	(void)state;
	struct ids ids;
	struct btf *b = make(ORDER_LE, &ids);
	struct type t = {b, ids.task};
	struct member m = {.offset = 7};
	assert_member(t, "pid", 0, 4);
	assert_member(t, "low", 4, 1);
	assert_member(t, "high", 5, 1);
	assert_member(t, "both", 4, 8);
	assert_member(t, "both[1]", 8, 4);
	assert_member(t, "nodes", 24, 32);
	assert_member(t, "nodes[1].prev", 48, 8);
	assert_err(type_member(t, "nodes[2]", &m), ERR_MISSING, "2 elements");
	assert_err(type_member(t, "nodes[1].last", &m), ERR_MISSING,
		   "struct task: nodes[1][.last]");
	assert_err(type_member(t, "nodes[1].prev.next", &m), ERR_MISSING, "a pointer");
	assert_err(type_member(t, "pid.x", &m), ERR_MISSING, "no member");
	assert_err(type_member(t, "pid[0]", &m), ERR_MISSING, "not an array");
	assert_err(type_member(t, "nodes[x]", &m), ERR_USAGE, "number");
	assert_err(type_member(t, "nodes[1", &m), ERR_USAGE, "number");
	assert_err(type_member(t, "nodes[99999999999999999999]", &m), ERR_MISSING, "elements");
	assert_err(type_member(t, "", &m), ERR_USAGE, "name");
	assert_err(type_member(t, "pid..x", &m), ERR_USAGE, "name");
	assert_err(type_member((struct type) {b, 0}, "x", &m), ERR_MISSING, "void");
	assert_err(type_member((struct type) {b, 4711}, "x", &m), ERR_MISSING, "no member");
	assert_int_equal(m.offset, 7);
	btf_destroy(b);
}

static void values_and_bitfields(void **state)
{
	(void)state;
	uint8_t task[56] = {0xff, 0xff, 0xff, 0xfe};
	struct ids ids;
	struct member m;
	uint64_t v;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct btf *b = make((enum byte_order)order, &ids);
		struct type t = {b, ids.task};
		/* a is 5 and b is 9: the first bit is the lowest, or the highest */
		task[12] = order == ORDER_LE ? 9 << 3 | 5 : 5 << 5 | 9;
		assert_ok(type_member(t, "a", &m));
		assert_int_equal(m.offset, 12);
		assert_int_equal(m.bit_size, 3);
		assert_true(member_value(&m, task, &v));
		assert_int_equal(v, 5);
		assert_ok(type_member(t, "b", &m));
		assert_int_equal(m.bit_offset, 3);
		assert_int_equal(m.size, 1);
		assert_true(member_value(&m, task, &v));
		assert_int_equal(v, 9);
		assert_ok(type_member(t, "pid", &m));
		assert_true(member_value(&m, task, &v));
		assert_int_equal((int64_t)v, order == ORDER_LE ? (int32_t)0xfeffffff : -2);
		assert_ok(type_member(t, "both", &m));
		assert_false(member_value(&m, task, &v));
		btf_destroy(b);
	}
}

/* Before 5.0 a bitfield's width stood in an int of its own. */
static void bitfields_of_old(void **state)
{
	(void)state;
	struct small_btf b;
	struct member m;
	small_btf_init(&b, ORDER_LE, NULL);
	uint32_t bits = small_btf_type(&b, BTF_INT, "unsigned int", 0, false, 4);
	small_btf_word(&b, 2 << 16 | 5); /* 5 bits from bit 2 on */
	uint32_t s = small_btf_type(&b, BTF_STRUCT, "s", 1, false, 8);
	small_btf_member(&b, "x", bits, 32);
	struct btf *btf = small_btf_parse(&b, NULL);
	assert_ok(type_member((struct type) {btf, s}, "x", &m));
	assert_int_equal(m.offset, 4);
	assert_int_equal(m.bit_offset, 2);
	assert_int_equal(m.bit_size, 5);
	btf_destroy(btf);
	small_btf_deinit(&b);
}

static void enumerators(void **state)
{
	(void)state;
	struct small_btf b;
	int64_t v = 7;
	small_btf_init(&b, ORDER_BE, NULL);
	struct ids ids = encode(&b);
	uint32_t wide = small_btf_type(&b, BTF_ENUM64, "wide", 1, false, 8);
	small_btf_enumerator(&b, "WIDE", 1); /* the low half comes first, in either order */
	small_btf_word(&b, 2);
	uint32_t alias = small_btf_type(&b, BTF_TYPEDEF, "state_t", 0, false, ids.state);
	struct btf *btf = small_btf_parse(&b, NULL);
	struct type t = {btf, alias};
	assert_true(btf_enumerator(btf, "DEAD", &v));
	assert_int_equal(v, -1);
	assert_true(btf_enumerator(btf, "WIDE", &v));
	assert_int_equal(v, (int64_t)2 << 32 | 1);
	assert_false(btf_enumerator(btf, "NONE", &v));
	assert_true(type_enumerator(t, "RUNNING", &v));
	assert_int_equal(v, 0);
	assert_false(type_enumerator(t, "WIDE", &v));
	assert_string_equal(type_enumerator_name(t, -1), "DEAD");
	assert_null(type_enumerator_name(t, 1));
	assert_string_equal(type_enumerator_name((struct type) {btf, wide}, 0x200000001), "WIDE");
	assert_null(type_enumerator_name((struct type) {btf, ids.list}, 0));
	btf_destroy(btf);
	small_btf_deinit(&b);
}

static void split_over_a_base(void **state)
{
	(void)state;
	struct small_btf base, b;
	struct type t;
	small_btf_init(&base, ORDER_LE, NULL);
	struct ids ids = encode(&base);
	small_btf_init(&b, ORDER_LE, &base);
	uint32_t own = small_btf_type(&b, BTF_STRUCT, "adapter", 2, false, 24);
	small_btf_member(&b, "node", ids.list, 0);
	small_btf_member(&b, "pid", ids.i32, 128);
	struct btf *vmlinux = small_btf_parse(&base, NULL), *module = small_btf_parse(&b, vmlinux);
	assert_int_equal(btf_first(module), btf_end(vmlinux));
	assert_true(btf_find(module, "adapter", BTF_RECORDS, &t));
	assert_int_equal(t.id, own);
	assert_member(t, "node.prev", 8, 8);
	assert_member(t, "pid", 16, 4);
	assert_false(btf_find(module, "list_head", BTF_RECORDS, &t)); /* that is the base's */
	assert_string_equal(type_tag((struct type) {module, ids.list}), "list_head");
	btf_destroy(module);
	btf_destroy(vmlinux);
	small_btf_deinit(&b);
	small_btf_deinit(&base);
}

/* 7.x: 24 bits of vlen, more kinds, whose sizes a section tells. */
static void wide_records_and_new_kinds(void **state)
{
	(void)state;
	enum { NEW = 21, MEMBERS = 70000 };
	struct small_btf b;
	struct btf *btf;
	struct type t;
	size_t len;
	uint8_t kinds[(NEW + 1) * 4] = {0};
	kinds[NEW * 4] = 8;
	kinds[NEW * 4 + 1] = 4;
	small_btf_init(&b, ORDER_LE, NULL);
	uint32_t u8 = small_btf_int(&b, "char", 1, true);
	small_btf_type(&b, (enum btf_kind)NEW, "unheard_of", 3, false, 0);
	for (int i = 0; i < 5; i++) /* 8 bytes, and 4 for each of 3 */
		small_btf_word(&b, 1);
	uint32_t many = small_btf_type(&b, BTF_STRUCT, "many", MEMBERS, false, MEMBERS);
	for (uint32_t i = 0; i < MEMBERS; i++)
		small_btf_member(&b, i + 1 == MEMBERS ? "last" : "x", u8, i * 8);
	void *blob = small_btf_blob(&b, 32, kinds, sizeof(kinds), &len);
	assert_ok(btf_parse(blob, len, ORDER_LE, NULL, &btf));
	assert_int_equal(btf_unread(btf), 0);
	assert_true(btf_find(btf, "many", BTF_RECORDS, &t));
	assert_int_equal(t.id, many);
	assert_member(t, "last", MEMBERS - 1, 1);
	assert_false(btf_find(btf, "unheard_of", BTF_INDEXED, &t));
	btf_destroy(btf);
	/* Without the section: what is before the new kind is there, and it says what is not. */
	btf = small_btf_parse(&b, NULL);
	assert_true(btf_find(btf, "char", BTF_SCALARS, &t));
	assert_false(btf_find(btf, "many", BTF_RECORDS, &t));
	assert_int_equal(btf_unread(btf), b.types.len - 16);
	struct btf *module;
	blob = small_btf_blob(&b, 24, NULL, 0, &len);
	assert_err(btf_parse(blob, len, ORDER_LE, btf, &module), ERR_FORMAT, "builds on");
	btf_destroy(btf);
	small_btf_deinit(&b);
}

static void broken_headers(void **state)
{
	(void)state;
	static const struct {
		uint32_t at, value;
		const char *what;
	} cases[] = {
		{0, 0x0001eb9e, "magic"},  {0, 0x0002eb9f, "version 2"},
		{4, 23, "header of 23"},   {4, UINT32_MAX, "header of"},
		{8, UINT32_MAX, "types"},  {8, 0x7fffffff, "types"},
		{12, UINT32_MAX, "types"}, {16, UINT32_MAX, "names"},
		{20, UINT32_MAX, "names"}, {20, 5, "has no end"},
	};
	struct small_btf b;
	struct btf *btf = NULL;
	size_t len;
	small_btf_init(&b, ORDER_LE, NULL);
	encode(&b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t *blob = small_btf_blob(&b, 24, NULL, 0, &len);
		put_u32(blob + cases[i].at, cases[i].value, ORDER_LE);
		enum err_code code = i == 1 ? ERR_UNSUPPORTED : ERR_FORMAT;
		assert_err(btf_parse(blob, len, ORDER_LE, NULL, &btf), code, cases[i].what);
	}
	uint8_t *blob = small_btf_blob(&b, 24, NULL, 0, &len);
	assert_err(btf_parse(blob, len, ORDER_BE, NULL, &btf), ERR_FORMAT, "magic");
	assert_err(btf_parse(malloc(23), 23, ORDER_LE, NULL, &btf), ERR_FORMAT, "too short");
	/* A longer header is read by its length, a section of kinds that is not there is refused.
	 */
	blob = small_btf_blob(&b, 40, NULL, 0, &len);
	assert_ok(btf_parse(blob, len, ORDER_LE, NULL, &btf));
	btf_destroy(btf);
	blob = small_btf_blob(&b, 32, NULL, 0, &len);
	put_u32(blob + 28, 1000000, ORDER_LE);
	assert_err(btf_parse(blob, len, ORDER_LE, NULL, &btf), ERR_FORMAT, "kinds");
	small_btf_deinit(&b);
}

static void items_beyond_the_section(void **state)
{
	(void)state;
	struct small_btf b;
	struct btf *btf;
	size_t len;
	small_btf_init(&b, ORDER_LE, NULL);
	small_btf_int(&b, "int", 4, true);
	small_btf_type(&b, BTF_STRUCT, "s", 0xffffff, false, 4);
	small_btf_member(&b, "x", 1, 0);
	btf = small_btf_parse(&b, NULL);
	assert_int_equal(btf_end(btf), 2);
	assert_int_equal(btf_unread(btf), 24);
	btf_destroy(btf);
	small_btf_deinit(&b);
	/* If the very first makes no sense, nothing is left to be had. */
	small_btf_init(&b, ORDER_LE, NULL);
	small_btf_type(&b, BTF_ENUM, "e", 1, false, 4);
	void *blob = small_btf_blob(&b, 24, NULL, 0, &len);
	assert_err(btf_parse(blob, len, ORDER_LE, NULL, &btf), ERR_FORMAT, "first type");
	small_btf_deinit(&b);
}

/* typedef a b; typedef b a; a struct in itself; an array of itself; names outside. */
static void cycles_and_names_outside(void **state)
{
	(void)state;
	struct small_btf b;
	struct type t;
	struct member m;
	uint64_t size = 7;
	small_btf_init(&b, ORDER_LE, NULL);
	small_btf_type(&b, BTF_TYPEDEF, "a", 0, false, 2);
	small_btf_type(&b, BTF_TYPEDEF, "b", 0, false, 1);
	uint32_t self = small_btf_type(&b, BTF_STRUCT, "self", 2, false, 16);
	small_btf_member(&b, "", self, 0);
	small_btf_member(&b, "", self, 0);
	uint32_t wide = small_btf_type(&b, BTF_STRUCT, "wide", 100, false, 16);
	for (int i = 0; i < 100; i++)
		small_btf_member(&b, "", wide, 0);
	uint32_t array = small_btf_array(&b, b.next, 1);
	uint32_t stray = small_btf_type(&b, BTF_STRUCT, "stray", 1, false, 4);
	small_btf_word(&b, 0x7fffffff);
	small_btf_word(&b, 0x7fffffff);
	small_btf_word(&b, 0);
	uint32_t nameless = small_btf_type(&b, BTF_STRUCT, "", 0, false, 4);
	put_u32(b.types.data + b.types.len - 12, (uint32_t)b.strings.len, ORDER_LE);
	struct btf *btf = small_btf_parse(&b, NULL);
	/* the memory behind the names may hold anything, and here would be the end of the blob */
	assert_string_equal(type_tag((struct type) {btf, nameless}), "");
	assert_true(btf_find(btf, "a", BTF_INDEXED, &t));
	assert_int_equal(type_strip(t).id, 0);
	assert_err(type_size(t, &size), ERR_FORMAT, "no size");
	assert_err(type_member(t, "x", &m), ERR_MISSING, "no member");
	assert_err(type_member((struct type) {btf, self}, "x", &m), ERR_MISSING, "no member");
	assert_err(type_member((struct type) {btf, wide}, "x", &m), ERR_FORMAT, "without end");
	assert_err(type_size((struct type) {btf, array}, &size), ERR_FORMAT, "no size");
	const char *name = NULL;
	assert_false(type_member_at((struct type) {btf, stray}, 0, &name, &m));
	assert_int_equal(size, 7);
	btf_destroy(btf);
	small_btf_deinit(&b);
}

static void members_outside_of_their_struct(void **state)
{
	(void)state;
	struct small_btf b;
	struct member m;
	uint64_t size;
	small_btf_init(&b, ORDER_LE, NULL);
	uint32_t u64 = small_btf_int(&b, "u64", 8, false);
	uint32_t huge = small_btf_array(&b, u64, UINT32_MAX);
	/* 2^31 times 2^31 times 4: 2^64, which is 0 for who does not look */
	uint32_t wraps = small_btf_array(&b, small_btf_array(&b, u64, 1u << 31), 1u << 31);
	wraps = small_btf_array(&b, wraps, 4);
	uint32_t s = small_btf_type(&b, BTF_STRUCT, "s", 4, true, 8);
	small_btf_bitfield(&b, "outside", u64, 8, 0);
	small_btf_bitfield(&b, "unaligned", u64, 1, 0);
	small_btf_bitfield(&b, "wide", u64, 0, 65);
	small_btf_bitfield(&b, "edge", u64, 60, 4);
	struct btf *btf = small_btf_parse(&b, NULL);
	struct type t = {btf, s};
	assert_err(type_size((struct type) {btf, huge}, &size), ERR_FORMAT, "4 GiB");
	assert_err(type_size((struct type) {btf, wraps}, &size), ERR_FORMAT, "4 GiB");
	assert_err(type_member(t, "outside", &m), ERR_FORMAT, "struct of 8 bytes");
	assert_err(type_member(t, "unaligned", &m), ERR_FORMAT, "bitfield");
	assert_err(type_member(t, "wide", &m), ERR_FORMAT, "65 bits");
	assert_member(t, "edge", 7, 1);
	btf_destroy(btf);
	small_btf_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_both_byte_orders),
		cmocka_unit_test(members_by_path),
		cmocka_unit_test(values_and_bitfields),
		cmocka_unit_test(bitfields_of_old),
		cmocka_unit_test(enumerators),
		cmocka_unit_test(split_over_a_base),
		cmocka_unit_test(wide_records_and_new_kinds),
		cmocka_unit_test(broken_headers),
		cmocka_unit_test(items_beyond_the_section),
		cmocka_unit_test(cycles_and_names_outside),
		cmocka_unit_test(members_outside_of_their_struct),
	};
	return cmocka_run_group_tests_name("kernel/btf", tests, NULL, NULL);
}
