// SPDX-License-Identifier: GPL-2.0-or-later
/* The walk over capability lists and their decoding. Configuration spaces are given as bytes to
 * set. */
#include "nic/nic_unit.h"

#include "base/bytes.h"
#include "nic/decode/json_check.h"
#include "nic/decode/pci_config.h"

struct set {
	uint16_t at;
	uint32_t value;
	uint8_t size; /* bytes of value, 0 ends */
};

struct walk {
	const char *name;
	size_t len;
	struct set set[14];
	/* offsets, 0 ends */
	uint16_t offsets[8];
	enum pci_list_end standard;
	enum pci_list_end extended;
};

#define LIST                                                                                       \
	{                                                                                          \
		0x06, 0x10, 2                                                                      \
	} /* status: there is a list */

static const struct walk walks[] = {
	{"no list",
	 256,
	 {{0, 0x8086, 2}, {0x34, 0x40, 1}},
	 {0},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"two",
	 256,
	 {LIST, {0x34, 0x40, 1}, {0x40, 0x5001, 2}, {0x50, 0x0005, 2}},
	 {0x40, 0x50},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"low bits of pointers are reserved",
	 256,
	 {LIST, {0x34, 0x43, 1}, {0x40, 0x5301, 2}, {0x50, 5, 2}},
	 {0x40, 0x50},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"into the header",
	 256,
	 {LIST, {0x34, 0x40, 1}, {0x40, 0x2001, 2}},
	 {0x40},
	 PCI_LIST_BAD,
	 PCI_LIST_COMPLETE},
	{"at itself",
	 256,
	 {LIST, {0x34, 0x40, 1}, {0x40, 0x4001, 2}},
	 {0x40},
	 PCI_LIST_LOOP,
	 PCI_LIST_COMPLETE},
	{"a loop of two",
	 256,
	 {LIST, {0x34, 0x40, 1}, {0x40, 0x5001, 2}, {0x50, 0x4005, 2}},
	 {0x40, 0x50},
	 PCI_LIST_LOOP,
	 PCI_LIST_COMPLETE},
	{"all ones in the list",
	 256,
	 {LIST, {0x34, 0x40, 1}, {0x40, 0xffff, 2}},
	 {0},
	 PCI_LIST_BAD,
	 PCI_LIST_COMPLETE},
	{"behind what could be read",
	 64,
	 {LIST, {0x34, 0x40, 1}},
	 {0},
	 PCI_LIST_TRUNCATED,
	 PCI_LIST_COMPLETE},
	{"half a capability",
	 0x41,
	 {LIST, {0x34, 0x40, 1}},
	 {0},
	 PCI_LIST_TRUNCATED,
	 PCI_LIST_COMPLETE},
	{"at the end",
	 256,
	 {LIST, {0x34, 0xfc, 1}, {0xfc, 0x09, 1}},
	 {0xfc},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"cardbus keeps its pointer elsewhere",
	 256,
	 {LIST, {0x0e, 2, 1}, {0x14, 0x80, 1}, {0x34, 0x40, 1}, {0x40, 5, 2}, {0x80, 1, 2}},
	 {0x80},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"extended",
	 4096,
	 {{0, 0x8086, 2}, {0x100, 0x14010001, 4}, {0x140, 0x00010003, 4}},
	 {0x100, 0x140},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"extended loop",
	 4096,
	 {{0, 0x8086, 2}, {0x100, 0x14010001, 4}, {0x140, 0x10010003, 4}},
	 {0x100, 0x140},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_LOOP},
	{"extended into standard space",
	 4096,
	 {{0, 0x8086, 2}, {0x100, 0x08010001, 4}},
	 {0x100},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_BAD},
	{"extended cut",
	 0x200,
	 {{0, 0x8086, 2}, {0x100, 0x40010001, 4}},
	 {0x100},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_TRUNCATED},
	{"extended points at nothing",
	 4096,
	 {{0, 0x8086, 2}, {0x100, 0x40010001, 4}},
	 {0x100},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_BAD},
	{"extended space does not answer",
	 4096,
	 {{0, 0x8086, 2}, {0x100, 0xffffffff, 4}},
	 {0},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_COMPLETE},
	{"extended dies half way",
	 4096,
	 {{0, 0x8086, 2}, {0x100, 0x40010001, 4}, {0x400, 0xffffffff, 4}},
	 {0x100},
	 PCI_LIST_COMPLETE,
	 PCI_LIST_BAD},
};

static void fill(uint8_t *config, const struct set *set)
{
	memset(config, 0, 4096);
	for (; set->size; set++)
		for (int i = 0; i < set->size; i++)
			config[set->at + i] = (uint8_t)(set->value >> 8 * i);
}

/* A copy of exactly that size, so that a sanitizer sees a read behind it. */
static uint8_t *exact(const uint8_t *config, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, config, len);
	return copy;
}

