// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/desc.h"

#include <stddef.h>

static uint16_t le16(const uint8_t *p)
{
	return get_u16(p, ORDER_LE);
}

static uint32_t le32(const uint8_t *p)
{
	return get_u32(p, ORDER_LE);
}

static uint64_t le64(const uint8_t *p)
{
	return get_u64(p, ORDER_LE);
}

#define INTEL_DD   1	      /* E1000_TXD_STAT_DD, E1000_RXD_STAT_DD: descriptor done */
#define INTEL_DEXT (1u << 29) /* E1000_TXD_CMD_DEXT: what the descriptor is, is in bits 23:20 */

/* e1000 and e1000e: legacy, and with DEXT context (0) and data (1). Bits 31:24 of the second word
 * are the command; status is the low byte of the last word. */
static void e1000_tx(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t lower = le32(b + 8), upper = le32(b + 12);
	ret->kind = "legacy";
	ret->len = lower & 0xffff;
	if (lower & INTEL_DEXT) {
		bool data = (lower >> 20 & 0xf) == 1;
		ret->kind = data ? "data" : "context";
		ret->len = lower & 0xfffff;
	}
	/* a context descriptor has offsets of checksums where others have an address */
	ret->bus_addr = le64(b);
	ret->flags = lower >> 24;
	ret->status = upper & 0xff;
	ret->done = ret->status & INTEL_DD;
}

static void e1000_rx(const uint8_t *b, struct nic_desc *ret)
{
	ret->bus_addr = le64(b);
	ret->len = le16(b + 8);
	ret->status = b[12];
	ret->flags = le16(b + 10); /* checksum */
	ret->done = ret->status & INTEL_DD;
	ret->error = ret->done && b[13];
}

/*
 * Extended (e1000e) and advanced (igb) descriptors of received frames are written back in place:
 * then the address is gone. Not yet done, the second half is zero or the header's address.
 */
static void written_back(const uint8_t *b, bool done, struct nic_desc *ret)
{
	ret->done = done;
	if (!done) {
		ret->bus_addr = le64(b);
		ret->kind = "posted";
		return;
	}
	ret->status = le32(b + 8);
	ret->len = le16(b + 12);
	/* E1000_RXDEXT_STATERR_{CE,SE,SEQ,CXE,RXE}, the same of both */
	ret->error = ret->status & 0x97000000;
	ret->kind = "received";
}

static void e1000e_rx(const uint8_t *b, struct nic_desc *ret)
{
	written_back(b, le32(b + 8) & INTEL_DD, ret);
}

/*
 * The driver looks at the length and not at DD, and clears only that when it posts a buffer again
 * (igb_clean_rx_irq(), igb_alloc_rx_buffers()): DD of the frame before may still be there.
 */
static void igb_rx(const uint8_t *b, struct nic_desc *ret)
{
	written_back(b, le16(b + 12) != 0, ret);
}

/* E1000_ADVTXD_DTYP_CTXT 2, _DATA 3; length: 16 bits; status in olinfo_status */
static void igb_tx(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t command = le32(b + 8);
	uint32_t type = command >> 20 & 0xf;
	ret->kind = type == 3 ? "data" : type == 2 ? "context" : "legacy";
	ret->bus_addr = le64(b);
	ret->len = command & 0xffff;
	ret->flags = command >> 16;
	ret->status = le32(b + 12);
	/* a written-back descriptor has DD; the driver leaves payload length and indices there */
	ret->done = ret->status & INTEL_DD;
}

const struct nic_desc_format nic_desc_e1000_tx = {"intel-tx", 16, true, e1000_tx};
const struct nic_desc_format nic_desc_e1000_rx = {"intel-legacy-rx", 16, true, e1000_rx};
const struct nic_desc_format nic_desc_e1000e_rx = {"intel-extended-rx", 16, true, e1000e_rx};
const struct nic_desc_format nic_desc_igb_tx = {"intel-advanced-tx", 16, true, igb_tx};
const struct nic_desc_format nic_desc_igb_rx = {"intel-advanced-rx", 16, true, igb_rx};

