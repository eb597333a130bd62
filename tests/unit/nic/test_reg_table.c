// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of registers: their form, those that are wrong, those that are shipped; and the passes. */
#include "unit.h"

#include <errno.h>
#include "nic/regs/passes.h"
#include "nic/regs/tables.h"

#define SHIPPED "capture/nic/regs/tables"

static struct err *parse(const char *text, struct reg_table *t)
{
	return reg_table_parse("test", text, strlen(text), t);
}

static void test_form(void **state)
{
	(void)state;
	struct reg_table t;
	char space[32];
	assert_ok(parse("#Addr, Size, Enable addr\r\n#@device 8086:10d3 15b3:*\r\n"
			"#@space bar 1\n\n  0x10 , 2 ,\n#@names A -\n0x20,2\n"
			"0x40,3,0x1234\n#@width 2\n#@order big\n100,1,\n#@decode something\n",
			&t));
	assert_int_equal(t.block_count, 3);
	assert_int_equal(t.words, 5);
	assert_int_equal(t.left_out, 3);
	assert_int_equal(t.blocks[0].address, 0x10);
	assert_null(reg_block_name(&t.blocks[0], 0));
	assert_string_equal(reg_block_name(&t.blocks[1], 0), "A");
	assert_null(reg_block_name(&t.blocks[1], 1));
	assert_int_equal(t.blocks[2].address, 100);
	assert_int_equal(t.blocks[2].width, 2);
	assert_int_equal(t.order, ORDER_BE);
	assert_string_equal(t.decoder, "something");
	assert_int_equal(reg_table_end(&t), 102);
	reg_table_space_name(&t, space, sizeof(space));
	assert_string_equal(space, "bar 1");
	assert_true(reg_table_matches(&t, 0x8086, 0x10d3));
	assert_false(reg_table_matches(&t, 0x8086, 0x10d4));
	assert_true(reg_table_matches(&t, 0x15b3, 0x1));
	reg_table_deinit(&t);
	/* as it comes with mstflint: only the space has to be said */
	assert_ok(parse(
		"#@space gateway 6\n#Addr, Size, Enable addr\n0x000000,16418,\n0x010100,10,\n",
		&t));
	assert_int_equal(t.words, 16428);
	assert_int_equal(t.id_count, 0);
	reg_table_deinit(&t);
}

static void test_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{"", "no line #@space"},
		{"#@space bar 0\n", "no registers"},
		{"0x0,1,\n", "no line #@space"},
		{"#@space bar 6\n0x0,1,\n", "line 1: the space"},
		{"#@space bar\n0x0,1,\n", "line 1: the space"},
		{"#@space bars 0\n0x0,1,\n", "line 1: a space"},
		{"#@space bar 0\n0x0\n", "line 2: not a row"},
		{"#@space bar 0\n0x0,0,\n", "line 2: not a row"},
		{"#@space bar 0\n0x0,-1,\n", "line 2: not a row"},
		{"#@space bar 0\n0x,1,\n", "line 2: not a row"},
		{"#@space bar 0\n12q,1,\n", "line 2: not a row"},
		{"#@space bar 0\n0x0,99999999999999999999,\n", "line 2: not a row"},
		{"#@space bar 0\n0x2,1,\n", "line 2: an address"},
		{"#@space bar 0\n0x3ffffffc,2,\n", "line 2: an address"},
		{"#@space bar 0\n0x40000000,1,\n", "line 2: not a row"},
		{"#@space bar 0\n0x0,524288,\n0x0,1,\n", "line 3: too many"},
		{"#@space bar 0\n0x0,524288,0x1\n0x0,1,\n", "line 3: too many"},
		{"#@space bar 0\n#@names A B\n0x0,1,\n", "line 3: the line of names"},
		{"#@space bar 0\n#@names A\n0x0,2,\n", "line 3: the line of names"},
		{"#@space bar 0\n#@names A\n#@names B\n0x0,1,\n", "line 3: two lines"},
		{"#@space bar 0\n0x0,1,\n#@names A\n", "no row after"},
		{"#@space bar 0\n#@width 3\n0x0,1,\n", "line 2: the width"},
		{"#@space bar 0\n#@order mixed\n0x0,1,\n", "line 2: the order"},
		{"#@space bar 0\n#@wide 4\n0x0,1,\n", "line 2: #@ and a word"},
		{"#@device 8086\n", "line 1: a device"},
		{"#@device 8086:10d\n", "line 1: a device"},
		{"#@device 80860:10d3\n", "line 1: a device"},
		{"#@device *:10d3\n", "line 1: a device"},
		{"#@space bar 0\n#@scan\n", "#@scan is for a gateway"},
		{"#@space gateway 7\n#@scan\n0x0,1,\n", "#@scan is for a gateway"},
		{"#@space gateway 7\n#@width 2\n0x0,1,\n", "words of 4 bytes"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reg_table t;
		assert_err(parse(cases[i].text, &t), ERR_FORMAT, cases[i].error);
	}
	struct reg_table t;
	assert_err(reg_table_parse("test", "#@space bar 0\n\0", 15, &t), ERR_FORMAT, "not a text");
}

