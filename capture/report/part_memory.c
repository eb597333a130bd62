// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory: how much was free and where, what the rest was used for, what the OOM killer said. */
#include "report/part.h"

#include <inttypes.h>
#include <string.h>
#include "report/counters.h"
#include "report/fields.h"
#include "report/sizes.h"
#include "report/slabs.h"
#include "report/zones.h"

/* HUGE_MAX_HSTATE is 2 to 5; lines: the last ones say what happened in the end */
#define HUGE_SIZES_MAX 8
#define OOM_LINES_MAX  40

struct huge_pages {
	int64_t size, total, free; /* bytes, pages, pages */
};

struct memory_part {
	int64_t page_size;
	struct counters counters;
	struct zones zones;
	struct slabs slabs;
	struct huge_pages huge[HUGE_SIZES_MAX];
	size_t nhuge;
	int64_t swap_total, swap_free;	/* bytes */
	const char *oom[OOM_LINES_MAX]; /* lines of the report's log, the last of them */
	size_t noom;			/* all there were */
};

/* False: what is there cannot be a struct hstate. */
static bool read_huge_size(struct kmem *k, uint64_t h, int64_t page_size, struct huge_pages *ret)
{
	const struct layout *l = k->layout;
	int64_t order = field_uint(k, h, l->hstate_order);
	if (order < 0 || order > 24)
		return false;
	*ret = (struct huge_pages) {
		.size = page_size << order,
		.total = field_count(field_long(k, h, l->hstate_nr)),
		.free = field_count(field_long(k, h, l->hstate_free)),
	};
	/* so many of that size are more than any memory has */
	return !layout_known(ret->total) || ret->total < INT64_C(1) << (44 - order);
}

static void read_huge_pages(struct report *r, struct memory_part *m)
{
	const struct layout *l = &r->k->layout;
	if (!layout_known(l->hstates) || !layout_known(l->hstate_size))
		return; /* without CONFIG_HUGETLB_PAGE there are none */
	int64_t n = field_uint(&r->k->kmem, 0, l->hugetlb_max_hstate);
	if (n < 0 || n > HUGE_SIZES_MAX) {
		report_missing(r, "huge pages: how many sizes there are is not known");
		return;
	}
	int64_t pages = 0;
	for (int64_t i = 0; i < n; i++) {
		struct huge_pages *h = &m->huge[m->nhuge];
		uint64_t at = (uint64_t)l->hstates + (uint64_t)(i * l->hstate_size);
		if (!read_huge_size(&r->k->kmem, at, m->page_size, h)) {
			report_missing(r, "huge pages: hstates[%" PRId64 "] is damaged", i);
			continue;
		}
		m->nhuge++;
		if (layout_known(h->total))
			pages += h->total * (h->size / m->page_size);
	}
	counters_add_use(&m->counters, "huge pages", pages);
}

/* Free as well: each CPU keeps some, of each zone. */
static void count_per_cpu_lists(struct memory_part *m)
{
	int64_t sum = LAYOUT_UNKNOWN;
	for (size_t i = 0; i < m->zones.n; i++) {
		int64_t pages = m->zones.zone[i].per_cpu;
		if (layout_known(pages))
			sum = pages + (layout_known(sum) ? sum : 0);
	}
	counters_add_use(&m->counters, "free, on CPUs' lists", sum);
}

static void read_swap(struct report *r, struct memory_part *m)
{
	const struct layout *l = &r->k->layout;
	int64_t *const to[] = {&m->swap_total, &m->swap_free};
	const int64_t from[] = {l->total_swap_pages, l->nr_swap_pages};
	for (size_t i = 0; i < ARRAY_SIZE(to); i++) {
		*to[i] = field_count(field_long(&r->k->kmem, 0, from[i]));
		if (layout_known(*to[i]))
			*to[i] *= m->page_size;
	}
}

