// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/health.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"

#define LINE_MAX_LEN 240
/* dev_watchdog()'s time where an interface says none (net/sched/sch_generic.c). */
#define WATCHDOG_SECONDS 5.0

void nic_health_deinit(struct nic_health *h)
{
	free(h->subject);
	free(h->level);
	buf_deinit(&h->text);
	*h = (struct nic_health) {0};
}

void nic_health_begin(struct nic_health *h, enum nic_subject_kind kind, const char *name)
{
	h->now = (struct nic_subject) {.kind = kind, .wrong_at = h->text.len, .ring = h->levels};
	snprintf(h->now.name, sizeof(h->now.name), "%s", name);
	h->context[0] = '\0';
	h->walking = true;
}

void nic_health_device(struct nic_health *h, const char *driver, const char *pci)
{
	struct nic_subject *s = &h->now;
	if (driver)
		snprintf(s->driver, sizeof(s->driver), "%.*s", (int)sizeof(s->driver) - 1, driver);
	if (pci)
		snprintf(s->pci, sizeof(s->pci), "%.*s", (int)sizeof(s->pci) - 1, pci);
}

/* An array with room for one more, up to max; false: there is none. */
static bool room(void **array, size_t n, size_t *cap, size_t size, size_t max)
{
	if (n < *cap)
		return true;
	size_t want = MIN(*cap ? *cap * 2 : 16, max);
	void *more = n < max ? realloc(*array, want * size) : NULL;
	if (!more)
		return false;
	*array = more;
	*cap = want;
	return true;
}

void nic_health_end(struct nic_health *h)
{
	h->walking = false;
	if (h->now.kind != NIC_INTERFACE && !h->now.wrong)
		return;
	if (!room((void **)&h->subject, h->subjects, &h->subjects_cap, sizeof(*h->subject),
		  HEALTH_SUBJECTS_MAX)) {
		h->left_out++;
		return;
	}
	h->subject[h->subjects++] = h->now;
}

void nic_health_context(struct nic_health *h, const char *fmt, ...)
{
	va_list ap;
	h->context[0] = '\0';
	if (!fmt)
		return;
	va_start(ap, fmt);
	vsnprintf(h->context, sizeof(h->context), fmt, ap);
	va_end(ap);
}

static void printf_like(3, 0)
	add_line(struct nic_health *h, const char *context, const char *fmt, va_list ap)
{
	char line[LINE_MAX_LEN];
	struct nic_subject *s = &h->now;
	if (!h->walking)
		return;
	if (s->wrong++ >= HEALTH_WRONG_MAX || h->text.len > HEALTH_TEXT_MAX)
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	buf_printf(&h->text, "%s%s%s\n", context, *context ? ": " : "", line);
	s->wrong_len = h->text.len - s->wrong_at;
	s->wrong_kept++;
}

void nic_health_wrong(struct nic_health *h, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add_line(h, h->context, fmt, ap);
	va_end(ap);
}

/* For what is judged here, and names its ring or queue itself. */
static void printf_like(2, 3) wrong(struct nic_health *h, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add_line(h, "", fmt, ap);
	va_end(ap);
}

/* --- what counts as wrong -----------------------------------------------------------------------
 */

/* No ring is filled to its last entry: full and empty would look the same. */
static bool is_full(const struct nic_level *l)
{
	return l->size - MIN(l->device + l->done, l->size) <= MAX(l->size / 16, 1u);
}

static void judge_tx(struct nic_health *h, const struct nic_level *l)
{
	char oldest[64] = "";
	bool old = l->device && l->oldest_ms >= WATCHDOG_SECONDS * 1000;
	if (l->device && !isnan(l->oldest_ms))
		snprintf(oldest, sizeof(oldest), ", the oldest for %.1f s", l->oldest_ms / 1000);
	if (is_full(l))
		wrong(h,
		      "%s is full: of %" PRIu64 " the adapter has %" PRIu64 "%s, %" PRIu64
		      " are done and not cleaned up",
		      l->name, l->size, l->device, oldest, l->done);
	else if (old)
		wrong(h, "%s: the adapter has %" PRIu64 " of %" PRIu64 "%s", l->name, l->device,
		      l->size, oldest);
	else if (l->done >= MAX(l->size / 2, 2u))
		wrong(h,
		      "%s: %" PRIu64 " of %" PRIu64 " are done, but the driver has not cleaned up",
		      l->name, l->done, l->size);
}

