// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who waits for a command that an mlx4 device's firmware was given (struct mlx4_cmd_context; cmd.c
 * of drivers/net/ethernet/mellanox/mlx4), and what it answered last. The command register itself is
 * the device's, and not in a dump.
 */
#include <inttypes.h>
#include "nic/dead/mlx4_parts.h"

#define CONTEXTS_MAX 4096

static const struct nic_member cmd_members[] = {
	{"use_events", "use_events", MEMBER_BOOL, NULL},
	{"max", "max_cmds", MEMBER_UINT, NULL},
	{"toggle", "toggle", MEMBER_UINT, NULL},
	{"comm_toggle", "comm_toggle", MEMBER_UINT, NULL},
	{0},
};

static const struct nic_member context_members[] = {
	{"token", "token", MEMBER_UINT, NULL},
	{"result", "result", MEMBER_INT, NULL},
	{"fw_status", "fw_status", MEMBER_HEX, NULL},
	{"out_param", "out_param", MEMBER_HEX, NULL},
	{0},
};

/*
 * A context is on the list of free ones, or somebody's who waits (mlx4_cmd_wait()). The list is of
 * indices, its end negative.
 */
static void mark_free(const struct place *cmd, bool *is_free, uint64_t n)
{
	int64_t at = (int64_t)place_or_0(cmd, "free_head");
	struct place next;
	while (at >= 0 && (uint64_t)at < n && !is_free[at]) {
		is_free[at] = true;
		if (dead_at_index(cmd, "context[#].next", (unsigned int)at, &next) != FOUND)
			break;
		at = (int64_t)place_or_0(&next, "");
	}
}

static void contexts(struct dead *d, const struct place *cmd, uint64_t n)
{
	_cleanup_free_ bool *is_free = calloc((size_t)n + 1, sizeof(*is_free));
	struct place context;
	uint64_t waiting = 0, rows = 0;
	if (!is_free)
		return;
	mark_free(cmd, is_free, n);
	for (uint64_t i = 0; i < n; i++)
		waiting += !is_free[i];
	show_u64(&d->show, "waiting", waiting);
	show_list(&d->show, "contexts");
	for (unsigned int i = 0; i < n && dead_time_left(d); i++) {
		if (dead_at_index(cmd, "context[#]", i, &context) != FOUND)
			break;
		nic_rows_more(d, &rows);
		show_row(&d->show, NULL, "context %u:", i);
		json_u64(&d->show.json, "index", i);
		show_bool(&d->show, "waiting", !is_free[i]);
		dead_members(d, &context, context_members);
		show_row_end(&d->show);
	}
	nic_rows_end(d, rows);
	show_list_end(&d->show);
}

void mlx4_commands_show(struct dead *d, const struct place *core)
{
	struct place cmd;
	show_object(&d->show, "commands", "commands");
	enum found f = place_at(core, "cmd", &cmd);
	if (f == FOUND) {
		uint64_t n = place_or_0(&cmd, "max_cmds");
		dead_members(d, &cmd, cmd_members);
		if (place_or_0(&cmd, "context") && n <= CONTEXTS_MAX)
			contexts(d, &cmd, n);
		else
			show_none(&d->show, "contexts", n <= CONTEXTS_MAX ? "NULL" : "damaged");
	} else {
		show_none(&d->show, "contexts", dead_why(f));
	}
	show_object_end(&d->show);
}
