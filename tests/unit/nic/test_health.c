// SPDX-License-Identifier: GPL-2.0-or-later
/* What counts as wrong with rings, queues and links, and that what is kept has an end. */
#include "unit.h"
#include "nic/dead/health.h"

#include <math.h>

static struct nic_health h;

static void start(bool up, bool carrier)
{
	nic_health_begin(&h, NIC_INTERFACE, "eth0");
	nic_health_device(&h, "drv", NULL);
	nic_health_link(&h, up, true, carrier, "no cable");
}

/* The only line that is wrong, or "". */
static const char *said(void)
{
	static char text[400];
	const char *line = NULL;
	size_t len = nic_health_line(&h, &h.now, &line);
	snprintf(text, sizeof(text), "%.*s", (int)len, len ? line : "");
	if (len)
		assert_int_equal(nic_health_line(&h, &h.now, &line), 0);
	nic_health_end(&h);
	return text;
}

static const struct {
	struct nic_level level;
	const char *said;
} rings[] = {
	{{"tx", NIC_RING_TX, 256, 0, 0, NAN}, ""},
	{{"tx", NIC_RING_TX, 256, 200, 20, NAN}, ""},
	{{"tx", NIC_RING_TX, 256, 230, 20, NAN},
	 "tx is full: of 256 the adapter has 230, 20 are done and not cleaned up"},
	{{"tx", NIC_RING_TX, 256, 255, 0, 1500},
	 "tx is full: of 256 the adapter has 255, the oldest for 1.5 s, 0 are done and not cleaned "
	 "up"},
	{{"tx", NIC_RING_TX, 256, 3, 0, 4900}, ""},
	{{"tx", NIC_RING_TX, 256, 3, 0, 5100},
	 "tx: the adapter has 3 of 256, the oldest for 5.1 s"},
	/* it is done, and of no age any more */
	{{"tx", NIC_RING_TX, 256, 0, 3, 5100}, ""},
	{{"tx", NIC_RING_TX, 256, 0, 128, NAN},
	 "tx: 128 of 256 are done, but the driver has not cleaned up"},
	{{"tx", NIC_RING_TX, 8, 6, 0, NAN}, ""},
	{{"tx", NIC_RING_TX, 8, 7, 0, NAN},
	 "tx is full: of 8 the adapter has 7, 0 are done and not cleaned up"},
	/* more than there is room for, and no room at all */
	{{"tx", NIC_RING_TX, 8, UINT64_MAX, 0, NAN},
	 "tx is full: of 8 the adapter has 18446744073709551615, 0 are done and not cleaned up"},
	{{"tx", NIC_RING_TX, 0, 7, 9, NAN}, ""},
	{{"rx", NIC_RING_RX, 256, 255, 0, NAN}, ""},
	{{"rx", NIC_RING_RX, 256, 16, 3, NAN},
	 "rx: the adapter has 16 of 256 buffers to receive into"},
	{{"rx", NIC_RING_RX, 256, 16, 200, NAN}, "rx: 200 of 256 received, but not looked at"},
	{{"cq", NIC_RING_DONE, 64, 0, 31, NAN}, ""},
	{{"cq", NIC_RING_DONE, 64, 0, 32, NAN}, "cq: 32 of 64 not looked at"},
	{{"eq", NIC_RING_DONE, 64, 0, 64, NAN}, "eq is full: 64 that the driver has not looked at"},
	{{"x", NIC_RING_OTHER, 64, 64, 64, 1e9}, ""},
};

static void test_rings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rings); i++) {
		start(true, true);
		nic_health_ring(&h, &rings[i].level);
		const char *line = said();
		if (strcmp(line, rings[i].said) != 0)
			fail_msg("ring %zu: \"%s\", not \"%s\"", i, line, rings[i].said);
	}
	/* an interface that is down has no buffers */
	start(false, true);
	nic_health_ring(&h, &(struct nic_level) {"rx", NIC_RING_RX, 256, 0, 0, NAN});
	assert_string_equal(said(), "");
	assert_int_equal(h.levels, ARRAY_SIZE(rings) + 1);
	assert_int_equal(h.subject[3].ring, 3);
	assert_int_equal(h.subject[3].rings, 1);
	nic_health_deinit(&h);
}

