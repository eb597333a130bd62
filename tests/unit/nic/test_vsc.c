// SPDX-License-Identifier: GPL-2.0-or-later
/* The gateway's protocol and the crdump, with a device that works and with all that do not. */
#include "unit.h"

#include "nic/fake_vsc.h"
#include "nic/regs/scan.h"

static struct vsc start(struct fake_vsc *f, double seconds)
{
	return (struct vsc) {.ops = &fake_vsc_ops, .arg = f, .until = f->time + seconds};
}

/* Nothing is held afterwards, and nothing else was written. */
static void assert_left_alone(const struct fake_vsc *f)
{
	assert_int_equal(f->semaphore, 0);
	assert_int_equal(f->reset, 0);
	assert_false(f->foreign_written);
}

static void test_words(void **state)
{
	(void)state;
	struct fake_vsc f = {.words = {11, 22, UINT32_MAX}};
	struct vsc v = start(&f, 1);
	uint32_t size, word;
	assert_ok(vsc_lock(&v));
	assert_int_not_equal(f.semaphore, 0);
	assert_ok(vsc_set_space(&v, 2, &size));
	assert_int_equal(size, FAKE_WORDS * 4);
	assert_ok(vsc_read(&v, 4, &word));
	assert_int_equal(word, 22);
	/* ones are a value as long as the capability answers */
	assert_ok(vsc_read(&v, 8, &word));
	assert_int_equal(word, UINT32_MAX);
	assert_err(vsc_read(&v, VSC_ADDRESS_MAX + 1, &word), ERR_FORMAT, "no address");
	vsc_unlock(&v);
	assert_left_alone(&f);
}

static void test_scan(void **state)
{
	(void)state;
	struct fake_vsc f = {.words = {[0] = 1, [1] = 2, [7] = 3, [40] = 4}};
	struct vsc v = start(&f, 1);
	struct scan s;
	assert_ok(scan_take(&v, VSC_SPACE_SCAN, &s));
	assert_int_equal(s.size, FAKE_WORDS * 4);
	assert_int_equal(s.count, 4);
	assert_int_equal(s.end, 41 * 4);
	for (uint32_t i = 0; i < FAKE_WORDS; i++)
		assert_int_equal(s.words[i], f.words[i] ? f.words[i] : SCAN_NOT_READ);
	assert_left_alone(&f);
	/* and again, with one word that moved */
	struct scan later;
	f.words[7]++;
	assert_ok(scan_take(&v, VSC_SPACE_SCAN, &later));
	struct buf out = BUF_INIT;
	struct json j;
	json_init(&j, &out, true);
	json_object(&j, NULL);
	scan_json(&s, &later, &j);
	json_object_end(&j);
	assert_string_equal(out.data,
			    "{\"bytes\":256,\"words\":4,\"changed\":[{\"address\":\"0x0000001c\","
			    "\"first\":\"0x00000003\",\"last\":\"0x00000004\"}],"
			    "\"words_changed\":1}\n");
	buf_deinit(&out);
	scan_deinit(&s);
	scan_deinit(&later);
}

