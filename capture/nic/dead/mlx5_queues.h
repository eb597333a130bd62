/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queues of an mlx5 Ethernet interface in the memory of a dead kernel: send, receive,
 * completion and event queues with their numbers, indices and elements. Queues of user space
 * (RDMA) are in user memory and not here. Borrows the kernel of the place; one thread.
 *
 * struct mlx5e_priv and what hangs off it: drivers/net/ethernet/mellanox/mlx5/core/en.h, lib/eq.h;
 * rings: include/linux/mlx5/driver.h, struct mlx5_frag_buf_ctrl (388ca8be0037, 4.16).
 */
#ifndef SALVOR_NIC_DEAD_MLX5_QUEUES_H
#define SALVOR_NIC_DEAD_MLX5_QUEUES_H

#include "nic/dead/members.h"

enum mlx5_queue_kind { MLX5_SQ, MLX5_RQ, MLX5_CQ, MLX5_EQ_ };

/* The memory of a ring, in fragments. */
struct mlx5_ring {
	struct kernel *k;
	uint64_t frags; /* an array of pointers to them, and how it is walked */
	uint32_t frag_step;
	uint8_t log_size, log_stride, log_frag_strides;
	uint16_t strides_offset;
	uint32_t frag_mask;
};

struct mlx5_queue {
	enum mlx5_queue_kind kind;
	const char *label; /* "sq", "icosq", … */
	unsigned int channel, tc;
	uint32_t number;
	struct place at; /* of the queue's own struct */
	struct mlx5_ring ring;
	bool has_ring; /* false: missing, or its sizes are not of a ring */
	uint64_t producer,
		consumer; /* of software, counting on; EQ and CQ have the consumer only */
	bool linked;	  /* receive: elements begin with a next segment */
};

/* What no ring of this hardware exceeds; of a damaged one nothing is read. */
#define MLX5_RING_LOG_MAX   20
#define MLX5_STRIDE_LOG_MAX 12

/* fbc: the place of a struct mlx5_frag_buf_ctrl. */
bool mlx5_ring_read(const struct place *fbc, struct mlx5_ring *ret);
/* The element's bytes (1 << log_stride of them); false where memory is not in the dump. */
bool mlx5_ring_element(const struct mlx5_ring *r, uint32_t index, uint8_t *p);

/*
 * All queues of the interface whose struct mlx5e_priv is at priv, those of a channel together: each
 * with its completion queue behind it. Each event queue of the device once. The visitor says
 * whether to go on.
 */
void mlx5_queues(const struct place *priv, bool (*visit)(void *ctx, const struct mlx5_queue *q),
		 void *ctx);

#endif
