// SPDX-License-Identifier: GPL-2.0-or-later
/* Who hung: everybody, because there was no memory left and nothing to be had by reclaiming it. */
#include "report/hang.h"

#include <inttypes.h>
#include "report/counters.h"
#include "report/memories.h"
#include "report/sizes.h"
#include "report/zones.h"

/* Without a zone that is short, so many tasks that reclaim at once are none that just got there. */
#define MANY_RECLAIM 4
/* A process that has less than that part of all memory is not what it went to. */
#define LARGE_SHARE 8

/* The functions of an allocation that found nothing free (mm/page_alloc.c, mm/vmscan.c), without
 * those of memory cgroups, whose limits are their own. */
static bool reclaims(const struct kernel *k, const struct threads *all, const struct thread *t)
{
	if (t->idle || (t->task.state != 'R' && t->task.state != 'D'))
		return false;
	return thread_is_in(k, all, t, "__alloc_pages_slowpath", THREAD_FRAMES) ||
	       thread_is_in(k, all, t, "try_to_free_pages", THREAD_FRAMES);
}

/* The largest zone of a node is what its allocations come from; reserves keep the small ones. */
static const struct zone_pages *largest_of_node(const struct zones *z, size_t *at)
{
	const struct zone_pages *largest = &z->zone[*at];
	int node = largest->node;
	for (; *at < z->n && z->zone[*at].node == node; ++*at) {
		if (z->zone[*at].managed > largest->managed)
			largest = &z->zone[*at];
	}
	return largest;
}

/*
 * Of the first node that is short; NULL: none. What ordinary allocations leave is the minimum, and
 * a few pages more or less: tasks that reclaim are what tells it from a machine that just uses its
 * memory.
 */
static const struct zone_pages *short_zone(const struct zones *z)
{
	for (size_t at = 0; at < z->n;) {
		const struct zone_pages *zone = largest_of_node(z, &at);
		if (zone_shortage(zone) != ZONE_ENOUGH)
			return zone;
	}
	return NULL;
}

static void zone_text(const struct report *r, const struct zone_pages *z, struct buf *out)
{
	int64_t page = INT64_C(1) << r->k->layout.page_shift;
	buf_printf(out, ": node %d, zone %s has ", z->node, z->name);
	size_text(z->free * page, 0, out);
	buf_puts(out, " free, of which ordinary allocations may not have ");
	size_text(layout_known(z->min) ? z->min * page : z->min, 0, out);
}

static void reclaimers_text(const struct report *r, const struct threads *all, size_t n,
			    struct buf *out)
{
	size_t named = 0;
	buf_printf(out, "; %zu task%s tr%s to reclaim some", n, n == 1 ? "" : "s",
		   n == 1 ? "ies" : "y");
	for (size_t i = 0; i < all->n && named < MIN(n, (size_t)HANG_NAMED); i++) {
		if (reclaims(r->k, all, &all->thread[i]))
			hang_name_task(&all->thread[i].task, named++, out);
	}
	hang_name_more(n, out);
}

/* Who has most of it, if that is enough to be the reason; total in bytes. */
static void largest_text(struct report *r, const struct threads *all, int64_t total,
			 struct buf *out)
{
	struct memories m;
	const struct process_memory *largest = NULL;
	if (report_failed(r, memories_collect(r, all, &m)))
		return;
	for (size_t i = 0; i < m.n; i++) {
		if (m.of[i].rss_kib != MEMORY_UNKNOWN &&
		    (!largest || m.of[i].rss_kib > largest->rss_kib))
			largest = &m.of[i];
	}
	bool matters = largest && layout_known(total) &&
		       largest->rss_kib > (uint64_t)total / 1024 / LARGE_SHARE;
	for (size_t i = 0; matters && i < all->n; i++) {
		const struct task *t = &all->thread[i].task;
		if (t->mm != largest->mm || is_kernel_thread(&r->k->layout, t))
			continue;
		buf_printf(out, "; the largest process, %s (pid %d), has ", t->comm, t->tgid);
		size_text((int64_t)MIN(largest->rss_kib, (uint64_t)INT64_MAX / 1024) * 1024, 0,
			  out);
		break;
	}
	memories_deinit(&m);
}

static void add_memory(struct report *r, struct hang *h, const struct threads *all,
		       const struct zone_pages *zone, size_t reclaiming, bool strong)
{
	struct counters counters = {.total = LAYOUT_UNKNOWN};
	int64_t page = INT64_C(1) << r->k->layout.page_shift;
	_cleanup_buf_ struct buf text = BUF_INIT;
	buf_puts(&text, strong ? "Memory ran out" : "Memory was short");
	if (!report_failed(r, counters_read(r, &counters)) && layout_known(counters.total) &&
	    layout_known(counters.free)) {
		buf_puts(&text, ", ");
		size_text(counters.free * page, 0, &text);
		buf_puts(&text, " of ");
		size_text(counters.total * page, 0, &text);
		buf_puts(&text, " free");
	}
	if (zone)
		zone_text(r, zone, &text);
	if (reclaiming)
		reclaimers_text(r, all, reclaiming, &text);
	largest_text(r, all, layout_known(counters.total) ? counters.total * page : counters.total,
		     &text);
	hang_add(h, SUSPECT_MEMORY, "memory", -1, strong, &text);
}

void hang_find_memory(struct report *r, struct hang *h)
{
	const struct threads *all = report_threads(r);
	struct zones zones = {0};
	size_t reclaiming = 0;
	if (!all || report_failed(r, zones_read(r, &zones)))
		return;
	for (size_t i = 0; i < all->n && report_time_left(r); i++)
		reclaiming += reclaims(r->k, all, &all->thread[i]);
	const struct zone_pages *zone = short_zone(&zones);
	bool below = zone && zone_shortage(zone) == ZONE_BELOW_MIN;
	if (below || (zone && reclaiming) || reclaiming >= MANY_RECLAIM)
		add_memory(r, h, all, zone, reclaiming, zone && reclaiming > 0);
	zones_deinit(&zones);
}
