/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mlx5 firmware answers to a resource dump, which is the raw context that the kernel's RDMA
 * netlink gives of a queue pair, completion queue or memory key: a sequence of segments, each with
 * its length and type (struct mlx5_ifc_resource_dump_*_segment_bits, include/linux/mlx5/mlx5_ifc.h;
 * the types of the framing ones as in mstflint's resourcedump). Resource segments of PRM_QUERY_QP,
 * _CQ and _MKEY have "the resource dump in PRM query format" (608ca553c9a2), the command's output.
 * Their types are the firmware's to choose, so the caller says what was asked for. No device was at
 * hand: it was tried with bytes made by hand from those descriptions. The bytes are untrusted;
 * pure.
 */
#ifndef SALVOR_NIC_DECODE_MLX5_RSC_DUMP_H
#define SALVOR_NIC_DECODE_MLX5_RSC_DUMP_H

#include "nic/decode/mlx5.h"

enum mlx5_resource { MLX5_RESOURCE_QP, MLX5_RESOURCE_CQ, MLX5_RESOURCE_MKEY };

/* The context inside a resource dump; it points into the dump. */
struct mlx5_resource_context {
	const uint8_t *p; /* a context of mlx5.h, from its first byte */
	size_t len;	  /* may be less than the whole context */
	uint32_t index;	  /* the adapter's own number of it */
	uint16_t vhca;	  /* the function it belongs to */
};

/* False: there is no context in it, as when firmware refused. */
bool mlx5_resource_context(enum mlx5_resource what, const uint8_t *p, size_t len,
			   struct mlx5_resource_context *ret);

/* All segments, each a section; the context by its table. */
void mlx5_resource_dump(enum mlx5_resource what, const uint8_t *p, size_t len, struct hw_sink *s);

#endif
