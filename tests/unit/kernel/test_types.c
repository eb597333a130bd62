// SPDX-License-Identifier: GPL-2.0-or-later
/* Types of vmlinux and modules out of the memory of a small kernel, and the layout made of them. */
#include "unit.h"
#include "small_btf.h"
#include "small_kmem.h"
#include "kernel/small_symbols.h"
#include "kernel/types.h"

#define BASE UINT64_C(0xffffffff82000000)

/* Where things lie in the memory of the small kernel. */
enum {
	HEAD = 0,	/* btf_modules */
	MODULES = 0x40, /* struct btf_module, 0x20 each */
	BTFS = 0x200,	/* struct btf, 0x40 each */
	VMLINUX = 0x800,
	BLOBS = 0x2000, /* of modules, 0x1000 each */
	MEMORY = 0x8000,
};

struct machine {
	uint8_t memory[MEMORY];
	struct small_btf base;
	enum byte_order order;
	struct symbol table[8];
	struct symbols symbols;
	struct small_kmem m;
};

/* What a kernel says of its own BTF, and some more. */
static void encode_vmlinux(struct small_btf *b)
{
	uint32_t ch = small_btf_int(b, "char", 1, true), u32 = small_btf_int(b, "u32", 4, false);
	uint32_t list = small_btf_type(b, BTF_STRUCT, "list_head", 2, false, 16);
	uint32_t list_ptr = b->next;
	small_btf_member(b, "next", list_ptr, 0);
	small_btf_member(b, "prev", list_ptr, 64);
	small_btf_type(b, BTF_PTR, "", 0, false, list);
	uint32_t name = small_btf_array(b, ch, 16);
	uint32_t btf_ptr = b->next + 1;
	uint32_t btf = small_btf_type(b, BTF_STRUCT, "btf", 3, false, 0x40);
	small_btf_member(b, "data", list_ptr, 0);
	small_btf_member(b, "data_size", u32, 64);
	small_btf_member(b, "name", name, 128);
	small_btf_type(b, BTF_PTR, "", 0, false, btf);
	small_btf_type(b, BTF_STRUCT, "btf_module", 2, false, 0x20);
	small_btf_member(b, "btf", btf_ptr, 0);
	small_btf_member(b, "list", list, 64);
	uint32_t comm = small_btf_array(b, ch, 24);
	uint32_t entity = small_btf_type(b, BTF_STRUCT, "sched_entity", 1, false, 8);
	small_btf_member(b, "exec_start", list_ptr, 0);
	small_btf_type(b, BTF_STRUCT, "task_struct", 3, true, 48);
	small_btf_bitfield(b, "prio", u32, 0, 3);
	small_btf_bitfield(b, "comm", comm, 64, 0);
	small_btf_bitfield(b, "se", entity, 256, 0);
	small_btf_type(b, BTF_STRUCT, "orc_entry", 3, true, 6);
	small_btf_bitfield(b, "sp_offset", u32, 0, 0);
	small_btf_bitfield(b, "sp_reg", u32, 32, 4);
	small_btf_bitfield(b, "signal", u32, 43, 1);
	uint32_t areas = small_btf_array(b, list, 11);
	small_btf_type(b, BTF_STRUCT, "zone", 1, false, 176);
	small_btf_member(b, "free_area", areas, 0);
	small_btf_type(b, BTF_ENUM, "pageflags", 2, false, 4);
	small_btf_enumerator(b, "PG_locked", 0);
	small_btf_enumerator(b, "PG_lru", 5);
	small_btf_type(b, BTF_TYPEDEF, "both", 0, false, ch);
	small_btf_type(b, BTF_STRUCT, "both", 0, false, 99);
}

