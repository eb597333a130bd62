/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A piece of a memory BAR as a space of registers: sysfs resourceN, mapped for reading. Loads have
 * the width that is asked for, one load a word. A word of ones is believed only while configuration
 * space answers and the first word of the table is not all ones; otherwise the device is gone, and
 * nothing more is read. A kernel that lets nobody map what a driver has claimed, or is locked
 * down, says so by an error. Mapped from map to unmap; borrows the device; one thread.
 */
#ifndef SALVOR_NIC_REGS_BAR_H
#define SALVOR_NIC_REGS_BAR_H

#include "base/bytes.h"
#include "nic/regs/device.h"
#include "nic/regs/space.h"

struct reg_bar {
	struct reg_space space; /* first: what the ops get */
	const struct reg_device *device;
	enum byte_order order;
	uint32_t first; /* address of a word that is never all ones, of first_width bytes */
	unsigned first_width;
	const uint8_t *at; /* address 0 */
	uint64_t size;	   /* bytes from address 0 on */
	void *map;
	size_t map_size;
};

/* What of which BAR: length bytes from offset on; less where the BAR ends. */
struct reg_bar_part {
	unsigned bar;
	uint32_t offset;
	uint32_t length;
};

/* first, first_width and order are the caller's, in ret before or after. */
struct err *reg_bar_map(const struct reg_device *d, const struct reg_bar_part *part,
			struct reg_bar *ret) must_check;
void reg_bar_unmap(struct reg_bar *b);

/*
 * Where the structure of that type (VIRTIO_PCI_CAP_*) of a virtio device is: Virtual I/O Device
 * (VIRTIO) 1.2, 4.1.4. False: there is none, or the capability makes no sense.
 */
bool reg_virtio_part(const struct reg_device *d, unsigned type, struct reg_bar_part *ret);

#endif
