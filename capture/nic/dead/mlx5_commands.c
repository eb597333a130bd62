// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands to the firmware (struct mlx5_cmd, include/linux/mlx5/driver.h): the command queue with
 * the last command of each slot, and what was counted of each operation.
 */
#include <inttypes.h>
#include <string.h>
#include "nic/dead/mlx5_parts.h"
#include "nic/decode/mlx5.h"

#define OPERATIONS_MAX 4096 /* MLX5_CMD_OP_MAX is below */

/* struct mlx5_cmd_work_ent: what the driver knows of a command that it waits for. */
static const struct nic_member waiting_members[] = {
	{"issued_ns", "ts1", MEMBER_UINT, NULL}, /* ktime_get_ns() */
	{"polling", "polling", MEMBER_BOOL, NULL},
	{0},
};

/* A slot whose bit is not in the mask of free ones is somebody's. */
static void waiting(struct dead *d, const struct place *mdev, unsigned int slot)
{
	struct place mask, ent;
	uint64_t bits;
	if (slot >= 32 || dead_at(mdev, "cmd.vars.bitmask|cmd.bitmask", &mask) != FOUND ||
	    place_number(&mask, "", &bits) != FOUND || bits >> slot & 1 ||
	    dead_at_index(mdev, "cmd.ent_arr[#]", slot, &ent) != FOUND ||
	    place_deref(&ent, &ent) != FOUND)
		return;
	show_bool(&d->show, "waited_for", true);
	dead_members(d, &ent, waiting_members);
}

static void command_row(struct dead *d, const struct place *mdev, unsigned int slot,
			const uint8_t *bytes)
{
	struct mlx5_command c;
	struct show *s = &d->show;
	if (!mlx5_cmd_read(bytes, MLX5_CMD_LAYOUT, &c))
		return;
	show_row(s, NULL, "slot %u:", slot);
	json_u64(&s->json, "slot", slot);
	show_hex(s, "opcode", c.opcode);
	if (c.name)
		show_text(s, "name", c.name);
	show_bool(s, "stuck", c.stuck);
	if (c.stuck)
		nic_health_wrong(&d->health, "command %s (0x%x) in slot %u was never answered",
				 c.name ? c.name : "?", c.opcode, slot);
	if (!c.stuck) {
		show_text(s, "status", c.status_name ? c.status_name : "unknown");
		show_hex(s, "syndrome", c.syndrome);
		show_text(s, "delivery", c.delivery_name ? c.delivery_name : "unknown");
	}
	waiting(d, mdev, slot);
	show_row_end(s);
}

/*
 * Entries are cleared when a slot is used again: each shows its last command. One that the device
 * still owns is a command that firmware never answered. vars: in 6.12, not in 6.1.
 */
static void queue(struct dead *d, const struct place *mdev)
{
	struct place log_n, log_stride;
	uint8_t bytes[MLX5_CMD_LAYOUT];
	uint64_t buf = place_or_0(mdev, "cmd.cmd_buf"), n = 0, stride = 0;
	if (dead_at(mdev, "cmd.vars.log_sz|cmd.log_sz", &log_n) == FOUND)
		n = place_or_0(&log_n, "");
	if (dead_at(mdev, "cmd.vars.log_stride|cmd.log_stride", &log_stride) == FOUND)
		stride = place_or_0(&log_stride, "");
	show_object(&d->show, "command_queue", "command queue");
	if (!buf || n > 8 || stride < 6 || stride > 12) {
		show_none(&d->show, "memory", buf ? "its size makes no sense" : "NULL");
	} else {
		dead_raw(d, "cmdq.bin", buf, UINT64_C(1) << (n + stride));
		show_list(&d->show, "slots");
		for (unsigned int i = 0; i < 1u << n && dead_time_left(d); i++) {
			struct err *e = kmem_read(&d->k->kmem, buf + ((uint64_t)i << stride), bytes,
						  sizeof(bytes));
			if (!e)
				command_row(d, mdev, i, bytes);
			err_free(e);
		}
		show_list_end(&d->show);
	}
	show_object_end(&d->show);
}

/* struct mlx5_cmd_stats */
static const struct nic_member stats_members[] = {
	{"n", "n", MEMBER_UINT, NULL},
	{"sum_ns", "sum", MEMBER_UINT, NULL},
	{"failed", "failed", MEMBER_UINT, NULL},
	{"failed_mbox_status", "failed_mbox_status", MEMBER_UINT, NULL},
	{"last_failed_errno", "last_failed_errno", MEMBER_UINT, NULL},
	{"last_failed_mbox_status", "last_failed_mbox_status", MEMBER_HEX, NULL},
	{"last_failed_syndrome", "last_failed_syndrome", MEMBER_HEX, NULL},
	{0},
};

/* People see the operations that failed, programs all that were used. */
static void operation(struct dead *d, const struct place *stats, uint64_t opcode)
{
	uint64_t failed = place_or_0(stats, "failed");
	const char *name = mlx5_cmd_name((unsigned int)opcode);
	if (!failed && !place_or_0(stats, "n"))
		return;
	show_mute(&d->show, !failed);
	show_row(&d->show, NULL, "%s:", name ? name : "command");
	show_hex(&d->show, "opcode", opcode);
	if (name)
		json_str(&d->show.json, "name", name);
	dead_members(d, stats, stats_members);
	show_row_end(&d->show);
	show_mute(&d->show, false);
}

/* By operation code: an xarray of pointers, or an array of them all. */
static void statistics(struct dead *d, const struct place *mdev)
{
	static struct xarray_iter it; /* large */
	struct place all, p;
	uint32_t n = OPERATIONS_MAX;
	enum found f = place_at(mdev, "cmd.stats", &all);
	if (f != FOUND ||
	    place_struct(d->k, mdev->module, "struct mlx5_cmd_stats", 0, &p) != FOUND) {
		show_none(&d->show, "commands", dead_why(f));
		return;
	}
	show_list(&d->show, "commands");
	if (strcmp(type_tag(all.type), "xarray") == 0) {
		if (dead_xarray(&all, OPERATIONS_MAX, &it)) {
			while (dead_time_left(d) && xarray_next(&it, &p.addr))
				if (!xarray_is_value(&it, p.addr))
					operation(d, &p, it.index);
			dead_note_walk(d, &it.walk, "the statistics of commands");
		}
	} else if (type_array_length(all.type, &n)) {
		for (unsigned int i = 0; i < MIN(n, OPERATIONS_MAX) && dead_time_left(d); i++)
			if (dead_at_index(&all, "[#]", i, &p) == FOUND)
				operation(d, &p, i);
	}
	show_list_end(&d->show);
}

void mlx5_commands_show(struct dead *d, const struct place *mdev)
{
	queue(d, mdev);
	statistics(d, mdev);
}
