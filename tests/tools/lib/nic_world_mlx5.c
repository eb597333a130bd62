// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/nic_world.h"

#include <string.h>

#define M "mlx5_core"

/* A ring of one fragment of a page, the elements filled with what makes none of them new. */
static void ring(struct object fbc, unsigned int log_stride, unsigned int log_size)
{
	struct object frag = world_objects(fbc.w, M, "struct mlx5_buf_list", 1);
	uint64_t page = world_memory(fbc.w, 4096);
	memset(world_bytes(fbc.w, page), 0xff, 4096 - 64);
	object_set(frag, "buf", page);
	object_set(fbc, "frags", frag.addr);
	object_set(fbc, "sz_m1", (1u << log_size) - 1);
	object_set(fbc, "log_sz", log_size);
	object_set(fbc, "log_stride", log_stride);
	object_set(fbc, "log_frag_strides", 12 - log_stride);
	object_set(fbc, "frag_sz_m1", (1u << (12 - log_stride)) - 1);
}

static void event_queue(struct object eq, unsigned int eqn)
{
	ring(object_at(eq, "fbc"), 6, 3);
	object_set(eq, "eqn", eqn);
	object_set(eq, "vecidx", eqn - 1);
	object_set(eq, "irqn", eqn + 30);
}

static void completion_queue(struct object cq, unsigned int cqn, uint64_t eq)
{
	ring(object_at(cq, "wq.fbc"), 6, 3);
	object_set(cq, "wq.cc", 8);
	object_set(cq, "mcq.cqn", cqn);
	object_set(cq, "mcq.cons_index", 8);
	object_set(cq, "mcq.arm_sn", 1);
	object_set(cq, "mcq.vector", 2);
	object_set(cq, "mcq.eq", eq);
}

static void send_queue(struct object sq, unsigned int sqn, uint64_t eq)
{
	ring(object_at(sq, "wq.fbc"), 6, 4);
	object_set(sq, "sqn", sqn);
	object_set(sq, "pc", 5);
	object_set(sq, "cc", 3);
	object_set(sq, "state", 1);
	completion_queue(object_at(sq, "cq"), sqn + 0x100, eq);
}

static void channel(struct btf_world *w, struct object priv, uint64_t eq)
{
	struct object c = world_objects(w, M, "struct mlx5e_channel", 1), rq = object_at(c, "rq");
	uint64_t array = world_memory(w, 8);
	memcpy(world_bytes(w, array), &c.addr, 8);
	object_set(priv, "channels.c", array);
	object_set(priv, "channels.num", 1);
	object_set(c, "num_tc", 1);
	struct object sq = object_at(c, "sq[0]");
	object_set(sq, "ch_ix", 0);
	object_set(sq, "txq_ix", 1);
	send_queue(sq, 0x51, eq);
	object_set(rq, "rqn", 0x61);
	object_set(rq, "wq_type", 2);
	object_set(rq, "mpwqe.wq.wqe_ctr", 20);
	object_set(rq, "mpwqe.wq.cur_sz", 7);
	object_set(rq, "mpwqe.wq.head", 3);
	ring(object_at(rq, "mpwqe.wq.fbc"), 5, 3);
	completion_queue(object_at(rq, "cq"), 0x161, eq);
	/* embedded, or behind a pointer */
	struct object ico = object_at(c, "icosq");
	if (ico.type.btf)
		send_queue(ico, 0x71, eq);
	static const char *const others[] = {"xdpsq", "async_icosq"};
	for (unsigned int i = 0; i < 2; i++) {
		struct object q = object_at(c, others[i]);
		if (q.type.btf && type_kind(q.type) == BTF_PTR) {
			struct object own = {w, M, type_strip(type_target(q.type)),
					     world_memory(w, 4096)};
			memcpy(world_bytes(w, q.addr), &own.addr, 8);
			q = own;
		}
		if (q.type.btf)
			send_queue(q, 0x81 + i, eq);
	}
}

static void commands(struct btf_world *w, struct object mdev)
{
	struct object ent = world_objects(w, M, "struct mlx5_cmd_work_ent", 1);
	struct object stats = world_objects(w, M, "struct mlx5_cmd_stats", 1);
	uint64_t slots = world_memory(w, 32 * 64);
	uint8_t *stuck = world_bytes(w, slots + 64);
	stuck[0] = 7;
	stuck[0x10] = 9;
	stuck[0x11] = 4; /* CREATE_SQ */
	stuck[0x3f] = 1;
	object_set(mdev, "cmd.cmd_buf", slots);
	object_set(mdev, "cmd.vars.log_sz|cmd.log_sz", 5);
	object_set(mdev, "cmd.vars.log_stride|cmd.log_stride", 6);
	object_set(mdev, "cmd.vars.bitmask|cmd.bitmask", 0x7ffffffd);
	object_set(ent, "ts1", 12345);
	object_set(mdev, "cmd.ent_arr[1]", ent.addr);
	object_set(stats, "n", 17);
	object_set(stats, "failed", 2);
	/* the xarray's head is its only entry; an array has it there */
	struct object all = object_at(mdev, "cmd.stats");
	if (all.type.btf && strcmp(type_tag(all.type), "xarray") == 0) {
		object_set(mdev, "cmd.stats.xa_head", stats.addr);
	} else {
		object_set(mdev, "cmd.stats[0].n", 17);
		object_set(mdev, "cmd.stats[0].failed", 2);
	}
}

