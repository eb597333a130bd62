// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A ring of descriptors between two indices: what is in flight, what the device has done and the
 * driver has not seen, since when the oldest waits; raw, and decoded.
 */
#include <inttypes.h>
#include <math.h>
#include "nic/dead/driver.h"

static bool read_desc(const struct place *base, const struct nic_desc_format *f, uint64_t i,
		      struct nic_desc *ret)
{
	uint8_t bytes[NIC_DESC_STRIDE_MAX];
	struct place p = *base;
	p.addr += i * f->stride;
	if (f->stride > sizeof(bytes) || place_read(&p, bytes, f->stride) != FOUND)
		return false;
	*ret = (struct nic_desc) {0};
	f->decode(bytes, ret);
	return true;
}

static bool is_empty(const struct nic_desc *desc)
{
	return !desc->bus_addr && !desc->len && !desc->status && !desc->flags;
}

void nic_rows_more(struct dead *d, uint64_t *rows)
{
	if (++*rows == DEAD_TEXT_ROWS + 1)
		show_mute(&d->show, true);
}

void nic_rows_end(struct dead *d, uint64_t rows)
{
	if (rows <= DEAD_TEXT_ROWS)
		return;
	show_mute(&d->show, false);
	show_remark(&d->show, "(%" PRIu64 " more in the JSON)", rows - DEAD_TEXT_ROWS);
}

void nic_descs_show(struct dead *d, const struct nic_desc_format *f, const struct place *base,
		    uint64_t size, uint64_t first, uint64_t n)
{
	struct nic_desc desc;
	uint64_t rows = 0;
	show_list(&d->show, "descriptors");
	for (uint64_t i = 0; i < MIN(n, DEAD_DECODED_MAX) && dead_time_left(d); i++) {
		uint64_t at = (first + i) % size;
		if (!read_desc(base, f, at, &desc)) {
			nic_rows_more(d, &rows);
			show_row(&d->show, NULL, "[%" PRIu64 "]", at);
			json_u64(&d->show.json, "index", at);
			show_none(&d->show, "descriptor", "unreadable");
			show_row_end(&d->show);
			continue;
		}
		if (is_empty(&desc))
			continue;
		nic_rows_more(d, &rows);
		show_row(&d->show, NULL, "[%" PRIu64 "]", at);
		json_u64(&d->show.json, "index", at);
		show_hex(&d->show, "bus_addr", desc.bus_addr);
		show_u64(&d->show, "len", desc.len);
		show_hex(&d->show, "flags", desc.flags);
		show_hex(&d->show, "status", desc.status);
		if (f->tells_done)
			show_bool(&d->show, "done", desc.done);
		if (desc.error)
			show_bool(&d->show, "error", true);
		if (desc.kind)
			show_text(&d->show, "kind", desc.kind);
		show_row_end(&d->show);
	}
	nic_rows_end(d, rows);
	show_list_end(&d->show);
}

struct indices {
	uint64_t size, use, clean;
	bool known;
};

static void outside(struct dead *d, const struct nic_level *level)
{
	show_bool(&d->show, "indices_outside", true);
	nic_health_wrong(&d->health, "the indices are outside of the %" PRIu64 " entries",
			 level->size);
}

/* In flight from clean to use; done are those among them that the device has finished. */
static void occupancy(struct dead *d, const struct nic_ring *r, const struct place *ring,
		      const struct place *base, const struct nic_desc_format *f,
		      const struct indices *x, struct nic_level *level)
{
	uint64_t flight = (x->use + x->size - x->clean) % x->size, done = 0, stamp;
	struct nic_desc desc;
	struct place p;
	show_u64(&d->show, "in_flight", flight);
	if (f && f->tells_done) {
		for (uint64_t i = 0; i < flight && dead_time_left(d); i++) {
			if (read_desc(base, f, (x->clean + i) % x->size, &desc) && desc.done) {
				done++;
				/* some devices mark the last one of a frame only */
				level->done = i + 1;
			}
		}
		show_u64(&d->show, "done_not_cleaned", done);
	}
	level->device = flight - level->done;
	if (!r->stamp || !flight)
		return;
	/* the stamp is at the last descriptor of a frame: the first that has one is the oldest */
	for (uint64_t i = 0; i < flight && dead_time_left(d); i++) {
		if (dead_at_index(ring, r->stamp, (unsigned int)((x->clean + i) % x->size), &p) !=
			    FOUND ||
		    place_number(&p, "", &stamp) != FOUND || !stamp)
			continue;
		level->oldest_ms = ticks_since(&d->ticks, stamp) * 1e3;
		show_ms(&d->show, "oldest_ms", level->oldest_ms / 1e3);
		return;
	}
}

