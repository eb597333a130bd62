// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue pair context: include/linux/mlx4/qp.h, struct mlx4_qp_context, in its order. The driver
 * keeps one for each transmit ring (mlx4_en_tx_ring.sp_context), as it gave it to the firmware.
 * Where the structure has a word of several fields, the places are those of the code that fills it
 * (drivers/net/ethernet/mellanox/mlx4/en_resources.c, drivers/infiniband/hw/mlx4/qp.c).
 */
#include "nic/decode/mlx4.h"

/* MLX4_QP_STATE_*, MLX4_QP_ST_*, MLX4_QP_PM_* */
static const struct hw_name states[] = {
	{0, "RST"}, {1, "INIT"}, {2, "RTR"},	     {3, "RTS"}, {4, "SQER"},
	{5, "SQD"}, {6, "ERR"},	 {7, "SQ_DRAINING"}, {0, NULL},
};
static const struct hw_name services[] = {
	{0, "RC"}, {1, "UC"}, {2, "RD"}, {3, "UD"}, {6, "XRC"}, {7, "MLX"}, {0, NULL},
};
static const struct hw_name path_migration[] = {
	{0, "ARMED"}, {1, "REARM"}, {3, "MIGRATED"}, {0, NULL}};

/* struct mlx4_qp_path */
static const struct hw_field path[] = {
	HW_F("fl", 8),
	HW_F("vlan_control", 8),
	HW_F("disable_pkey_check", 8),
	HW_F("pkey_index", 8),
	HW_F("counter_index", 8),
	HW_F("grh_mylmc", 8),
	HW_F("rlid", 16),
	HW_F("ackto", 8),
	HW_F("mgid_index", 8),
	HW_F("static_rate", 8),
	HW_F("hop_limit", 8),
	HW_F("tclass_flowlabel", 32),
	HW_F("rgid", 128),
	HW_F("sched_queue", 8),
	HW_F("vlan_index", 8),
	HW_F("feup", 8),
	HW_F("fvl_rx", 8),
	HW_R(16),
	HW_F("dmac", 48),
	HW_END,
};

const struct hw_field mlx4_qpc[] = {
	HW_N("state", 4, states),
	HW_R(8),
	HW_N("st", 4, services),
	HW_R(2),
	HW_F("rss", 1),
	HW_N("pm_state", 2, path_migration),
	HW_F("flags_10_0", 11),
	HW_F("pd", 32),
	HW_F("mtu", 3),
	HW_F("msgmax", 5),
	HW_R(1),
	HW_F("log_rq_size", 4),
	HW_F("log_rq_stride", 3),
	HW_F("sq_no_prefetch", 1),
	HW_F("log_sq_size", 4),
	HW_F("log_sq_stride", 3),
	HW_F("rlkey_roce_mode", 8),
	HW_F("usr_page", 32),
	HW_F("local_qpn", 32),
	HW_F("remote_qpn", 32),
	HW_S("pri_path", 352, path),
	HW_S("alt_path", 352, path),
	HW_F("params1", 32),
	HW_R(32),
	HW_F("next_send_psn", 32),
	HW_F("cqn_send", 32),
	HW_F("roce_entropy", 16),
	HW_R(48),
	HW_F("last_acked_psn", 32),
	HW_F("ssn", 32),
	HW_F("params2", 32),
	HW_F("rnr_nextrecvpsn", 32),
	HW_F("xrcd", 32),
	HW_F("cqn_recv", 32),
	HW_F("db_rec_addr", 64),
	HW_F("qkey", 32),
	HW_F("srqn", 32),
	HW_F("msn", 32),
	HW_F("rq_wqe_counter", 16),
	HW_F("sq_wqe_counter", 16),
	HW_R(32),
	HW_F("rate_limit_params", 16),
	HW_R(8),
	HW_F("qos_vport", 8),
	HW_F("param3", 32),
	HW_F("nummmcpeers_basemkey", 32),
	HW_F("log_page_size", 8),
	HW_R(16),
	HW_F("mtt_base_addr_h", 8),
	HW_F("mtt_base_addr_l", 32),
	HW_R(320),
	HW_END,
};
