// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/mlx5_fbc.h"

enum found mlx5_fbc_read(const struct place *at, struct mlx5_fbc *ret)
{
	static const char *const members[] = {"log_sz", "log_stride", "log_frag_strides",
					      "frag_sz_m1", "strides_offset"};
	uint64_t v[ARRAY_SIZE(members)];
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		enum found f = place_number(at, members[i], &v[i]);
		if (f != FOUND)
			return f;
	}
	if (v[0] > MLX5_FBC_LOG_MAX || v[1] < 4 || v[1] > MLX5_STRIDE_LOG_MAX ||
	    v[2] > MLX5_FBC_LOG_MAX || v[3] != (UINT64_C(1) << v[2]) - 1)
		return FOUND_UNREADABLE;
	*ret = (struct mlx5_fbc) {.at = *at,
				  .log_size = (uint8_t)v[0],
				  .log_stride = (uint8_t)v[1],
				  .log_frag_strides = (uint8_t)v[2],
				  .frag_mask = (uint32_t)v[3],
				  .strides_offset = (uint16_t)v[4]};
	return FOUND;
}

/* mlx5_frag_buf_get_wqe() */
bool mlx5_fbc_element(const struct mlx5_fbc *f, uint32_t index, uint8_t *p)
{
	uint64_t buf;
	char path[40];
	index += f->strides_offset;
	snprintf(path, sizeof(path), "frags[%u].buf", index >> f->log_frag_strides);
	if (place_number(&f->at, path, &buf) != FOUND || !buf)
		return false;
	struct place at = f->at;
	at.addr = buf + ((uint64_t)(index & f->frag_mask) << f->log_stride);
	return place_read(&at, p, (size_t)1 << f->log_stride) == FOUND;
}
