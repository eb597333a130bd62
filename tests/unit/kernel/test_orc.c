// SPDX-License-Identifier: GPL-2.0-or-later
/* ORC tables written by hand: all generations, sorted and not, and damaged ones. */
#include "unit.h"
#include "kernel/orc.h"

/* The ips lie at this address, the entries after them. */
#define IPS	UINT64_C(0xffffffff82000000)
#define ENTRIES UINT64_C(0xffffffff82100000)

enum { MAX = 2000 };
struct tables {
	uint8_t ips[MAX * 4], entries[MAX * ORC_ENTRY_SIZE];
	struct orc_source source;
	struct orc_table table;
	unsigned int reads;
};

static struct err *read_tables(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct tables *t = arg;
	t->reads++;
	if (addr >= IPS && addr - IPS <= sizeof(t->ips) && len <= sizeof(t->ips) - (addr - IPS))
		memcpy(buf, t->ips + (addr - IPS), len);
	else if (addr >= ENTRIES && addr - ENTRIES <= sizeof(t->entries) &&
		 len <= sizeof(t->entries) - (addr - ENTRIES))
		memcpy(buf, t->entries + (addr - ENTRIES), len);
	else
		return err_new(ERR_MISSING, "outside of the tables");
	return NULL;
}

static void init(struct tables *t)
{
	memset(t, 0, sizeof(*t));
	t->source = (struct orc_source) {read_tables, t, ORDER_LE, ORC_TYPES};
	t->table = (struct orc_table) {IPS, ENTRIES, 0, false};
}

/* An entry that can be told from others by its sp_offset. */
static void add(struct tables *t, uint64_t ip, int16_t sp_offset, enum orc_type type)
{
	uint32_t i = t->table.count++;
	uint8_t *e = t->entries + (size_t)i * ORC_ENTRY_SIZE;
	put_u32(t->ips + (size_t)i * 4, (uint32_t)(ip - (IPS + i * 4)), ORDER_LE);
	put_u16(e, (uint16_t)sp_offset, ORDER_LE);
	put_u16(e + 4, (uint16_t)(ORC_REG_SP | (unsigned int)type << 8), ORDER_LE);
}

static void assert_entry(struct tables *t, uint64_t pc, int16_t sp_offset)
{
	struct orc_entry e;
	assert_ok(orc_find(&t->source, &t->table, pc, &e));
	assert_int_equal(e.sp_offset, sp_offset);
}

static void assert_decodes(enum orc_format format, unsigned int bits, enum orc_type type,
			   bool signal)
{
	uint8_t bytes[ORC_ENTRY_SIZE] = {0xf8, 0xff, 0xf0, 0xff};
	struct orc_entry e;
	put_u16(bytes + 4, (uint16_t)bits, ORDER_LE);
	orc_decode(bytes, ORDER_LE, format, &e);
	assert_int_equal(e.sp_offset, -8);
	assert_int_equal(e.bp_offset, -16);
	assert_int_equal(e.sp_reg, bits & 15);
	assert_int_equal(e.bp_reg, bits >> 4 & 15);
	assert_int_equal(e.type, type);
	assert_int_equal(e.signal, signal);
}

