// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of drivers in the kernel's log. dev_err() and netdev_err() say in the record whose they
 * are (" DEVICE=+pci:0000:08:00.0", Documentation/ABI/testing/dev-kmsg), so no text has to be
 * trusted for that; the words only say what kind of trouble it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "nic/watch/sensor.h"

#define RECORD_MAX 8192
#define BURST	   1000
/* KERN_ERR; lower is worse. */
#define LEVEL_ERR 3

/* In the order of what says most. */
static const struct {
	const char *words;
	const char *reason;
} kinds[] = {
	{"health compromised", "fw_health"},
	{"assert_exit_ptr", "fw_health"},
	{"device's health", "fw_health"},
	{"internal error", "internal_error"},
	{"fatal", "fatal_error"},
	{"catas", "catastrophic"},
	{"Unit Hang", "hang"},
	{"hung", "hang"},
	{"Adapter reset", "reset"},
	{"reset adapter", "reset"},
	{"cmd timeout", "fw_command"},
	{"command timeout", "fw_command"},
	{"firmware", "fw_error"},
	{"FW ", "fw_error"},
	{"timed out", "timeout"},
	{"timeout", "timeout"},
	{"Lost communication", "lost"},
	{"PCIe link lost", "lost"},
};

int nic_kmsg_sensor_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd < 0 ? -errno : fd;
}

/* " DEVICE=+BUS:NAME" of the record: as BUS/NAME. */
static bool device_of(const char *record, char *out, size_t size)
{
	const char *p = strstr(record, "\n DEVICE=+");
	if (!p)
		return false;
	p += strlen("\n DEVICE=+");
	size_t len = strcspn(p, "\n"), bus = strcspn(p, ":");
	if (bus == 0 || bus + 1 >= len || len >= size)
		return false;
	memcpy(out, p, len);
	out[bus] = '/';
	out[len] = '\0';
	return true;
}

bool nic_kmsg_sensor_parse(const char *record, struct nic_event *event)
{
	char *end;
	unsigned long prefix = strtoul(record, &end, 10);
	const char *text = strchr(record, ';');
	/* Facility 0 is the kernel; anybody else may write there, but not as that. */
	if (end == record || *end != ',' || prefix > LEVEL_ERR || !text)
		return false;
	*event = (struct nic_event) {.sensor = NIC_SENSOR_DRIVER, .count = 1};
	snprintf(event->details, sizeof(event->details), "%.*s",
		 (int)MIN(strcspn(text + 1, "\n"), 255U), text + 1);
	if (!device_of(record, event->device, sizeof(event->device)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcasestr(event->details, kinds[i].words)) {
			snprintf(event->reason, sizeof(event->reason), "%s", kinds[i].reason);
			return true;
		}
	}
	return false;
}

void nic_kmsg_sensor_read(int fd, nic_event_handler *handle, void *arg)
{
	char record[RECORD_MAX + 1];
	for (int i = 0; i < BURST; i++) {
		struct nic_event event;
		ssize_t n = read(fd, record, RECORD_MAX);
		/* EPIPE: records were overwritten before we came; the next read goes on. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		record[n] = '\0';
		if (nic_kmsg_sensor_parse(record, &event))
			handle(arg, &event);
	}
}
