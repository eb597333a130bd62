/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An mlx5 interface in a small made-up kernel: one channel with a send queue of two fragments, a
 * striding receive queue, their completion queues, an event queue, the command queue. The members'
 * names are those of mlx5_core in Linux 6.12, the layout is not. Header only; for dead_net.h.
 */
#ifndef SALVOR_TESTS_MLX5_NET_H
#define SALVOR_TESTS_MLX5_NET_H

#include "nic/dead_net.h"

#define MLX5 "mlx5_core"

static const struct world_member x_frag[] = {{"buf", "*u8", 0}, {"map", "u64", 8}, {0}};
static const struct world_member x_fbc[] = {
	{"frags", "*mlx5_buf_list", 0}, {"sz_m1", "u32", 8},
	{"frag_sz_m1", "u16", 12},	{"strides_offset", "u16", 14},
	{"log_sz", "u8", 16},		{"log_stride", "u8", 17},
	{"log_frag_strides", "u8", 18}, {0}};
static const struct world_member x_wq[] = {{"fbc", "mlx5_frag_buf_ctrl", 0},
					   {"sz", "u16", 24},
					   {"wqe_ctr", "u16", 26},
					   {"cur_sz", "u16", 28},
					   {0}};
static const struct world_member x_cqwq[] = {
	{"fbc", "mlx5_frag_buf_ctrl", 0}, {"cc", "u32", 24}, {0}};
static const struct world_member x_eq[] = {{"fbc", "mlx5_frag_buf_ctrl", 0},
					   {"cons_index", "u32", 24},
					   {"vecidx", "u32", 28},
					   {"irqn", "u32", 32},
					   {"eqn", "u8", 36},
					   {0}};
static const struct world_member x_eq_core[] = {{"core", "mlx5_eq", 0}, {0}};
static const struct world_member x_core_cq[] = {{"cqn", "u32", 0},
						{"arm_sn", "u32", 4},
						{"vector", "u32", 8},
						{"eq", "*mlx5_eq_comp", 16},
						{0}};
static const struct world_member x_cq[] = {
	{"wq", "mlx5_cqwq", 0}, {"mcq", "mlx5_core_cq", 32}, {0}};
static const struct world_member x_sq[] = {{"cc", "u16", 0},
					   {"pc", "u16", 2},
					   {"sqn", "u32", 4},
					   {"cq", "mlx5e_cq", 8},
					   {"wq", "mlx5_wq", 64},
					   {"state", "u64", 96},
					   {0}};
static const struct world_member x_rq_part[] = {{"wq", "mlx5_wq", 0}, {0}};
static const struct world_member x_rq[] = {{"wqe", "mlx5_rq_part", 0}, {"mpwqe", "mlx5_rq_part", 0},
					   {"cq", "mlx5e_cq", 32},     {"wq_type", "u8", 88},
					   {"rqn", "u32", 92},	       {0}};
static const struct world_member x_channel[] = {{"rq", "mlx5e_rq", 0},
						{"sq", "2 mlx5e_txqsq", 96},
						{"icosq", "mlx5e_txqsq", 320},
						/* 7.x: behind a pointer */
						{"xdpsq", "*mlx5e_txqsq", 432},
						{"num_tc", "u8", 440},
						{0}};
static const struct world_member x_channels[] = {
	{"c", "**mlx5e_channel", 0}, {"num", "u32", 8}, {0}};
static const struct world_member x_eq_table[] = {{"pages_eq", "mlx5_eq_async", 0},
						 {"cmd_eq", "mlx5_eq_async", 40},
						 {"async_eq", "mlx5_eq_async", 80},
						 {0}};
static const struct world_member x_health[] = {
	{"fw_reporter", "*devlink_health_reporter", 0}, {"synd", "u8", 8}, {0}};
static const struct world_member x_vf[] = {{"enabled", "u32", 0}, {"node_guid", "u64", 8}, {0}};
static const struct world_member x_sriov[] = {
	{"vfs_ctx", "*mlx5_vf_context", 0}, {"num_vfs", "u16", 8}, {0}};
static const struct world_member x_vport_info[] = {
	{"mac", "6 u8", 0}, {"vlan", "u16", 6}, {"link_state", "u32", 8}, {0}};
static const struct world_member x_vport[] = {
	{"info", "mlx5_vport_info", 0}, {"vport", "u16", 12}, {"enabled", "u8", 14}, {0}};
static const struct world_member x_eswitch[] = {
	{"vports", "xarray", 0}, {"mode", "u32", 16}, {"total_vports", "u32", 20}, {0}};
