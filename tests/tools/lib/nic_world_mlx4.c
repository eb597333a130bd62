// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/nic_world.h"

#include <string.h>

#define CORE "mlx4_core"
#define EN   "mlx4_en"

static uint64_t pointer_to(struct btf_world *w, uint64_t addr)
{
	uint64_t at = world_memory(w, 8);
	memcpy(world_bytes(w, at), &addr, 8);
	return at;
}

static struct object completion_queue(struct btf_world *w, unsigned int cqn)
{
	struct object cq = world_objects(w, EN, "struct mlx4_en_cq", 1);
	uint64_t buf = world_memory(w, 8 * 64);
	memset(world_bytes(w, buf), 0xff, 8 * 64);
	object_set(cq, "mcq.cqn", cqn);
	object_set(cq, "mcq.cons_index", 16);
	object_set(cq, "mcq.arm_sn", 2);
	object_set(cq, "mcq.irq", 61);
	object_set(cq, "vector", 1);
	object_set(cq, "size", 8);
	object_set(cq, "buf", buf);
	return cq;
}

static void rings(struct btf_world *w, struct object priv)
{
	struct object tx = world_objects(w, EN, "struct mlx4_en_tx_ring", 1);
	struct object rx = world_objects(w, EN, "struct mlx4_en_rx_ring", 1);
	object_set(tx, "qpn", 0x241);
	object_set(tx, "prod", 5);
	object_set(tx, "cons", 4);
	object_set(tx, "size", 16);
	object_set(tx, "buf", world_memory(w, 16 * 64));
	object_set(tx, "sp_cqn", 0x81);
	object_set(tx, "sp_qp_state", 3);
	object_set(tx, "tx_dropped", 1);
	object_set(tx, "queue_stopped", 2);
	object_set(tx, "wake_queue", 3);
	object_set(rx, "cqn", 0x82);
	object_set(rx, "prod", 30);
	object_set(rx, "cons", 20);
	object_set(rx, "stride", 64);
	object_set(rx, "size", 16);
	object_set(rx, "dropped", 4);
	object_set(rx, "buf", world_memory(w, 16 * 64));
	object_set(priv, "tx_ring_num[0]", 1);
	object_set(priv, "rx_ring_num", 1);
	object_set(priv, "rss_map.qps[0].qpn", 0x300);
	object_set(priv, "cqe_size", 64);
	object_set(priv, "tx_ring[0]", pointer_to(w, tx.addr));
	object_set(priv, "rx_ring[0]", rx.addr);
	object_set(priv, "tx_cq[0]", pointer_to(w, completion_queue(w, 0x81).addr));
	object_set(priv, "rx_cq[0]", completion_queue(w, 0x82).addr);
}

static void events(struct btf_world *w, struct object core)
{
	struct object eq = world_objects(w, CORE, "struct mlx4_eq", 1);
	struct object page = world_objects(w, CORE, "struct mlx4_buf_list", 1);
	struct object contexts = world_objects(w, CORE, "struct mlx4_cmd_context", 1);
	uint64_t entries = world_memory(w, 8 * 32);
	memset(world_bytes(w, entries), 0xff, 8 * 32);
	object_set(page, "buf", entries);
	object_set(core, "eq_table.eq", eq.addr);
	object_set(core, "dev.caps.eqe_size", 32);
	object_set(eq, "eqn", 4);
	object_set(eq, "irq", 60);
	object_set(eq, "nent", 8);
	object_set(eq, "cons_index", 16);
	object_set(eq, "page_list", page.addr);
	object_set(core, "cmd.use_events", 1);
	object_set(core, "cmd.max_cmds", 1);
	object_set(core, "cmd.free_head", UINT32_MAX);
	object_set(core, "cmd.context", contexts.addr);
	object_set(contexts, "token", 9);
	object_set(contexts, "result", 0);
	object_set(contexts, "fw_status", 1);
}

static void functions(struct btf_world *w, struct object core)
{
	struct object state = world_objects(w, CORE, "struct mlx4_slave_state", 1);
	struct object vf = world_objects(w, CORE, "struct mlx4_vf_oper_state", 1);
	struct object res = world_objects(w, CORE, "struct res_common", 1);
	object_set(core, "dev.num_slaves", 1);
	object_set(core, "mfunc.master.slave_state", state.addr);
	object_set(core, "mfunc.master.vf_oper", vf.addr);
	object_set(state, "active", 1);
	object_set(state, "last_cmd", 4);
	object_set(state, "mtu[1]", 1500);
	object_set(vf, "vport[1].state.mac", 0x0253414c5601);
	object_set(vf, "vport[1].state.spoofchk", 1);
	object_set(core, "mfunc.master.res_tracker.slave_list", world_memory(w, 64));
	object_set(core, "mfunc.master.res_tracker.res_tree[0].rb_node",
		   object_at(res, "node").addr);
	object_set(res, "node.__rb_parent_color", 1);
	object_set(res, "res_id", 0x240);
	object_set(res, "owner", 1);
	object_set(res, "state", 4);
}

uint64_t nic_world_mlx4(struct btf_world *w)
{
	struct object priv = world_objects(w, EN, "struct mlx4_en_priv", 1);
	struct object dev = world_objects(w, EN, "struct mlx4_en_dev", 1);
	struct object core = world_objects(w, CORE, "struct mlx4_priv", 1);
	struct object persist = world_objects(w, CORE, "struct mlx4_dev_persistent", 1);
	object_set(priv, "mdev", dev.addr);
	object_set(dev, "dev", object_at(core, "dev").addr);
	object_set(dev, "device_up", 1);
	object_set(core, "dev.persist", persist.addr);
	object_set(core, "dev.caps.fw_ver", 0x2002a1388);
	object_set(core, "dev.caps.num_ports", 2);
	object_text(core, "dev.board_id", "BOARD");
	object_set(persist, "state", 2);
	object_set(persist, "interface_state", 1);
	object_set(persist, "num_vfs", 1);
	object_set(priv, "port", 1);
	object_set(priv, "port_up", 1);
	object_set(priv, "port_state.link_speed", 40000);
	object_set(priv, "port_stats.tx_timeout", 3);
	rings(w, priv);
	events(w, core);
	functions(w, core);
	return priv.addr;
}
