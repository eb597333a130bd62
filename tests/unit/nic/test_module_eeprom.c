// SPDX-License-Identifier: GPL-2.0-or-later
/* Memories of modules, made by hand from the places in SFF-8472, SFF-8636 and CMIS. */
#include "nic/hw_unit.h"

#include "nic/decode/module_eeprom.h"

/* "vendor", "part", … at the places of a form, padded with blanks as the specifications want it */
static void put_text(uint8_t *page, size_t at, size_t len, const char *text)
{
	memset(page + at, ' ', len);
	memcpy(page + at, text, strlen(text));
}

static void put_sum(uint8_t *page, size_t first, size_t last, size_t at)
{
	page[at] = 0;
	for (size_t i = first; i <= last; i++)
		page[at] = (uint8_t)(page[at] + page[i]);
}

struct memory {
	uint8_t low[MODULE_PAGE], high[MODULE_PAGE], more[MODULE_PAGE];
	struct module m;
	struct buf out;
	struct json j;
};

static void open_json(struct memory *t)
{
	buf_deinit(&t->out);
	json_init(&t->j, &t->out, true);
	json_object(&t->j, NULL);
}

static const char *text_of(struct memory *t)
{
	json_object_end(&t->j);
	assert_false(t->out.failed);
	if (!json_check(t->out.data, t->out.len))
		fail_msg("not JSON: %s", t->out.data);
	return t->out.data;
}

static const char *begin(struct memory *t)
{
	open_json(t);
	module_begin(&t->m, t->low, t->high, &t->j);
	return text_of(t);
}

static const char *page(struct memory *t, uint8_t i2c, uint8_t number, uint32_t offset)
{
	const struct module_place at = {i2c, number, offset};
	open_json(t);
	module_page(&t->m, &at, t->more, &t->j);
	return text_of(t);
}

/* How many further pages are wanted */
static size_t wanted(const struct module *m)
{
	size_t count = 0;
	while (module_more(m)[count].i2c)
		count++;
	return count;
}

/* Identity at the places that SFF-8472 and SFF-8636 share */
static void put_sff(uint8_t *p)
{
	put_text(p, 20, 16, "ACME \"Optics\"");
	memcpy(p + 37, "\x00\x1b\x21", 3);
	put_text(p, 40, 16, "AO-10G-LR");
	put_text(p, 68, 16, "S0042");
	put_text(p, 84, 8, "260131");
	put_sum(p, 0, 62, 63);
	put_sum(p, 64, 94, 95);
}

static void test_sfp(void **state)
{
	(void)state;
	struct memory t = {.low = {[0] = 3, [2] = 7, [12] = 103, [56] = 'B', [92] = 0x68}};
	put_sff(t.low);
	assert_string_equal(begin(&t),
			    "{\"identifier\":3,\"type\":\"SFP\",\"vendor\":\"ACME \\\"Optics\\\"\","
			    "\"vendor_oui\":\"00:1b:21\",\"part\":\"AO-10G-LR\",\"revision\":\"B\","
			    "\"serial\":\"S0042\",\"date\":\"260131\",\"checksums_right\":true,"
			    "\"connector\":7,\"bit_rate_mbd\":10300,\"monitors\":true}\n");
	assert_int_equal(wanted(&t.m), 2);
	/* 41.5 C, 3.3 V, 30 mA, 0.5 and 0.3 mW; limits 75, -10, 70, -5.5 */
	static const uint8_t limits[] = {75, 0, 0xf6, 0, 70, 0, 0xfa, 0x80};
	static const uint8_t now[] = {41, 0x80, 0x80, 0xe8, 0x3a, 0x98, 0x13, 0x88, 0x0b, 0xb8};
	memcpy(t.more, limits, sizeof(limits));
	memcpy(t.more + 96, now, sizeof(now));
	t.more[110] = 2;
	t.more[113] = 0x40;
	assert_string_equal(
		page(&t, MODULE_I2C_DIAG, 0, 0),
		"{\"status\":2,\"alarms\":64,\"warnings\":0,\"temperature_c\":41.500,"
		"\"supply_v\":3.3000,\"tx_bias_ma\":[30.000],\"tx_power_uw\":[500.000],"
		"\"rx_power_uw\":[300.000],\"temperature_high_alarm_c\":75.000,"
		"\"temperature_low_alarm_c\":-10.000,\"temperature_high_warning_c\":70.000,"
		"\"temperature_low_warning_c\":-5.500}\n");
	assert_string_equal(page(&t, MODULE_I2C_DIAG, 0, 128), "{}\n");
	buf_deinit(&t.out);
}

/* What is not calibrated is not a temperature; a module that measures nothing is not asked. */
static void test_sfp_others(void **state)
{
	(void)state;
	struct memory t = {.low = {[0] = 3, [92] = 0x50}};
	assert_contains(begin(&t), "\"calibrated_externally\":true");
	assert_string_equal(page(&t, MODULE_I2C_DIAG, 0, 0),
			    "{\"status\":0,\"alarms\":0,\"warnings\":0}\n");
	t.low[92] = 0;
	put_sff(t.low);
	t.low[70] ^= 1;
	assert_contains(begin(&t), "\"checksums_right\":false");
	assert_int_equal(wanted(&t.m), 0);
	buf_deinit(&t.out);
}