static const struct world_member x_stats[] = {
	{"sum", "u64", 0}, {"n", "u64", 8}, {"failed", "u64", 16}, {0}};
static const struct world_member x_trace[] = {{"timestamp", "u64", 0},
					      {"lost", "u8", 8},
					      {"event_id", "u8", 9},
					      {"msg", "22 char", 10},
					      {0}};
static const struct world_member x_saved[] = {
	{"straces", "4 mlx5_fw_trace_data", 0}, {"saved_traces_index", "u32", 128}, {0}};
static const struct world_member x_tracer_buff[] = {
	{"log_buf", "*u8", 0}, {"size", "u32", 8}, {"consumer_index", "u32", 12}, {0}};
static const struct world_member x_tracer[] = {{"owner", "u8", 0},
					       {"buff", "mlx5_tracer_buff", 8},
					       {"st_arr", "mlx5_saved_traces", 24},
					       {0}};
static const struct world_member x_ent[] = {{"ts1", "u64", 0}, {"polling", "u8", 8}, {0}};
static const struct world_member x_xarray[] = {{"xa_head", "u64", 8}, {0}};
static const struct world_member x_reporter[] = {
	{"ops", "*devlink_health_reporter_ops", 0}, {"error_count", "u64", 8}, {0}};
static const struct world_member x_reporter_ops[] = {{"name", "*char", 0}, {0}};
static const struct world_member x_mdev_priv[] = {{"eq_table", "*mlx5_eq_table", 0},
						  {"health", "mlx5_core_health", 8},
						  {"sriov", "mlx5_core_sriov", 24},
						  {"eswitch", "*mlx5_eswitch", 40},
						  {0}};
static const struct world_member x_vars[] = {{"cmdif_rev", "u16", 0},
					     {"log_sz", "u8", 2},
					     {"log_stride", "u8", 3},
					     {"bitmask", "u64", 8},
					     {0}};
static const struct world_member x_cmd[] = {{"vars", "mlx5_cmd_vars", 0},
					    {"cmd_buf", "*u8", 16},
					    {"stats", "xarray", 24},
					    {"ent_arr", "4 *mlx5_cmd_work_ent", 40},
					    {0}};
static const struct world_member x_mdev[] = {
	{"priv", "mlx5_priv", 0}, {"cmd", "mlx5_cmd", 48}, {"tracer", "*mlx5_fw_tracer", 120}, {0}};
static const struct world_member x_priv[] = {
	{"mdev", "*mlx5_core_dev", 0}, {"channels", "mlx5e_channels", 8}, {0}};

enum {
	SQN = 0x1a,
	RQN = 0x2b,
	SQ_CQN = 0x401,
	RQ_CQN = 0x402,
	XDP_SQN = 0x1c,
	EQN = 7,
	CMD_EQN = 2
};

struct mlx5_world {
	uint64_t tracer, eswitch, vport, stats;
	uint64_t dev, priv, channel, eq, table, mdev, sq_frag[2], rq_buf, cq_buf, eq_buf, cmd_buf;
};

static inline void mlx5_structs(struct world *w)
{
	static const struct {
		const char *name;
		uint32_t size;
		const struct world_member *members;
	} structs[] = {
		{"mlx5_buf_list", 16, x_frag},
		{"mlx5_frag_buf_ctrl", 24, x_fbc},
		{"mlx5_wq", 32, x_wq},
		{"mlx5_cqwq", 32, x_cqwq},
		{"mlx5_eq", 40, x_eq},
		{"mlx5_eq_comp", 40, x_eq_core},
		{"mlx5_eq_async", 40, x_eq_core},
		{"mlx5_core_cq", 24, x_core_cq},
		{"mlx5e_cq", 56, x_cq},
		{"mlx5e_txqsq", 112, x_sq},
		{"mlx5_rq_part", 32, x_rq_part},
		{"mlx5e_rq", 96, x_rq},
		{"mlx5e_channel", 448, x_channel},

		{"mlx5e_channels", 16, x_channels},
		{"mlx5_eq_table", 120, x_eq_table},
		{"xarray", 16, x_xarray},
		{"mlx5_core_health", 16, x_health},
		{"mlx5_vf_context", 16, x_vf},
		{"mlx5_core_sriov", 16, x_sriov},
		{"mlx5_vport_info", 12, x_vport_info},
		{"mlx5_vport", 16, x_vport},
		{"mlx5_eswitch", 24, x_eswitch},
		{"mlx5_cmd_stats", 24, x_stats},
		{"mlx5_fw_trace_data", 32, x_trace},
		{"mlx5_saved_traces", 136, x_saved},
		{"mlx5_tracer_buff", 16, x_tracer_buff},
		{"mlx5_fw_tracer", 160, x_tracer},
		{"mlx5_cmd_work_ent", 16, x_ent},
		{"mlx5_priv", 48, x_mdev_priv},
		{"mlx5_cmd_vars", 16, x_vars},
		{"mlx5_cmd", 72, x_cmd},
		{"mlx5_core_dev", 128, x_mdev},
		{"mlx5e_priv", 64, x_priv},
	};
	for (size_t i = 0; i < ARRAY_SIZE(structs); i++)
		world_struct(w, MLX5, structs[i].name, structs[i].size, structs[i].members);
}

