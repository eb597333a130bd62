// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/vring.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define RING_MAX  32768 /* virtio 1.2, 2.7 */
#define VERSION_1 32	/* the feature bit: descriptors are little-endian */

static const struct nic_member common[] = {
	{"name", "vq.name", MEMBER_TEXT, NULL},
	{"index", "vq.index", MEMBER_UINT, NULL},
	{"num_free", "vq.num_free", MEMBER_UINT, NULL},
	{"!broken", "broken", MEMBER_BOOL, NULL},
	{"indirect", "indirect", MEMBER_BOOL, NULL},
	{"event", "event", MEMBER_BOOL, NULL},
	{"event_triggered", "event_triggered", MEMBER_BOOL, NULL},
	{"free_head", "free_head", MEMBER_UINT, NULL},
	{"num_added", "num_added", MEMBER_UINT, NULL},
	{0}};

struct vring {
	struct dead *d;
	const char *name;
	struct place vq; /* struct vring_virtqueue */
	enum byte_order order;
	uint64_t num, rows;
};

/* The rest of the name of a part's file, and its memory. */
static void part(const struct vring *v, const char *key, const char *path, uint64_t len)
{
	char file[48];
	uint64_t addr = place_or_0(&v->vq, path);
	if (!addr)
		return;
	snprintf(file, sizeof(file), "%s-%s.bin", v->name, key);
	show_object(&v->d->show, key, NULL);
	dead_raw(v->d, file, addr, len);
	show_object_end(&v->d->show);
}

static bool read_at(const struct vring *v, uint64_t addr, void *bytes, size_t len)
{
	struct err *e = kmem_read(&v->vq.k->kmem, addr, bytes, len);
	err_free(e);
	return !e;
}

/* A u16 of the ring at addr; what cannot be read is shown as that. */
static bool ring_u16(const struct vring *v, const char *key, uint64_t addr, uint16_t *ret)
{
	uint8_t bytes[2];
	if (!addr || !read_at(v, addr, bytes, sizeof(bytes))) {
		show_none(&v->d->show, key, addr ? "unreadable" : "NULL");
		return false;
	}
	*ret = get_u16(bytes, v->order);
	show_u64(&v->d->show, key, *ret);
	return true;
}

/*
 * How full it was. Which of the descriptors of a frame that is done is its first is known, the rest
 * of them are those that are neither free nor with the device.
 */
static void level(struct vring *v, uint64_t device, uint64_t done)
{
	uint64_t spare;
	struct nic_level l = {.size = v->num, .oldest_ms = NAN};
	snprintf(l.name, sizeof(l.name), "%s", v->name);
	if (strncmp(v->name, "tx", 2) == 0)
		l.kind = NIC_RING_TX;
	else if (strncmp(v->name, "rx", 2) == 0)
		l.kind = NIC_RING_RX;
	if (place_number(&v->vq, "vq.num_free", &spare) == FOUND && spare <= v->num) {
		uint64_t taken = v->num - spare;
		if (device)
			device = taken - MIN(done, taken);
		else
			done = taken;
	}
	l.device = MIN(device, v->num);
	l.done = MIN(done, v->num - l.device);
	nic_health_ring(&v->d->health, &l);
}

static void desc_row(struct vring *v, uint64_t i, const struct vring_desc *desc, const char *who)
{
	struct show *s = &v->d->show;
	nic_rows_more(v->d, &v->rows);
	show_row(s, NULL, "[%" PRIu64 "]", i);
	json_u64(&s->json, "index", i);
	show_hex(s, "bus_addr", desc->bus_addr);
	show_u64(s, "len", desc->len);
	show_hex(s, "flags", desc->flags);
	if (who)
		show_text(s, "owner", who);
	if (who)
		show_u64(s, "id", desc->id);
	else if (desc->flags & VRING_NEXT)
		show_u64(s, "next", desc->next);
	show_row_end(s);
}

/* Entries of the available ring between used and available: what the device still has. */
static void split_in_flight(struct vring *v, uint64_t desc, uint64_t avail, uint16_t from,
			    uint16_t n)
{
	uint8_t bytes[VRING_DESC_SIZE];
	struct vring_desc parsed;
	show_list(&v->d->show, "descriptors");
	for (uint64_t i = 0; i < MIN(n, MIN(v->num, DEAD_DECODED_MAX)) && dead_time_left(v->d);
	     i++) {
		uint64_t slot = (uint16_t)(from + i) % v->num;
		uint8_t head[2];
		if (!read_at(v, avail + 4 + 2 * slot, head, sizeof(head)))
			break;
		uint64_t at = get_u16(head, v->order);
		/* a chain, which damage may make a circle: no longer than the ring */
		for (uint64_t steps = 0; steps < v->num && at < v->num; steps++) {
			if (!read_at(v, desc + at * VRING_DESC_SIZE, bytes, sizeof(bytes)))
				break;
			vring_split_desc(bytes, v->order, &parsed);
			desc_row(v, at, &parsed, NULL);
			if (!(parsed.flags & VRING_NEXT) || steps >= 64)
				break;
			at = parsed.next;
		}
	}
	nic_rows_end(v->d, v->rows);
	show_list_end(&v->d->show);
}

