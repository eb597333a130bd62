/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors of rings that network devices and drivers share, one at a time, out of raw bytes in
 * the byte order of the device. Pure; any bytes are something. Addresses in them are those of the
 * bus, behind an IOMMU: never to be taken for physical ones.
 */
#ifndef SALVOR_NIC_DECODE_DESC_H
#define SALVOR_NIC_DECODE_DESC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/bytes.h"

/* What all of them have, more or less. */
struct nic_desc {
	uint64_t bus_addr;
	uint32_t len;
	uint32_t status; /* as the device wrote it */
	uint32_t flags;	 /* as the driver wrote them */
	bool done;	 /* the device has finished it */
	bool error;
	const char *kind; /* "data", "context", …; NULL: nothing to tell */
};

#define NIC_DESC_STRIDE_MAX 64

struct nic_desc_format {
	const char *name;
	uint32_t stride;
	bool tells_done; /* else done means nothing */
	void (*decode)(const uint8_t *bytes, struct nic_desc *ret);
};

/*
 * Intel: the 8254x software developer's manual, chapter 3, and the 82576 datasheet, chapter 7;
 * names as in drivers/net/ethernet/intel/{e1000,e1000e,igb}.
 */
extern const struct nic_desc_format nic_desc_e1000_tx, nic_desc_e1000_rx, nic_desc_e1000e_rx,
	nic_desc_igb_tx, nic_desc_igb_rx;

/* drivers/net/vmxnet3/vmxnet3_defs.h; done: the driver's or a completion, told by gen */
extern const struct nic_desc_format nic_desc_vmxnet3_tx, nic_desc_vmxnet3_rx,
	nic_desc_vmxnet3_tx_comp, nic_desc_vmxnet3_rx_comp;

/* drivers/net/ethernet/ibm/ibmveth.h: the queue of received buffers; big-endian, status has the
 * toggle */
extern const struct nic_desc_format nic_desc_ibmveth_rx;

/* All of them; ends with NULL. */
extern const struct nic_desc_format *const nic_desc_formats[];

/* virtio 1.2, 2.7 and 2.8: one descriptor of a split or a packed ring */
struct vring_desc {
	uint64_t bus_addr;
	uint32_t len;
	uint16_t flags;
	uint16_t id;   /* packed: of the buffer */
	uint16_t next; /* split */
};
#define VRING_NEXT	   1
#define VRING_WRITE	   2
#define VRING_INDIRECT	   4
#define VRING_PACKED_AVAIL (1 << 7)
#define VRING_PACKED_USED  (1 << 15)
#define VRING_DESC_SIZE	   16

void vring_split_desc(const uint8_t *bytes, enum byte_order order, struct vring_desc *ret);
void vring_packed_desc(const uint8_t *bytes, struct vring_desc *ret);

/* Whose a packed descriptor is, in the lap of the ring that this wrap counter tells. */
enum vring_owner { VRING_DEVICE, VRING_USED, VRING_OTHER_LAP };
enum vring_owner vring_packed_owner(const struct vring_desc *d, bool wrap);

#endif
