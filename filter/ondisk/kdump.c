// SPDX-License-Identifier: GPL-2.0-or-later
#include "ondisk/kdump.h"

#include <string.h>
#include "base/cleanup.h"

/* Fields of 32 bits that newer 64-bit ones replace hold what fits. */
static uint32_t clamp32(uint64_t v)
{
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

void kdump_header_encode(const struct kdump_header *h, enum byte_order order,
			 uint8_t out[KDUMP_HEADER_SIZE])
{
	memset(out, 0, KDUMP_HEADER_SIZE);
	memcpy(out, KDUMP_SIGNATURE, 8);
	put_u32(out + 8, KDUMP_VERSION, order);
	memcpy(out + 12, h->utsname, sizeof(h->utsname));
	put_u64(out + 408, h->seconds, order);
	put_u32(out + KDUMP_STATUS_OFFSET, h->status, order);
	put_u32(out + 428, h->block_size, order);
	put_u32(out + 432, h->sub_hdr_blocks, order);
	put_u32(out + 436, h->bitmap_blocks, order);
	put_u32(out + 440, clamp32(h->max_mapnr), order);
	put_u32(out + 444, clamp32(h->total_ram_blocks), order);
	put_u32(out + 452, clamp32(h->written_blocks), order);
	put_u32(out + 460, h->nr_cpus, order);
}

void kdump_sub_header_encode(const struct kdump_sub_header *h, enum byte_order order,
			     uint8_t out[KDUMP_SUB_HEADER_SIZE])
{
	memset(out, 0, KDUMP_SUB_HEADER_SIZE);
	put_u64(out, h->phys_base, order);
	put_u32(out + 8, h->dump_level, order);
	put_u64(out + 32, h->vmcoreinfo_offset, order);
	put_u64(out + 40, h->vmcoreinfo_size, order);
	put_u64(out + 48, h->note_offset, order);
	put_u64(out + 56, h->note_size, order);
	put_u64(out + 96, h->max_mapnr, order);
}

void kdump_desc_encode(const struct kdump_desc *d, enum byte_order order,
		       uint8_t out[KDUMP_DESC_SIZE])
{
	put_u64(out, d->offset, order);
	put_u32(out + 8, d->size, order);
	put_u32(out + 12, d->flags, order);
	put_u64(out + 16, 0, order);
}