static void traces(struct btf_world *w, struct object mdev)
{
	struct object t = world_objects(w, M, "struct mlx5_fw_tracer", 1);
	object_set(mdev, "tracer", t.addr);
	object_set(t, "owner", 1);
	object_set(t, "trc_ver", 0);
	object_set(t, "str_db.first_string_trace", 4);
	object_set(t, "str_db.num_string_trace", 8);
	object_set(t, "str_db.num_string_db", 1);
	object_set(t, "str_db.base_address_out[0]", 0x1000);
	object_set(t, "str_db.size_out[0]", 64);
	object_set(t, "str_db.buffer[0]", world_memory(w, 64));
	object_set(t, "buff.log_buf", world_memory(w, 4096));
	object_set(t, "buff.size", 4096);
	object_set(t, "buff.consumer_index", 3);
	object_set(t, "st_arr.saved_traces_index", 1);
	object_set(t, "st_arr.straces[0].timestamp", 77);
	object_set(t, "st_arr.straces[0].event_id", 5);
	object_set(t, "st_arr.straces[0].lost", 1);
	object_text(t, "st_arr.straces[0].msg", "saved");
}

static void eswitch(struct btf_world *w, struct object mdev)
{
	struct object vf = world_objects(w, M, "struct mlx5_vf_context", 1);
	object_set(mdev, "priv.sriov.num_vfs", 1);
	object_set(mdev, "priv.sriov.vfs_ctx", vf.addr);
	object_set(vf, "enabled", 1);
	object_set(vf, "node_guid", 0x1234);
	/* not in cloud kernels (CONFIG_MLX5_ESWITCH) */
	struct object e = world_objects(w, M, "struct mlx5_eswitch", 1);
	if (!e.type.btf)
		return;
	struct object v = world_objects(w, M, "struct mlx5_vport", 1);
	object_set(mdev, "priv.eswitch", e.addr);
	object_set(e, "mode", 1);
	object_set(e, "total_vports", 3);
	object_set(e, "vports.xa_head", v.addr);
	object_set(v, "vport", 1);
	object_set(v, "enabled", 1);
	object_set(v, "info.vlan", 100);
	object_set(v, "info.link_state", 1);
	object_set(v, "info.spoofchk", 1);
}

static void reporter(struct btf_world *w, struct object holder, const char *path)
{
	struct object r = world_objects(w, NULL, "struct devlink_health_reporter", 1);
	struct object ops = world_objects(w, NULL, "struct devlink_health_reporter_ops", 1);
	object_set(ops, "name", world_text(w, strrchr(path, '.') ? strrchr(path, '.') + 1 : path));
	object_set(r, "ops", ops.addr);
	object_set(r, "error_count", 4);
	object_set(holder, path, r.addr);
}

uint64_t nic_world_mlx5(struct btf_world *w)
{
	struct object priv = world_objects(w, M, "struct mlx5e_priv", 1);
	struct object mdev = world_objects(w, M, "struct mlx5_core_dev", 1);
	struct object table = world_objects(w, M, "struct mlx5_eq_table", 1);
	struct object comp = world_objects(w, M, "struct mlx5_eq_comp", 1);
	object_set(priv, "mdev", mdev.addr);
	object_set(priv, "state", 3);
	object_set(mdev, "state", 2);
	object_set(mdev, "intf_state", 1);
	object_text(mdev, "board_id", "BOARD");
	object_set(mdev, "priv.health.synd", 8);
	object_set(mdev, "priv.health.fatal_error", 3);
	object_set(mdev, "priv.fw_pages", 500);
	object_set(mdev, "priv.eq_table", table.addr);
	event_queue(object_at(table, "cmd_eq.core"), 3);
	event_queue(object_at(table, "async_eq.core"), 4);
	event_queue(object_at(table, "pages_eq.core"), 5);
	event_queue(object_at(comp, "core"), 7);
	struct object eqs = object_at(table, "comp_eqs|comp_eqs_list");
	if (eqs.type.btf && strcmp(type_tag(eqs.type), "list_head") == 0) {
		/* the list is a circle of two */
		object_set(eqs, "next", object_at(comp, "list").addr);
		object_set(comp, "list.next", eqs.addr);
	} else {
		object_set(eqs, "xa_head", comp.addr);
	}
	channel(w, priv, comp.addr);
	commands(w, mdev);
	traces(w, mdev);
	eswitch(w, mdev);
	reporter(w, mdev, "priv.health.fw_reporter");
	reporter(w, mdev, "priv.health.fw_fatal_reporter");
	reporter(w, mdev, "priv.health.vnic_reporter");
	reporter(w, priv, "tx_reporter");
	reporter(w, priv, "rx_reporter");
	return priv.addr;
}
