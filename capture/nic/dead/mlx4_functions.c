// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the master function of an mlx4 device keeps of all others (struct mlx4_mfunc_master_ctx;
 * mlx4.h, resource_tracker.c of drivers/net/ethernet/mellanox/mlx4): the state of their channel,
 * what the administrator set for them, and the resource tracker: who has which queue pair,
 * completion queue, memory region. Without SR-IOV there is no master, and all of it is absent.
 */
#include <inttypes.h>
#include "kernel/rbtree.h"
#include "nic/dead/mlx4_parts.h"

#define FUNCTIONS_MAX 256
#define RESOURCES_MAX 65536 /* of one kind */

static const struct nic_member function_members[] = {
	{"active", "active", MEMBER_BOOL, NULL},
	{"last_cmd", "last_cmd", MEMBER_UINT, NULL},
	{"comm_toggle", "comm_toggle", MEMBER_UINT, NULL},
	{"going_down", "is_slave_going_down", MEMBER_BOOL, NULL},
	{"init_port_mask", "init_port_mask", MEMBER_HEX, NULL},
	{"mtu", "mtu[1]", MEMBER_UINT, NULL},
	{"events_produced", "eq_pi", MEMBER_UINT, NULL},
	{"events_consumed", "eq_ci", MEMBER_UINT, NULL},
	{0},
};

/* IFLA_VF_LINK_STATE_* */
static const char *const link_states[] = {"auto", "enable", "disable", NULL};

/* struct mlx4_vf_oper_state: what is in force at port 1 */
static const struct nic_member vf_members[] = {
	{"mac", "vport[1].state.mac", MEMBER_HEX, NULL},
	{"vlan", "vport[1].state.default_vlan", MEMBER_UINT, NULL},
	{"qos", "vport[1].state.default_qos", MEMBER_UINT, NULL},
	{"tx_rate", "vport[1].state.tx_rate", MEMBER_UINT, NULL},
	{"spoofcheck", "vport[1].state.spoofchk", MEMBER_BOOL, NULL},
	{"link", "vport[1].state.link_state", MEMBER_VALUE, link_states},
	{0},
};

void mlx4_functions_show(struct dead *d, const struct place *core)
{
	uint64_t n = place_or_0(core, "dev.num_slaves"), rows = 0;
	struct place state, vf;
	if (!place_or_0(core, "mfunc.master.slave_state"))
		return;
	show_list(&d->show, "functions");
	for (unsigned int i = 0; i < MIN(n, FUNCTIONS_MAX) && dead_time_left(d); i++) {
		enum found f = dead_at_index(core, "mfunc.master.slave_state[#]", i, &state);
		nic_rows_more(d, &rows);
		show_row(&d->show, NULL, "function %u:", i);
		json_u64(&d->show.json, "function", i);
		if (f == FOUND)
			dead_members(d, &state, function_members);
		else
			show_none(&d->show, "state", dead_why(f));
		if (dead_at_index(core, "mfunc.master.vf_oper[#]", i, &vf) == FOUND)
			dead_members(d, &vf, vf_members);
		show_row_end(&d->show);
	}
	nic_rows_end(d, rows);
	show_list_end(&d->show);
	if (n > FUNCTIONS_MAX)
		dead_note(d, "%s claims %" PRIu64 " functions", d->raw_dir, n);
}

/* enum res_qp_states and the like; RES_ANY_BUSY is 1 */
static const char *const owned_states[] = {"none", "busy", "reserved", "mapped", "hw", NULL};
static const char *const eq_states[] = {"none", "busy", "reserved", "hw", NULL};
static const char *const cq_states[] = {"none", "busy", "allocated", "hw", NULL};
static const char *const plain_states[] = {"none", "busy", "allocated", NULL};

/* enum mlx4_resource; MAC addresses and VLANs have no tree */
static const struct kind {
	const char *name;
	unsigned int tree;
	const char *const *states;
} kinds[] = {
	{"QP", 0, owned_states},      {"CQ", 1, cq_states},	     {"SRQ", 2, cq_states},
	{"XRCD", 3, plain_states},    {"MPT", 4, owned_states},	     {"MTT", 5, plain_states},
	{"COUNTER", 9, plain_states}, {"FS_RULE", 10, plain_states}, {"EQ", 11, eq_states},
};

static void resource(struct dead *d, const struct place *p, const struct kind *kind)
{
	const struct nic_member members[] = {
		{"id", "res_id", MEMBER_HEX, NULL},
		{"function", "owner", MEMBER_UINT, NULL},
		{"state", "state", MEMBER_VALUE, kind->states},
		{"removing", "removing", MEMBER_BOOL, NULL},
		{0},
	};
	show_row(&d->show, NULL, "%s:", kind->name);
	json_str(&d->show.json, "kind", kind->name);
	dead_members(d, p, members);
	show_row_end(&d->show);
}

static void resources_of(struct dead *d, const struct place *core, const struct place *common,
			 const struct kind *kind)
{
	const struct layout *l = &d->k->layout;
	const struct rbtree_offsets offsets = {
		.parent = l->rb_node_parent, .right = l->rb_node_right, .left = l->rb_node_left};
	static struct rbtree_iter it; /* large */
	struct place root, p = *common;
	uint64_t rows = 0;
	int64_t node = place_offset(common, "node");
	if (dead_at_index(core, "mfunc.master.res_tracker.res_tree[#]", kind->tree, &root) !=
		    FOUND ||
	    node < 0 || !layout_known(offsets.parent) || !layout_known(offsets.left) ||
	    !layout_known(offsets.right))
		return;
	rbtree_init(&it, &d->k->kmem, root.addr, &offsets, node, RESOURCES_MAX);
	while (dead_time_left(d) && rbtree_next(&it, &p.addr)) {
		nic_rows_more(d, &rows);
		resource(d, &p, kind);
	}
	nic_rows_end(d, rows);
	dead_note_walk(d, &it.walk, "the resources of a kind");
}

void mlx4_resources_show(struct dead *d, const struct place *core)
{
	struct place common;
	/* its lists are there once the master has made the tracker */
	if (!place_or_0(core, "mfunc.master.res_tracker.slave_list"))
		return;
	show_list(&d->show, "resources");
	if (place_struct(d->k, core->module, "struct res_common", 0, &common) == FOUND)
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			resources_of(d, core, &common, &kinds[i]);
	show_list_end(&d->show);
}