/*
 * Three counters that only grow, modulo 2^16: what the driver made available, what the device has
 * used, and up to where the driver has seen that.
 */
static void split(struct vring *v)
{
	struct show *s = &v->d->show;
	uint64_t desc = place_or_0(&v->vq, "split.vring.desc");
	uint64_t avail = place_or_0(&v->vq, "split.vring.avail");
	uint64_t used = place_or_0(&v->vq, "split.vring.used"), last = 0;
	uint16_t avail_idx = 0, used_idx = 0, flags;
	static const struct nic_member indices[] = {
		{"avail_idx_shadow", "split.avail_idx_shadow", MEMBER_UINT, NULL},
		{"avail_flags_shadow", "split.avail_flags_shadow", MEMBER_HEX, NULL},
		{"last_used_idx", "last_used_idx", MEMBER_UINT, NULL},
		{0}};
	dead_members(v->d, &v->vq, indices);
	bool known = ring_u16(v, "avail_idx", avail ? avail + 2 : 0, &avail_idx);
	known &= ring_u16(v, "used_idx", used ? used + 2 : 0, &used_idx);
	(void)ring_u16(v, "used_flags", used, &flags);
	known &= place_number(&v->vq, "last_used_idx", &last) == FOUND;
	if (known) {
		show_u64(s, "in_flight", (uint16_t)(avail_idx - used_idx));
		show_u64(s, "done_not_cleaned", (uint16_t)(used_idx - (uint16_t)last));
		if ((uint16_t)(avail_idx - (uint16_t)last) > v->num)
			show_bool(s, "indices_damaged", true);
		else
			level(v, (uint16_t)(avail_idx - used_idx),
			      (uint16_t)(used_idx - (uint16_t)last));
	}
	part(v, "desc", "split.vring.desc", v->num * VRING_DESC_SIZE);
	part(v, "avail", "split.vring.avail", 4 + 2 * v->num + 2);
	part(v, "used", "split.vring.used", 4 + 8 * v->num + 2);
	if (known && desc)
		split_in_flight(v, desc, avail, used_idx, (uint16_t)(avail_idx - used_idx));
}

/* A place in a packed ring, and the lap that it is in. */
struct packed_at {
	uint64_t at;
	bool wrap;
};

static void packed_step(const struct vring *v, struct packed_at *p, uint64_t n)
{
	p->at += n;
	if (p->at >= v->num) {
		p->at -= v->num;
		p->wrap = !p->wrap;
	}
}

static bool packed_same(const struct packed_at *a, const struct packed_at *b)
{
	return a->at == b->at && a->wrap == b->wrap;
}

static bool packed_read(const struct vring *v, uint64_t desc, uint64_t at, struct vring_desc *ret)
{
	uint8_t bytes[VRING_DESC_SIZE];
	if (!read_at(v, desc + at * VRING_DESC_SIZE, bytes, sizeof(bytes)))
		return false;
	vring_packed_desc(bytes, ret);
	return true;
}

/*
 * From the first that the driver has not seen used up to where it will put the next. The device
 * marks one descriptor of a buffer as used, and passes over the others: how many those are, only
 * the driver knows (desc_state[id].num).
 */
static void packed_walk(struct vring *v, uint64_t desc, struct packed_at p,
			const struct packed_at *next)
{
	struct vring_desc d;
	struct place state;
	uint64_t used = 0, flight = 0;
	show_list(&v->d->show, "descriptors");
	while (used < v->num && !packed_same(&p, next) && dead_time_left(v->d) &&
	       packed_read(v, desc, p.at, &d) && vring_packed_owner(&d, p.wrap) == VRING_USED) {
		uint64_t n = 1;
		desc_row(v, p.at, &d, "used");
		if (d.id < v->num &&
		    dead_at_index(&v->vq, "packed.desc_state[#].num", d.id, &state) == FOUND)
			n = MAX(1, MIN(place_or_0(&state, ""), v->num));
		used += n;
		packed_step(v, &p, n);
	}
	for (; flight < v->num && !packed_same(&p, next) && dead_time_left(v->d); flight++) {
		if (packed_read(v, desc, p.at, &d) && flight < DEAD_DECODED_MAX)
			desc_row(v, p.at, &d,
				 vring_packed_owner(&d, p.wrap) == VRING_DEVICE ? "device"
										: "unclear");
		packed_step(v, &p, 1);
	}
	nic_rows_end(v->d, v->rows);
	show_list_end(&v->d->show);
	show_u64(&v->d->show, "in_flight", flight);
	show_u64(&v->d->show, "done_not_cleaned", used);
	level(v, flight, used);
}