/* What reading would change, by the drivers' headers; nothing shipped may touch it. */
static const struct {
	const char *table; /* prefix */
	uint32_t from, to;
} forbidden[] = {
	{"e1000", 0xc0, 0xc0},	      /* ICR */
	{"e1000", 0x4000, 0x4124},    /* statistics */
	{"e1000", 0x5b50, 0x5b58},    /* semaphores */
	{"e1000", 0xb600, 0xb6ff},    /* time stamps */
	{"igb", 0xc0, 0xc0},	      /* ICR */
	{"igb", 0x1580, 0x1580},      /* EICR */
	{"igb", 0x4000, 0x4124},      /* statistics */
	{"igb", 0x5b50, 0x5b58},      /* semaphores */
	{"igb", 0xb600, 0xb6ff},      /* time stamps */
	{"igb", 0xc030, 0xc030},      /* RQDPC(0), and so on: drops, cleared */
	{"vmxnet3", 0x20, 0x20},      /* CMD */
	{"vmxnet3", 0x38, 0x40},      /* ICR, ECR */
	{"mlx5", 0x1014, UINT32_MAX}, /* clr_intx is behind it */
};

static void check_shipped(const struct reg_table *t)
{
	for (size_t i = 0; i < t->block_count; i++) {
		const struct reg_block *b = &t->blocks[i];
		uint32_t last = b->address + b->count * b->width - 1;
		assert_non_null(b->names);
		for (size_t k = 0; k < ARRAY_SIZE(forbidden); k++)
			if (strncmp(t->name, forbidden[k].table, strlen(forbidden[k].table)) == 0 &&
			    b->address <= forbidden[k].to && last >= forbidden[k].from)
				fail_msg("%s reads 0x%x", t->name, b->address);
	}
}

static void test_shipped(void **state)
{
	(void)state;
	static const struct {
		uint16_t vendor, device;
		const char *tables;
	} devices[] = {
		{0x8086, 0x100e, "e1000"},
		{0x8086, 0x10d3, "e1000e"},
		{0x8086, 0x10c9, "igb-queues-4-7 igb-queues-8-15 igb"},
		{0x8086, 0x1521, "igb-queues-4-7 igb"},
		{0x8086, 0x1533, "igb"},
		{0x8086, 0x1000, ""}, /* 82542: other addresses */
		{0x8086, 0x10ca, ""}, /* 82576, virtual function */
		{0x15ad, 0x07b0, "vmxnet3-queues vmxnet3"},
		{0x1af4, 0x1000, "virtio-common virtio-net"},
		{0x1af4, 0x1041, "virtio-common virtio-net"},
		{0x1af4, 0x1042, ""}, /* a disk */
		{0x15b3, 0x1017, "mlx5-crdump mlx5-initial-segment"},
		{0x15b3, 0x1018, ""}, /* virtual function */
		{0x15b3, 0x1003, ""}, /* ConnectX-3 */
	};
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		struct reg_tables t;
		_cleanup_buf_ struct buf names = BUF_INIT;
		assert_ok(reg_tables_load(SHIPPED, devices[i].vendor, devices[i].device, &t));
		for (size_t k = 0; k < t.count; k++) {
			assert_ok(t.v[k].error);
			buf_printf(&names, "%s%s", k ? " " : "", t.v[k].table.name);
			check_shipped(&t.v[k].table);
		}
		assert_string_equal(buf_str(&names), devices[i].tables);
		reg_tables_deinit(&t);
	}
}

static void test_directory(void **state)
{
	(void)state;
	struct reg_tables t;
	char *dir = unit_mkdtemp();
	unit_write(dir, "b.csv", "#@device 8086:*\n#@space bar 0\n0x0,1,\n");
	unit_write(dir, "a.csv", "not a table\n");
	unit_write(dir, "c.csv", "#@device 8087:*\n#@space bar 0\n0x0,1,\n");
	unit_write(dir, "d.txt", "not even a name\n");
	assert_ok(reg_tables_load(dir, 0x8086, 1, &t));
	assert_int_equal(t.count, 2);
	assert_string_equal(t.v[0].table.name, "a.csv");
	assert_string_equal(err_message(t.v[0].error),
			    "a, line 1: not a row of address, number of words, enable address");
	assert_string_equal(t.v[1].table.name, "b");
	reg_tables_deinit(&t);
	unit_rmdir(dir);
	assert_err(reg_tables_load("/nonexistent", 1, 1, &t), ERR_IO, "tables of registers");
}

