// SPDX-License-Identifier: GPL-2.0-or-later
/* Types as C, values as drgn prints them. */
#include "unit.h"
#include "small_btf.h"
#include "small_kmem.h"
#include "kernel/small_symbols.h"

#define BASE UINT64_C(0xffff888000000000)

struct ids {
	uint32_t ch, u8, i32, u32, u64, list, list_ptr, proto, fn;
};

static struct ids encode(struct small_btf *b)
{
	struct ids i;
	i.ch = small_btf_int(b, "char", 1, true);
	uint32_t byte = small_btf_int(b, "unsigned char", 1, false);
	i.u8 = small_btf_type(b, BTF_TYPEDEF, "u8", 0, false, byte);
	i.i32 = small_btf_int(b, "int", 4, true);
	i.u32 = small_btf_int(b, "unsigned int", 4, false);
	i.u64 = small_btf_int(b, "long unsigned int", 8, false);
	i.list_ptr = b->next + 1;
	i.list = small_btf_type(b, BTF_STRUCT, "list_head", 2, false, 16);
	small_btf_member(b, "next", i.list_ptr, 0);
	small_btf_member(b, "prev", i.list_ptr, 64);
	small_btf_type(b, BTF_PTR, "", 0, false, i.list);
	i.proto = small_btf_type(b, BTF_FUNC_PROTO, "", 2, false, i.i32);
	small_btf_word(b, small_btf_string(b, "head"));
	small_btf_word(b, i.list_ptr);
	small_btf_word(b, 0);
	small_btf_word(b, 0); /* ... */
	i.fn = small_btf_type(b, BTF_PTR, "", 0, false, i.proto);
	return i;
}

static void assert_name(const struct btf *b, uint32_t id, const char *expected)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	type_name((struct type) {b, id}, &out);
	assert_string_equal(buf_str(&out), expected);
}

static void assert_declared(const struct btf *b, uint32_t id, const char *expected)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	type_declare((struct type) {b, id}, TYPE_DECLARE_BYTES, &out);
	assert_string_equal(buf_str(&out), expected);
}

static void type_names(void **state)
{
	(void)state;
	struct small_btf b;
	small_btf_init(&b, ORDER_LE, NULL);
	struct ids i = encode(&b);
	uint32_t array = small_btf_array(&b, i.u64, 4);
	uint32_t array_ptr = small_btf_type(&b, BTF_PTR, "", 0, false, array);
	uint32_t ptr_array = small_btf_array(&b, i.list_ptr, 2);
	uint32_t konst = small_btf_type(&b, BTF_CONST, "", 0, false, i.ch);
	uint32_t text = small_btf_type(&b, BTF_PTR, "", 0, false, konst);
	uint32_t konst_text = small_btf_type(&b, BTF_CONST, "", 0, false, text);
	uint32_t konst_array =
		small_btf_type(&b, BTF_CONST, "", 0, false, small_btf_array(&b, konst, 0));
	uint32_t rcu = small_btf_type(&b, BTF_TYPE_TAG, "rcu", 0, false, i.list);
	uint32_t rcu_ptr = small_btf_type(&b, BTF_PTR, "", 0, false, rcu);
	uint32_t get = small_btf_type(&b, BTF_FUNC_PROTO, "", 0, false, i.fn);
	uint32_t get_ptr = small_btf_type(&b, BTF_PTR, "", 0, false, get);
	uint32_t fwd = small_btf_type(&b, BTF_FWD, "later", 0, true, 0);
	struct btf *btf = small_btf_parse(&b, NULL);
	assert_name(btf, 0, "void");
	assert_name(btf, i.u64, "unsigned long");
	assert_name(btf, i.list_ptr, "struct list_head *");
	assert_name(btf, i.fn, "int (*)(struct list_head *, ...)");
	assert_name(btf, i.proto, "int (struct list_head *, ...)");
	assert_name(btf, array, "unsigned long [4]");
	assert_name(btf, array_ptr, "unsigned long (*)[4]");
	assert_name(btf, ptr_array, "struct list_head *[2]");
	assert_name(btf, text, "const char *");
	assert_name(btf, konst_text, "const char * const");
	assert_name(btf, konst_array, "const char []");
	assert_name(btf, rcu_ptr, "struct list_head *");
	assert_name(btf, get_ptr, "int (*(*)(void))(struct list_head *, ...)");
	assert_name(btf, fwd, "union later");
	btf_destroy(btf);
	small_btf_deinit(&b);
}