/* A module whose struct adapter has that size; returns the blob's length. */
static uint32_t put_module(struct machine *k, unsigned int nr, const char *name, uint32_t size)
{
	struct small_btf b;
	size_t len;
	small_btf_init(&b, k->order, &k->base);
	small_btf_type(&b, BTF_STRUCT, "adapter", 0, false, size);
	void *blob = small_btf_blob(&b, 24, NULL, 0, &len);
	memcpy(k->memory + BLOBS + nr * 0x1000, blob, len);
	uint8_t *btf = k->memory + BTFS + nr * 0x40, *module = k->memory + MODULES + nr * 0x20;
	put_u64(btf, BASE + BLOBS + nr * 0x1000, k->order);
	put_u32(btf + 8, (uint32_t)len, k->order);
	snprintf((char *)btf + 16, 16, "%s", name);
	put_u64(module, BASE + BTFS + nr * 0x40, k->order);
	/* in front of what is in the list; the last one points to the head */
	put_u64(module + 8, get_u64(k->memory + HEAD, k->order), k->order);
	put_u64(k->memory + HEAD, BASE + MODULES + nr * 0x20 + 8, k->order);
	free(blob);
	small_btf_deinit(&b);
	return (uint32_t)len;
}

static void machine_init(struct machine *k, enum byte_order order)
{
	*k = (struct machine) {.order = order};
	small_btf_init(&k->base, order, NULL);
	encode_vmlinux(&k->base);
	size_t len;
	void *blob = small_btf_blob(&k->base, 24, NULL, 0, &len);
	assert_true(len < BLOBS - VMLINUX);
	memcpy(k->memory + VMLINUX, blob, len);
	free(blob);
	put_u64(k->memory + HEAD, BASE + HEAD, order);
	k->table[0] = (struct symbol) {BASE + HEAD, "btf_modules", NULL, 'd'};
	k->table[1] = (struct symbol) {BASE + VMLINUX, "__start_BTF", NULL, 'R'};
	k->table[2] = (struct symbol) {BASE + VMLINUX + len, "__stop_BTF", NULL, 'R'};
	k->table[3] = (struct symbol) {BASE + 0x4711, "init_uts_ns", NULL, 'D'};
	k->symbols = (struct symbols) {k->table, 4};
}

/* After the last change of memory. */
static struct types *machine_types(struct machine *k)
{
	struct types *t = NULL;
	small_kmem_init(&k->m, k->order, BASE, k->memory, sizeof(k->memory));
	assert_ok(types_load(&k->m.k, &k->symbols, &t));
	return t;
}

static void machine_deinit(struct machine *k)
{
	small_kmem_deinit(&k->m);
	small_btf_deinit(&k->base);
}

static uint64_t size_of(const struct types *t, const char *module, const char *name)
{
	struct type type;
	uint64_t size = 0;
	if (types_find(t, module, name, &type))
		assert_ok(type_size(type, &size));
	return size;
}

static void modules_come_first(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct machine k;
		machine_init(&k, (enum byte_order)order);
		put_module(&k, 0, "e1000", 100);
		put_module(&k, 1, "igb", 200);
		struct types *t = machine_types(&k);
		assert_int_equal(size_of(t, "igb", "adapter"), 0);
		assert_ok(types_add_modules(t, &k.m.k, &k.symbols, "igb"));
		assert_int_equal(types_modules(t), 1);
		assert_ok(types_add_modules(t, &k.m.k, &k.symbols, NULL));
		assert_int_equal(types_modules(t), 2);
		assert_int_equal(types_lost(t), 0);
		assert_int_equal(size_of(t, "e1000", "adapter"), 100);
		assert_int_equal(size_of(t, "igb", "struct adapter"), 200);
		assert_int_equal(size_of(t, NULL, "adapter"), 0);
		assert_int_equal(size_of(t, "none", "adapter"), 0);
		assert_int_equal(size_of(t, "igb", "list_head"), 16);
		types_destroy(t);
		machine_deinit(&k);
	}
}