/* Eight words of memory, one of which counts its reads; the last words are not there. */
struct small {
	struct reg_space space;
	uint32_t words[8];
	unsigned reads;
	unsigned fails_at;
};

static bool small_has(const struct reg_space *s, uint32_t address, unsigned width)
{
	(void)s;
	return address + width <= 24;
}

static struct err *small_read(struct reg_space *s, uint32_t address, unsigned width, uint32_t *ret)
{
	struct small *m = (struct small *)s;
	if (++m->reads == m->fails_at)
		return err_new(ERR_MISSING, "gone");
	if (address == 8)
		m->words[2]++;
	*ret = m->words[address / 4] & (UINT32_MAX >> (32 - 8 * width));
	return NULL;
}

static const struct reg_space_ops small_ops = {small_has, small_read};

static void test_passes(void **state)
{
	(void)state;
	struct reg_table t;
	struct reg_passes p;
	struct json j;
	_cleanup_buf_ struct buf text = BUF_INIT, json = BUF_INIT;
	struct small m = {.space = {&small_ops}, .words = {0xaabbccdd, 1, 2, 3, 4, 0x12345678}};
	assert_ok(
		parse("#@space bar 0\n#@order big\n#@names A - COUNTER\n0x0,3,\n"
		      "0x14,3,\n#@width 2\n#@names HALF\n0x4,1,\n#@width 4\n#@names FAR\n0x20,1,\n",
		      &t));
	reg_passes_init(&p, &t);
	for (unsigned i = 0; i < REG_PASSES; i++) {
		text.len = 0;
		assert_ok(reg_pass(&p, i, &m.space, &text));
	}
	assert_string_equal(text.data,
			    "0x00000000 0xaabbccdd\n0x00000004 0x00000001\n0x00000008 0x00000005\n"
			    "0x00000014 0x12345678\n0x00000004 0x00000001\n");
	assert_int_equal(reg_passes_changed(&p), 1);
	json_init(&j, &json, true);
	json_object(&j, NULL);
	reg_passes_json(&p, &j);
	json_object_end(&j);
	assert_string_equal(
		json.data,
		"{\"words\":5,\"passes\":3,\"words_changed\":1,\"changed\":[\"0x00000008\"],"
		"\"registers\":[{\"name\":\"A\",\"address\":\"0x00000000\",\"values\":"
		"[\"0xaabbccdd\",\"0xaabbccdd\",\"0xaabbccdd\"],\"changed\":false},"
		"{\"name\":\"COUNTER\",\"address\":\"0x00000008\",\"values\":[\"0x00000003\","
		"\"0x00000004\",\"0x00000005\"],\"changed\":true},{\"name\":\"HALF\",\"address\":"
		"\"0x00000004\",\"values\":[\"0x0001\",\"0x0001\",\"0x0001\"],\"changed\":false}]}"
		"\n");
	uint8_t image[12] = {0};
	static const uint8_t expected[12] = {0xaa, 0xbb, 0xcc, 0xdd, 0, 1, 0, 1, 0, 0, 0, 5};
	assert_true(reg_passes_image(&p, image, sizeof(image)));
	assert_memory_equal(image, expected, sizeof(image));
	reg_passes_deinit(&p);
	reg_table_deinit(&t);
}

/* The device goes in the second pass: what it said before is there, and is not compared. */
static void test_passes_end(void **state)
{
	(void)state;
	struct reg_table t;
	struct reg_passes p;
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct small m = {.space = {&small_ops}, .fails_at = 6};
	assert_ok(parse("#@space bar 0\n0x0,4,\n", &t));
	reg_passes_init(&p, &t);
	assert_ok(reg_pass(&p, 0, &m.space, &text));
	text.len = 0;
	assert_err(reg_pass(&p, 1, &m.space, &text), ERR_MISSING, "gone");
	assert_string_equal(text.data, "0x00000000 0x00000000\n");
	assert_int_equal(reg_passes_changed(&p), 0);
	assert_true(p.whole[0] && !p.whole[1] && !p.whole[2]);
	reg_passes_deinit(&p);
	reg_table_deinit(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),	cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_shipped), cmocka_unit_test(test_directory),
		cmocka_unit_test(test_passes),	cmocka_unit_test(test_passes_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
