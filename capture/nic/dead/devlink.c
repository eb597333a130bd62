// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devlink out of memory: health reporters with the dumps that drivers stored before the crash, and
 * regions with their snapshots (net/devlink/{core,health,region}.c). The registers of an adapter
 * survive in them, even a reset by firmware.
 */
#include <inttypes.h>
#include <linux/devlink.h>
#include <string.h>
#include "kernel/list.h"
#include "kernel/xarray.h"
#include "nic/dead/members.h"
#include "nic/decode/devlink.h"

#define FMSG_BINARY  11 /* DEVLINK_VAR_ATTR_TYPE_BINARY, before 6.16 NLA_BINARY */
#define NAME_SIZE    64
#define ITEMS_MAX    65536	   /* of one dump */
#define STREAM_MAX   (2u << 20)	   /* bytes of one dump, but for */
#define BINARY_MAX   (8u << 20)	   /* its binary values: a whole space of registers */
#define TEXT_MAX     1500	   /* of it for people */
#define VALUE_MAX    65531	   /* what an attribute can have */
#define SNAPSHOT_MAX (64ull << 20) /* of one snapshot; the budget is less */

static const char *const health_names[] = {"healthy", "!error", NULL};

static const struct nic_member reporter_members[] = {
	{"state", "health_state", MEMBER_VALUE, health_names},
	{"errors", "error_count", MEMBER_UINT, NULL},
	{"recoveries", "recovery_count", MEMBER_UINT, NULL},
	{"last_recovery_ms", "last_recovery_ts", MEMBER_AGO, NULL},
	{"auto_recover", "auto_recover", MEMBER_BOOL, NULL},
	{"auto_dump", "auto_dump", MEMBER_BOOL, NULL},
	{"dump_ms", "dump_ts", MEMBER_AGO, NULL},
	{"dump_realtime_ns", "dump_real_ts", MEMBER_UINT, NULL},
	{0}};

static const struct nic_member region_members[] = {
	{"size", "size", MEMBER_UINT, NULL},
	{"max_snapshots", "max_snapshots", MEMBER_UINT, NULL},
	{"snapshots", "cur_snapshots", MEMBER_UINT, NULL},
	{0}};

static void attribute(struct buf *stream, uint16_t type, const void *data, size_t len)
{
	static const uint8_t padding[4] = {0};
	const struct nlattr a = {.nla_len = (uint16_t)(sizeof(a) + len), .nla_type = type};
	buf_append(stream, &a, sizeof(a));
	buf_append(stream, data, len);
	buf_append(stream, padding, -len % 4);
}

/* Numbers in netlink are in the byte order of who reads them, in the dump in its own. */
static void to_our_order(uint8_t type, uint8_t *data, size_t len, enum byte_order theirs)
{
	if (theirs == ORDER_NATIVE || type > 4)
		return;
	for (size_t i = 0; i < len / 2; i++) {
		uint8_t byte = data[i];
		data[i] = data[len - 1 - i];
		data[len - 1 - i] = byte;
	}
}

struct stream {
	struct buf bytes;
	size_t binary; /* of the bytes */
	size_t lost;   /* items */
};

/* One struct devlink_fmsg_item as the attributes that the kernel would send for it. */
static bool item(struct dead *d, const struct place *p, struct stream *stream)
{
	uint64_t type, nla, len;
	struct place value;
	if (place_number(p, "attrtype", &type) != FOUND ||
	    place_number(p, "nla_type", &nla) != FOUND || place_number(p, "len", &len) != FOUND ||
	    place_at(p, "value", &value) != FOUND)
		return false;
	len = MIN(len, VALUE_MAX);
	_cleanup_free_ uint8_t *data = malloc(len + 1);
	if (!data || (len && place_read(&value, data, len) != FOUND))
		return false;
	if (type == DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA) {
		uint8_t kind = (uint8_t)nla;
		attribute(&stream->bytes, DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, &kind, 1);
		stream->binary += kind == FMSG_BINARY ? len : 0;
		to_our_order(kind, data, len, d->k->vmcore->order);
	}
	attribute(&stream->bytes, (uint16_t)type, data, len);
	return true;
}

/* All items, as far as there is room for them; what is missing is said. */
static void items(struct dead *d, struct list_iter *it, struct place *p, struct stream *stream)
{
	uint64_t addr;
	bool cut = false;
	while (dead_time_left(d) && list_next(it, &addr)) {
		cut = stream->binary >= BINARY_MAX ||
		      stream->bytes.len - stream->binary >= STREAM_MAX;
		if (cut)
			break;
		p->addr = addr;
		stream->lost += !item(d, p, stream);
	}
	dead_note_walk(d, &it->walk, "the items of a devlink health dump");
	if (cut)
		dead_note(d,
			  "a devlink health dump is longer than %u MiB of binary or %u MiB of "
			  "other values, and was cut",
			  BINARY_MAX >> 20, STREAM_MAX >> 20);
	if (stream->bytes.failed)
		dead_note(d, "a devlink health dump is not whole: out of memory");
	show_bool(&d->show, "dump_cut", cut || stream->bytes.failed);
}

