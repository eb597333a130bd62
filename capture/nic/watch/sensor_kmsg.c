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
/* Lower is worse. */
#define LEVEL_ERR     3
#define LEVEL_WARNING 4

/*
 * In the order of what says most. A driver calls it a warning that its firmware does not answer:
 * wait_func() and cb_timeout_handler() of mlx5/core/cmd.c, mlx4_cmd_poll() and mlx4_cmd_wait() of
 * mlx4/cmd.c.
 */
static const struct {
	const char *words;
	const char *reason;
	unsigned level; /* at most */
} kinds[] = {
	{"leak of a command resource", "fw_command", LEVEL_WARNING}, /* mlx5 */
	{"go bit not cleared", "fw_command", LEVEL_WARNING},	     /* mlx4 */
	{"health compromised", "fw_health", LEVEL_ERR},		     /* mlx5, poll_health() */
	{"assert_exit_ptr", "fw_health", LEVEL_ERR},		     /* mlx5, print_health_info() */
	{"internal error", "internal_error", LEVEL_ERR},
	{"fatal", "fatal_error", LEVEL_ERR},
	{"catas", "catastrophic", LEVEL_ERR},
	{"Unit Hang", "hang", LEVEL_ERR}, /* e1000, e1000e, igb, … */
	{"hung", "hang", LEVEL_ERR},
	{"reset adapter", "reset", LEVEL_ERR}, /* e1000e, igb, ixgbe: "Reset adapter" */
	{"PCIe link lost", "lost", LEVEL_ERR}, /* igb, igc, fm10k */
	{"firmware", "fw_error", LEVEL_ERR},
	{"FW ", "fw_error", LEVEL_ERR},
	{"timed out", "timeout", LEVEL_ERR},
	{"timeout", "timeout", LEVEL_ERR},
};

/*
 * What has a sensor of its own, which knows the queue or the counter and can be switched off alone:
 * dev_watchdog() (net/sched/sch_generic.c) and what drivers add to it, and aer_print_error()
 * (drivers/pci/pcie/aer.c), whose "Non-Fatal" is not fatal.
 */
static const char *const others[] = {
	"NETDEV WATCHDOG", "TX timeout", "Tx timeout", "PCIe Bus Error", "AER: ",
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
	if (end == record || *end != ',' || prefix > LEVEL_WARNING || !text)
		return false;
	*event = (struct nic_event) {.sensor = NIC_SENSOR_DRIVER, .count = 1};
	snprintf(event->details, sizeof(event->details), "%.*s",
		 (int)MIN(strcspn(text + 1, "\n"), 255U), text + 1);
	if (!device_of(record, event->device, sizeof(event->device)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strstr(event->details, others[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (prefix <= kinds[i].level && strcasestr(event->details, kinds[i].words)) {
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
