/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flattened stream of makedumpfile: a 4096-byte header, then records of {offset, size}
 * (big-endian 64-bit) each followed by its bytes, then the record {-1, -1}. Encodes and decodes
 * bytes; no I/O. Source: makedumpfile's IMPLEMENTATION file, "The flattened format".
 */
#ifndef SALVOR_ONDISK_FLAT_H
#define SALVOR_ONDISK_FLAT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

#define FLAT_HEADER_SIZE 4096
#define FLAT_RECORD_SIZE 16

struct flat_record {
	uint64_t offset;
	uint64_t size;
	bool end;
};

void flat_header_encode(uint8_t out[FLAT_HEADER_SIZE]);
/* False if these are not the first bytes of a flattened stream. */
bool flat_header_check(const uint8_t in[FLAT_HEADER_SIZE]);
void flat_record_encode(const struct flat_record *r, uint8_t out[FLAT_RECORD_SIZE]);
/* ERR_FORMAT on negative or overflowing values. */
struct err *flat_record_decode(const uint8_t in[FLAT_RECORD_SIZE],
			       struct flat_record *ret) must_check;

#endif
