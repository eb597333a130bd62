// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/members.h"

#include <inttypes.h>
#include <string.h>

#define PATH_SIZE 128
#define TEXT_SIZE 128

const char *dead_why(enum found f)
{
	static const char *const words[] = {[FOUND] = "",
					    [FOUND_ABSENT] = "absent",
					    [FOUND_NULL] = "NULL",
					    [FOUND_UNREADABLE] = "unreadable"};
	return words[f];
}

enum found dead_at(const struct place *p, const char *paths, struct place *ret)
{
	enum found f = FOUND_ABSENT;
	while (f == FOUND_ABSENT && *paths) {
		char path[PATH_SIZE];
		size_t len = strcspn(paths, "|");
		if (len >= sizeof(path))
			return FOUND_ABSENT;
		memcpy(path, paths, len);
		path[len] = '\0';
		f = place_at(p, path, ret);
		paths += len + (paths[len] == '|');
	}
	return f;
}

enum found dead_at_index(const struct place *p, const char *path, unsigned int index,
			 struct place *ret)
{
	char text[PATH_SIZE];
	size_t n = 0;
	for (; *path && n < sizeof(text) - 12; path++) {
		if (*path == '#')
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%u", index);
		else
			text[n++] = *path;
	}
	text[n] = '\0';
	return place_at(p, text, ret);
}

static bool is_marked(const char *name)
{
	return *name == '!';
}

static const char *unmarked(const char *name)
{
	return name + is_marked(name);
}

/* The name of a bit or of a value, which may say that something is wrong. */
static const char *name_of(struct dead *d, const struct nic_member *m, uint64_t i)
{
	const char *name = unmarked(m->names[i]);
	if (is_marked(m->names[i]))
		nic_health_wrong(&d->health, "%s %s", unmarked(m->label), name);
	return name;
}

static void bits(struct dead *d, const struct nic_member *m, uint64_t value)
{
	_cleanup_buf_ struct buf names = BUF_INIT;
	buf_printf(&names, "0x%" PRIx64, value);
	for (unsigned int i = 0; m->names[i] && i < 64; i++)
		if (value >> i & 1 && *m->names[i])
			buf_printf(&names, " %s", name_of(d, m, i));
	show_text(&d->show, unmarked(m->label), buf_str(&names));
}

static void value_name(struct dead *d, const struct nic_member *m, uint64_t value)
{
	for (uint64_t i = 0; m->names[i]; i++) {
		if (i == value) {
			show_text(&d->show, unmarked(m->label), name_of(d, m, i));
			return;
		}
	}
	show_u64(&d->show, unmarked(m->label), value);
}

static void wrong_unless_0(struct dead *d, const struct nic_member *m, uint64_t value)
{
	const char *label = unmarked(m->label);
	if (m->kind == MEMBER_HEX)
		nic_health_wrong(&d->health, "%s 0x%" PRIx64, label, value);
	else if (m->kind == MEMBER_BOOL)
		nic_health_wrong(&d->health, "%s", label);
	else
		nic_health_wrong(&d->health, "%s %" PRIu64, label, value);
}

static void number(struct dead *d, const struct nic_member *m, uint64_t value)
{
	struct show *s = &d->show;
	const char *label = unmarked(m->label);
	if (value && is_marked(m->label))
		wrong_unless_0(d, m, value);
	switch (m->kind) {
	case MEMBER_INT:
		show_i64(s, label, (int64_t)value);
		break;
	case MEMBER_HEX:
		show_hex(s, label, value);
		break;
	case MEMBER_BOOL:
		show_bool(s, label, value);
		break;
	case MEMBER_AGO:
		if (value)
			show_ms(s, label, ticks_since(&d->ticks, value));
		else
			show_none(s, label, "never");
		break;
	case MEMBER_TICKS:
		show_ms(s, label,
			d->ticks.hz ? (double)(int64_t)value / (double)d->ticks.hz
				    : __builtin_nan(""));
		break;
	case MEMBER_VALUE:
		value_name(d, m, value);
		break;
	case MEMBER_BITS:
		bits(d, m, value);
		break;
	case MEMBER_COUNTER:
		if (!value) {
			json_u64(&s->json, label, 0);
			break;
		}
		/* fall through */
	default:
		show_u64(s, label, value);
	}
}

static enum found mac(struct dead *d, const struct nic_member *m, struct place p)
{
	uint8_t a[6];
	char text[24];
	enum found f = FOUND;
	if (type_kind(p.type) == BTF_PTR)
		f = place_deref(&p, &p);
	if (f == FOUND)
		f = place_read(&p, a, sizeof(a));
	if (f != FOUND)
		return f;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
		 a[5]);
	show_text(&d->show, unmarked(m->label), text);
	return FOUND;
}

void dead_member(struct dead *d, const struct place *from, const struct nic_member *m)
{
	char text[TEXT_SIZE];
	struct place p;
	uint64_t value;
	enum found f = dead_at(from, m->path, &p);
	if (f == FOUND && m->kind == MEMBER_TEXT) {
		f = place_text(&p, "", text, sizeof(text));
		if (f == FOUND)
			show_text(&d->show, unmarked(m->label), text);
	} else if (f == FOUND && m->kind == MEMBER_MAC) {
		f = mac(d, m, p);
	} else if (f == FOUND) {
		f = place_number(&p, "", &value);
		if (f == FOUND)
			number(d, m, value);
	}
	if (f != FOUND)
		show_none(&d->show, unmarked(m->label), dead_why(f));
}

void dead_members(struct dead *d, const struct place *p, const struct nic_member *table)
{
	for (; table->label; table++)
		dead_member(d, p, table);
}

bool dead_xarray(const struct place *p, size_t limit, struct xarray_iter *it)
{
	const struct layout *l = &p->k->layout;
	const struct xarray_offsets o = {
		.head = l->xarray_head,
		.shift = l->xa_node_shift,
		.offset = l->xa_node_offset,
		.parent = l->xa_node_parent,
		.slots = l->xa_node_slots,
		.chunk = layout_known(l->xa_node_chunk) ? (unsigned int)l->xa_node_chunk : 0};
	if (!layout_known(o.head) || !layout_known(o.shift) || !layout_known(o.slots) ||
	    !layout_known(o.offset) || !layout_known(o.parent))
		return false;
	xarray_init(it, &p->k->kmem, p->addr, &o, limit);
	return true;
}
