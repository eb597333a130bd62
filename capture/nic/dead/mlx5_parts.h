/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of the state of an mlx5 device that are shown for each of its interfaces: what drv_mlx5.c
 * calls, one file each. mdev is the place of a struct mlx5_core_dev.
 */
#ifndef SALVOR_NIC_DEAD_MLX5_PARTS_H
#define SALVOR_NIC_DEAD_MLX5_PARTS_H

#include "nic/dead/driver.h"

/* "command_queue", "commands": what firmware was asked, and what it never answered. */
void mlx5_commands_show(struct dead *d, const struct place *mdev);
/* "eswitch": the embedded switch with its ports; "vf": the VFs. */
void mlx5_eswitch_show(struct dead *d, const struct place *mdev);
/* "firmware_traces" */
void mlx5_traces_show(struct dead *d, const struct place *mdev);

#endif
