/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An mlx4 interface in a small made-up kernel: a send ring of 8 blocks, a receive ring, their
 * completion queues, an event queue in two pages, three commands, a function with two resources.
 * The members' names are those of mlx4_core and mlx4_en in Linux 6.12, the layout is not. Header
 * only; for dead_net.h.
 */
#ifndef SALVOR_TESTS_MLX4_NET_H
#define SALVOR_TESTS_MLX4_NET_H

#include "nic/dead_net.h"

#define MLX4	"mlx4_core"
#define MLX4_EN "mlx4_en"

static const struct world_member y_node[] = {
	{"__rb_parent_color", "u64", 0}, {"rb_right", "u64", 8}, {"rb_left", "u64", 16}, {0}};
static const struct world_member y_root[] = {{"rb_node", "u64", 0}, {0}};
static const struct world_member y_buf[] = {{"buf", "*u8", 0}, {"map", "u64", 8}, {0}};
static const struct world_member y_eq[] = {{"eqn", "u32", 0},
					   {"cons_index", "u32", 4},
					   {"irq", "u16", 8},
					   {"nent", "u32", 12},
					   {"page_list", "*mlx4_buf_list", 16},
					   {0}};
static const struct world_member y_context[] = {{"result", "u32", 0},	 {"next", "u32", 4},
						{"out_param", "u64", 8}, {"token", "u16", 16},
						{"fw_status", "u8", 18}, {0}};
static const struct world_member y_cmd[] = {{"max_cmds", "u32", 0},
					    {"free_head", "u32", 4},
					    {"context", "*mlx4_cmd_context", 8},
					    {"use_events", "u8", 16},
					    {0}};
static const struct world_member y_caps[] = {
	{"num_comp_vectors", "u32", 0}, {"eqe_size", "u32", 4}, {0}};
static const struct world_member y_dev[] = {
	{"caps", "mlx4_caps", 0}, {"num_slaves", "u64", 8}, {"board_id", "16 char", 16}, {0}};
static const struct world_member y_eq_table[] = {{"eq", "*mlx4_eq", 0}, {0}};
static const struct world_member y_slave[] = {{"active", "u8", 0}, {"last_cmd", "u8", 1}, {0}};
static const struct world_member y_res[] = {{"node", "rb_node", 0},  {"res_id", "u64", 24},
					    {"owner", "u32", 32},    {"state", "u32", 36},
					    {"removing", "u32", 40}, {0}};
static const struct world_member y_tracker[] = {
	{"res_tree", "12 rb_root", 0}, {"slave_list", "*u64", 96}, {0}};
static const struct world_member y_master[] = {
	{"slave_state", "*mlx4_slave_state", 0}, {"res_tracker", "mlx4_resource_tracker", 8}, {0}};
static const struct world_member y_mfunc[] = {{"master", "mlx4_mfunc_master_ctx", 0}, {0}};
static const struct world_member y_core[] = {{"eq_table", "mlx4_eq_table", 0},
					     {"cmd", "mlx4_cmd", 8},
					     {"mfunc", "mlx4_mfunc", 40},
					     {"dev", "mlx4_dev", 160},
					     {0}};

static const struct world_member y_qpc[] = {{"flags", "u32", 0}, {"rest", "244 u8", 4}, {0}};
static const struct world_member y_tx[] = {{"prod", "u32", 0},
					   {"cons", "u32", 4},
					   {"size", "u32", 8},
					   {"qpn", "u32", 12},
					   {"buf", "*u8", 16},
					   {"sp_qp_state", "u32", 24},
					   {"sp_context", "mlx4_qp_context", 32},
					   {0}};
static const struct world_member y_rx[] = {{"prod", "u32", 0}, {"cons", "u32", 4},
					   {"size", "u32", 8}, {"stride", "u16", 12},
					   {"buf", "*u8", 16}, {0}};
static const struct world_member y_mcq[] = {{"cqn", "u32", 0}, {"cons_index", "u32", 4}, {0}};
static const struct world_member y_cq[] = {
	{"mcq", "mlx4_cq", 0}, {"size", "u32", 8}, {"buf", "*u8", 16}, {0}};
