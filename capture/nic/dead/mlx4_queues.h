/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queues of an mlx4 Ethernet interface in the memory of a dead kernel: send and receive rings,
 * their completion queues, and the device's event queues, with their numbers and elements. Queues
 * of user space (RDMA) are in user memory and not here. Borrows the kernel of the place; one
 * thread.
 *
 * struct mlx4_en_priv and what hangs off it, module mlx4_en: drivers/net/ethernet/mellanox/mlx4/
 * mlx4_en.h; the device, struct mlx4_priv of module mlx4_core: mlx4.h there.
 */
#ifndef SALVOR_NIC_DEAD_MLX4_QUEUES_H
#define SALVOR_NIC_DEAD_MLX4_QUEUES_H

#include "nic/dead/members.h"

enum mlx4_queue_kind { MLX4_SQ, MLX4_RQ, MLX4_CQ, MLX4_EQ };

struct mlx4_queue {
	enum mlx4_queue_kind kind;
	const char *label; /* "tx", "xdp", "rx": of the ring, also for its completion queue; "eq" */
	unsigned int index;
	uint32_t number;
	struct place at;  /* of the queue's own struct */
	enum found found; /* FOUND: it has memory, of a size that a ring can have */
	bool damaged;	  /* otherwise: there is a size, but no ring's */
	uint64_t buf;	  /* of event queues: unused, they lie in pages */
	uint64_t page;	  /* of event queues: bytes of a page; 0: in one piece at buf */
	uint32_t size;	  /* in elements, a power of two */
	uint32_t stride;
};

/* Of a ring that exceeds this nothing is read. */
#define MLX4_RING_MAX	(1u << 20)
#define MLX4_STRIDE_MAX 4096

/* The element's bytes (stride of them); false where memory is not in the dump. */
bool mlx4_queue_element(const struct mlx4_queue *q, uint64_t index, uint8_t *p);

/* The struct mlx4_priv of the interface's device. */
enum found mlx4_core(const struct place *priv, struct place *ret) must_check;

/*
 * All queues of the interface whose struct mlx4_en_priv is at priv: a completion queue behind its
 * ring, and event queues last. The visitor says whether to go on.
 */
void mlx4_queues(const struct place *priv, bool (*visit)(void *ctx, const struct mlx4_queue *q),
		 void *ctx);

#endif
