// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The embedded switch of a device whose function manages it (struct mlx5_eswitch, core/eswitch.h):
 * a vport for each virtual function, and what the administrator set there; and the VFs as the
 * driver that made them has them (struct mlx5_core_sriov).
 */
#include <inttypes.h>
#include "nic/dead/mlx5_parts.h"

#define VPORTS_MAX 4096
#define VFS_MAX	   1024

/* MLX5_ESWITCH_* */
static const char *const modes[] = {"legacy", "offloads", NULL};
/* IFLA_VF_LINK_STATE_* */
static const char *const link_states[] = {"auto", "enable", "disable", NULL};

static const struct nic_member switch_members[] = {
	{"mode", "mode", MEMBER_VALUE, modes},
	{"total_vports", "total_vports", MEMBER_UINT, NULL},
	{"enabled_vports", "enabled_vports", MEMBER_UINT, NULL},
	{"manager_vport", "manager_vport", MEMBER_UINT, NULL},
	{"functions_vfs", "esw_funcs.num_vfs", MEMBER_UINT, NULL},
	{0},
};

/* Rates moved to the scheduling node after 6.12, and into qos before it. */
static const struct nic_member vport_members[] = {
	{"vport", "vport", MEMBER_UINT, NULL},
	{"enabled", "enabled", MEMBER_BOOL, NULL},
	{"mac", "info.mac", MEMBER_MAC, NULL},
	{"vlan", "info.vlan", MEMBER_UINT, NULL},
	{"qos", "info.qos", MEMBER_UINT, NULL},
	{"link_state", "info.link_state", MEMBER_VALUE, link_states},
	{"spoofcheck", "info.spoofchk", MEMBER_BOOL, NULL},
	{"trusted", "info.trusted", MEMBER_BOOL, NULL},
	{"min_rate", "qos.sched_node.min_rate|qos.min_rate|info.min_rate", MEMBER_UINT, NULL},
	{"max_rate", "qos.sched_node.max_rate|qos.max_rate|info.max_rate", MEMBER_UINT, NULL},
	{0},
};

static void vport(struct dead *d, const struct place *p, uint64_t *rows)
{
	nic_rows_more(d, rows);
	show_row(&d->show, NULL, "vport:");
	dead_members(d, p, vport_members);
	show_row_end(&d->show);
}

static void vports(struct dead *d, const struct place *eswitch)
{
	static struct xarray_iter it; /* large */
	struct place array, p;
	uint64_t rows = 0;
	show_list(&d->show, "vports");
	if (place_at(eswitch, "vports", &array) == FOUND &&
	    place_struct(d->k, eswitch->module, "struct mlx5_vport", 0, &p) == FOUND &&
	    dead_xarray(&array, VPORTS_MAX, &it)) {
		while (dead_time_left(d) && xarray_next(&it, &p.addr))
			if (!xarray_is_value(&it, p.addr))
				vport(d, &p, &rows);
		dead_note_walk(d, &it.walk, "the vports");
	}
	nic_rows_end(d, rows);
	show_list_end(&d->show);
}

static const struct nic_member vf_members[] = {
	{"enabled", "enabled", MEMBER_BOOL, NULL},
	{"port_guid", "port_guid", MEMBER_HEX, NULL},
	{"node_guid", "node_guid", MEMBER_HEX, NULL},
	{"policy", "policy", MEMBER_UINT, NULL},
	{0},
};

static void vfs(struct dead *d, const struct place *mdev)
{
	uint64_t n = place_or_0(mdev, "priv.sriov.num_vfs"), rows = 0;
	struct place vf;
	if (!n)
		return;
	show_list(&d->show, "vf");
	for (unsigned int i = 0; i < MIN(n, VFS_MAX) && dead_time_left(d); i++) {
		enum found f = dead_at_index(mdev, "priv.sriov.vfs_ctx[#]", i, &vf);
		nic_rows_more(d, &rows);
		show_row(&d->show, NULL, "VF %u:", i);
		if (f == FOUND)
			dead_members(d, &vf, vf_members);
		else
			show_none(&d->show, "vf", dead_why(f));
		show_row_end(&d->show);
	}
	nic_rows_end(d, rows);
	show_list_end(&d->show);
	if (n > VFS_MAX)
		dead_note(d, "%s claims %" PRIu64 " VFs", d->raw_dir, n);
}

void mlx5_eswitch_show(struct dead *d, const struct place *mdev)
{
	struct place eswitch;
	enum found f = place_at(mdev, "priv.eswitch", &eswitch);
	if (f == FOUND)
		f = place_deref(&eswitch, &eswitch);
	if (f == FOUND) {
		show_object(&d->show, "eswitch", "embedded switch");
		dead_members(d, &eswitch, switch_members);
		vports(d, &eswitch);
		show_object_end(&d->show);
	} else {
		show_none(&d->show, "eswitch", dead_why(f));
	}
	vfs(d, mdev);
}
