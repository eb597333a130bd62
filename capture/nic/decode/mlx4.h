/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an mlx4 device and its driver share in memory, decoded. Field names and positions are those
 * of Linux's include/linux/mlx4/{qp,cq,device,srq}.h. Big-endian throughout. The bytes are
 * untrusted; see hw_field.h. Pure.
 */
#ifndef SALVOR_NIC_DECODE_MLX4_H
#define SALVOR_NIC_DECODE_MLX4_H

#include "nic/decode/hw_field.h"

#define MLX4_TXBB 64
#define MLX4_EQE  32

/* What follows the control segment depends on the queue's transport. */
enum mlx4_sq_kind {
	MLX4_SQ_ETH, /* data at once; LSO: the headers */
	MLX4_SQ_RC,
	MLX4_SQ_UD,  /* an address vector */
	MLX4_SQ_MLX, /* management queues: another control segment */
};

/*
 * One send work request, which begins at p. Returns its length in bytes as the control segment says
 * it (at most 1008), 0 where that is none.
 */
size_t mlx4_send_wqe(enum mlx4_sq_kind kind, const uint8_t *p, size_t len, struct hw_sink *s);
/* One element of a receive queue; linked: with the next segment of shared queues. */
void mlx4_recv_wqe(bool linked, const uint8_t *p, size_t len, struct hw_sink *s);

/* A slot of 32 or 64 bytes; of 64 bytes the second half is the entry (cqe_factor). */
void mlx4_cqe(const uint8_t *p, size_t len, struct hw_sink *s);
/* size is the number of entries, a power of two; cons_index counts on. */
bool mlx4_cqe_is_new(const uint8_t *p, size_t len, uint32_t cons_index, uint32_t size);

/* A slot of 32 bytes or more; of more the second 32 bytes are the entry (eqe_factor). */
void mlx4_eqe(const uint8_t *p, size_t len, struct hw_sink *s);
bool mlx4_eqe_is_pending(const uint8_t *p, size_t len, uint32_t cons_index, uint32_t size);
const char *mlx4_event_name(unsigned type);

/* struct mlx4_qp_context, for hw_decode() */
extern const struct hw_field mlx4_qpc[];

#endif
