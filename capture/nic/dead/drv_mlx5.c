// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mlx5_core's Ethernet interfaces (drivers/net/ethernet/mellanox/mlx5/core): the command queue with
 * the last command of each slot, event, completion, send and receive queues, health, and the traces
 * that firmware wrote into host memory. What the device keeps in its own memory is not in a dump.
 */
#include <inttypes.h>
#include "kernel/list.h"
#include "nic/dead/mlx5_ring.h"
#include "nic/decode/mlx5.h"
#include "nic/decode/mlx5_trace.h"

#define CHANNELS_MAX 256
#define TCS_MAX	     16
#define COMP_EQS_MAX 512
#define TRACE_MAX    (1u << 20) /* the driver has 64 pages */
#define STRINGS_MAX  (1u << 20) /* of one section */

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

static void command_row(struct dead *d, unsigned int slot, const uint8_t *bytes)
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
	show_row_end(s);
}

/*
 * Entries are cleared when a slot is used again: each shows its last command. One that the device
 * still owns is a command that firmware never answered. vars: in 6.12, not in 6.1.
 */
static void commands(struct dead *d, const struct place *mdev)
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
				command_row(d, i, bytes);
			err_free(e);
		}
		show_list_end(&d->show);
	}
	show_object_end(&d->show);
}

static void completion_eq(struct dead *d, struct place *comp, uint64_t addr, size_t number)
{
	char name[32];
	struct place eq;
	snprintf(name, sizeof(name), "eq-comp-%zu", number);
	comp->addr = addr;
	if (place_at(comp, "core", &eq) == FOUND)
		mlx5_eq_show(d, name, &eq);
}

/* Those of completion queues: an xarray in 6.12, a list in 6.1. */
static void completion_eqs(struct dead *d, const struct place *mdev)
{
	static struct xarray_iter array; /* large */
	struct list_iter list;
	struct place p, comp;
	uint64_t addr;
	if (place_struct(d->k, mdev->module, "struct mlx5_eq_comp", 0, &comp) != FOUND)
		return;
	if (place_at(mdev, "priv.eq_table.comp_eqs", &p) == FOUND &&
	    dead_xarray(d, &p, COMP_EQS_MAX, &array)) {
		while (dead_time_left(d) && xarray_next(&array, &addr))
			if (!xarray_is_value(&array, addr))
				completion_eq(d, &comp, addr, array.index);
		dead_note_walk(d, &array.walk, "the completion event queues");
	} else if (place_at(mdev, "priv.eq_table.comp_eqs_list", &p) == FOUND &&
		   place_offset(&comp, "list") >= 0) {
		list_init(&list, &d->k->kmem, p.addr, place_offset(&comp, "list"), COMP_EQS_MAX);
		while (dead_time_left(d) && list_next(&list, &addr))
			completion_eq(d, &comp, addr, list.walk.visited - 1);
		dead_note_walk(d, &list.walk, "the completion event queues");
	}
}

static void events(struct dead *d, const struct place *mdev)
{
	static const struct {
		const char *name, *path;
	} fixed[] = {{"eq-cmd", "priv.eq_table.cmd_eq.core"},
		     {"eq-async", "priv.eq_table.async_eq.core"},
		     {"eq-pages", "priv.eq_table.pages_eq.core"}};
	struct place eq;
	show_list(&d->show, "event_queues");
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (place_at(mdev, fixed[i].path, &eq) == FOUND)
			mlx5_eq_show(d, fixed[i].name, &eq);
	completion_eqs(d, mdev);
	show_list_end(&d->show);
}

static void channels(struct dead *d, const struct place *priv)
{
	uint64_t n = place_or_0(priv, "channels.num");
	struct place c, q;
	char name[32];
	show_list(&d->show, "queues");
	for (unsigned int i = 0; i < MIN(n, CHANNELS_MAX) && dead_time_left(d); i++) {
		if (dead_at_index(priv, "channels.c[#]", i, &c) != FOUND)
			continue;
		uint64_t tcs = place_or_0(&c, "num_tc");
		for (unsigned int tc = 0; tc < MIN(tcs, TCS_MAX); tc++) {
			snprintf(name, sizeof(name), "sq-%u-%u", i, tc);
			if (dead_at_index(&c, "sq[#]", tc, &q) == FOUND)
				mlx5_sq_show(d, name, &q);
		}
		snprintf(name, sizeof(name), "rq-%u", i);
		if (place_at(&c, "rq", &q) == FOUND)
			mlx5_rq_show(d, name, &q);
	}
	show_list_end(&d->show);
	if (n > CHANNELS_MAX)
		dead_note(d, "%s claims %" PRIu64 " channels", d->raw_dir, n);
}