static void declarations(void **state)
{
	(void)state;
	struct small_btf b;
	small_btf_init(&b, ORDER_LE, NULL);
	struct ids i = encode(&b);
	uint32_t e = small_btf_type(&b, BTF_ENUM, "", 2, true, 4);
	small_btf_enumerator(&b, "A", 1);
	small_btf_enumerator(&b, "B", UINT32_MAX);
	uint32_t inner = small_btf_type(&b, BTF_UNION, "", 1, false, 4);
	small_btf_member(&b, "kind", e, 0);
	uint32_t s = small_btf_type(&b, BTF_STRUCT, "s", 4, true, 40);
	small_btf_bitfield(&b, "", inner, 0, 0);
	small_btf_bitfield(&b, "few", i.u32, 32, 3);
	small_btf_bitfield(&b, "call", i.fn, 64, 0);
	small_btf_bitfield(&b, "beyond", i.u64, 320, 0);
	uint32_t alias = small_btf_type(&b, BTF_TYPEDEF, "call_t", 0, false, i.fn);
	struct btf *btf = small_btf_parse(&b, NULL);
	assert_declared(btf, s,
			"struct s {\n"
			"\tunion {\n"
			"\t\tenum {\n"
			"\t\t\tA = 1,\n"
			"\t\t\tB = -1,\n"
			"\t\t} kind;\n"
			"\t};\n"
			"\tunsigned int few : 3;\n"
			"\tint (*call)(struct list_head *, ...);\n"
			"\t/* makes no sense */;\n"
			"}");
	assert_declared(btf, alias, "typedef int (*call_t)(struct list_head *, ...)");
	assert_name(btf, inner, "union <anonymous>");
	btf_destroy(btf);
	small_btf_deinit(&b);
}

/* What a test prints: a struct at BASE, whose bytes are memory, of which symbols are known. */
static void assert_printed(struct small_btf *b, uint32_t id, const void *memory, size_t len,
			   const struct print_limits *limits, const char *expected)
{
	static const struct symbol table[] = {{BASE + 0x20, "some_list", NULL, 'D'},
					      {BASE + 0x1000, "call_me", "mod", 't'},
					      {BASE + 0x2000, "mod_data", "mod", 'd'}};
	struct symbols symbols = {table, ARRAY_SIZE(table)};
	struct small_kmem m;
	_cleanup_buf_ struct buf out = BUF_INIT;
	small_kmem_init(&m, b->order, BASE, memory, len);
	struct btf *btf = small_btf_parse(b, NULL);
	assert_ok(type_print(&m.k, &symbols, (struct type) {btf, id}, BASE, limits, &out));
	assert_string_equal(buf_str(&out), expected);
	btf_destroy(btf);
	small_kmem_deinit(&m);
	small_btf_deinit(b);
}