static const struct {
	struct nic_txq q;
	bool carrier;
	const char *said;
} queues[] = {
	{{0, false, 0, 1000, 5}, true, ""}, /* nothing to send */
	{{1, true, 0, 4.9, 5}, true, ""},
	{{1, true, 0, 5.1, 5},
	 true,
	 "TX queue 1 is stopped, and got no frame for 5.1 s (the watchdog waits 5.0 s)"},
	{{1, true, 1, 7, NAN},
	 true,
	 "TX queue 1 is stopped, and got no frame for 7.0 s (the watchdog waits 5.0 s); timed out "
	 "1 "
	 "time"},
	{{1, true, 0, NAN, 5}, true, ""},
	{{2, false, 3, 0.5, 5}, true, "TX queue 2 timed out 3 times"},
	{{2, true, 3, 0.5, 5}, true, "TX queue 2 timed out 3 times, and is stopped"},
	{{2, true, 0, 90, 5}, false, "the link is down: no cable"},
};

static void test_queues(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(queues); i++) {
		start(true, queues[i].carrier);
		nic_health_queue(&h, &queues[i].q);
		assert_int_equal(h.now.tx_stopped, queues[i].q.stopped);
		const char *line = said();
		if (strcmp(line, queues[i].said) != 0)
			fail_msg("queue %zu: \"%s\", not \"%s\"", i, line, queues[i].said);
	}
	nic_health_deinit(&h);
}

static void test_link(void **state)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	(void)state;
	start(false, false);
	assert_string_equal(said(), "");
	nic_health_begin(&h, NIC_INTERFACE, "br0"); /* no driver: a bridge without ports */
	nic_health_link(&h, true, true, false, NULL);
	assert_string_equal(said(), "");
	nic_health_begin(&h, NIC_INTERFACE, "eth1");
	nic_health_link(&h, true, false, true, NULL);
	assert_non_null(strstr(said(), "it was detached"));
	for (size_t i = 0; i < h.subjects; i++) {
		nic_health_state(&h.subject[i], &text);
		buf_putc(&text, ';');
	}
	assert_string_equal(buf_str(&text), "down;up, no link;up, detached, link up;");
	nic_health_deinit(&h);
}

/* Others than interfaces are kept when something is wrong; a part is named in front. */
static void test_kept(void **state)
{
	(void)state;
	nic_health_wrong(&h, "nobody's");
	nic_health_begin(&h, NIC_FUNCTION, "0000:00:03.0");
	assert_string_equal(said(), "");
	nic_health_begin(&h, NIC_FUNCTION, "0000:00:04.0");
	nic_health_context(&h, "PCI");
	nic_health_wrong(&h, "error_state %s", "frozen");
	assert_string_equal(said(), "PCI: error_state frozen");
	assert_int_equal(h.subjects, 1);
	nic_health_deinit(&h);
}

static void test_limits(void **state)
{
	(void)state;
	for (int i = 0; i < HEALTH_SUBJECTS_MAX + 5; i++) {
		nic_health_begin(&h, NIC_INTERFACE, "eth0");
		for (int k = 0; k < 40; k++)
			nic_health_wrong(&h, "%0200d", k);
		for (int k = 0; k < 3; k++)
			nic_health_ring(&h, &(struct nic_level) {.name = "tx"});
		nic_health_end(&h);
	}
	assert_int_equal(h.subjects, HEALTH_SUBJECTS_MAX);
	assert_int_equal(h.levels, HEALTH_RINGS_MAX);
	assert_int_equal(h.left_out, 5 + 3 * (HEALTH_SUBJECTS_MAX + 5) - HEALTH_RINGS_MAX);
	assert_in_range(h.text.len, HEALTH_TEXT_MAX, HEALTH_TEXT_MAX + 512);
	assert_int_equal(h.subject[0].wrong, 40);
	assert_int_equal(h.subject[0].wrong_kept, HEALTH_WRONG_MAX);
	const char *line = NULL;
	size_t lines = 0;
	while (nic_health_line(&h, &h.subject[0], &line) > 0)
		lines++;
	assert_int_equal(lines, HEALTH_WRONG_MAX);
	const struct nic_subject *last = &h.subject[h.subjects - 1];
	line = NULL;
	assert_int_equal(nic_health_line(&h, last, &line), 0);
	assert_true(last->ring + last->rings <= h.levels);
	nic_health_deinit(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rings),  cmocka_unit_test(test_queues),
		cmocka_unit_test(test_link),   cmocka_unit_test(test_kept),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
