// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a firmware trace ring and its strings DB: a header says where which begins. */
#include "fuzz.h"
#include "nic/decode/mlx5_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mlx5_strings db = {0};
	struct mlx5_trace_counts n;
	struct buf out = BUF_INIT;
	if (size < 8)
		return 0;
	size_t strings = MIN((size_t)get_u16(data, ORDER_BE), size - 8);
	db.first_string_trace = data[2];
	db.num_string_trace = data[3];
	db.trc_ver = data[4];
	db.section[data[5] % MLX5_STRING_SECTIONS].base = (uint32_t)data[6] << 8;
	db.section[data[5] % MLX5_STRING_SECTIONS].data = data + 8;
	db.section[data[5] % MLX5_STRING_SECTIONS].len = strings;
	mlx5_trace(&db, data + 8 + strings, size - 8 - strings, &out, &n);
	if (n.traces > (size / 8))
		abort();
	buf_deinit(&out);
	return 0;
}
