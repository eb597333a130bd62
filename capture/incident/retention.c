// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/retention.h"

/* Sizes come from a directory that anybody may have filled: no sum may wrap. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

struct retention_choice retention_choose(const uint64_t *bytes, size_t n,
					 const struct retention_limits *limits,
					 const struct retention_need *need)
{
	size_t first = limits->preserved < n ? limits->preserved : n;
	uint64_t kept = need->bytes, others = 0, freed = 0;
	for (size_t i = 0; i < first; i++)
		kept = add(kept, bytes[i]);
	for (size_t i = first; i < n; i++)
		others = add(others, bytes[i]);
	/* Take the oldest of the cycle until everything is within its limit. */
	for (size_t count = 0;; count++) {
		enum retention_result result = RETENTION_FITS;
		if (n - count + need->incidents > limits->total)
			result = RETENTION_NO_COUNT;
		else if (limits->bytes_max && add(kept, others) > limits->bytes_max)
			result = RETENTION_NO_BYTES;
		else if (add(need->free_bytes, freed) < limits->free_min)
			result = RETENTION_NO_SPACE;
		if (result == RETENTION_FITS || first + count == n) {
			if (result != RETENTION_FITS)
				count = 0;
			return (struct retention_choice) {result, first, count};
		}
		freed = add(freed, bytes[first + count]);
		others = others > bytes[first + count] ? others - bytes[first + count] : 0;
	}
}
