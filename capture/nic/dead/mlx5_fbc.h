/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The elements of an mlx5 queue in memory: they lie in fragments, which a struct mlx5_frag_buf_ctrl
 * knows (include/linux/mlx5/driver.h; 388ca8be0037, 4.16; the same from 6.1 to 7.2). It reads an
 * element at a time and keeps nothing. Borrows the kernel of the place; one thread.
 */
#ifndef SALVOR_NIC_DEAD_MLX5_FBC_H
#define SALVOR_NIC_DEAD_MLX5_FBC_H

#include "nic/dead/members.h"

/* What no queue of this hardware exceeds; of a damaged one nothing is read. */
#define MLX5_FBC_LOG_MAX    20
#define MLX5_STRIDE_LOG_MAX 12

struct mlx5_fbc {
	struct place at;
	uint8_t log_size, log_stride, log_frag_strides;
	uint16_t strides_offset;
	uint32_t frag_mask;
};

/* at: the place of a struct mlx5_frag_buf_ctrl. FOUND_UNREADABLE: its sizes make no sense. */
enum found mlx5_fbc_read(const struct place *at, struct mlx5_fbc *ret) must_check;
/* The element's bytes (1 << log_stride of them); false where memory is not in the dump. */
bool mlx5_fbc_element(const struct mlx5_fbc *f, uint32_t index, uint8_t *p) must_check;

#endif
