// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/printable.h"
#include "report/fetch.h"

/* BLK_MQ_MAX_DEPTH is 10240; a queue per CPU at most. */
#define TAGS_MAX   16384
#define QUEUES_MAX 8192
/* enum mq_rq_state (include/linux/blk-mq.h, 4.18: 12f5b9314545) */
#define STATE_IDLE     0
#define STATE_COMPLETE 2
#define OP_MASK	       0xff /* REQ_OP_BITS is 8, 4.10 (ef295ecf090d) */
/* An age that no machine reaches: the clock or the stamp is not what it seems. */
#define AGE_MAX UINT64_C(315360000000000000)

bool requests_known(const struct layout *l)
{
	return layout_known(l->queue_mq_ops) && layout_known(l->queue_tag_set) &&
	       layout_known(l->tag_set_tags) && layout_known(l->tag_set_nr_hw_queues) &&
	       layout_known(l->tags_nr_tags) && layout_known(l->tags_rqs) &&
	       layout_known(l->request_queue) && layout_known(l->request_tag) &&
	       layout_known(l->request_state);
}

/*
 * ktime_get() as of the last tick: tk_core.timekeeper.tkr_mono. Before 6.13 the struct around it
 * has no name; it starts with a seqcount, as it does since then.
 */
uint64_t requests_now(struct kmem *k)
{
	const struct layout *l = k->layout;
	uint64_t base, ns;
	uint32_t shift;
	if (!layout_known(l->tk_core))
		return 0;
	uint64_t at = (uint64_t)l->tk_core +
		      (layout_known(l->tk_data_timekeeper) ? (uint64_t)l->tk_data_timekeeper : 8);
	if (!fetch_u64(k, at, l->timekeeper_mono, &base) ||
	    !fetch_u64(k, at, l->timekeeper_mono_ns, &ns) ||
	    !fetch_u32(k, at, l->timekeeper_mono_shift, &shift) || shift > 32)
		return 0;
	return base + (ns >> shift);
}

static uint64_t age_of(uint64_t start, uint64_t now)
{
	if (start == 0 || now == 0 || start > AGE_MAX || now > AGE_MAX)
		return REQUEST_UNKNOWN;
	/* The clock is that of the last tick. */
	return now > start ? now - start : 0;
}

/* Keeps the oldest: the youngest that is kept makes room. */
static struct err *keep(struct requests *all, const struct request *one)
{
	size_t youngest = 0;
	if (all->limit == 0)
		return NULL;
	if (all->n == all->cap && all->n < all->limit) {
		size_t cap = MIN(all->cap ? all->cap * 2 : 16, all->limit);
		struct request *more = realloc(all->request, cap * sizeof(*more));
		if (!more)
			return err_nomem();
		all->request = more;
		all->cap = cap;
	}
	if (all->n < all->limit) {
		all->request[all->n++] = *one;
		return NULL;
	}
	for (size_t i = 1; i < all->n; i++) {
		if (all->request[i].age_ns < all->request[youngest].age_ns)
			youngest = i;
	}
	if (one->age_ns > all->request[youngest].age_ns)
		all->request[youngest] = *one;
	return NULL;
}

/*
 * A slot of tags->rqs[] keeps its last request: it is in flight if it still has this tag, is of
 * this queue (tags are shared), and not idle (blk_mq_rq_state()).
 */
static struct err *read_request(struct kmem *k, uint64_t addr, uint64_t queue, uint32_t tag,
				uint64_t now, struct requests *all)
{
	const struct layout *l = k->layout;
	struct request one = {.sector = REQUEST_UNKNOWN};
	uint64_t owner, start = 0;
	uint32_t state, its_tag, op = 0;
	if (!fetch_u32(k, addr, l->request_state, &state) || state == STATE_IDLE ||
	    state > STATE_COMPLETE || !fetch_u64(k, addr, l->request_queue, &owner) ||
	    owner != queue || !fetch_u32(k, addr, l->request_tag, &its_tag) || its_tag != tag)
		return NULL;
	(void)fetch_u32(k, addr, l->request_flags, &op);
	(void)fetch_u32(k, addr, l->request_bytes, &one.bytes);
	/* -1 where there is none: the same number */
	(void)fetch_u64(k, addr, l->request_sector, &one.sector);
	(void)fetch_u64(k, addr, l->request_start, &start);
	one.op = op & OP_MASK;
	one.age_ns = age_of(start, now);
	all->inflight++;
	return keep(all, &one);
}

static struct err *read_tags(struct report *r, uint64_t tags, uint64_t queue, uint64_t now,
			     struct requests *all, bool *found)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	uint32_t n;
	uint64_t rqs;
	struct err *e = NULL;
	if (!fetch_u32(k, tags, l->tags_nr_tags, &n) || n > TAGS_MAX ||
	    !fetch_pointer(k, tags, l->tags_rqs, &rqs))
		return NULL;
	for (uint32_t tag = 0; tag < n && !e && report_time_left(r); tag++) {
		uint64_t request;
		if (fetch_pointer(k, rqs + (uint64_t)tag * 8, 0, &request))
			e = read_request(k, request, queue, tag, now, all);
	}
	*found = true;
	return e;
}

static int by_age(const void *a, const void *b)
{
	const struct request *x = a, *y = b;
	return x->age_ns > y->age_ns ? -1 : x->age_ns < y->age_ns;
}

struct err *requests_read(struct report *r, uint64_t queue, uint64_t now, size_t limit,
			  struct requests *ret, bool *found)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	uint64_t ops, set, array, tags, before = 0;
	uint32_t n;
	struct err *e = NULL;
	*ret = (struct requests) {.inflight = REQUEST_UNKNOWN, .limit = MIN(limit, REQUESTS_MAX)};
	*found = false;
	if (!fetch_pointer(k, queue, l->queue_mq_ops, &ops) ||
	    !fetch_pointer(k, queue, l->queue_tag_set, &set) ||
	    !fetch_pointer(k, set, l->tag_set_tags, &array) ||
	    !fetch_u32(k, set, l->tag_set_nr_hw_queues, &n) || n > QUEUES_MAX)
		return NULL;
	ret->inflight = 0;
	for (uint32_t i = 0; i < n && !e && report_time_left(r); i++) {
		/* Hardware queues can have all the same tags (5.10, 32bc15afed04). */
		if (!fetch_pointer(k, array + (uint64_t)i * 8, 0, &tags) || tags == before)
			continue;
		before = tags;
		e = read_tags(r, tags, queue, now, ret, found);
	}
	if (!*found)
		ret->inflight = REQUEST_UNKNOWN;
	if (ret->n)
		qsort(ret->request, ret->n, sizeof(*ret->request), by_age);
	return e;
}

void requests_deinit(struct requests *r)
{
	free(r->request);
	*r = (struct requests) {0};
}

void request_op_name(const struct kernel *k, uint32_t op, char *ret, size_t cap)
{
	static const char *const fixed[] = {"READ", "WRITE", "FLUSH", "DISCARD"};
	static const char prefix[] = "REQ_OP_";
	const char *name = NULL;
	struct type t;
	/* named req_opf before 6.0 (ff07a02e9e8e) */
	if (k->types && (types_find(k->types, NULL, "enum req_op", &t) ||
			 types_find(k->types, NULL, "enum req_opf", &t)))
		name = type_enumerator_name(t, op);
	if (name && strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	if (!name && op < ARRAY_SIZE(fixed))
		name = fixed[op];
	if (name)
		snprintf(ret, cap, "%s", name);
	else
		snprintf(ret, cap, "op %" PRIu32, op);
	make_printable(ret);
}