/* Only what is asked for, and that once: the list may have changed to nonsense then. */
static void modules_when_asked_for(void **state)
{
	(void)state;
	struct machine k;
	machine_init(&k, ORDER_LE);
	put_module(&k, 0, "e1000", 100);
	put_module(&k, 1, "igb", 200);
	struct types *t = machine_types(&k);
	types_seek_modules(t, &k.m.k, &k.symbols);
	assert_int_equal(size_of(t, NULL, "adapter"), 0);
	assert_int_equal(types_modules(t), 0);
	assert_int_equal(size_of(t, "none", "adapter"), 0);
	assert_int_equal(types_modules(t), 0);
	assert_int_equal(size_of(t, "igb", "adapter"), 200);
	assert_int_equal(types_modules(t), 1);
	k.symbols.n = 0;
	assert_int_equal(size_of(t, "igb", "adapter"), 200);
	assert_int_equal(size_of(t, "e1000", "adapter"), 0);
	k.symbols.n = 4;
	assert_int_equal(size_of(t, "e1000", "adapter"), 0); /* that it is not there is known */
	assert_int_equal(size_of(t, "none", "list_head"), 16);
	types_destroy(t);
	machine_deinit(&k);
}

static void names_as_in_c(void **state)
{
	(void)state;
	struct machine k;
	struct member m;
	machine_init(&k, ORDER_LE);
	struct types *t = machine_types(&k);
	assert_int_equal(size_of(t, NULL, "both"), 99);
	assert_int_equal(size_of(t, NULL, "struct both"), 99);
	assert_int_equal(size_of(t, NULL, "union both"), 0);
	assert_int_equal(size_of(t, NULL, "enum pageflags"), 4);
	assert_int_equal(size_of(t, NULL, "u32"), 4);
	assert_ok(types_member(t, NULL, "task_struct.comm[3]", &m));
	assert_int_equal(m.offset, 11);
	assert_err(types_member(t, NULL, "nothing.x", &m), ERR_MISSING, "no type nothing");
	assert_err(types_member(t, NULL, "task_struct", &m), ERR_USAGE, "task_struct");
	types_destroy(t);
	machine_deinit(&k);
}

static void no_types_in_this_kernel(void **state)
{
	(void)state;
	struct machine k;
	struct types *t = NULL;
	machine_init(&k, ORDER_LE);
	small_kmem_init(&k.m, ORDER_LE, BASE, k.memory, sizeof(k.memory));
	k.symbols.n = 1;
	assert_err(types_load(&k.m.k, &k.symbols, &t), ERR_MISSING, "__start_BTF");
	k.symbols.n = 4;
	k.table[2].addr = BASE;
	assert_err(types_load(&k.m.k, &k.symbols, &t), ERR_FORMAT, "not possible");
	k.table[2].addr = BASE + (UINT64_C(1) << 40);
	assert_err(types_load(&k.m.k, &k.symbols, &t), ERR_FORMAT, "not possible");
	k.table[2].addr = BASE + MEMORY + 1;
	assert_err(types_load(&k.m.k, &k.symbols, &t), ERR_MISSING, "the kernel's types");
	k.table[1].addr++;
	k.table[2].addr--;
	assert_err(types_load(&k.m.k, &k.symbols, &t), ERR_FORMAT, "magic");
	machine_deinit(&k);
}

static void damaged_modules_are_counted(void **state)
{
	(void)state;
	struct machine k;
	machine_init(&k, ORDER_LE);
	for (unsigned int i = 0; i < 5; i++) {
		char name[8];
		snprintf(name, sizeof(name), "m%u", i);
		put_module(&k, i, name, 100 + i);
	}
	put_u64(k.memory + BTFS + 0x40, 0x1234, ORDER_LE);     /* its data is nowhere */
	put_u32(k.memory + BTFS + 0x88, UINT32_MAX, ORDER_LE); /* its size is 4 GiB */
	put_u64(k.memory + MODULES + 0x60, 0x1234, ORDER_LE);  /* its struct btf is nowhere */
	k.memory[BLOBS + 0x4000] ^= 1;			       /* its blob is none */
	struct types *t = machine_types(&k);
	assert_ok(types_add_modules(t, &k.m.k, &k.symbols, NULL));
	assert_int_equal(types_modules(t), 1);
	assert_int_equal(types_lost(t), 4);
	assert_int_equal(size_of(t, "m0", "adapter"), 100);
	k.symbols.table++;
	k.symbols.n--;
	assert_err(types_add_modules(t, &k.m.k, &k.symbols, NULL), ERR_MISSING, "btf_modules");
	types_destroy(t);
	machine_deinit(&k);
}

