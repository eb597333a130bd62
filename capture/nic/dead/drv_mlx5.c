// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mlx5_core's Ethernet interfaces (drivers/net/ethernet/mellanox/mlx5/core): event, completion,
 * send and receive queues, health; the other files mlx5_*.c have commands, the embedded switch, and
 * the traces of firmware. What the device keeps in its own memory is not in a dump.
 */
#include <string.h>
#include "nic/dead/mlx5_parts.h"
#include "nic/dead/mlx5_queues.h"
#include "nic/dead/mlx5_ring.h"

static const char *const states[] = {"down", "up", "!internal_error", NULL};

static const struct nic_member members[] = {
	{"board", "mdev.board_id", MEMBER_TEXT, NULL},
	{"device_state", "mdev.state", MEMBER_VALUE, states},
	{"interface_state", "mdev.intf_state", MEMBER_HEX, NULL},
	{"priv_state", "state", MEMBER_HEX, NULL},
	{"!health_syndrome", "mdev.priv.health.synd", MEMBER_HEX, NULL},
	{"!health_fatal_error", "mdev.priv.health.fatal_error", MEMBER_UINT, NULL},
	{"health_missed", "mdev.priv.health.miss_counter", MEMBER_UINT, NULL},
	{"health_counter", "mdev.priv.health.prev", MEMBER_UINT, NULL},
	{"fw_pages", "mdev.priv.fw_pages", MEMBER_UINT, NULL},
	{"vfs", "mdev.priv.sriov.num_vfs", MEMBER_UINT, NULL},
	{"channels", "channels.num", MEMBER_UINT, NULL},
	{0},
};

struct queues {
	struct dead *d;
	bool events;	/* event queues are shown, or all others */
	char owner[32]; /* of the completion queue that comes next */
};

static void event_queue(struct dead *d, const struct mlx5_queue *q)
{
	char name[32];
	if (strcmp(q->label, "comp_eq") == 0)
		snprintf(name, sizeof(name), "eq-comp-%u", q->number);
	else
		snprintf(name, sizeof(name), "eq-%.*s", (int)strcspn(q->label, "_"), q->label);
	mlx5_eq_show(d, name, &q->at);
}

static bool queue(void *ctx, const struct mlx5_queue *q)
{
	struct queues *x = ctx;
	char name[40];
	if ((q->kind == MLX5_EQ_) != x->events)
		return dead_time_left(x->d);
	switch (q->kind) {
	case MLX5_EQ_:
		event_queue(x->d, q);
		break;
	case MLX5_CQ:
		snprintf(name, sizeof(name), "%s-cq", x->owner);
		mlx5_cq_show(x->d, name, &q->at);
		break;
	case MLX5_RQ:
		snprintf(x->owner, sizeof(x->owner), "%s-%u", q->label, q->channel);
		mlx5_rq_show(x->d, x->owner, &q->at);
		break;
	case MLX5_SQ:
		snprintf(x->owner, sizeof(x->owner), "%s-%u", q->label, q->channel);
		if (strcmp(q->label, "sq") == 0)
			snprintf(x->owner, sizeof(x->owner), "sq-%u-%u", q->channel, q->tc);
		mlx5_sq_show(x->d, x->owner, &q->at);
		break;
	}
	return dead_time_left(x->d);
}

static void queues(struct dead *d, const struct place *priv)
{
	struct queues x = {.d = d, .events = true};
	show_list(&d->show, "event_queues");
	mlx5_queues(priv, queue, &x);
	show_list_end(&d->show);
	x.events = false;
	show_list(&d->show, "queues");
	mlx5_queues(priv, queue, &x);
	show_list_end(&d->show);
}

/* net/devlink/health.c; what they stored is in the list of devlink instances */
static const struct nic_member reporter_members[] = {
	{"failed", "health_state", MEMBER_BOOL, NULL},
	{"errors", "error_count", MEMBER_UINT, NULL},
	{"recoveries", "recovery_count", MEMBER_UINT, NULL},
	{"last_recovery_ms", "last_recovery_ts", MEMBER_AGO, NULL},
	{"has_dump", "dump_fmsg", MEMBER_BOOL, NULL},
	{0},
};

/* A driver without them has NULL there, or an error pointer. */
static void reporters(struct dead *d, const struct place *priv)
{
	static const char *const paths[] = {
		"mdev.priv.health.fw_reporter", "mdev.priv.health.fw_fatal_reporter",
		"mdev.priv.health.vnic_reporter", "tx_reporter", "rx_reporter"};
	struct place r;
	char name[48];
	show_list(&d->show, "reporters");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (place_at(priv, paths[i], &r) != FOUND || place_deref(&r, &r) != FOUND ||
		    place_text(&r, "ops.name", name, sizeof(name)) != FOUND)
			continue;
		show_row(&d->show, NULL, "health reporter %s:", name);
		json_str(&d->show.json, "name", name);
		dead_members(d, &r, reporter_members);
		show_row_end(&d->show);
	}
	show_list_end(&d->show);
}

static void walk(struct dead *d, const struct place *priv)
{
	struct place mdev;
	enum found f = place_at(priv, "mdev", &mdev);
	if (f == FOUND)
		f = place_deref(&mdev, &mdev);
	if (f != FOUND) {
		show_none(&d->show, "device", dead_why(f));
		return;
	}
	mlx5_commands_show(d, &mdev);
	queues(d, priv);
	reporters(d, priv);
	mlx5_eswitch_show(d, &mdev);
	mlx5_traces_show(d, &mdev);
}

const struct nic_driver nic_drv_mlx5 = {
	.name = "mlx5_core",
	.module = "mlx5_core",
	.priv = "struct mlx5e_priv",
	.members = members,
	.walk = walk,
};
