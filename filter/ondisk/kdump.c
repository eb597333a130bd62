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
	put_u32(out + 12, h->split, order);
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

struct err *kdump_header_decode(const uint8_t in[KDUMP_HEADER_SIZE], struct kdump_header *ret,
				enum byte_order *order)
{
	if (memcmp(in, KDUMP_SIGNATURE, 8) != 0)
		return err_new(ERR_FORMAT, "no kdump signature");
	enum byte_order o = get_u32(in + 8, ORDER_LE) <= UINT16_MAX ? ORDER_LE : ORDER_BE;
	struct kdump_header h = {.version = get_u32(in + 8, o)};
	if (h.version == 0 || h.version > UINT16_MAX)
		return err_new(ERR_FORMAT, "header version %#x", h.version);
	if (h.version > KDUMP_VERSION)
		return err_new(
			ERR_UNSUPPORTED,
			"kdump-compressed format version %u: this program knows %d and older",
			h.version, KDUMP_VERSION);
	memcpy(h.utsname, in + 12, sizeof(h.utsname));
	for (size_t i = 0; i < UTS_FIELDS; i++)
		h.utsname[i][UTS_LEN - 1] = '\0';
	h.seconds = get_u64(in + 408, o);
	h.status = get_u32(in + KDUMP_STATUS_OFFSET, o);
	h.block_size = get_u32(in + 428, o);
	h.sub_hdr_blocks = get_u32(in + 432, o);
	h.bitmap_blocks = get_u32(in + 436, o);
	h.max_mapnr = get_u32(in + 440, o);
	h.total_ram_blocks = get_u32(in + 444, o);
	h.written_blocks = get_u32(in + 452, o);
	h.nr_cpus = get_u32(in + 460, o);
	*ret = h;
	*order = o;
	return NULL;
}

void kdump_sub_header_decode(const uint8_t in[KDUMP_SUB_HEADER_SIZE], enum byte_order order,
			     uint32_t version, struct kdump_sub_header *ret)
{
	struct kdump_sub_header h = {.phys_base = get_u64(in, order),
				     .dump_level = get_u32(in + 8, order)};
	if (version >= 2)
		h.split = get_u32(in + 12, order) != 0;
	if (version >= 3) {
		h.vmcoreinfo_offset = get_u64(in + 32, order);
		h.vmcoreinfo_size = get_u64(in + 40, order);
	}
	if (version >= 4) {
		h.note_offset = get_u64(in + 48, order);
		h.note_size = get_u64(in + 56, order);
	}
	if (version >= 6)
		h.max_mapnr = get_u64(in + 96, order);
	*ret = h;
}

void kdump_desc_decode(const uint8_t in[KDUMP_DESC_SIZE], enum byte_order order,
		       struct kdump_desc *ret)
{
	*ret = (struct kdump_desc) {.offset = get_u64(in, order),
				    .size = get_u32(in + 8, order),
				    .flags = get_u32(in + 12, order)};
}
