/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of a device's registers: which addresses may be read, of which devices, in which space.
 * The form is that of mstdump's CSV files ("address, number of words, enable address"), so that
 * those can be used as they are; what that form cannot say stands in lines that are comments to
 * mstdump:
 *
 *	#@device 8086:100e 15b3:*	PCI vendor and device, hexadecimal; * is any device
 *	#@space bar 0			memory BAR 0; "virtio 1": the structure that virtio's
 *capability of that type points to; "gateway 2": address space 2 behind the vendor-specific
 *capability of mlx5
 *	#@order big			of the bytes of a word; little without it
 *	#@width 2			bytes of what the rows below count and read; 4 without it
 *	#@names RDH RDT -		of the words of the next row; - is a reserved one
 *	#@decode NAME			a decoder knows the whole (collect_registers.c)
 *	#@scan				no rows: the device itself tells which words there are; only
 *					behind the gateway
 *
 * The address comes first in every table that a device answers without all bits set: by it a device
 * that is gone is told from a register full of ones (as igb_rd32() does it in the kernel). A row
 * with an enable address is left out: whether it may be read depends on the device's state.
 *
 * Pure: text in, table out; text is untrusted. The table owns its memory. One thread.
 */
#ifndef SALVOR_NIC_REGS_TABLE_H
#define SALVOR_NIC_REGS_TABLE_H

#include <stdbool.h>
#include "base/bytes.h"
#include "base/err.h"

enum reg_space_kind { REG_BAR, REG_VIRTIO, REG_GATEWAY };

struct reg_id {
	uint16_t vendor;
	uint16_t device;
	bool any_device;
};

/* One row: count words of width bytes from address on. */
struct reg_block {
	uint32_t address;
	uint32_t count;
	uint8_t width;
	const char *names; /* count strings, one behind the other; NULL: the row has none */
};

#define REG_NAME_MAX   48
#define REG_FILE_MAX   (4U << 20)
#define REG_BLOCKS_MAX 65536
#define REG_IDS_MAX    1024
/* Of a whole table: ConnectX-5's in mstflint has a tenth of it. */
#define REG_WORDS_MAX	(512U * 1024)
#define REG_ADDRESS_MAX 0x3fffffffU /* what the gateway can address; no BAR of a NIC has more */

struct reg_table {
	char name[REG_NAME_MAX];
	enum reg_space_kind space;
	unsigned number; /* of the BAR, the virtio structure, the gateway's space */
	enum byte_order order;
	char decoder[REG_NAME_MAX]; /* "" for none */
	bool scan;		    /* no blocks: the device knows them */
	struct reg_block *blocks;
	size_t block_count;
	size_t words;	 /* in all blocks */
	size_t left_out; /* words of rows with an enable address */
	struct reg_id *ids;
	size_t id_count;
	char *text; /* names point into it */
};

/* name (cut to its room) is what the table is called afterwards. len at most REG_FILE_MAX. */
struct err *reg_table_parse(const char *name, const char *text, size_t len,
			    struct reg_table *ret) must_check;
void reg_table_deinit(struct reg_table *t);

bool reg_table_matches(const struct reg_table *t, uint16_t vendor, uint16_t device);
/* The name of word i of the block, NULL without one. */
const char *reg_block_name(const struct reg_block *b, uint32_t i);
/* The first address behind the last word; 0 for an empty table. */
uint32_t reg_table_end(const struct reg_table *t);
/* "bar 0", "virtio 1", "gateway 2". */
void reg_table_space_name(const struct reg_table *t, char *out, size_t size);

#endif