static void test_walks(void **state)
{
	(void)state;
	static uint8_t config[4096];
	struct pci_capabilities caps;
	for (size_t i = 0; i < ARRAY_SIZE(walks); i++) {
		const struct walk *w = &walks[i];
		fill(config, w->set);
		uint8_t *bytes = exact(config, w->len);
		pci_capabilities_walk(bytes, w->len, &caps);
		free(bytes);
		size_t n = 0;
		while (n < ARRAY_SIZE(w->offsets) && w->offsets[n])
			n++;
		if (caps.count != n || caps.standard_end != w->standard ||
		    caps.extended_end != w->extended)
			fail_msg("%s: %zu capabilities, %s, %s", w->name, caps.count,
				 pci_list_end_name(caps.standard_end),
				 pci_list_end_name(caps.extended_end));
		for (size_t k = 0; k < n; k++)
			if (caps.v[k].offset != w->offsets[k])
				fail_msg("%s: capability %zu at 0x%x", w->name, k,
					 caps.v[k].offset);
	}
}

/* The longest lists there can be do not overrun the array. */
static void test_longest(void **state)
{
	(void)state;
	static uint8_t config[4096];
	static struct pci_capabilities caps;
	memset(config, 0, sizeof(config));
	config[6] = 0x10;
	config[0x34] = 0x40;
	for (unsigned at = 0x40; at < 0x100; at += 4) {
		config[at] = 0x05;
		config[at + 1] = (uint8_t)(at + 4); /* 0 after 0xfc */
	}
	for (uint32_t at = 0x100; at < 0x1000; at += 4)
		put_u32(config + at, 1U | 1U << 16 | ((at + 4) & 0xfffU) << 20, ORDER_LE);
	pci_capabilities_walk(config, sizeof(config), &caps);
	assert_int_equal(caps.count, PCI_CAPABILITIES_MAX);
	assert_int_equal(caps.standard_end, PCI_LIST_COMPLETE);
	assert_int_equal(caps.extended_end, PCI_LIST_COMPLETE);
}

static void test_states(void **state)
{
	(void)state;
	static uint8_t ones[4096], zeros[4096];
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(pci_config_state(ones, 4096), PCI_CONFIG_GONE);
	assert_int_equal(pci_config_state(ones, 64), PCI_CONFIG_GONE);
	assert_int_equal(pci_config_state(zeros, 4096), PCI_CONFIG_PRESENT);
	assert_int_equal(pci_config_state(zeros, 63), PCI_CONFIG_SHORT);
	assert_int_equal(pci_config_state(zeros, 0), PCI_CONFIG_SHORT);
	/* A VF has all ones only in its first words. */
	ones[6] = 0x10;
	assert_int_equal(pci_config_state(ones, 4096), PCI_CONFIG_PRESENT);
}

static struct buf decode(const uint8_t *config, size_t len)
{
	struct buf out = BUF_INIT;
	struct json j;
	uint8_t *bytes = exact(config, len);
	json_init(&j, &out, true);
	json_object(&j, NULL);
	pci_config_json(bytes, len, &j);
	json_object_end(&j);
	free(bytes);
	assert_ok(buf_error(&out));
	assert_true(json_check(out.data, out.len));
	return out;
}

static void test_registers(void **state)
{
	(void)state;
	struct root root;
	_cleanup_buf_ struct buf config = BUF_INIT;
	assert_ok(root_init(&root, FIXTURES "e1000e"));
	assert_ok(root_read(&root, "sys/bus/pci/devices/0000:00:04.0/config", 4096, &config));
	root_deinit(&root);
	_cleanup_buf_ struct buf json = decode((const uint8_t *)config.data, config.len);
	static const char *const parts[] = {
		"\"vendor\":\"0x8086\",\"device\":\"0x10d3\",\"class\":\"0x020000\"",
		"\"bus_master\":true",
		"\"name\":\"Power "
		"Management\",\"control_status\":\"0x0008\",\"power_state\":\"D0\"",
		"\"name\":\"MSI\",\"flags\":\"0x0080\",\"enabled\":false,\"vectors\":1",
		"\"name\":\"MSI-X\",\"enabled\":true,\"masked\":false,\"vectors\":5",
		"\"correctable_error\":true,\"nonfatal_error\":false",
		"\"link_speed_code\":1,\"link_width\":1",
		"\"uncorrectable_status\":\"0x00100000\"",
		"\"correctable_status\":\"0x00002000\"",
		"\"header_log\":[\"0x4a000001\",\"0x00000004\",\"0x08000000\",\"0x00000000\"]",
		"\"serial_number\":\"0x525400ffff123456\"",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_contains(json.data, parts[i]);
}

/* A capability whose registers lie behind the end is named and said to be cut. */
static void test_cut_registers(void **state)
{
	(void)state;
	static uint8_t config[4096];
	static const struct set at_end[] = {LIST, {0x34, 0xfc, 1}, {0xfc, 0x10, 1}, {0}};
	fill(config, at_end);
	_cleanup_buf_ struct buf json = decode(config, 4096);
	assert_contains(json.data, "\"name\":\"PCI Express\",\"truncated\":true");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),	      cmocka_unit_test(test_longest),
		cmocka_unit_test(test_states),	      cmocka_unit_test(test_registers),
		cmocka_unit_test(test_cut_registers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