static const struct world_member y_en_dev[] = {{"dev", "*mlx4_dev", 0}, {0}};
static const struct world_member y_qp[] = {{"qpn", "u32", 0}, {0}};
static const struct world_member y_rss[] = {{"qps", "4 mlx4_qp", 0}, {0}};
static const struct world_member y_priv[] = {{"mdev", "*mlx4_en_dev", 0},
					     {"port", "u32", 8},
					     {"cqe_size", "u32", 12},
					     {"tx_ring_num", "2 u32", 16},
					     {"rx_ring_num", "u32", 24},
					     {"tx_ring", "2 **mlx4_en_tx_ring", 32},
					     {"tx_cq", "2 **mlx4_en_cq", 48},
					     {"rx_ring", "4 *mlx4_en_rx_ring", 64},
					     {"rx_cq", "4 *mlx4_en_cq", 96},
					     {"rss_map", "mlx4_en_rss_map", 128},
					     {0}};

struct mlx4_world {
	uint64_t priv, core, tx, rx, tx_cq, eq, pages, contexts, first;
};

static inline void mlx4_structs(struct world *w)
{
	static const struct {
		const char *module, *name;
		uint32_t size;
		const struct world_member *members;
	} structs[] = {
		{MLX4, "rb_node", 24, y_node},
		{MLX4, "rb_root", 8, y_root},
		{MLX4, "mlx4_buf_list", 16, y_buf},
		{MLX4, "mlx4_eq", 24, y_eq},
		{MLX4, "mlx4_cmd_context", 24, y_context},
		{MLX4, "mlx4_cmd", 24, y_cmd},
		{MLX4, "mlx4_caps", 8, y_caps},
		{MLX4, "mlx4_dev", 32, y_dev},
		{MLX4, "mlx4_eq_table", 8, y_eq_table},
		{MLX4, "mlx4_slave_state", 8, y_slave},
		{MLX4, "res_common", 48, y_res},
		{MLX4, "mlx4_resource_tracker", 104, y_tracker},
		{MLX4, "mlx4_mfunc_master_ctx", 112, y_master},
		{MLX4, "mlx4_mfunc", 112, y_mfunc},
		{MLX4, "mlx4_priv", 192, y_core},
		{MLX4_EN, "mlx4_qp_context", 248, y_qpc},
		{MLX4_EN, "mlx4_en_tx_ring", 280, y_tx},
		{MLX4_EN, "mlx4_en_rx_ring", 24, y_rx},
		{MLX4_EN, "mlx4_cq", 8, y_mcq},
		{MLX4_EN, "mlx4_en_cq", 24, y_cq},
		/* all that the interface's module needs of the device's */
		{MLX4_EN, "mlx4_caps", 8, y_caps},
		{MLX4_EN, "mlx4_dev", 32, y_dev},
		{MLX4_EN, "mlx4_en_dev", 8, y_en_dev},
		{MLX4_EN, "mlx4_qp", 4, y_qp},
		{MLX4_EN, "mlx4_en_rss_map", 16, y_rss},
		{MLX4_EN, "mlx4_en_priv", 144, y_priv},
	};
	for (size_t i = 0; i < ARRAY_SIZE(structs); i++)
		world_struct(w, structs[i].module, structs[i].name, structs[i].size,
			     structs[i].members);
}

/* Entries of 32 bytes in pages of 4 KiB: 126 and 127 of 256 in the first, the rest in the second.
 */