/* The dump as the live side prints it; binary values are in a file beside. */
static void dump_of(struct dead *d, const struct place *reporter, const char *name)
{
	_cleanup_buf_ struct buf text = BUF_INIT, binary = BUF_INIT;
	struct stream stream = {.bytes = BUF_INIT};
	struct place fmsg, list, p;
	struct list_iter it;
	char file[2 * NAME_SIZE + 16];
	enum found f = place_at(reporter, "dump_fmsg", &fmsg);
	if (f == FOUND)
		f = place_deref(&fmsg, &fmsg);
	if (f == FOUND)
		f = place_at(&fmsg, "item_list", &list);
	if (f == FOUND)
		f = place_struct(d->k, NULL, "struct devlink_fmsg_item", 0, &p);
	if (f == FOUND && place_offset(&p, "list") < 0)
		f = FOUND_ABSENT;
	if (f != FOUND) {
		show_none(&d->show, "dump", f == FOUND_NULL ? "none is stored" : dead_why(f));
		return;
	}
	list_init(&it, &d->k->kmem, list.addr, place_offset(&p, "list"), ITEMS_MAX);
	items(d, &it, &p, &stream);
	struct json j;
	json_init(&j, &text, true);
	devlink_fmsg_stream_json(
		(struct nla_view) {(const uint8_t *)stream.bytes.data, stream.bytes.len}, &j,
		&binary);
	buf_deinit(&stream.bytes);
	show_json(&d->show, "dump", &text);
	show_remark(&d->show, "dump: %.*s%s", TEXT_MAX, buf_str(&text),
		    text.len > TEXT_MAX ? " (the rest is in the JSON)" : "");
	show_u64(&d->show, "dump_items", it.walk.visited);
	if (stream.lost)
		show_u64(&d->show, "dump_items_unreadable", stream.lost);
	snprintf(file, sizeof(file), "%s.dump.bin", name);
	if (binary.len && !binary.failed)
		dead_raw_bytes(d, file, binary.data, binary.len);
}

struct lists {
	struct dead *d;
	const char *scope; /* "" or "port-N-", in front of files */
};

static void reporters(const struct lists *x, const struct place *owner)
{
	struct dead *d = x->d;
	struct place head, p;
	struct list_iter it;
	uint64_t addr;
	if (place_at(owner, "reporter_list", &head) != FOUND ||
	    place_struct(d->k, NULL, "struct devlink_health_reporter", 0, &p) != FOUND ||
	    place_offset(&p, "list") < 0)
		return;
	list_init(&it, &d->k->kmem, head.addr, place_offset(&p, "list"), DEAD_DEVLINK_MAX);
	show_list(&d->show, "reporters");
	while (dead_time_left(d) && list_next(&it, &addr)) {
		char name[NAME_SIZE] = "?", file[2 * NAME_SIZE];
		p.addr = addr;
		(void)!place_text(&p, "ops.name", name, sizeof(name));
		show_object(&d->show, NULL, "reporter %s", name);
		json_str(&d->show.json, "name", name);
		nic_health_context(&d->health, "devlink reporter %s%s", x->scope, name);
		dead_members(d, &p, reporter_members);
		nic_health_context(&d->health, NULL);
		snprintf(file, sizeof(file), "%s%s", x->scope, name);
		dump_of(d, &p, file);
		show_object_end(&d->show);
	}
	show_list_end(&d->show);
	dead_note_walk(d, &it.walk, "a list of devlink health reporters");
}

static void snapshots(const struct lists *x, const struct place *region, const char *name)
{
	struct dead *d = x->d;
	struct place head, p;
	struct list_iter it;
	uint64_t addr, size = place_or_0(region, "size");
	if (place_at(region, "snapshot_list", &head) != FOUND ||
	    place_struct(d->k, NULL, "struct devlink_snapshot", 0, &p) != FOUND ||
	    place_offset(&p, "list") < 0)
		return;
	list_init(&it, &d->k->kmem, head.addr, place_offset(&p, "list"), DEAD_DEVLINK_MAX);
	show_list(&d->show, "snapshot_list");
	while (dead_time_left(d) && list_next(&it, &addr)) {
		char file[2 * NAME_SIZE];
		p.addr = addr;
		uint64_t id = place_or_0(&p, "id"), data = place_or_0(&p, "data");
		show_object(&d->show, NULL, "snapshot %" PRIu64, id);
		json_u64(&d->show.json, "id", id);
		snprintf(file, sizeof(file), "%s%s-%" PRIu64 ".bin", x->scope, name, id);
		if (data && size <= SNAPSHOT_MAX)
			dead_raw(d, file, data, size);
		else
			show_none(&d->show, "data", data ? "too large" : "NULL");
		show_object_end(&d->show);
	}
	show_list_end(&d->show);
	dead_note_walk(d, &it.walk, "a list of devlink snapshots");
}