static void judge_rx(struct nic_health *h, const struct nic_level *l)
{
	if (!h->now.up)
		return;
	if (l->device <= l->size / 16 && l->done < MAX(l->size / 2, 2u))
		wrong(h, "%s: the adapter has %" PRIu64 " of %" PRIu64 " buffers to receive into",
		      l->name, l->device, l->size);
	else if (l->done >= MAX(l->size / 2, 2u))
		wrong(h, "%s: %" PRIu64 " of %" PRIu64 " received, but not looked at", l->name,
		      l->done, l->size);
}

static void judge_done(struct nic_health *h, const struct nic_level *l)
{
	if (l->done >= l->size)
		wrong(h, "%s is full: %" PRIu64 " that the driver has not looked at", l->name,
		      l->done);
	else if (l->done >= MAX(l->size / 2, 2u))
		wrong(h, "%s: %" PRIu64 " of %" PRIu64 " not looked at", l->name, l->done, l->size);
}

void nic_health_ring(struct nic_health *h, const struct nic_level *level)
{
	if (!h->walking)
		return;
	if (level->size && level->kind == NIC_RING_TX)
		judge_tx(h, level);
	else if (level->size && level->kind == NIC_RING_RX)
		judge_rx(h, level);
	else if (level->size && level->kind == NIC_RING_DONE)
		judge_done(h, level);
	if (!room((void **)&h->level, h->levels, &h->levels_cap, sizeof(*h->level),
		  HEALTH_RINGS_MAX)) {
		h->left_out++;
		return;
	}
	h->level[h->levels++] = *level;
	h->now.rings++;
}

/* As dev_watchdog() does (net/sched/sch_generic.c), which may not have come to it any more. */
void nic_health_queue(struct nic_health *h, const struct nic_txq *q)
{
	const struct nic_subject *s = &h->now;
	double limit = q->watchdog > 0 ? q->watchdog : WATCHDOG_SECONDS;
	char timeouts[48] = "";
	h->now.tx_queues++;
	h->now.tx_stopped += q->stopped;
	if (q->timeouts)
		snprintf(timeouts, sizeof(timeouts), "timed out %" PRIu64 " time%s", q->timeouts,
			 q->timeouts == 1 ? "" : "s");
	if (q->stopped && s->up && s->present && s->carrier && q->age >= limit)
		wrong(h,
		      "TX queue %u is stopped, and got no frame for %.1f s (the "
		      "watchdog waits %.1f s)%s%s",
		      q->index, q->age, limit, *timeouts ? "; " : "", timeouts);
	else if (q->timeouts)
		wrong(h, "TX queue %u %s%s", q->index, timeouts,
		      q->stopped ? ", and is stopped" : "");
}

void nic_health_link(struct nic_health *h, bool up, bool present, bool carrier, const char *why)
{
	struct nic_subject *s = &h->now;
	s->known = true;
	s->up = up;
	s->present = present;
	s->carrier = carrier;
	if (up && !present)
		wrong(h, "it was detached (netif_device_detach): being reset, asleep, or given up "
			 "after a PCI error");
	/* bridges and bonds without members have none, and nothing is wrong */
	if (up && !carrier && *s->driver)
		wrong(h, "the link is down%s%s", why ? ": " : "", why ? why : "");
}

/* --- for those who show it ----------------------------------------------------------------------
 */

size_t nic_health_line(const struct nic_health *h, const struct nic_subject *s, const char **at)
{
	const char *text = buf_str(&h->text), *end = text + s->wrong_at + s->wrong_len;
	if (h->text.failed || s->wrong_len == 0)
		return 0;
	const char *line = *at ? *at + strcspn(*at, "\n") + 1 : text + s->wrong_at;
	if (line >= end)
		return 0;
	*at = line;
	return strcspn(line, "\n");
}

void nic_health_state(const struct nic_subject *s, struct buf *out)
{
	if (!s->known) {
		buf_puts(out, "state unknown");
		return;
	}
	buf_puts(out, s->up ? "up" : "down");
	if (!s->present)
		buf_puts(out, ", detached");
	if (s->up)
		buf_puts(out, s->carrier ? ", link up" : ", no link");
	if (s->tx_stopped)
		buf_printf(out, ", %u of %u TX queues stopped", s->tx_stopped, s->tx_queues);
}

const char *nic_ring_kind_name(enum nic_ring_kind kind)
{
	static const char *const names[] = {[NIC_RING_OTHER] = "other",
					    [NIC_RING_TX] = "tx",
					    [NIC_RING_RX] = "rx",
					    [NIC_RING_DONE] = "completion"};
	return names[kind];
}