static void test_qsfp(void **state)
{
	(void)state;
	struct memory t = {.low = {[0] = 0x11,
				   [3] = 0x0f,
				   [4] = 0x12,
				   [22] = 0xff,
				   [23] = 0x40,
				   [34] = 1,
				   [42] = 2,
				   [57] = 10},
			   .high = {[2] = 0x0c, [12] = 0xff, [56] = 'A', [57] = '1'}};
	put_sff(t.high);
	const char *text = begin(&t);
	assert_contains(text, "\"type\":\"QSFP28\",\"vendor\":\"ACME \\\"Optics\\\"\"");
	assert_contains(text, "\"revision\":\"A1\",\"serial\":\"S0042\",\"date\":\"260131\","
			      "\"checksums_right\":true,\"connector\":12,\"bit_rate_mbd\":25500,"
			      "\"data_ready\":true,\"los_lanes\":15,\"tx_fault_lanes\":2,");
	assert_contains(text, "\"temperature_c\":-0.750,\"supply_v\":0.0000,"
			      "\"rx_power_uw\":[25.600,0.000,0.000,0.000],"
			      "\"tx_bias_ma\":[1.024,0.000,0.000,0.000],"
			      "\"tx_power_uw\":[0.000,0.000,0.000,1.000]}");
	assert_int_equal(wanted(&t.m), 1);
	t.more[0] = 80;
	assert_contains(page(&t, MODULE_I2C, 3, 128), "{\"temperature_high_alarm_c\":80.000,");
	t.low[2] = 4;
	begin(&t);
	assert_int_equal(wanted(&t.m), 0);
	buf_deinit(&t.out);
}

static void test_cmis(void **state)
{
	(void)state;
	struct memory t = {.low = {[0] = 0x18,
				   [1] = 0x52,
				   [3] = 0x06,
				   [9] = 1,
				   [14] = 60,
				   [16] = 0x80,
				   [17] = 0xe8,
				   [41] = 3},
			   .high = {[17] = 0xaa, [36] = '0', [37] = '1', [73] = 56, [75] = 0x28}};
	put_text(t.high, 1, 16, "ACME");
	put_text(t.high, 20, 16, "AO-400");
	put_text(t.high, 38, 16, "X1");
	put_text(t.high, 54, 8, "260202");
	put_sum(t.high, 0, 93, 94);
	assert_string_equal(
		begin(&t),
		"{\"identifier\":24,\"type\":\"QSFP-DD\",\"vendor\":\"ACME\","
		"\"vendor_oui\":\"aa:00:00\",\"part\":\"AO-400\",\"revision\":\"01\","
		"\"serial\":\"X1\",\"date\":\"260202\",\"checksums_right\":true,\"cmis\":\"5.2\","
		"\"state\":\"ready\",\"fault_cause\":3,\"connector\":40,\"max_power_w\":14.00,"
		"\"module_alarms\":1,\"temperature_c\":60.000,\"supply_v\":3.3000}\n");
	assert_int_equal(wanted(&t.m), 4);
	/* units of 8 microamperes, said in another page */
	t.more[32] = 0x10;
	assert_string_equal(page(&t, MODULE_I2C, 1, 128), "{}\n");
	memset(t.more, 0, sizeof(t.more));
	t.more[7] = 0x81;
	t.more[19] = 0x02;
	t.more[170 - 128 + 15] = 100;
	t.more[186 - 128 + 1] = 5;
	const char *text = page(&t, MODULE_I2C, 0x11, 128);
	assert_contains(text, "{\"tx_fault_lanes\":129,\"tx_los_lanes\":0,\"rx_los_lanes\":2,");
	assert_contains(text, ",0.000,0.800],\"rx_power_uw\":[0.500,0.000,");
	t.low[2] = 0x80;
	begin(&t);
	assert_int_equal(wanted(&t.m), 0);
	buf_deinit(&t.out);
}

/* No text at all, bytes that are no text, and what no specification of these describes. */
static void test_strange(void **state)
{
	(void)state;
	struct memory t = {.low = {[0] = 3}};
	assert_lacks(begin(&t), "\"vendor\":");
	memset(t.low + 20, 0xff, 16);
	assert_contains(begin(&t), "\"vendor\":\"");
	t.low[0] = 0x7f;
	assert_string_equal(begin(&t), "{\"identifier\":127}\n");
	assert_int_equal(wanted(&t.m), 0);
	assert_string_equal(page(&t, MODULE_I2C, 3, 128), "{}\n");
	buf_deinit(&t.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sfp),	cmocka_unit_test(test_sfp_others),
		cmocka_unit_test(test_qsfp),	cmocka_unit_test(test_cmis),
		cmocka_unit_test(test_strange),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
