// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says, as events: devlink's messages, records of the log, counters; and hostile
 * bytes. */
#include "nic/nic_unit.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <sys/socket.h>
#include "nic/watch/sensor.h"

static struct nic_event last;
static unsigned events;

static void keep(void *arg, const struct nic_event *event)
{
	(void)arg;
	last = *event;
	events++;
}

static struct nic_reporters reporters;

static size_t message(char *out, uint8_t command, const char *name, uint8_t state_value,
		      uint64_t errors)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(out);
	h->nlmsg_type = 0x15;
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->cmd = command;
	mnl_attr_put_strz(h, DEVLINK_ATTR_BUS_NAME, "pci");
	mnl_attr_put_strz(h, DEVLINK_ATTR_DEV_NAME, "0000:08:00.0");
	struct nlattr *nest = mnl_attr_nest_start(h, DEVLINK_ATTR_HEALTH_REPORTER);
	mnl_attr_put_strz(h, DEVLINK_ATTR_HEALTH_REPORTER_NAME, name);
	mnl_attr_put_u8(h, DEVLINK_ATTR_HEALTH_REPORTER_STATE, state_value);
	mnl_attr_put_u64(h, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, errors);
	mnl_attr_nest_end(h, nest);
	return h->nlmsg_len;
}

/* A message of the kernel on its own; how many events came of it. */
static unsigned says(uint8_t command, const char *name, uint8_t state_value, uint64_t errors)
{
	char bytes[4096] __attribute__((aligned(8)));
	size_t len = message(bytes, command, name, state_value, errors);
	unsigned before = events;
	nic_devlink_sensor_parse(&reporters, bytes, len, NIC_REPORT_MESSAGE, keep, NULL);
	return events - before;
}

#define RECOVER DEVLINK_CMD_HEALTH_REPORTER_RECOVER

static void devlink(void **state)
{
	(void)state;
	assert_int_equal(says(RECOVER, "fw_fatal", 1, 7), 1);
	assert_string_equal(last.device, "pci/0000:08:00.0");
	assert_string_equal(last.reason, "fw_fatal");
	assert_contains(last.details, "in error, 7 errors so far");
	assert_int_equal(last.count, 1); /* of what was before nothing is known */
	/* recovered; another command */
	assert_int_equal(says(RECOVER, "fw_fatal", 0, 7), 0);
	assert_int_equal(says(DEVLINK_CMD_PORT_NEW, "fw_fatal", 1, 8), 0);
	/* the next error; a state that changes without one */
	assert_int_equal(says(RECOVER, "fw_fatal", 1, 8), 1);
	assert_int_equal(last.count, 1);
	assert_int_equal(says(RECOVER, "fw_fatal", 0, 8), 0);
	assert_int_equal(says(RECOVER, "fw_fatal", 1, 8), 1);
	/* a driver that was loaded anew counts anew */
	assert_int_equal(says(RECOVER, "fw_fatal", 0, 0), 0);
	assert_int_equal(says(RECOVER, "fw_fatal", 1, 1), 1);
	nic_reporters_deinit(&reporters);
}

/* What messages that were lost would have said, a later one or an answer does. */
static void devlink_lost(void **state)
{
	(void)state;
	char all[8192] __attribute__((aligned(8)));
	size_t len = message(all, DEVLINK_CMD_HEALTH_REPORTER_GET, "fw_fatal", 0, 3);
	size_t both = len + message(all + len, DEVLINK_CMD_HEALTH_REPORTER_GET, "fw", 0, 5);
	events = 0;
	nic_devlink_sensor_parse(&reporters, all, both, NIC_REPORT_FIRST, keep, NULL);
	assert_int_equal(events, 0);
	assert_int_equal(says(RECOVER, "fw_fatal", 1, 9), 1);
	assert_int_equal(last.count, 6);
	/* the message that it was in error was lost, that it recovered was not */
	assert_int_equal(says(RECOVER, "fw", 0, 6), 1);
	assert_int_equal(last.count, 1);
	assert_contains(last.details, "recovered, 6 errors so far");
	/* an answer that is older than the last message */
	len = message(all, DEVLINK_CMD_HEALTH_REPORTER_GET, "fw_fatal", 1, 8);
	events = 0;
	nic_devlink_sensor_parse(&reporters, all, len, NIC_REPORT_LATER, keep, NULL);
	assert_int_equal(events, 0);
	assert_int_equal(says(RECOVER, "fw_fatal", 1, 10), 1);
	assert_int_equal(last.count, 1);
	assert_int_equal(says(RECOVER, "fw", 0, 6), 0);
	/* nothing but the answer; a reporter that is new since the first one */
	len = message(all, DEVLINK_CMD_HEALTH_REPORTER_GET, "fw_fatal", 0, 10);
	both = len + message(all + len, DEVLINK_CMD_HEALTH_REPORTER_GET, "tx", 0, 2);
	events = 0;
	nic_devlink_sensor_parse(&reporters, all, both, NIC_REPORT_LATER, keep, NULL);
	assert_int_equal(events, 1);
	assert_string_equal(last.reason, "tx");
	assert_int_equal(last.count, 2);
	/* "fw" was not in the answer: it was heard of since the one before, and is forgotten now */
	assert_int_equal(reporters.n, 3);
	nic_devlink_sensor_parse(&reporters, all, both, NIC_REPORT_LATER, keep, NULL);
	assert_int_equal(events, 1);
	assert_int_equal(reporters.n, 2);
	nic_reporters_deinit(&reporters);
}