/* New entries of a completion ring: those in a row that have the generation the driver waits for.
 */
static void completions(struct dead *d, const struct nic_ring *r, const struct place *ring,
			const struct place *base, const struct nic_desc_format *f, uint64_t size,
			struct nic_level *level)
{
	uint64_t next, gen, n = 0;
	struct nic_desc desc;
	if (place_number(ring, r->next, &next) != FOUND ||
	    place_number(ring, r->gen, &gen) != FOUND) {
		show_none(&d->show, "next_to_process", "absent");
		return;
	}
	show_u64(&d->show, "next_to_process", next);
	if (next >= size) {
		outside(d, level);
		return;
	}
	while (n < size && dead_time_left(d) && read_desc(base, f, (next + n) % size, &desc) &&
	       desc.status == (gen ^ (next + n >= size)))
		n++;
	show_u64(&d->show, "done_not_processed", n);
	level->done = n;
}

static void indices(struct dead *d, const struct nic_ring *r, const struct place *ring,
		    struct indices *x, const struct nic_level *level)
{
	if (!r->use)
		return;
	enum found use = place_number(ring, r->use, &x->use);
	enum found clean = place_number(ring, r->clean, &x->clean);
	if (use == FOUND)
		show_u64(&d->show, "next_to_use", x->use);
	else
		show_none(&d->show, "next_to_use", dead_why(use));
	if (clean == FOUND)
		show_u64(&d->show, "next_to_clean", x->clean);
	else
		show_none(&d->show, "next_to_clean", dead_why(clean));
	x->known = use == FOUND && clean == FOUND;
	if (x->known && (x->use >= x->size || x->clean >= x->size)) {
		outside(d, level);
		x->known = false;
	}
}

/* The descriptors at base, of which there are x->size, and a sane number. */
static void content(struct dead *d, const struct nic_ring *r, const struct place *ring,
		    const struct place *base, struct indices *x, struct nic_level *level)
{
	char file[56];
	const struct nic_desc_format *f = r->format ? r->format(ring) : NULL;
	level->size = x->size;
	indices(d, r, ring, x, level);
	if (f)
		show_text(&d->show, "format", f->name);
	if (x->known)
		occupancy(d, r, ring, base, f, x, level);
	if (f && r->next)
		completions(d, r, ring, base, f, x->size, level);
	if (x->known || (f && r->next))
		nic_health_ring(&d->health, level);
	uint64_t stride = f ? f->stride : place_size(base);
	snprintf(file, sizeof(file), "%s.bin", level->name);
	dead_raw(d, file, base->addr, x->size * MIN(stride, 4096));
	if (f)
		nic_descs_show(d, f, base, x->size, x->known ? x->clean : 0, x->size);
}

void nic_ring_show(struct dead *d, const struct nic_ring *r, const struct place *ring, int index)
{
	struct place base;
	struct indices x = {0};
	struct nic_level level = {.kind = r->kind, .oldest_ms = NAN};
	if (index >= 0)
		snprintf(level.name, sizeof(level.name), "%s-%d", r->label, index);
	else
		snprintf(level.name, sizeof(level.name), "%s", r->label);
	d->rings++;
	show_object(&d->show, NULL, "ring %s", level.name);
	json_str(&d->show.json, "name", level.name);
	nic_health_context(&d->health, "driver, %s", level.name);
	if (r->members)
		dead_members(d, ring, r->members);
	enum found at = place_at(ring, r->base, &base);
	if (at == FOUND && type_kind(base.type) == BTF_PTR)
		at = place_deref(&base, &base);
	enum found size = place_number(ring, r->entries, &x.size);
	if (size != FOUND)
		show_none(&d->show, "size", dead_why(size));
	else
		show_u64(&d->show, "size", x.size);
	bool sane = size == FOUND && x.size > 0 && x.size <= DEAD_ENTRIES_MAX;
	if (size == FOUND && x.size > DEAD_ENTRIES_MAX)
		show_text(&d->show, "damage", "no ring is so large");
	if (at != FOUND)
		show_none(&d->show, "memory", at == FOUND_NULL ? "not allocated" : dead_why(at));
	else if (sane)
		content(d, r, ring, &base, &x, &level);
	nic_health_context(&d->health, "driver");
	show_object_end(&d->show);
}