static void generations(void **state)
{
	(void)state;
	/* 6.4: type in bits 8 to 10, signal in 11 */
	assert_decodes(ORC_TYPES, 0x0215, ORC_TYPE_CALL, false);
	assert_decodes(ORC_TYPES, 0x0b05, ORC_TYPE_REGS, true);
	assert_decodes(ORC_TYPES, 0x0c05, ORC_TYPE_REGS_PARTIAL, true);
	assert_decodes(ORC_TYPES, 0x0100, ORC_TYPE_END_OF_STACK, false);
	assert_decodes(ORC_TYPES, 0x0000, ORC_TYPE_UNDEFINED, false);
	assert_decodes(ORC_TYPES, 0x0705, 7, false);
	/* 6.3: type in 8 and 9, signal in 10, end in 11 */
	assert_decodes(ORC_SIGNAL_END, 0x0015, ORC_TYPE_CALL, false);
	assert_decodes(ORC_SIGNAL_END, 0x0505, ORC_TYPE_REGS, true);
	assert_decodes(ORC_SIGNAL_END, 0x0205, ORC_TYPE_REGS_PARTIAL, false);
	assert_decodes(ORC_SIGNAL_END, 0x0800, ORC_TYPE_END_OF_STACK, false);
	assert_decodes(ORC_SIGNAL_END, 0x0000, ORC_TYPE_UNDEFINED, false);
	/* before: type in 8 and 9, end in 10; registers imply what signal says later */
	assert_decodes(ORC_END, 0x0015, ORC_TYPE_CALL, false);
	assert_decodes(ORC_END, 0x0105, ORC_TYPE_REGS, true);
	assert_decodes(ORC_END, 0x0205, ORC_TYPE_REGS_PARTIAL, true);
	assert_decodes(ORC_END, 0x0400, ORC_TYPE_END_OF_STACK, false);
	assert_decodes(ORC_END, 0x0000, ORC_TYPE_UNDEFINED, false);
}

/* 7.3 has the types of 6.4, and other numbers for the registers. */
static void renumbered(void **state)
{
	(void)state;
	static const enum orc_reg is[] = {
		ORC_REG_UNDEFINED, ORC_REG_AX,		ORC_REG_DX,	     ORC_REG_SP,
		ORC_REG_BP,	   ORC_REG_DI,		ORC_REG_R10,	     ORC_REG_R13,
		ORC_REG_PREV_SP,   ORC_REG_SP_INDIRECT, ORC_REG_BP_INDIRECT, 11,
	};
	uint8_t bytes[ORC_ENTRY_SIZE] = {0};
	struct orc_entry e;
	for (unsigned int i = 0; i < ARRAY_SIZE(is); i++) {
		put_u16(bytes + 4, (uint16_t)(i | i << 4 | 0xb00), ORDER_LE);
		orc_decode(bytes, ORDER_LE, ORC_RENUMBERED, &e);
		assert_int_equal(e.sp_reg, is[i]);
		assert_int_equal(e.bp_reg, is[i]);
		assert_int_equal(e.type, ORC_TYPE_REGS);
		assert_true(e.signal);
	}
}

static void numbers_are_found(void **state)
{
	(void)state;
	static struct tables t;
	init(&t);
	for (unsigned int i = 0; i < MAX; i++)
		add(&t, IPS + (uint64_t)i * 16, 8, ORC_TYPE_CALL);
	orc_find_numbers(&t.source, &t.table);
	assert_int_equal(t.source.format, ORC_TYPES);
	for (unsigned int i = 0; i < MAX; i++) /* some functions have a frame pointer */
		put_u16(t.entries + (size_t)i * ORC_ENTRY_SIZE + 4, i % 8 ? 0x283 : 0x284,
			ORDER_LE);
	orc_find_numbers(&t.source, &t.table);
	assert_int_equal(t.source.format, ORC_RENUMBERED);
	/* other generations never had these numbers, and what cannot be read says nothing */
	t.source.format = ORC_END;
	orc_find_numbers(&t.source, &t.table);
	assert_int_equal(t.source.format, ORC_END);
	t.source.format = ORC_TYPES;
	t.table.entries = 0;
	orc_find_numbers(&t.source, &t.table);
	assert_int_equal(t.source.format, ORC_TYPES);
}

