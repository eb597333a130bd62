/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queues that an mlx5 device and its driver share, shown: indices, what waits for whom, raw and
 * decoded. Where their elements lie is mlx5_queues.h's, what they mean decode/mlx5.h's. For
 * drv_mlx5.c.
 */
#ifndef SALVOR_NIC_DEAD_MLX5_RING_H
#define SALVOR_NIC_DEAD_MLX5_RING_H

#include "nic/dead/driver.h"

/* Objects of a list: an event queue (struct mlx5_eq), a completion queue (struct mlx5e_cq). */
void mlx5_eq_show(struct dead *d, const char *name, const struct place *eq);
void mlx5_cq_show(struct dead *d, const char *name, const struct place *cq);
/* struct mlx5e_txqsq, struct mlx5e_rq */
void mlx5_sq_show(struct dead *d, const char *name, const struct place *sq);
void mlx5_rq_show(struct dead *d, const char *name, const struct place *rq);

#endif
