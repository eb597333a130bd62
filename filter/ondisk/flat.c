// SPDX-License-Identifier: GPL-2.0-or-later
#include "ondisk/flat.h"

#include <inttypes.h>
#include <string.h>
#include "base/bytes.h"

static const char signature[16] = "makedumpfile";

enum { FLAT_TYPE = 1, FLAT_VERSION = 1 };

void flat_header_encode(uint8_t out[FLAT_HEADER_SIZE])
{
	memset(out, 0, FLAT_HEADER_SIZE);
	memcpy(out, signature, sizeof(signature));
	put_u64(out + 16, FLAT_TYPE, ORDER_BE);
	put_u64(out + 24, FLAT_VERSION, ORDER_BE);
}

bool flat_header_check(const uint8_t in[FLAT_HEADER_SIZE])
{
	return memcmp(in, signature, sizeof(signature)) == 0 &&
	       get_u64(in + 16, ORDER_BE) == FLAT_TYPE &&
	       get_u64(in + 24, ORDER_BE) == FLAT_VERSION;
}

void flat_record_encode(const struct flat_record *r, uint8_t out[FLAT_RECORD_SIZE])
{
	put_u64(out, r->end ? UINT64_MAX : r->offset, ORDER_BE);
	put_u64(out + 8, r->end ? UINT64_MAX : r->size, ORDER_BE);
}

struct err *flat_record_decode(const uint8_t in[FLAT_RECORD_SIZE], struct flat_record *ret)
{
	uint64_t offset = get_u64(in, ORDER_BE);
	uint64_t size = get_u64(in + 8, ORDER_BE);
	if (offset == UINT64_MAX && size == UINT64_MAX) {
		*ret = (struct flat_record) {.end = true};
		return NULL;
	}
	if (offset > INT64_MAX || size > INT64_MAX || offset + size > INT64_MAX)
		return err_new(ERR_FORMAT,
			       "flattened stream is corrupt: record at offset %#" PRIx64
			       " of size %#" PRIx64,
			       offset, size);
	*ret = (struct flat_record) {.offset = offset, .size = size};
	return NULL;
}