static bool is_oom_line(const char *line, size_t len)
{
	/* mm/oom_kill.c, mm/page_alloc.c (warn_alloc), mm/memcontrol.c */
	static const char *const words[] = {
		"invoked oom-killer", "oom-kill:",
		"Out of memory",      "out of memory",
		"oom_reaper:",	      "page allocation failure",
		"Killed process",     "deadlocked on memory",
	};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (memmem(line, len, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

static void find_oom_lines(struct report *r, struct memory_part *m)
{
	const char *line = report_log(r);
	while (line && *line && report_time_left(r)) {
		size_t len = strcspn(line, "\n");
		if (is_oom_line(line, len))
			m->oom[m->noom++ % OOM_LINES_MAX] = line;
		line += len + (line[len] == '\n');
	}
}

static struct err *gather(struct report *r, void *data)
{
	struct memory_part *m = data;
	m->page_size = INT64_C(1) << r->k->layout.page_shift;
	bool nothing = report_failed(r, counters_read(r, &m->counters));
	nothing = report_failed(r, zones_read(r, &m->zones)) && nothing;
	count_per_cpu_lists(m);
	read_huge_pages(r, m);
	read_swap(r, m);
	find_oom_lines(r, m);
	nothing = report_failed(r, slabs_read(r, &m->slabs)) && nothing;
	if (nothing && m->noom == 0 && !layout_known(m->counters.total))
		return err_new(ERR_MISSING, "nothing of the kernel's memory can be said");
	return NULL;
}

/* --- for people --------------------------------------------------------------------------------
 */

static void pages_text(const struct memory_part *m, int64_t pages, int width, struct buf *out)
{
	size_text(layout_known(pages) ? pages * m->page_size : pages, width, out);
}

static void total_text(const struct memory_part *m, struct buf *out)
{
	const struct counters *c = &m->counters;
	pages_text(m, c->total, 0, out);
	buf_puts(out, " of memory, ");
	pages_text(m, c->free, 0, out);
	buf_puts(out, " free");
	if (layout_known(c->free) && c->total > 0)
		buf_printf(out, " (%.0f %%)", 100.0 * (double)c->free / (double)c->total);
	buf_puts(out, "; swap ");
	if (m->swap_total == 0) {
		buf_puts(out, "none\n");
		return;
	}
	size_text(m->swap_total, 0, out);
	buf_puts(out, ", ");
	size_text(m->swap_free, 0, out);
	buf_puts(out, " free\n");
}

static const char *zone_state(const struct zone_pages *z)
{
	static const char *const states[] = {
		[ZONE_ENOUGH] = "",
		[ZONE_BELOW_LOW] = "   below low",
		[ZONE_BELOW_MIN] = "   BELOW MIN",
	};
	return states[zone_shortage(z)];
}

static void zones_text(const struct memory_part *m, struct buf *out)
{
	if (m->zones.n)
		buf_printf(out, "  %-14s %11s %11s %11s %11s %11s %11s\n", "node, zone", "free",
			   "CPUs' lists", "min", "low", "high", "managed");
	for (size_t i = 0; i < m->zones.n; i++) {
		const struct zone_pages *z = &m->zones.zone[i];
		const int64_t pages[] = {z->free, z->per_cpu, z->min, z->low, z->high, z->managed};
		buf_printf(out, "  %3d %-10s", z->node, z->name);
		for (size_t j = 0; j < ARRAY_SIZE(pages); j++) {
			buf_putc(out, ' ');
			pages_text(m, pages[j], 11, out);
		}
		buf_printf(out, "%s\n", zone_state(z));
	}
}

static void counters_text(const struct memory_part *m, const char *title, const struct counter *c,
			  size_t n, struct buf *out)
{
	bool titled = false;
	for (size_t i = 0; i < n; i++) {
		if (c[i].pages == 0)
			continue;
		if (!titled)
			buf_printf(out, "%s\n", title);
		titled = true;
		buf_printf(out, "  %-30s ", c[i].name);
		pages_text(m, c[i].pages, 11, out);
		buf_putc(out, '\n');
	}
}

static void slabs_text(const struct memory_part *m, struct buf *out)
{
	const struct slabs *s = &m->slabs;
	if (s->caches == 0)
		return;
	buf_puts(out, "Slab: ");
	size_text(s->bytes, 0, out);
	buf_printf(out, " in %zu caches", s->caches);
	if (layout_known(m->counters.slab)) {
		buf_puts(out, " (by the kernel's counters ");
		pages_text(m, m->counters.slab, 0, out);
		buf_puts(out, ", which include large kmalloc()s)");
	}
	buf_printf(out, "\n  %-30s %11s %10s %10s %8s\n", "the largest", "size", "objects",
		   "in use", "each");
	for (size_t i = 0; i < s->ntop && s->top[i].bytes > 0; i++) {
		const struct slab_cache *c = &s->top[i];
		buf_printf(out, "  %-30s ", c->name);
		size_text(c->bytes, 11, out);
		buf_printf(out, " %10" PRId64 " ", c->objects);
		if (layout_known(c->used))
			buf_printf(out, "%10" PRId64, c->used);
		else
			buf_printf(out, "%10s", "-");
		buf_printf(out, " %8" PRId64 "\n", c->size);
	}
}

static void huge_text(const struct memory_part *m, struct buf *out)
{
	for (size_t i = 0; i < m->nhuge; i++) {
		const struct huge_pages *h = &m->huge[i];
		if (h->total == 0)
			continue;
		buf_puts(out, "Huge pages of ");
		size_text(h->size, 0, out);
		buf_printf(out, ": %" PRId64 ", %" PRId64 " free\n", MAX(h->total, -1),
			   MAX(h->free, -1));
	}
}

/* The i-th of the lines that are kept, oldest first, with its length. */
static const char *oom_line(const struct memory_part *m, size_t i, size_t *len)
{
	size_t first = m->noom > OOM_LINES_MAX ? m->noom % OOM_LINES_MAX : 0;
	const char *line = m->oom[(first + i) % OOM_LINES_MAX];
	*len = strcspn(line, "\n");
	return line;
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct memory_part *m = data;
	const struct counters *c = &m->counters;
	size_t len;
	(void)r;
	total_text(m, out);
	zones_text(m, out);
	counters_text(m, "Used for", c->use, c->nuse, out);
	counters_text(m, "Of that", c->also, c->nalso, out);
	huge_text(m, out);
	slabs_text(m, out);
	if (m->noom > OOM_LINES_MAX)
		buf_printf(out, "The last %d of %zu lines on memory in the log\n", OOM_LINES_MAX,
			   m->noom);
	else if (m->noom)
		buf_puts(out, "The log on memory\n");
	for (size_t i = 0; i < MIN(m->noom, (size_t)OOM_LINES_MAX); i++) {
		const char *line = oom_line(m, i, &len);
		buf_printf(out, "  %.*s\n", (int)len, line);
	}
}

/* --- for programs ------------------------------------------------------------------------------
 */

static void zones_json(const struct memory_part *m, struct json *j)
{
	json_array(j, "zones");
	for (size_t i = 0; i < m->zones.n; i++) {
		const struct zone_pages *z = &m->zones.zone[i];
		json_object(j, NULL);
		json_i64(j, "node", z->node);
		json_str(j, "name", z->name);
		json_number(j, "free", z->free);
		json_number(j, "free_pending", z->pending);
		json_number(j, "free_on_cpus", z->per_cpu);
		json_number(j, "min", z->min);
		json_number(j, "low", z->low);
		json_number(j, "high", z->high);
		json_number(j, "boost", z->boost);
		json_number(j, "present", z->present);
		json_number(j, "managed", z->managed);
		json_object_end(j);
	}
	json_array_end(j);
}

static void counters_json(const char *key, const struct counter *c, size_t n, struct json *j)
{
	json_array(j, key);
	for (size_t i = 0; i < n; i++) {
		json_object(j, NULL);
		json_str(j, "name", c[i].name);
		json_i64(j, "pages", c[i].pages);
		json_object_end(j);
	}
	json_array_end(j);
}

static void slabs_json(const struct slabs *s, struct json *j)
{
	json_array(j, "slab");
	for (size_t i = 0; i < s->ntop; i++) {
		const struct slab_cache *c = &s->top[i];
		json_object(j, NULL);
		json_str(j, "name", c->name);
		json_i64(j, "bytes", c->bytes);
		json_i64(j, "objects", c->objects);
		json_number(j, "used_objects", c->used);
		json_i64(j, "slabs", c->slabs);
		json_i64(j, "object_size", c->size);
		json_object_end(j);
	}
	json_array_end(j);
	json_u64(j, "slab_caches", s->caches);
	json_number(j, "slab_bytes", s->caches ? s->bytes : LAYOUT_UNKNOWN);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct memory_part *m = data;
	size_t len;
	(void)r;
	json_number(j, "total_pages", m->counters.total);
	json_number(j, "free_pages", m->counters.free);
	json_i64(j, "page_size", m->page_size);
	zones_json(m, j);
	counters_json("classes", m->counters.use, m->counters.nuse, j);
	counters_json("details", m->counters.also, m->counters.nalso, j);
	slabs_json(&m->slabs, j);
	json_array(j, "huge_pages");
	for (size_t i = 0; i < m->nhuge; i++) {
		json_object(j, NULL);
		json_i64(j, "size", m->huge[i].size);
		json_number(j, "total", m->huge[i].total);
		json_number(j, "free", m->huge[i].free);
		json_object_end(j);
	}
	json_array_end(j);
	json_object(j, "swap");
	json_number(j, "total", m->swap_total);
	json_number(j, "free", m->swap_free);
	json_object_end(j);
	json_array(j, "oom");
	for (size_t i = 0; i < MIN(m->noom, (size_t)OOM_LINES_MAX); i++) {
		const char *line = oom_line(m, i, &len);
		json_strn(j, NULL, line, len);
	}
	json_array_end(j);
}

static void release(void *data)
{
	struct memory_part *m = data;
	zones_deinit(&m->zones);
}

const struct report_part part_memory = {
	.name = "memory",
	.title = "Memory",
	.data_size = sizeof(struct memory_part),
	.seconds = 3,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
