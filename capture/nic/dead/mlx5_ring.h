/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queues that an mlx5 device and its driver share, out of memory: a whole ring read at
 * once and shown. Where elements lie is mlx5_fbc.h's, decoding is decode/mlx5.h's. For
 * drv_mlx5.c.
 */
#ifndef SALVOR_NIC_DEAD_MLX5_RING_H
#define SALVOR_NIC_DEAD_MLX5_RING_H

#include "nic/dead/driver.h"

/* A queue of at most this many bytes; larger ones are not believed. */
#define MLX5_RING_LOG_MAX 20

struct mlx5_ring {
	uint8_t *bytes; /* all elements in their order; those that cannot be read are zeros */
	uint64_t n;	/* a power of two */
	uint32_t stride;
	unsigned int log_n;
	uint64_t lost; /* elements */
};

/* FOUND, or why there is none; then nothing is to be freed. fbc: the place of that struct. */
enum found mlx5_ring_read(const struct place *fbc, struct mlx5_ring *ret) must_check;
void mlx5_ring_deinit(struct mlx5_ring *r);
static inline const uint8_t *mlx5_ring_at(const struct mlx5_ring *r, uint64_t i)
{
	return r->bytes + (i & (r->n - 1)) * r->stride;
}

/* Objects of a list: an event queue (struct mlx5_eq), a completion queue (struct mlx5e_cq). */
void mlx5_eq_show(struct dead *d, const char *name, const struct place *eq);
void mlx5_cq_show(struct dead *d, const char *name, const struct place *cq);
/* struct mlx5e_txqsq, struct mlx5e_rq */
void mlx5_sq_show(struct dead *d, const char *name, const struct place *sq);
void mlx5_rq_show(struct dead *d, const char *name, const struct place *rq);

#endif