/* len bytes at addr, or NULL; freed by the caller. */
static uint8_t *copy(struct dead *d, uint64_t addr, uint64_t len)
{
	uint8_t *bytes = len ? malloc(len) : NULL;
	struct err *e = bytes ? kmem_read(&d->k->kmem, addr, bytes, len) : NULL;
	if (e) {
		free(bytes);
		bytes = NULL;
	}
	err_free(e);
	return bytes;
}

/* sections gets what is to be freed. */
static void strings(struct dead *d, const struct place *tracer, struct mlx5_strings *db,
		    uint8_t *sections[MLX5_STRING_SECTIONS])
{
	struct place p;
	uint64_t n = place_or_0(tracer, "str_db.num_string_db");
	db->first_string_trace = (uint8_t)place_or_0(tracer, "str_db.first_string_trace");
	db->num_string_trace = (uint8_t)place_or_0(tracer, "str_db.num_string_trace");
	db->trc_ver = (uint8_t)place_or_0(tracer, "trc_ver");
	for (unsigned int i = 0; i < MIN(n, MLX5_STRING_SECTIONS); i++) {
		uint64_t addr = 0, len = 0;
		if (dead_at_index(tracer, "str_db.buffer[#]", i, &p) == FOUND)
			addr = place_or_0(&p, "");
		if (dead_at_index(tracer, "str_db.size_out[#]", i, &p) == FOUND)
			len = place_or_0(&p, "");
		if (dead_at_index(tracer, "str_db.base_address_out[#]", i, &p) == FOUND)
			db->section[i].base = (uint32_t)place_or_0(&p, "");
		if (addr && len <= STRINGS_MAX)
			sections[i] = copy(d, addr, len);
		db->section[i].data = sections[i];
		db->section[i].len = sections[i] ? len : 0;
	}
}

static void traces(struct dead *d, const struct place *mdev)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	uint8_t *sections[MLX5_STRING_SECTIONS] = {NULL};
	struct mlx5_strings db = {0};
	struct mlx5_trace_counts counts = {0};
	struct place tracer;
	/* an error pointer where the device has no tracer */
	if (place_at(mdev, "tracer", &tracer) != FOUND || place_deref(&tracer, &tracer) != FOUND ||
	    tracer.addr > (uint64_t)-4096)
		return;
	uint64_t addr = place_or_0(&tracer, "buff.log_buf"),
		 size = place_or_0(&tracer, "buff.size");
	show_object(&d->show, "firmware_traces", "firmware traces");
	show_bool(&d->show, "owner", place_or_0(&tracer, "owner"));
	show_u64(&d->show, "consumer_index", place_or_0(&tracer, "buff.consumer_index"));
	show_u64(&d->show, "size", size);
	if (addr && size && size <= TRACE_MAX) {
		dead_raw(d, "fwtrace.bin", addr, size);
		_cleanup_free_ uint8_t *ring = copy(d, addr, size);
		strings(d, &tracer, &db, sections);
		if (ring)
			mlx5_trace(&db, ring, size, &text, &counts);
		show_u64(&d->show, "traces", counts.traces);
		show_u64(&d->show, "without_string", counts.raw);
		show_object(&d->show, "decoded", NULL);
		if (text.len && !text.failed)
			dead_raw_bytes(d, "fwtrace.txt", text.data, text.len);
		show_object_end(&d->show);
	}
	show_object_end(&d->show);
	for (int i = 0; i < MLX5_STRING_SECTIONS; i++)
		free(sections[i]);
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
	commands(d, &mdev);
	events(d, &mdev);
	channels(d, priv);
	traces(d, &mdev);
}

const struct nic_driver nic_drv_mlx5 = {
	.name = "mlx5_core",
	.module = "mlx5_core",
	.priv = "struct mlx5e_priv",
	.members = members,
	.walk = walk,
};
