/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queues of an mlx5 Ethernet interface in the memory of a dead kernel: send, receive,
 * completion and event queues with their numbers, indices and elements. Queues of user space
 * (RDMA) are in user memory and not here. Borrows the kernel of the place; one thread.
 *
 * struct mlx5e_priv and what hangs off it: drivers/net/ethernet/mellanox/mlx5/core/en.h, lib/eq.h.
 */
#ifndef SALVOR_NIC_DEAD_MLX5_QUEUES_H
#define SALVOR_NIC_DEAD_MLX5_QUEUES_H

#include "nic/dead/mlx5_fbc.h"

enum mlx5_queue_kind { MLX5_SQ, MLX5_RQ, MLX5_CQ, MLX5_EQ_ };

struct mlx5_queue {
	enum mlx5_queue_kind kind;
	const char *label; /* "sq", "icosq", … */
	unsigned int channel, tc;
	uint32_t number;
	struct place at; /* of the queue's own struct */
	struct mlx5_fbc fbc;
	bool has_fbc; /* false: missing, or its sizes are not of a ring */
	uint64_t producer,
		consumer; /* of software, counting on; EQ and CQ have the consumer only */
	bool linked;	  /* receive: elements begin with a next segment */
};

/*
 * All queues of the interface whose struct mlx5e_priv is at priv, those of a channel together, each
 * event queue once. The visitor says whether to go on.
 */
void mlx5_queues(const struct place *priv, bool (*visit)(void *ctx, const struct mlx5_queue *q),
		 void *ctx);

#endif