/* gen is the low bit of the status here: who reads compares it with the ring's. */
static void vmxnet3_tx(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t word = le32(b + 8);
	ret->bus_addr = le64(b);
	ret->len = word & 0x3fff;
	ret->flags = le32(b + 12);
	ret->status = word >> 14 & 1;
	ret->kind = "data";
}

static void vmxnet3_rx(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t word = le32(b + 8);
	ret->bus_addr = le64(b);
	ret->len = word & 0x3fff;
	ret->flags = word >> 14 & 3; /* btype, dtype */
	ret->status = word >> 31;
	ret->kind = word >> 14 & 1 ? "body" : "head";
}

/* flags: the index of the descriptor that is done; the type is 7 bits below gen. */
static void vmxnet3_tx_comp(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t last = le32(b + 12);
	ret->flags = le32(b) & 0xfff;
	ret->status = last >> 31;
	ret->kind = "transmitted";
}

static void vmxnet3_rx_comp(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t word = le32(b + 8);
	ret->flags = le32(b) & 0xfff;
	ret->len = word & 0x3fff;
	ret->error = word >> 14 & 1;
	ret->status = le32(b + 12) >> 31;
	ret->kind = "received";
}

const struct nic_desc_format nic_desc_vmxnet3_tx = {"vmxnet3-tx", 16, false, vmxnet3_tx};
const struct nic_desc_format nic_desc_vmxnet3_rx = {"vmxnet3-rx", 16, false, vmxnet3_rx};
const struct nic_desc_format nic_desc_vmxnet3_tx_comp = {"vmxnet3-tx-completion", 16, false,
							 vmxnet3_tx_comp};
const struct nic_desc_format nic_desc_vmxnet3_rx_comp = {"vmxnet3-rx-completion", 16, false,
							 vmxnet3_rx_comp};

/*
 * flags_off: toggle, valid, no checksum, good checksum, …; the offset of the frame in 15:0. The
 * correlator is the driver's own, in the byte order of its machine: not decoded.
 */
#define IBMVETH_TOGGLE 0x80000000u
#define IBMVETH_VALID  0x40000000u

static void ibmveth_rx(const uint8_t *b, struct nic_desc *ret)
{
	uint32_t flags = get_u32(b, ORDER_BE);
	ret->len = get_u32(b + 4, ORDER_BE);
	ret->flags = flags & 0xffff;
	ret->status = flags & ~0xffffu;
	ret->done = flags & IBMVETH_VALID;
	ret->error = (flags & IBMVETH_TOGGLE || ret->len) && !(flags & IBMVETH_VALID);
}

const struct nic_desc_format nic_desc_ibmveth_rx = {"ibmveth-rx", 16, true, ibmveth_rx};

const struct nic_desc_format *const nic_desc_formats[] = {
	&nic_desc_e1000_tx,
	&nic_desc_e1000_rx,
	&nic_desc_e1000e_rx,
	&nic_desc_igb_tx,
	&nic_desc_igb_rx,
	&nic_desc_vmxnet3_tx,
	&nic_desc_vmxnet3_rx,
	&nic_desc_vmxnet3_tx_comp,
	&nic_desc_vmxnet3_rx_comp,
	&nic_desc_ibmveth_rx,
	NULL,
};

void vring_split_desc(const uint8_t *b, enum byte_order order, struct vring_desc *ret)
{
	*ret = (struct vring_desc) {.bus_addr = get_u64(b, order),
				    .len = get_u32(b + 8, order),
				    .flags = get_u16(b + 12, order),
				    .next = get_u16(b + 14, order)};
}

void vring_packed_desc(const uint8_t *b, struct vring_desc *ret)
{
	*ret = (struct vring_desc) {
		.bus_addr = le64(b), .len = le32(b + 8), .id = le16(b + 12), .flags = le16(b + 14)};
}

enum vring_owner vring_packed_owner(const struct vring_desc *d, bool wrap)
{
	bool avail = d->flags & VRING_PACKED_AVAIL, used = d->flags & VRING_PACKED_USED;
	if (avail == wrap && used != wrap)
		return VRING_DEVICE;
	return avail == wrap && used == wrap ? VRING_USED : VRING_OTHER_LAP;
}
