// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says, as events: devlink's messages, records of the log, counters; and hostile
 * bytes. */
#include "nic/nic_unit.h"

#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include "nic/watch/sensor.h"

static struct nic_event last;
static unsigned events;

static void keep(void *arg, const struct nic_event *event)
{
	(void)arg;
	last = *event;
	events++;
}

static size_t message(char *out, uint8_t command, uint8_t state_value)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(out);
	h->nlmsg_type = 0x15;
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->cmd = command;
	mnl_attr_put_strz(h, DEVLINK_ATTR_BUS_NAME, "pci");
	mnl_attr_put_strz(h, DEVLINK_ATTR_DEV_NAME, "0000:08:00.0");
	struct nlattr *nest = mnl_attr_nest_start(h, DEVLINK_ATTR_HEALTH_REPORTER);
	mnl_attr_put_strz(h, DEVLINK_ATTR_HEALTH_REPORTER_NAME, "fw_fatal");
	mnl_attr_put_u8(h, DEVLINK_ATTR_HEALTH_REPORTER_STATE, state_value);
	mnl_attr_put_u64(h, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, 7);
	mnl_attr_nest_end(h, nest);
	return h->nlmsg_len;
}

static void devlink(void **state)
{
	(void)state;
	char bytes[4096] __attribute__((aligned(8)));
	size_t len = message(bytes, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, 1);
	events = 0;
	nic_devlink_sensor_parse(bytes, len, keep, NULL);
	assert_int_equal(events, 1);
	assert_string_equal(last.device, "pci/0000:08:00.0");
	assert_string_equal(last.reason, "fw_fatal");
	assert_contains(last.details, "7 errors so far");
	/* recovered; another command */
	len = message(bytes, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, 0);
	nic_devlink_sensor_parse(bytes, len, keep, NULL);
	len = message(bytes, DEVLINK_CMD_PORT_NEW, 1);
	nic_devlink_sensor_parse(bytes, len, keep, NULL);
	assert_int_equal(events, 1);
	/* cut anywhere, and with any byte changed: nothing but fewer events */
	len = message(bytes, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, 1);
	for (size_t n = 0; n < len; n++) {
		char *exact = malloc(n + 1);
		memcpy(exact, bytes, n);
		nic_devlink_sensor_parse(exact, n, keep, NULL);
		free(exact);
	}
	uint64_t random = 4;
	for (int i = 0; i < 50000; i++) {
		char *exact = malloc(len);
		memcpy(exact, bytes, len);
		for (int k = 0; k < 3; k++)
			exact[unit_random(&random) % len] = (char)unit_random(&random);
		nic_devlink_sensor_parse(exact, len, keep, NULL);
		free(exact);
	}
}

static void kmsg(void **state)
{
	(void)state;
	static const struct {
		const char *record;
		const char *device; /* NULL: no event */
		const char *reason;
	} cases[] = {
		{"3,900,1,-;mlx5_core 0000:08:00.0: poll_health:1000:(pid 0): device's health "
		 "compromised - reached miss count\n SUBSYSTEM=pci\n DEVICE=+pci:0000:08:00.0\n",
		 "pci/0000:08:00.0", "fw_health"},
		{"3,901,2,-,caller=T1;e1000e 0000:00:03.0 eth0: Detected Hardware Unit Hang:\n "
		 "SUBSYSTEM=pci\n DEVICE=+pci:0000:00:03.0\n",
		 "pci/0000:00:03.0", "hang"},
		{"2,1,1,-;x: FATAL\n DEVICE=+vio:30000002\n", "vio/30000002", "fatal_error"},
		/* a warning; nobody's; from user space; nothing that we know; a block device */
		{"4,1,1,-;x: fatal\n DEVICE=+pci:0000:08:00.0\n", NULL, NULL},
		{"3,1,1,-;x: fatal\n", NULL, NULL},
		{"11,1,1,-;x: fatal\n DEVICE=+pci:0000:08:00.0\n", NULL, NULL},
		{"3,1,1,-;hello\n DEVICE=+pci:0000:08:00.0\n", NULL, NULL},
		{"3,1,1,-;x: fatal\n DEVICE=b8:0\n", NULL, NULL},
		{"3,1,1,-;x: fatal\n DEVICE=+pci:\n", NULL, NULL},
		{"3,1,1,-;x: fatal\n DEVICE=+:x\n", NULL, NULL},
		{"", NULL, NULL},
		{"3", NULL, NULL},
		{";", NULL, NULL},
		{"3,", NULL, NULL},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nic_event e;
		bool is = nic_kmsg_sensor_parse(cases[i].record, &e);
		if (is != (cases[i].device != NULL))
			fail_msg("%s: %d", cases[i].record, is);
		if (is) {
			assert_string_equal(e.device, cases[i].device);
			assert_string_equal(e.reason, cases[i].reason);
		}
	}
}

static void counters(void **state)
{
	(void)state;
	struct nic_bench b;
	struct nic_counters c = {0};
	char *dir = unit_mkdtemp(), command[600], queue[300], aer[300];
	snprintf(command, sizeof(command), "cp -a " FIXTURES "mlx5-sriov/. %s", dir);
	assert_int_equal(system(command), 0);
	snprintf(queue, sizeof(queue),
		 "%s/sys/devices/pci0000:00/0000:08:00.0/net/ens1f0np0/queues/tx-0", dir);
	snprintf(aer, sizeof(aer), "%s/sys/devices/pci0000:00/0000:08:00.0", dir);
	unit_write(queue, "tx_timeout", "3\n");
	unit_write(aer, "aer_dev_fatal", "Undefined 0\nTLP 1\nTOTAL_ERR_FATAL 1\n");
	bench_open(&b, dir);
	events = 0;
	/* what was before is no event */
	nic_counters_look(&c, &b.root, &b.inventory, keep, NULL);
	nic_counters_look(&c, &b.root, &b.inventory, keep, NULL);
	assert_int_equal(events, 0);
	unit_write(queue, "tx_timeout", "5\n");
	nic_counters_look(&c, &b.root, &b.inventory, keep, NULL);
	assert_int_equal(events, 1);
	assert_int_equal(last.sensor, NIC_SENSOR_TX_TIMEOUT);
	assert_int_equal(last.count, 2);
	assert_string_equal(last.device, "ens1f0np0");
	unit_write(aer, "aer_dev_fatal", "Undefined 0\nTLP 1\nTOTAL_ERR_FATAL 4\n");
	nic_counters_look(&c, &b.root, &b.inventory, keep, NULL);
	assert_int_equal(events, 2);
	assert_int_equal(last.sensor, NIC_SENSOR_PCI_ERROR);
	assert_int_equal(last.count, 3);
	assert_string_equal(last.reason, "aer_fatal");
	assert_string_equal(last.device, "0000:08:00.0");
	nic_counters_look(&c, &b.root, &b.inventory, keep, NULL);
	assert_int_equal(events, 2);
	nic_counters_deinit(&c);
	bench_close(&b);
	unit_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devlink),
		cmocka_unit_test(kmsg),
		cmocka_unit_test(counters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