static inline void mlx4_event_queue(struct world *w, struct mlx4_world *x)
{
	uint64_t list = world_alloc(w, 32);
	x->eq = world_new(w, MLX4, "mlx4_eq");
	x->pages = world_alloc(w, 2 * 4096);
	/* they lie the other way round */
	world_u64(w, list, x->pages + 4096);
	world_u64(w, list + 16, x->pages);
	world_set(w, x->core, MLX4, "mlx4_eq_table", "eq", x->eq);
	world_set(w, x->eq, MLX4, "mlx4_eq", "eqn", 4);
	world_set(w, x->eq, MLX4, "mlx4_eq", "cons_index", 256 + 126);
	world_set(w, x->eq, MLX4, "mlx4_eq", "nent", 256);
	world_set(w, x->eq, MLX4, "mlx4_eq", "page_list", list);
	world_set(w, x->core + 160, MLX4, "mlx4_caps", "eqe_size", 32);
	/* of the second lap: 126, 127 and 128 */
	static const uint16_t at[] = {4096 + 126 * 32, 4096 + 127 * 32, 0};
	for (unsigned int i = 0; i < 3; i++) {
		world_at(w, x->pages + at[i])[1] = i == 2 ? 4 : 0;
		world_at(w, x->pages + at[i])[7] = (uint8_t)(0x80 + i);
		world_at(w, x->pages + at[i])[31] = 0x80;
	}
}

/* Context 1 of three waits. */
static inline void mlx4_commands(struct world *w, struct mlx4_world *x)
{
	static const uint32_t next[] = {2, 7, UINT32_MAX};
	x->contexts = world_alloc(w, 3 * 24);
	world_set(w, x->core + 8, MLX4, "mlx4_cmd", "max_cmds", 3);
	world_set(w, x->core + 8, MLX4, "mlx4_cmd", "context", x->contexts);
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t c = x->contexts + 24ul * i;
		world_set(w, c, MLX4, "mlx4_cmd_context", "token", 0x10 + i);
		world_set(w, c, MLX4, "mlx4_cmd_context", "next", next[i]);
	}
}

static inline uint64_t mlx4_resource(struct world *w, uint64_t parent, uint64_t id, uint32_t state)
{
	uint64_t res = world_new(w, MLX4, "res_common");
	world_u64(w, res, parent | 1);
	world_set(w, res, MLX4, "res_common", "res_id", id);
	world_set(w, res, MLX4, "res_common", "owner", 3);
	world_set(w, res, MLX4, "res_common", "state", state);
	return res;
}

/* QP 0x240 with 0x241 on its right. */
static inline void mlx4_functions(struct world *w, struct mlx4_world *x)
{
	uint64_t master = x->core + 40, state = world_new(w, MLX4, "mlx4_slave_state");
	world_set(w, x->core + 160, MLX4, "mlx4_dev", "num_slaves", 1);
	world_u64(w, master, state);
	*world_at(w, state) = 1;
	*world_at(w, state + 1) = 5;
	x->first = mlx4_resource(w, 0, 0x240, 4);
	world_u64(w, x->first + 8, mlx4_resource(w, x->first, 0x241, 1));
	world_u64(w, master + 8, x->first);
	world_u64(w, master + 8 + 96, state);
}

static inline uint64_t mlx4_completions(struct world *w, uint32_t cqn, uint32_t cons,
					unsigned int n)
{
	uint64_t cq = world_new(w, MLX4_EN, "mlx4_en_cq"), buf = world_alloc(w, 4 * 64);
	world_set(w, cq, MLX4_EN, "mlx4_cq", "cqn", cqn);
	world_set(w, cq, MLX4_EN, "mlx4_cq", "cons_index", cons);
	world_set(w, cq, MLX4_EN, "mlx4_en_cq", "size", 4);
	world_set(w, cq, MLX4_EN, "mlx4_en_cq", "buf", buf);
	for (uint32_t i = 0; i < 4; i++) {
		bool lap = (cons + i) & 4;
		/* the second half of 64 bytes */
		world_at(w, buf + (cons + i) % 4 * 64 + 32)[31] =
			(uint8_t)((i < n ? lap : !lap) << 7 | 0x4a);
	}
	return cq;
}