static void a_struct(void **state)
{
	(void)state;
	struct small_btf b;
	small_btf_init(&b, ORDER_LE, NULL);
	struct ids i = encode(&b);
	uint32_t e = small_btf_type(&b, BTF_ENUM, "state", 1, false, 4);
	small_btf_enumerator(&b, "DEAD", 3);
	uint32_t anonymous = small_btf_type(&b, BTF_UNION, "", 2, false, 4);
	small_btf_member(&b, "state", e, 0);
	small_btf_member(&b, "number", i.i32, 0);
	uint32_t comm = small_btf_array(&b, i.ch, 8), bytes = small_btf_array(&b, i.u8, 4);
	uint32_t lists = small_btf_array(&b, i.list, 3);
	uint32_t s = small_btf_type(&b, BTF_STRUCT, "s", 8, true, 96);
	small_btf_bitfield(&b, "", anonymous, 0, 0);
	small_btf_bitfield(&b, "low", i.u32, 32, 3);
	small_btf_bitfield(&b, "next", i.u32, 35, 2);
	small_btf_bitfield(&b, "comm", comm, 64, 0);
	small_btf_bitfield(&b, "bytes", bytes, 128, 0);
	small_btf_bitfield(&b, "call", i.fn, 192, 0);
	small_btf_bitfield(&b, "lists", lists, 256, 0);
	small_btf_bitfield(&b, "big", i.u64, 640, 0);
	uint8_t memory[96] = {3,    0,	  0, 0,	  0x1d, 0, 0, 0, 'a', '"',
			      '\n', 0x7f, 0, 'x', 0,	0, 1, 0, 2,   0};
	put_u64(memory + 24, BASE + 0x1010, ORDER_LE);
	put_u64(memory + 32, BASE + 0x20, ORDER_LE);
	put_u64(memory + 40, BASE + 0x28, ORDER_LE);
	put_u64(memory + 48, BASE + 0x2000, ORDER_LE);
	put_u64(memory + 56, BASE + 0x2008, ORDER_LE);
	put_u64(memory + 80, UINT64_MAX, ORDER_LE);
	assert_printed(&b, s, memory, sizeof(memory), &PRINT_LIMITS,
		       "(struct s){\n"
		       "\t.state = (enum state)DEAD,\n"
		       "\t.number = (int)3,\n"
		       "\t.low = (unsigned int)5,\n"
		       "\t.next = (unsigned int)3,\n"
		       "\t.comm = (char [8])\"a\\\"\\n\\x7f\",\n"
		       "\t.bytes = (u8 [4]){ 1, 0, 2 },\n"
		       "\t.call = (int (*)(struct list_head *, ...))call_me+0x10 [mod] = "
		       "0xffff888000001010,\n"
		       "\t.lists = (struct list_head [3]){\n"
		       "\t\t{\n"
		       "\t\t\t.next = (struct list_head *)some_list+0x0 = 0xffff888000000020,\n"
		       "\t\t\t.prev = (struct list_head *)some_list+0x8 = 0xffff888000000028,\n"
		       "\t\t},\n"
		       "\t\t{\n"
		       "\t\t\t.next = (struct list_head *)mod_data+0x0 [mod] = "
		       "0xffff888000002000,\n"
		       "\t\t\t.prev = (struct list_head *)0xffff888000002008,\n"
		       "\t\t},\n"
		       "\t},\n"
		       "\t.big = (unsigned long)18446744073709551615,\n"
		       "}");
}

static void texts_behind_pointers(void **state)
{
	(void)state;
	struct small_btf b;
	small_btf_init(&b, ORDER_BE, NULL);
	struct ids i = encode(&b);
	uint32_t text = small_btf_type(&b, BTF_PTR, "", 0, false, i.ch);
	uint32_t s = small_btf_array(&b, text, 4);
	uint8_t memory[128] = {0};
	memcpy(memory + 64, "eth0", 5);
	memcpy(memory + 124, "end!", 4); /* no NUL before the memory ends */
	put_u64(memory, BASE + 64, ORDER_BE);
	put_u64(memory + 8, BASE + 124, ORDER_BE);
	put_u64(memory + 16, 0, ORDER_BE);
	put_u64(memory + 24, 0x1234, ORDER_BE);
	assert_printed(&b, s, memory, sizeof(memory), &PRINT_LIMITS,
		       "(char *[4]){ some_list+0x20 = 0xffff888000000040 = \"eth0\", "
		       "some_list+0x5c = 0xffff88800000007c, 0x0, "
		       "0x1234 }");
}