/* A struct mlx5_frag_buf_ctrl at addr: count entries of 1 << stride bytes, frag of them together.
 */
static inline void mlx5_ring_of(struct world *w, uint64_t addr, unsigned int log_size,
				unsigned int log_stride, unsigned int log_frag, uint64_t *bufs)
{
	unsigned int n = 1U << (log_size - log_frag);
	uint64_t frags = world_alloc(w, 16 * n);
	for (unsigned int i = 0; i < n; i++) {
		bufs[i] = world_alloc(w, (size_t)1 << (log_frag + log_stride));
		world_u64(w, frags + 16 * i, bufs[i]);
	}
	world_set(w, addr, MLX5, "mlx5_frag_buf_ctrl", "frags", frags);
	world_set(w, addr, MLX5, "mlx5_frag_buf_ctrl", "sz_m1", (1U << log_size) - 1);
	world_set(w, addr, MLX5, "mlx5_frag_buf_ctrl", "frag_sz_m1", (1U << log_frag) - 1);
	world_set(w, addr, MLX5, "mlx5_frag_buf_ctrl", "log_sz", log_size);
	world_set(w, addr, MLX5, "mlx5_frag_buf_ctrl", "log_stride", log_stride);
	world_set(w, addr, MLX5, "mlx5_frag_buf_ctrl", "log_frag_strides", log_frag);
}

static inline void mlx5_cq_of(struct world *w, struct mlx5_world *x, uint64_t cq, uint32_t cqn)
{
	world_set(w, cq + 32, MLX5, "mlx5_core_cq", "cqn", cqn);
	world_set(w, cq + 32, MLX5, "mlx5_core_cq", "eq", x->eq);
	world_set(w, cq, MLX5, "mlx5_cqwq", "cc", 9);
	mlx5_ring_of(w, cq, 3, 6, 3, &x->cq_buf);
}

static inline void mlx5_sq_of(struct world *w, struct mlx5_world *x, uint64_t sq, uint32_t sqn,
			      uint32_t cqn, uint64_t *bufs)
{
	world_set(w, sq, MLX5, "mlx5e_txqsq", "sqn", sqn);
	world_set(w, sq, MLX5, "mlx5e_txqsq", "pc", 0x1005);
	world_set(w, sq, MLX5, "mlx5e_txqsq", "cc", 0x1002);
	mlx5_ring_of(w, sq + 64, 3, 6, 2, bufs);
	mlx5_cq_of(w, x, sq + 8, cqn);
}

