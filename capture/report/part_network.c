// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network adapters: a line of health for each interface, what looked wrong, how full its rings
 * were. The walk is nic-dump's (nic/dead), which has the rest of what there is to say.
 */
#include "report/part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "nic/dead/dead.h"

#define COLUMNS	   100
#define TEXT_PLAIN 200
#define NOBODY	   SIZE_MAX

struct network_part {
	struct nic_health health;
	size_t others; /* the first subject that is no interface: those come first */
	/* Of each of the others: the interface on the same PCI device, or NOBODY. */
	size_t *owner;
};

/* What the walk noted is what is missing here. */
static void take_notes(struct report *r, const struct buf *lines)
{
	static const char prefix[] = "note: ";
	const char *line = buf_str(lines);
	while (*line) {
		size_t len = strcspn(line, "\n");
		size_t skip = strncmp(line, prefix, sizeof(prefix) - 1) ? 0 : sizeof(prefix) - 1;
		report_missing(r, "%.*s", (int)(len - skip), line + skip);
		line += len + (line[len] == '\n');
	}
}

/* Several interfaces may share a device (ports, representors): what is its own goes to the first.
 */
static struct err *find_owners(struct network_part *p)
{
	const struct nic_health *h = &p->health;
	p->owner = calloc(h->subjects + 1, sizeof(*p->owner));
	if (!p->owner)
		return err_nomem();
	while (p->others < h->subjects && h->subject[p->others].kind == NIC_INTERFACE)
		p->owner[p->others++] = NOBODY;
	for (size_t i = p->others; i < h->subjects; i++) {
		p->owner[i] = NOBODY;
		for (size_t k = 0; k < p->others && *h->subject[i].pci; k++) {
			if (strcmp(h->subject[k].pci, h->subject[i].pci) == 0) {
				p->owner[i] = k;
				break;
			}
		}
	}
	return NULL;
}

static struct err *gather(struct report *r, void *data)
{
	struct network_part *p = data;
	const struct dead_options options = {
		.vmcore = r->path, .clock = clock_cpu, .deadline = r->until - clock_cpu()};
	struct dead d;
	if (!r->k->types)
		return err_new(ERR_MISSING, "no types: %s", buf_str(&r->k->no_types));
	dead_init(&d, r->k, &options, -1, -1);
	struct err *e = dead_show(&d);
	p->health = d.health;
	d.health = (struct nic_health) {0};
	if (d.out_of_time)
		(void)report_time_left(r);
	take_notes(r, &d.note_lines);
	if (r->k->vmcore->incomplete || r->k->vmcore->missing_bytes)
		report_missing(r, "what the dump lacks of the adapters is shown as not known");
	dead_deinit(&d);
	if (!e)
		e = buf_error(&p->health.text);
	if (!e)
		e = find_owners(p);
	if (!e && p->health.left_out)
		report_missing(r, "%zu adapters and rings are too many to be kept",
			       p->health.left_out);
	return e;
}

static void release(void *data)
{
	struct network_part *p = data;
	nic_health_deinit(&p->health);
	free(p->owner);
}

typedef void (*line_fn)(void *arg, const char *line, size_t len);

/* What is wrong with the subject at i and with what it owns: how much, and lines of it by fn. */
struct wrong {
	size_t all, kept;
};

static struct wrong each_wrong(const struct network_part *p, size_t i, line_fn fn, void *arg)
{
	const struct nic_health *h = &p->health;
	struct wrong w = {0};
	for (size_t k = i; k < h->subjects; k = MAX(k + 1, p->others)) {
		const struct nic_subject *s = &h->subject[k];
		const char *line = NULL;
		size_t len;
		if (k != i && p->owner[k] != i)
			continue;
		while (fn && (len = nic_health_line(h, s, &line)) > 0)
			fn(arg, line, len);
		w.all += s->wrong;
		w.kept += s->wrong_kept;
	}
	return w;
}

/* --- text ---------------------------------------------------------------------------------------
 */

static void text_line(void *arg, const char *line, size_t len)
{
	buf_printf(arg, "    %.*s\n", (int)len, line);
}

/* All rings of a kind together; nothing if there are none. */
static void text_rings(const struct nic_health *h, const struct nic_subject *s,
		       enum nic_ring_kind kind, const char *title, struct buf *out)
{
	uint64_t device = 0, size = 0;
	unsigned int n = 0;
	for (size_t i = 0; i < s->rings; i++) {
		const struct nic_level *l = &h->level[s->ring + i];
		if (l->kind != kind)
			continue;
		device += l->device;
		size += l->size;
		n++;
	}
	if (n)
		buf_printf(out, "; %s ring%s: adapter has %" PRIu64 " of %" PRIu64, title,
			   n > 1 ? "s" : "", device, size);
}