static void regions(const struct lists *x, const struct place *owner)
{
	struct dead *d = x->d;
	struct place head, p;
	struct list_iter it;
	uint64_t addr;
	if (place_at(owner, "region_list", &head) != FOUND ||
	    place_struct(d->k, NULL, "struct devlink_region", 0, &p) != FOUND ||
	    place_offset(&p, "list") < 0)
		return;
	list_init(&it, &d->k->kmem, head.addr, place_offset(&p, "list"), DEAD_DEVLINK_MAX);
	show_list(&d->show, "regions");
	while (dead_time_left(d) && list_next(&it, &addr)) {
		char name[NAME_SIZE] = "?";
		p.addr = addr;
		/* ops and port_ops share their place, and begin with the name */
		(void)!place_text(&p, "ops.name", name, sizeof(name));
		show_object(&d->show, NULL, "region %s", name);
		json_str(&d->show.json, "name", name);
		dead_members(d, &p, region_members);
		snapshots(x, &p, name);
		show_object_end(&d->show);
	}
	show_list_end(&d->show);
	dead_note_walk(d, &it.walk, "a list of devlink regions");
}

/* An xarray (include/net/devlink.h of 6.12); in 6.1 a list, whose ports are not shown. */
static void ports(struct dead *d, const struct place *devlink)
{
	static struct xarray_iter it; /* large */
	struct place array, p;
	uint64_t entry;
	if (place_at(devlink, "ports", &array) != FOUND ||
	    place_struct(d->k, NULL, "struct devlink_port", 0, &p) != FOUND ||
	    !dead_xarray(&array, DEAD_DEVLINK_MAX, &it))
		return;
	show_list(&d->show, "ports");
	while (dead_time_left(d) && xarray_next(&it, &entry)) {
		char scope[40];
		if (xarray_is_value(&it, entry))
			continue;
		p.addr = entry;
		uint64_t index = place_or_0(&p, "index");
		snprintf(scope, sizeof(scope), "port-%" PRIu64 "-", index);
		struct lists x = {.d = d, .scope = scope};
		show_object(&d->show, NULL, "port %" PRIu64, index);
		json_u64(&d->show.json, "index", index);
		reporters(&x, &p);
		regions(&x, &p);
		show_object_end(&d->show);
	}
	show_list_end(&d->show);
	dead_note_walk(d, &it.walk, "the ports of a devlink instance");
}

static void instance(struct dead *d, const struct place *p)
{
	char bus[NAME_SIZE] = "?", name[NAME_SIZE] = "?", both[2 * NAME_SIZE + 16];
	struct lists x = {.d = d, .scope = ""};
	d->instances++;
	(void)!place_text(p, "dev.bus.name", bus, sizeof(bus));
	(void)!place_text(p, "dev.kobj.name", name, sizeof(name));
	snprintf(both, sizeof(both), "devlink-%s-%s", bus, name);
	dead_raw_device(d, both);
	snprintf(both, sizeof(both), "%s/%s", bus, name);
	nic_health_begin(&d->health, NIC_DEVLINK, both);
	if (strcmp(bus, "pci") == 0)
		nic_health_device(&d->health, NULL, name);
	show_object(&d->show, NULL, "devlink %s/%s", bus, name);
	json_str(&d->show.json, "bus", bus);
	json_str(&d->show.json, "device", name);
	show_u64(&d->show, "index", place_or_0(p, "index"));
	bool reload_failed = place_or_0(p, "reload_failed");
	show_bool(&d->show, "reload_failed", reload_failed);
	if (reload_failed)
		nic_health_wrong(&d->health, "devlink: its last reload failed");
	reporters(&x, p);
	regions(&x, p);
	ports(d, p);
	dead_health_end(d);
	show_object_end(&d->show);
}

void dead_devlink(struct dead *d)
{
	static struct xarray_iter it; /* large */
	struct place array, p;
	uint64_t entry;
	show_list(&d->show, "devlink");
	if (place_symbol(d->k, NULL, "devlinks", "struct xarray", &array) == FOUND &&
	    place_struct(d->k, NULL, "struct devlink", 0, &p) == FOUND &&
	    dead_xarray(&array, DEAD_DEVLINK_MAX, &it)) {
		while (dead_time_left(d) && xarray_next(&it, &entry)) {
			if (xarray_is_value(&it, entry))
				continue;
			p.addr = entry;
			instance(d, &p);
		}
		dead_note_walk(d, &it.walk, "the devlink instances");
	} else {
		dead_note(d, "this kernel's devlink instances are not known");
	}
	show_list_end(&d->show);
}