/* Two requests of two blocks; the second goes over the end of 8. */
static inline void mlx4_sends(struct world *w, struct mlx4_world *x)
{
	uint64_t buf = world_alloc(w, 8 * 64);
	x->tx = world_new(w, MLX4_EN, "mlx4_en_tx_ring");
	world_set(w, x->tx, MLX4_EN, "mlx4_en_tx_ring", "cons", UINT32_MAX - 2); /* 5 */
	world_set(w, x->tx, MLX4_EN, "mlx4_en_tx_ring", "prod", 1);
	world_set(w, x->tx, MLX4_EN, "mlx4_en_tx_ring", "size", 8);
	world_set(w, x->tx, MLX4_EN, "mlx4_en_tx_ring", "qpn", 0x241);
	world_set(w, x->tx, MLX4_EN, "mlx4_en_tx_ring", "sp_qp_state", 3);
	world_set(w, x->tx, MLX4_EN, "mlx4_en_tx_ring", "buf", buf);
	*world_at(w, x->tx + 32) = 0x30; /* RTS */
	for (unsigned int i = 5; i < 9; i += 2) {
		world_at(w, buf + 64 * i)[3] = 0x0a;
		world_at(w, buf + 64 * i)[7] = 5;
		/* the fourth entry is in the second block */
		put_u32(world_at(w, buf + (64 * i + 64) % 512), 0x700 + i, ORDER_BE);
		put_u32(world_at(w, buf + (64 * i + 68) % 512), 0x4242, ORDER_BE);
	}
}

static inline void mlx4_interface(struct world *w, struct net_world *n, struct mlx4_world *x)
{
	uint64_t pci = net_function(w, n, n->root_bus, "0000:09:00.0", MLX4, 0x020000);
	uint64_t en = world_new(w, MLX4_EN, "mlx4_en_dev"), rx_buf = world_alloc(w, 4 * 32);
	x->priv = NET_PRIV + net_interface(w, n->init_net, "eth4",
					   world_addr(w, pci, NULL, "pci_dev", "dev"), 144);
	x->core = world_new(w, MLX4, "mlx4_priv");
	world_u64(w, x->priv, en);
	world_u64(w, en, x->core + 160);
	memcpy(world_at(w, x->core + 160 + 16), "BOARD4", 6);
	mlx4_sends(w, x);
	x->rx = world_new(w, MLX4_EN, "mlx4_en_rx_ring");
	world_set(w, x->rx, MLX4_EN, "mlx4_en_rx_ring", "prod", 9);
	world_set(w, x->rx, MLX4_EN, "mlx4_en_rx_ring", "cons", 6);
	world_set(w, x->rx, MLX4_EN, "mlx4_en_rx_ring", "size", 4);
	world_set(w, x->rx, MLX4_EN, "mlx4_en_rx_ring", "stride", 32);
	world_set(w, x->rx, MLX4_EN, "mlx4_en_rx_ring", "buf", rx_buf);
	put_u32(world_at(w, x->priv + 16), 1, w->order);
	world_set(w, x->priv, MLX4_EN, "mlx4_en_priv", "rx_ring_num", 1);
	world_set(w, x->priv, MLX4_EN, "mlx4_en_priv", "cqe_size", 64);
	world_set(w, x->priv + 128, MLX4_EN, "mlx4_qp", "qpn", 0x300);
	uint64_t pointers = world_alloc(w, 16);
	x->tx_cq = mlx4_completions(w, 0x81, 6, 3);
	world_u64(w, pointers, x->tx);
	world_u64(w, pointers + 8, x->tx_cq);
	world_u64(w, x->priv + 32, pointers);
	world_u64(w, x->priv + 48, pointers + 8);
	world_u64(w, x->priv + 64, x->rx);
	world_u64(w, x->priv + 96, mlx4_completions(w, 0x82, 0, 0));
	mlx4_event_queue(w, x);
	mlx4_commands(w, x);
	mlx4_functions(w, x);
}

/* What the walkers of trees and xarrays need to know of this kernel. */
static inline struct layout mlx4_layout(struct layout l)
{
	l.rb_node_parent = 0;
	l.rb_node_right = 8;
	l.rb_node_left = 16;
	return l;
}

#endif