static void text_subject(const struct network_part *p, size_t i, struct buf *out)
{
	const struct nic_subject *s = &p->health.subject[i];
	buf_puts(out, s->name);
	if (*s->driver)
		buf_printf(out, ", %s", s->driver);
	if (*s->pci && strcmp(s->pci, s->name) != 0)
		buf_printf(out, ", %s", s->pci);
	if (s->kind == NIC_INTERFACE) {
		buf_puts(out, ": ");
		nic_health_state(s, out);
		text_rings(&p->health, s, NIC_RING_TX, "TX", out);
		text_rings(&p->health, s, NIC_RING_RX, "RX", out);
	}
	buf_putc(out, '\n');
	struct wrong w = each_wrong(p, i, text_line, out);
	if (w.all > w.kept)
		buf_printf(out, "    and %zu more\n", w.all - w.kept);
}

/* Of no device, and nothing is wrong. */
static bool is_plain(const struct network_part *p, size_t i)
{
	const struct nic_subject *s = &p->health.subject[i];
	return i < p->others && !*s->driver && s->wrong == 0;
}

/* In lines of a readable length; a machine of containers has thousands. */
static void text_plain(const struct network_part *p, struct buf *out)
{
	static const char title[] = "without a driver:";
	size_t width = 0, n = 0;
	for (size_t i = 0; i < p->others; i++) {
		size_t len = strlen(p->health.subject[i].name) + 1;
		if (!is_plain(p, i) || n++ >= TEXT_PLAIN)
			continue;
		if (width == 0 || width + len > COLUMNS) {
			buf_puts(out, width ? "\n " : title);
			width = width ? 1 : sizeof(title) - 1;
		}
		buf_printf(out, " %s", p->health.subject[i].name);
		width += len;
	}
	if (n > TEXT_PLAIN)
		buf_printf(out, " and %zu more", n - TEXT_PLAIN);
	if (n)
		buf_putc(out, '\n');
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct network_part *p = data;
	(void)r;
	for (size_t i = 0; i < p->health.subjects; i++) {
		if (!is_plain(p, i) && p->owner[i] == NOBODY)
			text_subject(p, i, out);
	}
	text_plain(p, out);
	if (p->health.subjects == 0)
		buf_puts(out, "no interfaces\n");
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void json_line(void *arg, const char *line, size_t len)
{
	json_strn(arg, NULL, line, len);
}

static void json_level(const struct nic_level *l, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "name", l->name);
	json_str(j, "kind", nic_ring_kind_name(l->kind));
	json_u64(j, "size", l->size);
	json_u64(j, "device", l->device);
	json_u64(j, "done", l->done);
	json_double(j, "oldest_seconds", l->oldest_ms / 1e3, 3);
	json_object_end(j);
}

static void json_subject(const struct network_part *p, size_t i, struct json *j)
{
	const struct nic_subject *s = &p->health.subject[i];
	json_object(j, NULL);
	json_str(j, "name", s->name);
	json_str(j, "driver", *s->driver ? s->driver : NULL);
	json_str(j, "pci", *s->pci ? s->pci : NULL);
	if (s->kind == NIC_INTERFACE && s->known) {
		json_bool(j, "up", s->up);
		json_bool(j, "present", s->present);
		json_bool(j, "carrier", s->carrier);
	}
	if (s->kind == NIC_INTERFACE) {
		json_u64(j, "tx_queues", s->tx_queues);
		json_u64(j, "tx_queues_stopped", s->tx_stopped);
	}
	json_array(j, "wrong");
	struct wrong w = each_wrong(p, i, json_line, j);
	json_array_end(j);
	json_u64(j, "wrong_left_out", w.all - w.kept);
	if (s->kind == NIC_INTERFACE) {
		json_array(j, "rings");
		for (size_t k = 0; k < s->rings; k++)
			json_level(&p->health.level[s->ring + k], j);
		json_array_end(j);
	}
	json_object_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct network_part *p = data;
	(void)r;
	json_array(j, "interfaces");
	for (size_t i = 0; i < p->others; i++)
		json_subject(p, i, j);
	json_array_end(j);
	json_array(j, "devices");
	for (size_t i = p->others; i < p->health.subjects; i++)
		if (p->owner[i] == NOBODY)
			json_subject(p, i, j);
	json_array_end(j);
}

const struct report_part part_network = {
	.name = "network",
	.title = "Network adapters",
	.data_size = sizeof(struct network_part),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
