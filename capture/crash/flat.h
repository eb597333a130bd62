/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes makedumpfile's flattened stream as it comes in, into positioned writes. The stream is
 * another program's output and is not trusted: every size and offset is checked before use. It
 * holds no data back and allocates nothing. One thread; the writer outlives the decoder.
 *
 * Format (makedumpfile IMPLEMENTATION, "The flattened format"): a header of 4096 bytes {signature
 * "makedumpfile" padded to 16, i64 type = 1, i64 version = 1}, then records {i64 offset, i64 size,
 * bytes}, all integers big-endian; the end is a record with offset = size = -1.
 */
#ifndef SALVOR_CRASH_FLAT_H
#define SALVOR_CRASH_FLAT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

#define FLAT_HEADER_SIZE 4096
/* An offset beyond 2^56 is nobody's dump: 64 PiB. */
#define FLAT_OFFSET_MAX (INT64_C(1) << 56)

struct flat {
	struct err *(*write_at)(void *arg, uint64_t offset, const void *data, size_t len);
	void *arg;
	enum { FLAT_HEADER, FLAT_RECORD, FLAT_DATA, FLAT_END } state;
	uint8_t pending[FLAT_HEADER_SIZE]; /* a header or record head that came in pieces */
	size_t have;
	uint64_t offset, left; /* of the record in hand */
	uint64_t end;	       /* furthest byte written: the size of the file */
	uint64_t total;	       /* bytes of all records */
};

void flat_init(struct flat *f, struct err *(*write_at)(void *, uint64_t, const void *, size_t),
	       void *arg);
/* ERR_FORMAT for what is not a flattened stream or follows its end; else the writer's error. */
struct err *flat_feed(struct flat *f, const void *data, size_t len) must_check;
/* The input is over: ERR_FORMAT unless the end record was seen. */
struct err *flat_finish(const struct flat *f) must_check;

#endif
