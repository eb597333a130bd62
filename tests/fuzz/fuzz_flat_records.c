// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a flattened stream: the first says in which pieces they come; a right header is put
 * in front of every second input, so that records are reached. What is written stays inside the
 * limits the header promises.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "crash/flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct err *write_at(void *arg, uint64_t offset, const void *data, size_t len)
{
	uint64_t *end = arg;
	if (len == 0 || offset > (uint64_t)FLAT_OFFSET_MAX ||
	    len > (uint64_t)FLAT_OFFSET_MAX - offset)
		abort();
	/* touch every byte, for the sanitizer */
	static volatile uint8_t sum;
	for (size_t i = 0; i < len; i++)
		sum ^= ((const uint8_t *)data)[i];
	(void)sum;
	if (offset + len > *end)
		*end = offset + len;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct flat f;
	uint64_t end = 0;
	struct err *e = NULL;
	size_t step = (size_t)data[0] % 64 + 1;
	flat_init(&f, write_at, &end);
	if (data[0] & 0x80) {
		uint8_t header[FLAT_HEADER_SIZE] = "makedumpfile";
		put_u64(header + 16, 1, ORDER_BE);
		put_u64(header + 24, 1, ORDER_BE);
		e = flat_feed(&f, header, sizeof(header));
		if (e)
			abort();
	}
	for (size_t at = 1; at < size && !e; at += step)
		e = flat_feed(&f, data + at, size - at < step ? size - at : step);
	if (!e)
		e = flat_finish(&f);
	if (f.end != end)
		abort();
	err_free(e);
	return 0;
}