static void lists_without_end(void **state)
{
	(void)state;
	struct machine k;
	machine_init(&k, ORDER_LE);
	put_module(&k, 0, "a", 100);
	put_module(&k, 1, "b", 200);
	/* b, a, b, a, … and never the head again */
	put_u64(k.memory + MODULES + 8, BASE + MODULES + 0x28, ORDER_LE);
	struct types *t = machine_types(&k);
	assert_ok(types_add_modules(t, &k.m.k, &k.symbols, NULL));
	assert_int_equal(types_modules(t), 2);
	assert_int_equal(types_lost(t), 1);
	types_destroy(t);
	small_kmem_deinit(&k.m);
	/* or into nowhere */
	put_u64(k.memory + MODULES + 8, 0x1234, ORDER_LE);
	t = machine_types(&k);
	assert_ok(types_add_modules(t, &k.m.k, &k.symbols, NULL));
	assert_int_equal(types_modules(t), 2);
	assert_true(types_lost(t) > 0);
	types_destroy(t);
	machine_deinit(&k);
}

static void layout_from_symbols_and_types(void **state)
{
	(void)state;
	struct machine k;
	machine_init(&k, ORDER_LE);
	struct types *t = machine_types(&k);
	static const char text[] = "PAGESIZE=4096\nOFFSET(zone.free_area)=1\nNUMBER(PG_lru)=4\n";
	struct vmcoreinfo info = {text, sizeof(text) - 1};
	struct layout l;
	assert_ok(layout_load(&info, &l));
	assert_err(layout_check(&l, FOR_PAGES), ERR_MISSING,
		   "VMCOREINFO of this kernel lacks SIZE(page)");
	layout_complete(&l, NULL, NULL);
	assert_false(layout_known(l.task_size));
	struct err *e = layout_check(&l, FOR_PAGES);
	assert_non_null(strstr(err_message(e), "symbols and types have SIZE(page)"));
	err_free(e);
	layout_complete(&l, &k.symbols, t);
	assert_int_equal(l.task_size, 48);
	assert_int_equal(l.task_comm_size, 24);
	assert_int_equal(l.task_exec_start, 32);
	assert_int_equal(l.zone_free_area, 11);
	assert_int_equal(l.init_uts_ns, (int64_t)(BASE + 0x4711));
	assert_int_equal(l.pg_lru, 4);		     /* what VMCOREINFO says stays */
	assert_false(layout_known(l.pg_swapcache));  /* no such enumerator */
	assert_false(layout_known(l.task_prio));     /* a bitfield has no offset */
	assert_int_equal(l.orc_entry_signal, 43);    /* but a place */
	assert_false(layout_known(l.orc_entry_end)); /* no such bitfield */
	assert_false(layout_known(l.task_utime));    /* no such member */
	assert_false(layout_known(l.mem_section));   /* no such symbol */
	assert_false(layout_known(l.task_sum_exec)); /* no such member of a member */
	static const char none[] = "PAGESIZE=4096\n";
	info = (struct vmcoreinfo) {none, sizeof(none) - 1};
	assert_ok(layout_load(&info, &l));
	layout_complete(&l, NULL, t);
	assert_int_equal(l.pg_lru, 5);
	assert_false(layout_known(l.init_uts_ns));
	types_destroy(t);
	machine_deinit(&k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_come_first),
		cmocka_unit_test(modules_when_asked_for),
		cmocka_unit_test(names_as_in_c),
		cmocka_unit_test(no_types_in_this_kernel),
		cmocka_unit_test(damaged_modules_are_counted),
		cmocka_unit_test(lists_without_end),
		cmocka_unit_test(layout_from_symbols_and_types),
	};
	return cmocka_run_group_tests_name("kernel/types", tests, NULL, NULL);
}
