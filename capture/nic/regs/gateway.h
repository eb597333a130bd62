/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway of a real device: the protocol of vsc.h through the file of its configuration space,
 * and as a space of registers for a table. Borrows the device, which is open for writing; one
 * thread.
 */
#ifndef SALVOR_NIC_REGS_GATEWAY_H
#define SALVOR_NIC_REGS_GATEWAY_H

#include "nic/regs/device.h"
#include "nic/regs/space.h"
#include "nic/regs/vsc.h"

struct reg_gateway {
	struct reg_space space; /* first: what the ops get */
	struct vsc vsc;
	int config;
	unsigned capability;
};

/* False: the device has no such capability. Not locked yet. */
bool reg_gateway_init(const struct reg_device *d, double until, struct reg_gateway *ret);

#endif