static inline void mlx5_interface(struct world *w, struct net_world *n, struct mlx5_world *x)
{
	uint64_t pci = net_function(w, n, n->root_bus, "0000:08:00.0", MLX5, 0x020000), bufs[2];
	x->dev = net_interface(w, n->init_net, "eth0", world_addr(w, pci, NULL, "pci_dev", "dev"),
			       64);
	x->priv = x->dev + NET_PRIV;
	x->channel = world_new(w, MLX5, "mlx5e_channel");
	x->eq = world_new(w, MLX5, "mlx5_eq_comp");
	x->table = world_new(w, MLX5, "mlx5_eq_table");
	x->mdev = world_new(w, MLX5, "mlx5_core_dev");
	uint64_t pointer = world_alloc(w, 8), xdp = world_new(w, MLX5, "mlx5e_txqsq");
	world_u64(w, pointer, x->channel);
	world_set(w, x->priv, MLX5, "mlx5e_priv", "mdev", x->mdev);
	world_set(w, x->priv + 8, MLX5, "mlx5e_channels", "c", pointer);
	world_set(w, x->priv + 8, MLX5, "mlx5e_channels", "num", 1);
	world_u64(w, x->mdev, x->table);
	world_set(w, x->eq, MLX5, "mlx5_eq", "eqn", EQN);
	world_set(w, x->eq, MLX5, "mlx5_eq", "cons_index", 17);
	mlx5_ring_of(w, x->eq, 4, 6, 4, &x->eq_buf);
	world_set(w, x->table + 40, MLX5, "mlx5_eq", "eqn", CMD_EQN);
	mlx5_ring_of(w, x->table + 40, 2, 6, 2, bufs);
	/* tc 0 only: sq[1] is zero */
	world_set(w, x->channel, MLX5, "mlx5e_channel", "num_tc", 2);
	world_set(w, x->channel, MLX5, "mlx5e_channel", "xdpsq", xdp);
	mlx5_sq_of(w, x, x->channel + 96, SQN, SQ_CQN, x->sq_frag);
	mlx5_sq_of(w, x, xdp, XDP_SQN, 0x403, bufs);
	world_set(w, x->channel, MLX5, "mlx5e_rq", "rqn", RQN);
	world_set(w, x->channel, MLX5, "mlx5e_rq", "wq_type", 2);
	world_set(w, x->channel, MLX5, "mlx5_wq", "wqe_ctr", 6);
	world_set(w, x->channel, MLX5, "mlx5_wq", "cur_sz", 4);
	mlx5_ring_of(w, x->channel, 2, 5, 2, &x->rq_buf);
	mlx5_cq_of(w, x, x->channel + 32, RQ_CQN);
	x->cmd_buf = world_alloc(w, 4 * 64);
	world_set(w, x->mdev + 48, MLX5, "mlx5_cmd", "cmd_buf", x->cmd_buf);
	world_set(w, x->mdev + 48, MLX5, "mlx5_cmd_vars", "log_sz", 2);
	world_set(w, x->mdev + 48, MLX5, "mlx5_cmd_vars", "log_stride", 6);
	world_set(w, x->mdev + 48, MLX5, "mlx5_cmd_vars", "bitmask", 0xd);
}

/* One command's statistics, one vport, one VF, a reporter, two saved traces; slot 1 is waited for.
 */
static inline void mlx5_device(struct world *w, struct mlx5_world *x)
{
	uint64_t health = world_new(w, NULL, "devlink_health_reporter");
	uint64_t names = world_new(w, NULL, "devlink_health_reporter_ops");
	uint64_t vf = world_new(w, MLX5, "mlx5_vf_context"), traces;
	uint64_t ent = world_new(w, MLX5, "mlx5_cmd_work_ent");
	world_u64(w, names, world_string(w, "fw_fatal"));
	world_u64(w, health, names);
	world_u64(w, health + 8, 4);
	world_u64(w, x->mdev + 8, health);
	x->stats = world_new(w, MLX5, "mlx5_cmd_stats");
	world_u64(w, x->stats, 5000);
	world_u64(w, x->stats + 8, 17);
	world_u64(w, x->stats + 16, 2);
	world_u64(w, x->mdev + 48 + 24 + 8, x->stats);
	world_u64(w, ent, 4711);
	world_u64(w, x->mdev + 48 + 40 + 8, ent);
	*world_at(w, x->cmd_buf + 64) = 7;
	*world_at(w, x->cmd_buf + 64 + 63) = 1;
	x->eswitch = world_new(w, MLX5, "mlx5_eswitch");
	x->vport = world_new(w, MLX5, "mlx5_vport");
	world_u64(w, x->mdev + 40, x->eswitch);
	world_u64(w, x->eswitch + 8, x->vport);
	world_set(w, x->eswitch, MLX5, "mlx5_eswitch", "mode", 1);
	world_set(w, x->vport, MLX5, "mlx5_vport", "vport", 3);
	world_set(w, x->vport, MLX5, "mlx5_vport_info", "vlan", 200);
	world_set(w, x->vport, MLX5, "mlx5_vport_info", "link_state", 2);
	world_set(w, x->mdev + 24, MLX5, "mlx5_core_sriov", "num_vfs", 1);
	world_u64(w, x->mdev + 24, vf);
	world_u64(w, vf + 8, 0x1234);
	x->tracer = world_new(w, MLX5, "mlx5_fw_tracer");
	world_u64(w, x->mdev + 120, x->tracer);
	traces = x->tracer + 24;
	/* the newest is before the index, the oldest at it */
	world_u64(w, traces, 0x51);
	memcpy(world_at(w, traces + 10), "newer", 5);
	world_u64(w, traces + 32, 0x50);
	memcpy(world_at(w, traces + 32 + 10), "older\n", 6);
	world_set(w, traces, MLX5, "mlx5_saved_traces", "saved_traces_index", 1);
}

/* Of vmlinux: before the module's. */
static inline void mlx5_kernel_structs(struct world *w)
{
	world_struct(w, NULL, "devlink_health_reporter_ops", 8, x_reporter_ops);
	world_struct(w, NULL, "devlink_health_reporter", 16, x_reporter);
}

#endif