static void limits(void **state)
{
	(void)state;
	static const uint8_t memory[4096] = {[0] = 1, [8] = 1, [160] = 1};
	struct small_btf b;
	small_btf_init(&b, ORDER_LE, NULL);
	struct ids i = encode(&b);
	uint32_t numbers = small_btf_array(&b, i.u64, 21);
	assert_printed(&b, numbers, memory, sizeof(memory), &(struct print_limits) {1, 3, 4, 9999},
		       "(unsigned long [21]){ 1, 1, 0, ... }");
	small_btf_init(&b, ORDER_LE, NULL);
	i = encode(&b);
	uint32_t outer = small_btf_type(&b, BTF_STRUCT, "outer", 1, false, 16);
	small_btf_member(&b, "list", i.list, 0);
	assert_printed(&b, outer, memory, sizeof(memory), &(struct print_limits) {1, 3, 4, 9999},
		       "(struct outer){\n\t.list = (struct list_head){ ... },\n}");
	/* A struct that holds itself ends where the depth does. */
	small_btf_init(&b, ORDER_LE, NULL);
	uint32_t self = small_btf_type(&b, BTF_STRUCT, "self", 1, false, 8);
	small_btf_member(&b, "me", self, 0);
	assert_printed(&b, self, memory, sizeof(memory), &(struct print_limits) {2, 3, 4, 9999},
		       "(struct self){\n\t.me = (struct self){\n\t\t.me = (struct self){ ... },\n"
		       "\t},\n}");
	/* One that opens into itself, and each of those again, shows nothing, but ends. */
	small_btf_init(&b, ORDER_LE, NULL);
	self = small_btf_type(&b, BTF_STRUCT, "self", 100, false, 8);
	for (int n = 0; n < 100; n++)
		small_btf_member(&b, "", self, 0);
	assert_printed(&b, self, memory, sizeof(memory), &PRINT_LIMITS, "(struct self){}");
	/* 2^32 elements of no size; a cut text; an end of the whole. */
	small_btf_init(&b, ORDER_LE, NULL);
	uint32_t nothing = small_btf_type(&b, BTF_STRUCT, "nothing", 0, false, 0);
	uint32_t many = small_btf_array(&b, nothing, UINT32_MAX);
	assert_printed(&b, many, memory, sizeof(memory), &PRINT_LIMITS,
		       "(struct nothing [4294967295]){}");
	small_btf_init(&b, ORDER_LE, NULL);
	i = encode(&b);
	uint32_t text = small_btf_array(&b, i.ch, 16);
	assert_printed(&b, text, "abcdefghijklmnop", 16, &(struct print_limits) {1, 3, 4, 9999},
		       "(char [16])\"abcd\"...");
	small_btf_init(&b, ORDER_LE, NULL);
	i = encode(&b);
	numbers = small_btf_array(&b, i.u64, 21);
	assert_printed(&b, numbers, memory, sizeof(memory), &(struct print_limits) {1, 99, 4, 25},
		       "(unsigned long [21]){ 1, ... }");
}

static void memory_that_is_not_there(void **state)
{
	(void)state;
	struct small_btf b;
	struct small_kmem m;
	_cleanup_buf_ struct buf out = BUF_INIT;
	small_btf_init(&b, ORDER_LE, NULL);
	struct ids i = encode(&b);
	struct btf *btf = small_btf_parse(&b, NULL);
	small_kmem_init(&m, ORDER_LE, BASE, "12345678", 8);
	struct type list = {btf, i.list}, nothing = {btf, 0};
	assert_err(type_print(&m.k, NULL, list, BASE, &PRINT_LIMITS, &out), ERR_MISSING,
		   "not mapped");
	assert_err(type_print(&m.k, NULL, nothing, BASE, &PRINT_LIMITS, &out), ERR_FORMAT,
		   "no size");
	assert_err(type_print_bytes(NULL, NULL, list, "", 1, &PRINT_LIMITS, &out), ERR_FORMAT,
		   "1 bytes");
	assert_int_equal(out.len, 0);
	small_kmem_deinit(&m);
	btf_destroy(btf);
	small_btf_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(type_names), cmocka_unit_test(declarations),
		cmocka_unit_test(a_struct),   cmocka_unit_test(texts_behind_pointers),
		cmocka_unit_test(limits),     cmocka_unit_test(memory_that_is_not_there),
	};
	return cmocka_run_group_tests_name("kernel/btf_print", tests, NULL, NULL);
}