/* last_used_idx has the wrap counter in bit 15 (6.1 and newer); before, a member has it. */
static void packed(struct vring *v)
{
	uint64_t desc = place_or_0(&v->vq, "packed.vring.desc"), last = 0, wrap = 0;
	static const struct nic_member indices[] = {
		{"next_avail_idx", "packed.next_avail_idx", MEMBER_UINT, NULL},
		{"avail_wrap", "packed.avail_wrap_counter", MEMBER_BOOL, NULL},
		{0}};
	dead_members(v->d, &v->vq, indices);
	bool known = place_number(&v->vq, "last_used_idx", &last) == FOUND;
	if (place_number(&v->vq, "packed.used_wrap_counter", &wrap) != FOUND) {
		wrap = last >> 15 & 1;
		last &= 0x7fff;
	}
	if (known) {
		show_u64(&v->d->show, "last_used_idx", last);
		show_bool(&v->d->show, "used_wrap", wrap);
	} else {
		show_none(&v->d->show, "last_used_idx", "absent");
	}
	part(v, "desc", "packed.vring.desc", v->num * VRING_DESC_SIZE);
	part(v, "driver", "packed.vring.driver", 4);
	part(v, "device", "packed.vring.device", 4);
	struct packed_at next = {.at = place_or_0(&v->vq, "packed.next_avail_idx"),
				 .wrap = place_or_0(&v->vq, "packed.avail_wrap_counter")};
	if (known && desc && last < v->num && next.at < v->num)
		packed_walk(v, desc, (struct packed_at) {last, wrap}, &next);
}

/* A bool in 6.1 and 6.12; in 7.2 an enum that names the layouts. */
static bool is_packed(const struct place *vq, char *text, size_t size)
{
	struct place p;
	uint64_t value;
	if (place_number(vq, "packed_ring", &value) == FOUND) {
		snprintf(text, size, "%s", value ? "packed" : "split");
		return value;
	}
	if (place_at(vq, "layout", &p) == FOUND && place_number(&p, "", &value) == FOUND) {
		const char *name = type_enumerator_name(p.type, (int64_t)value);
		snprintf(text, size, "%s", name ? name : "unknown");
		return name && strstr(name, "PACKED");
	}
	snprintf(text, size, "split");
	return false;
}

static bool find(struct vring *v, const struct place *queue, const char *path)
{
	struct place vq;
	enum found f = place_at(queue, path, &vq);
	if (f == FOUND)
		f = place_deref(&vq, &vq);
	if (f == FOUND)
		f = place_struct(queue->k, "virtio_ring", "struct vring_virtqueue", vq.addr,
				 &v->vq);
	if (f == FOUND && place_offset(&v->vq, "vq") < 0)
		f = FOUND_ABSENT;
	if (f != FOUND) {
		show_none(&v->d->show, "virtqueue", dead_why(f));
		return false;
	}
	v->vq.addr -= (uint64_t)place_offset(&v->vq, "vq");
	return true;
}

void nic_vring_show(struct dead *d, const struct place *queue, const char *path, const char *name,
		    const struct nic_member *members)
{
	struct vring v = {.d = d, .name = name};
	char layout[48];
	struct show *s = &d->show;
	d->rings++;
	show_object(s, NULL, "virtqueue %s", name);
	json_str(&s->json, "queue", name);
	nic_health_context(&d->health, "driver, %s", name);
	if (queue && members)
		dead_members(d, queue, members);
	if (!queue) {
		show_none(s, "virtqueue", "unreadable");
	} else if (find(&v, queue, path)) {
		bool is = is_packed(&v.vq, layout, sizeof(layout));
		enum found f =
			place_number(&v.vq, is ? "packed.vring.num" : "split.vring.num", &v.num);
		bool modern = place_or_0(&v.vq, "vq.vdev.features") >> VERSION_1 & 1;
		v.order = modern ? ORDER_LE : v.vq.k->vmcore->order;
		show_text(s, "layout", layout);
		dead_members(d, &v.vq, common);
		if (f != FOUND)
			show_none(s, "size", dead_why(f));
		else
			show_u64(s, "size", v.num);
		if (f == FOUND && v.num > 0 && v.num <= RING_MAX)
			is ? packed(&v) : split(&v);
		else if (f == FOUND)
			show_text(s, "damage", "no ring has this size");
	}
	nic_health_context(&d->health, "driver");
	show_object_end(s);
}
