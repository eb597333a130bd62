// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/fields.h"

#include <stdio.h>
#include "report/fetch.h"

/* 2^52 bytes are the largest physical memory of any architecture: more pages there cannot be. */
#define MAX_COUNT (INT64_C(1) << 44)

bool field_read(struct kmem *k, uint64_t base, int64_t offset, void *buf, size_t len)
{
	if (!layout_known(offset))
		return false;
	struct err *e = kmem_read(k, base + (uint64_t)offset, buf, len);
	err_free(e);
	return !e;
}

int64_t field_long(struct kmem *k, uint64_t base, int64_t offset)
{
	uint64_t value;
	return fetch_u64(k, base, offset, &value) ? (int64_t)value : LAYOUT_UNKNOWN;
}

int64_t field_int(struct kmem *k, uint64_t base, int64_t offset)
{
	int64_t value = field_uint(k, base, offset);
	return layout_known(value) ? (int32_t)(uint32_t)value : value;
}

int64_t field_uint(struct kmem *k, uint64_t base, int64_t offset)
{
	uint32_t value;
	return fetch_u32(k, base, offset, &value) ? (int64_t)value : LAYOUT_UNKNOWN;
}

uint64_t field_pointer(struct kmem *k, uint64_t base, int64_t offset)
{
	uint64_t value;
	return fetch_pointer(k, base, offset, &value) ? value : 0;
}

bool field_text(struct kmem *k, uint64_t base, int64_t offset, char *buf, size_t size)
{
	uint64_t addr = field_pointer(k, base, offset);
	size_t n = 0;
	/* byte by byte: the end of the memory that is there may be near */
	while (addr && n < size - 1 && field_read(k, addr, (int64_t)n, &buf[n], 1) && buf[n]) {
		if (buf[n] < ' ' || buf[n] > '~')
			buf[n] = '?';
		n++;
	}
	buf[n] = '\0';
	if (n == 0)
		snprintf(buf, size, "?");
	return n > 0;
}

int64_t field_count(int64_t value)
{
	/* counters of several CPUs may be a little below zero for a moment */
	if (value < 0 && value > -MAX_COUNT)
		return 0;
	return value >= 0 && value < MAX_COUNT ? value : LAYOUT_UNKNOWN;
}

void json_number(struct json *j, const char *key, int64_t value)
{
	if (layout_known(value))
		json_i64(j, key, value);
	else
		json_null(j, key);
}
