// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What passes between an mlx4 device's firmware and its driver: event queues (struct mlx4_eq, in
 * pages), and the contexts of those who wait for a command (struct mlx4_cmd_context; mlx4.h and
 * cmd.c of drivers/net/ethernet/mellanox/mlx4). The command register itself is the device's.
 */
#include <inttypes.h>
#include "nic/dead/elements.h"
#include "nic/dead/mlx4_parts.h"
#include "nic/decode/mlx4.h"

#define EQS_MAX	     1024
#define CONTEXTS_MAX 4096

static const struct nic_member eq_members[] = {
	{"eqn", "eqn", MEMBER_UINT, NULL},
	{"irq", "irq", MEMBER_UINT, NULL},
	{"cons_index", "cons_index", MEMBER_UINT, NULL},
	{0},
};

/* get_eqe() of mlx4/eq.c: no entry crosses a page. */
static bool entries(struct dead *d, const char *name, const struct place *core,
		    const struct place *eq, struct elements *r)
{
	uint64_t stride = place_or_0(core, "dev.caps.eqe_size"), n = place_or_0(eq, "nent");
	uint64_t page = UINT64_C(1) << d->k->layout.page_shift;
	struct place list;
	enum found f = place_at(eq, "page_list", &list);
	if (f == FOUND)
		f = place_deref(&list, &list);
	if (f != FOUND) {
		show_none(&d->show, "memory", f == FOUND_NULL ? "not allocated" : dead_why(f));
		return false;
	}
	if (stride > page || !elements_init(r, n, (uint32_t)stride)) {
		show_none(&d->show, "memory", "its size makes no sense");
		return false;
	}
	for (uint64_t i = 0; i < n; i++) {
		struct place buf;
		uint64_t at = i * stride, addr = 0;
		if (dead_at_index(eq, "page_list[#].buf", (unsigned int)(at / page), &buf) == FOUND)
			addr = place_or_0(&buf, "");
		elements_read(r, d->k, i, addr + at % page);
	}
	elements_show(d, name, r);
	return true;
}

static void event_queue(struct dead *d, const struct place *core, const struct place *eq,
			unsigned int index)
{
	struct elements r = {0};
	char name[32];
	snprintf(name, sizeof(name), "eq-%u", index);
	show_object(&d->show, NULL, "event queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, eq, eq_members);
	if (entries(d, name, core, eq, &r)) {
		uint32_t ci = (uint32_t)place_or_0(eq, "cons_index");
		uint64_t n = 0;
		struct decoding x;
		decoding_start(&x);
		for (; n < r.n; n++) {
			const uint8_t *p = elements_at(&r, ci + n);
			if (!mlx4_eqe_is_pending(p, r.stride, (uint32_t)(ci + n), (uint32_t)r.n))
				break;
			if (n >= DECODED_MAX)
				continue;
			mlx4_eqe(p, r.stride, decoding_element(&x, (ci + n) & (r.n - 1)));
			decoding_element_end(&x);
		}
		show_u64(&d->show, "pending", n);
		if (n == r.n)
			show_bool(&d->show, "full", true);
		decoding_end(&x, d, "pending_events");
	}
	elements_deinit(&r);
	show_object_end(&d->show);
}

/* One for each completion vector, and the asynchronous one (mlx4_init_eq_table()). */
void mlx4_events_show(struct dead *d, const struct place *core)
{
	uint64_t n = place_or_0(core, "dev.caps.num_comp_vectors") + 1;
	struct place eq;
	show_list(&d->show, "event_queues");
	for (unsigned int i = 0; i < MIN(n, EQS_MAX) && dead_time_left(d); i++)
		if (dead_at_index(core, "eq_table.eq[#]", i, &eq) == FOUND)
			event_queue(d, core, &eq, i);
	show_list_end(&d->show);
	if (n > EQS_MAX)
		dead_note(d, "%s claims %" PRIu64 " event queues", d->raw_dir, n);
}

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
