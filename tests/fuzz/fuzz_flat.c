// SPDX-License-Identifier: GPL-2.0-or-later
/* The flattened stream: header and records, as vmcore-filter -R walks them. */
#include "fuzz.h"
#include "ondisk/flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < FLAT_HEADER_SIZE || !flat_header_check(data))
		return 0;
	size_t at = FLAT_HEADER_SIZE;
	while (size - at >= FLAT_RECORD_SIZE) {
		struct flat_record r;
		uint8_t again[FLAT_RECORD_SIZE];
		struct err *e = flat_record_decode(data + at, &r);
		if (e) {
			err_free(e);
			return 0;
		}
		flat_record_encode(&r, again);
		if (memcmp(again, data + at, FLAT_RECORD_SIZE) != 0)
			abort();
		/* no record may lie outside of what a file can be */
		if (r.end || r.size > (uint64_t)(size - at - FLAT_RECORD_SIZE))
			return 0;
		if (r.offset + r.size > INT64_MAX)
			abort();
		at += FLAT_RECORD_SIZE + (size_t)r.size;
	}
	return 0;
}
