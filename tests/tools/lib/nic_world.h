/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces for nic-world: their private struct's address. One file a driver. */
#ifndef SALVOR_TESTS_NIC_WORLD_H
#define SALVOR_TESTS_NIC_WORLD_H

#include "lib/btf_world.h"

/* struct mlx5e_priv of a device with one channel */
uint64_t nic_world_mlx5(struct btf_world *w);
/* struct mlx4_en_priv with one ring of each direction */
uint64_t nic_world_mlx4(struct btf_world *w);

#endif
