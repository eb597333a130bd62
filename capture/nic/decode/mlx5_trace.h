/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer into which an mlx5 device's firmware writes its traces, and the strings DB that gives
 * them words (drivers/net/ethernet/mellanox/mlx5/core/diag/fw_tracer.[ch]). Blocks of 32 traces of
 * 8 bytes, each block closed by a time stamp; the ring's oldest block is found by the time stamps.
 * A string may be followed by up to seven parameters, in traces of their own. Both buffers are
 * untrusted: format strings are interpreted here, never given to printf. Pure.
 */
#ifndef SALVOR_NIC_DECODE_MLX5_TRACE_H
#define SALVOR_NIC_DECODE_MLX5_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

#define MLX5_STRING_SECTIONS 8 /* STRINGS_DB_SECTIONS_NUM */

struct mlx5_strings {
	uint8_t first_string_trace; /* event ids from here on are strings */
	uint8_t num_string_trace;
	uint8_t trc_ver;
	struct {
		uint32_t base; /* base_address_out */
		const uint8_t *data;
		size_t len;
	} section[MLX5_STRING_SECTIONS];
};

struct mlx5_trace_counts {
	unsigned blocks;     /* with a time stamp */
	unsigned traces;     /* written out */
	unsigned raw;	     /* of these: no string was found */
	unsigned lost;	     /* of these: firmware says that something was lost before */
	unsigned unfinished; /* strings without all their parameters, or without a time stamp */
	unsigned unknown;    /* events that are no strings */
};

/*
 * A line per trace, oldest first: "0x00000123456789ab 0 0x04 text" (time stamp, lost, event id).
 * The tail that is no whole block is left out.
 */
void mlx5_trace(const struct mlx5_strings *db, const uint8_t *ring, size_t len, struct buf *out,
		struct mlx5_trace_counts *ret);

/*
 * format with 32-bit parameters, in the subset that the kernel accepts (%x %X %d %i %u %c with
 * digits, '#', '.', 'l'; %llx takes two parameters); at most max bytes of format are looked at.
 * Returns how many parameters it takes, or -1 for a format that is none.
 */
int mlx5_trace_format(struct buf *out, const char *format, size_t max, const uint32_t *params,
		      int count);

#endif