/* An answer of len bytes of which cut are missing, with two messages that are older in the socket.
 */
static void answered(struct nic_devlink_sensor *s, const char *answer, uint64_t len, size_t cut)
{
	char bytes[4096] __attribute__((aligned(8)));
	int sockets[2], pipes[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sockets), 0);
	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	s->fd = sockets[0];
	s->answer_fd = pipes[0];
	for (uint64_t errors = 1; errors <= 2; errors++) {
		size_t n = message(bytes, RECOVER, "fw", 1, errors);
		assert_int_equal(send(sockets[1], bytes, n, 0), n);
	}
	assert_int_equal(write(pipes[1], &len, sizeof(len)), sizeof(len));
	/* what is there already is kept */
	assert_int_equal(nic_devlink_sensor_read(s, keep, NULL), 0);
	assert_true(s->answer_fd >= 0);
	assert_int_equal(write(pipes[1], answer, len - cut), len - cut);
	close(pipes[1]);
	assert_int_equal(nic_devlink_sensor_read(s, keep, NULL), 0);
	assert_int_equal(s->answer_fd, -1);
	close(sockets[1]);
}

static void devlink_answer(void **state)
{
	(void)state;
	char answer[4096] __attribute__((aligned(8)));
	size_t len = message(answer, DEVLINK_CMD_HEALTH_REPORTER_GET, "fw", 0, 5);
	struct nic_devlink_sensor s = {.from = NIC_REPORT_FIRST};
	/* half an answer is none: the next one is the first */
	events = 0;
	answered(&s, answer, len, 1);
	assert_int_equal(events, 2);
	assert_int_equal(s.from, NIC_REPORT_FIRST);
	nic_devlink_sensor_close(&s);
	/* the messages are one error each, the answer the three that were not heard of */
	events = 0;
	answered(&s, answer, len, 0);
	assert_int_equal(events, 3);
	assert_int_equal(last.count, 3);
	assert_int_equal(s.from, NIC_REPORT_LATER);
	nic_devlink_sensor_close(&s);
	/* no devlink instance, so no reporter: an answer, too */
	s.from = NIC_REPORT_FIRST;
	answered(&s, answer, 0, 0);
	assert_int_equal(s.from, NIC_REPORT_LATER);
	nic_devlink_sensor_close(&s);
}

/* Cut anywhere, and with any byte changed: nothing but other events; and a table with a limit. */
static void devlink_hostile(void **state)
{
	(void)state;
	char bytes[4096] __attribute__((aligned(8))), name[16];
	size_t len = message(bytes, RECOVER, "fw_fatal", 1, 7);
	for (size_t n = 0; n < len; n++) {
		char *exact = malloc(n + 1);
		memcpy(exact, bytes, n);
		nic_devlink_sensor_parse(&reporters, exact, n, NIC_REPORT_MESSAGE, keep, NULL);
		free(exact);
	}
	uint64_t random = 4;
	for (int i = 0; i < 50000; i++) {
		char *exact = malloc(len);
		memcpy(exact, bytes, len);
		for (int k = 0; k < 3; k++)
			exact[unit_random(&random) % len] = (char)unit_random(&random);
		nic_devlink_sensor_parse(&reporters, exact, len, NIC_REPORT_MESSAGE, keep, NULL);
		free(exact);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		assert_int_equal(says(RECOVER, name, 1, 1), 1);
	}
	assert_int_equal(reporters.n, 4096);
	nic_reporters_deinit(&reporters);
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
		/* mere warnings, as mlx5 and mlx4 say it */
		{"4,1,1,-;mlx5_core 0000:08:00.0: wait_func:1195:(pid 1967079): ENABLE_HCA(0x104) "
		 "timeout. Will cause a leak of a command resource\n DEVICE=+pci:0000:08:00.0\n",
		 "pci/0000:08:00.0", "fw_command"},
		{"4,1,1,-;mlx4_core 0000:08:00.0: command 0x31 timed out (go bit not cleared)\n "
		 "DEVICE=+pci:0000:08:00.0\n",
		 "pci/0000:08:00.0", "fw_command"},
		{"4,1,1,-;x: timeout\n DEVICE=+pci:0000:08:00.0\n", NULL, NULL},
		/* what other sensors see, who know more of it */
		{"2,1,1,-;virtio_net virtio4 enp1s0: NETDEV WATCHDOG: CPU: 0: transmit queue 0 "
		 "timed out 5084 ms\n SUBSYSTEM=virtio\n DEVICE=+virtio:virtio4\n",
		 NULL, NULL},
		{"3,1,1,-;virtio_net virtio4 enp1s0: TX timeout on queue: 0\n "
		 "DEVICE=+virtio:virtio4\n",
		 NULL, NULL},
		{"3,1,1,-;virtio-pci 0000:01:00.0: PCIe Bus Error: severity=Uncorrectable "
		 "(Non-Fatal), type=Transaction Layer, (Requester ID)\n "
		 "DEVICE=+pci:0000:01:00.0\n",
		 NULL, NULL},
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
		cmocka_unit_test(devlink),	  cmocka_unit_test(devlink_lost),
		cmocka_unit_test(devlink_answer), cmocka_unit_test(devlink_hostile),
		cmocka_unit_test(kmsg),		  cmocka_unit_test(counters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
