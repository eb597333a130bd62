/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of incidents for the system log: one line each that begins with a number which stays the
 * same. It never waits: where the log cannot take a line, the line goes to standard error. One
 * thread.
 */
#ifndef SALVOR_NIC_WATCH_LOG_H
#define SALVOR_NIC_WATCH_LOG_H

#include <syslog.h>
#include <stdbool.h>
#include "base/cleanup.h"

/* 0x100 and 0x101 are the event ids of the adapters' own tools (0x80080100, 0xC0080101). */
enum nic_message {
	NIC_LOG_CREATED = 0x100, /* device, directory, source, reason, status */
	NIC_LOG_FAILED = 0x101,	 /* the same, and why */
	NIC_LOG_FAULT = 0x110,	 /* an event that is not dumped: why not */
	NIC_LOG_COUNTED = 0x111, /* how many such events there were */
	NIC_LOG_WATCH = 0x120,	 /* the service itself */
};

/* to_system false: standard error only (tests, --root). */
struct nic_log {
	bool to_system;
};

void nic_log(const struct nic_log *l, int priority, enum nic_message id, const char *fmt, ...)
	printf_like(4, 5);

#endif
