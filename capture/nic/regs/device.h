/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PCI function whose registers are wanted: its configuration space, and whether its memory may be
 * read at all. Nothing is switched on for it: a function whose memory decoding is off, or that
 * sleeps, stays so, and that is what is recorded. Valid from open to close; one thread.
 */
#ifndef SALVOR_NIC_REGS_DEVICE_H
#define SALVOR_NIC_REGS_DEVICE_H

#include "nic/decode/pci_config.h"
#include "nic/live/collector.h"

struct reg_device {
	const struct root *root;
	const struct nic_subject *subject;
	int config; /* its file, read only unless opened for writing */
	uint8_t bytes[PCI_CONFIG_STANDARD];
	size_t len;
	uint16_t vendor;
	uint16_t device;
};

struct err *reg_device_open(const struct root *root, const struct nic_subject *s, bool writable,
			    struct reg_device *ret) must_check;
void reg_device_close(struct reg_device *d);

/*
 * Why its registers are not read, into why; false when they can be. unbound: also because a driver
 * has it, as one that is built into the capture kernel: what they hold is that driver's then.
 */
bool reg_device_refuses(const struct reg_device *d, bool unbound, char *why, size_t size);
/* Configuration space, read anew, is all ones. */
bool reg_device_is_gone(const struct reg_device *d);
/* Members "vendor", "device", "command", "memory_decoding", "power_state". */
void reg_device_json(const struct reg_device *d, struct json *j);

#endif