/* What is wrong with the device, and what is said of it. */
static const struct {
	enum fake_fault fault;
	unsigned at;
	enum err_code code;
	const char *text;
	uint32_t words; /* that are read all the same */
} faults[] = {
	{FAKE_HELD, 0, ERR_TIMEOUT, "semaphore is held (0x0000dead)", 0},
	{FAKE_STOLEN, 0, ERR_TIMEOUT, "the gateway's semaphore", 0},
	{FAKE_NO_TICKET, 0, ERR_TIMEOUT, "though it is free", 0},
	{FAKE_RESET_HELD, 0, ERR_TIMEOUT, "semaphore of resets is held (0x0000beef)", 0},
	{FAKE_NO_SPACE, 0, ERR_UNSUPPORTED, "no address space 0xa", 0},
	{FAKE_NO_SIZE, 0, ERR_UNSUPPORTED, "does not say how large", 0},
	{FAKE_NO_FLAG, 0, ERR_TIMEOUT, "does not answer", 0},
	{FAKE_NO_FLAG, 40, ERR_TIMEOUT, "does not answer", 4},
	{FAKE_CIRCLE, 0, ERR_FORMAT, "goes on at 0x00000000", 0},
	{FAKE_BACK, 0, ERR_FORMAT, "goes on at 0x00000000", 0},
	{FAKE_UNALIGNED, 0, ERR_FORMAT, "no word's address", 1},
	{FAKE_GONE, 0, ERR_MISSING, "gone", 0},
	{FAKE_GONE, 40, ERR_MISSING, "gone", 3},
	{FAKE_CONFIG_FAILS, 0, ERR_IO, "gateway register", 0},
	{FAKE_CONFIG_FAILS, 40, ERR_IO, "gateway register", 3},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct fake_vsc f = {.fault = faults[i].fault, .fault_at = faults[i].at};
		struct vsc v = start(&f, 5);
		struct scan s;
		for (uint32_t k = 0; k < FAKE_WORDS; k++)
			f.words[k] = 100 + k;
		assert_err(scan_take(&v, VSC_SPACE_SCAN, &s), faults[i].code, faults[i].text);
		assert_int_equal(s.count, faults[i].words);
		for (uint32_t k = 0; k < s.count; k++)
			assert_int_equal(s.words[k], 100 + k);
		assert_false(f.foreign_written);
		/* the device's time: each wait has an end */
		assert_true(f.time < 7);
		/* what answers gets back what we took of it */
		if (faults[i].fault != FAKE_GONE && faults[i].fault != FAKE_CONFIG_FAILS &&
		    faults[i].fault != FAKE_STOLEN)
			assert_int_equal(f.semaphore, 0);
		scan_deinit(&s);
	}
}

/* Endless, and too slow: the deadline ends both, and the semaphores are given back after it. */
static void test_deadline(void **state)
{
	(void)state;
	static const enum fake_fault kinds[] = {FAKE_HUGE, FAKE_SLOW};
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct fake_vsc f = {.fault = kinds[i], .words = {1, 1, 1, 1, 1, 1, 1, 1, 1}};
		struct vsc v = start(&f, 0.25);
		struct scan s;
		assert_err(scan_take(&v, VSC_SPACE_SCAN, &s), ERR_TIMEOUT, "");
		assert_true(s.count > 0);
		assert_true(f.time < 1.5);
		assert_left_alone(&f);
		scan_deinit(&s);
	}
}

/* A space that is larger than there is room: the rest is not read, and that is said. */
static void test_huge(void **state)
{
	(void)state;
	struct fake_vsc f = {.fault = FAKE_HUGE};
	struct vsc v = start(&f, 1000);
	struct scan s;
	assert_err(scan_take(&v, VSC_SPACE_SCAN, &s), ERR_UNSUPPORTED, "0x800000 are read");
	assert_int_equal(s.count, SCAN_MAX / 4);
	assert_int_equal(s.end, SCAN_MAX);
	assert_left_alone(&f);
	scan_deinit(&s);
}

/* What is no whole word of the space is not read. */
static void test_odd_size(void **state)
{
	(void)state;
	struct fake_vsc f = {.fault = FAKE_ODD_SIZE,
			     .words = {[0] = 1, [FAKE_WORDS - 2] = 2, [FAKE_WORDS - 1] = 3}};
	struct vsc v = start(&f, 1);
	struct scan s;
	assert_ok(scan_take(&v, VSC_SPACE_SCAN, &s));
	assert_int_equal(s.count, 2);
	assert_int_equal(s.end, FAKE_WORDS * 4 - 4);
	assert_left_alone(&f);
	scan_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),  cmocka_unit_test(test_scan),
		cmocka_unit_test(test_faults), cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_huge),   cmocka_unit_test(test_odd_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
