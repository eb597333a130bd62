/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of the state of an mlx4 device and of its interfaces: what drv_mlx4.c calls, one file each.
 * priv is the place of a struct mlx4_en_priv (module mlx4_en), core of the struct mlx4_priv (module
 * mlx4_core) of its device.
 */
#ifndef SALVOR_NIC_DEAD_MLX4_PARTS_H
#define SALVOR_NIC_DEAD_MLX4_PARTS_H

#include "nic/dead/driver.h"

/* "queues": send and receive rings, each with its completion queue; "event_queues". */
void mlx4_queues_show(struct dead *d, const struct place *priv);
/* "commands": who waits for firmware, and what it answered last. */
void mlx4_commands_show(struct dead *d, const struct place *core);
/* "functions": what the master knows of the others; "resources": who has what of the device. */
void mlx4_functions_show(struct dead *d, const struct place *core);
void mlx4_resources_show(struct dead *d, const struct place *core);

#endif