static void last_at_or_below(void **state)
{
	(void)state;
	static struct tables t;
	init(&t);
	add(&t, IPS - 0x1000, 1, ORC_TYPE_CALL);
	add(&t, IPS - 0x0f00, 2, ORC_TYPE_CALL);
	add(&t, IPS - 0x0f00, 3, ORC_TYPE_CALL);
	add(&t, IPS - 0x0800, 4, ORC_TYPE_CALL);
	struct orc_entry e;
	assert_err(orc_find(&t.source, &t.table, IPS - 0x1001, &e), ERR_MISSING, "no ORC entry");
	assert_entry(&t, IPS - 0x1000, 1);
	assert_entry(&t, IPS - 0x0f01, 1);
	assert_entry(&t, IPS - 0x0f00, 3); /* the terminator of a section is sorted before */
	assert_entry(&t, IPS - 0x0801, 3);
	assert_entry(&t, IPS + 0x9999, 4);
	assert_entry(&t, UINT64_MAX, 4);
}

/* Every entry of a table of many batches, first to last byte, with few reads. */
static void large_table(void **state)
{
	(void)state;
	static struct tables t;
	init(&t);
	for (int i = 0; i < MAX; i++)
		add(&t, IPS - 0x100000 + (uint64_t)i * 16, (int16_t)i, ORC_TYPE_CALL);
	assert_ok(orc_check(&t.source, &t.table));
	assert_false(t.table.unsorted);
	for (int i = 0; i < MAX; i++) {
		t.reads = 0;
		assert_entry(&t, IPS - 0x100000 + (uint64_t)i * 16, (int16_t)i);
		assert_entry(&t, IPS - 0x100000 + (uint64_t)i * 16 + 15, (int16_t)i);
		assert_true(t.reads <= 10);
	}
}

static void unsorted_table(void **state)
{
	(void)state;
	static struct tables t;
	init(&t);
	add(&t, IPS - 0x800, 4, ORC_TYPE_CALL);
	add(&t, IPS - 0xf00, 3, ORC_TYPE_CALL);
	add(&t, IPS - 0x1000, 1, ORC_TYPE_CALL);
	add(&t, IPS - 0xf00, 2, ORC_TYPE_UNDEFINED);
	add(&t, IPS - 0x700, 5, ORC_TYPE_UNDEFINED);
	add(&t, IPS - 0x700, 6, ORC_TYPE_CALL);
	assert_ok(orc_check(&t.source, &t.table));
	assert_true(t.table.unsorted);
	struct orc_entry e;
	assert_err(orc_find(&t.source, &t.table, IPS - 0x1001, &e), ERR_MISSING, "no ORC entry");
	assert_entry(&t, IPS - 0x1000, 1);
	assert_entry(&t, IPS - 0xf00, 3); /* not the terminator, on whichever side it stands */
	assert_entry(&t, IPS - 0x700, 6);
	assert_entry(&t, IPS - 0x701, 4);
}

static void damaged_tables(void **state)
{
	(void)state;
	static struct tables t;
	struct orc_entry e;
	init(&t);
	assert_err(orc_find(&t.source, &t.table, IPS, &e), ERR_MISSING, "empty");
	assert_err(orc_check(&t.source, &t.table), ERR_MISSING, "empty");
	t.table.count = UINT32_MAX;
	assert_err(orc_find(&t.source, &t.table, IPS, &e), ERR_FORMAT, "damaged");
	t.table.count = MAX * 2; /* the second half is not there */
	assert_err(orc_check(&t.source, &t.table), ERR_MISSING, "outside");
	assert_err(orc_find(&t.source, &t.table, UINT64_MAX, &e), ERR_MISSING, "outside");
	t.table = (struct orc_table) {IPS, 0x1000, 1, false};
	assert_err(orc_find(&t.source, &t.table, UINT64_MAX, &e), ERR_MISSING, "outside");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(generations),	     cmocka_unit_test(last_at_or_below),
		cmocka_unit_test(large_table),	     cmocka_unit_test(unsorted_table),
		cmocka_unit_test(damaged_tables),    cmocka_unit_test(renumbered),
		cmocka_unit_test(numbers_are_found),
	};
	return cmocka_run_group_tests_name("kernel/orc", tests, NULL, NULL);
}
