// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces of mlx4_en on a device of mlx4_core: ConnectX-3 and older
 * (drivers/net/ethernet/mellanox/mlx4). The interface's structs are those of mlx4_en, the device's
 * those of mlx4_core. What the device keeps in its own memory is not in a dump; the contexts of its
 * queues lie in pages that the firmware got (ICM), in a form that is not public.
 */
#include "nic/dead/mlx4_parts.h"
#include "nic/dead/mlx4_queues.h"

/* MLX4_DEVICE_STATE_*, MLX4_INTERFACE_STATE_* (include/linux/mlx4/device.h) */
static const char *const device_states[] = {"up", "internal_error", NULL};
static const char *const interface_states[] = {"up", "deletion", "nowait", NULL};

static const struct nic_member members[] = {
	{"port", "port", MEMBER_UINT, NULL},
	{"port_up", "port_up", MEMBER_BOOL, NULL},
	{"link_state", "port_state.link_state", MEMBER_UINT, NULL},
	{"link_speed", "port_state.link_speed", MEMBER_INT, NULL},
	{"flags", "flags", MEMBER_HEX, NULL},
	{"tx_rings", "tx_ring_num[0]", MEMBER_UINT, NULL},
	{"xdp_rings", "tx_ring_num[1]", MEMBER_UINT, NULL},
	{"rx_rings", "rx_ring_num", MEMBER_UINT, NULL},
	{"cqe_size", "cqe_size", MEMBER_UINT, NULL},
	{"tx_timeouts", "port_stats.tx_timeout", MEMBER_UINT, NULL},
	{"queue_stopped", "port_stats.queue_stopped", MEMBER_COUNTER, NULL},
	{"device_up", "mdev.device_up", MEMBER_BOOL, NULL},
	{"board", "mdev.dev.board_id", MEMBER_TEXT, NULL},
	{"firmware", "mdev.dev.caps.fw_ver", MEMBER_HEX, NULL},
	{"device_state", "mdev.dev.persist.state", MEMBER_BITS, device_states},
	{"interface_state", "mdev.dev.persist.interface_state", MEMBER_BITS, interface_states},
	{"ports", "mdev.dev.caps.num_ports", MEMBER_UINT, NULL},
	{"completion_vectors", "mdev.dev.caps.num_comp_vectors", MEMBER_UINT, NULL},
	{"vfs", "mdev.dev.persist.num_vfs", MEMBER_UINT, NULL},
	{0},
};

static void walk(struct dead *d, const struct place *priv)
{
	struct place core;
	mlx4_queues_show(d, priv);
	enum found f = mlx4_core(priv, &core);
	if (f != FOUND) {
		show_none(&d->show, "device", dead_why(f));
		return;
	}
	mlx4_commands_show(d, &core);
	mlx4_functions_show(d, &core);
	mlx4_resources_show(d, &core);
}

const struct nic_driver nic_drv_mlx4 = {
	.name = "mlx4_core",
	.module = "mlx4_en",
	.priv = "struct mlx4_en_priv",
	.members = members,
	.walk = walk,
};
