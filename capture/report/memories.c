// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/memories.h"

#include <stdlib.h>
#include "kernel/percpu.h"
#include "report/fetch.h"

/* Where the per-CPU variables of each CPU are: asked once, used for each counter. */
struct shares {
	uint64_t *offset;
	size_t n;
	bool known;
};

static void cleanup_shares(struct shares *s)
{
	free(s->offset);
}

static struct err *find_shares(struct report *r, struct shares *ret)
{
	struct kmem *k = &r->k->kmem;
	_cleanup_(bitmap_deinit) struct bitmap online = {0};
	struct err *e = cpu_mask_read(k, CPUS_ONLINE, &online);
	if (!e)
		ret->offset = calloc(online.nbits ? online.nbits : 1, sizeof(*ret->offset));
	if (!e && !ret->offset)
		e = err_nomem();
	for (uint64_t cpu = e ? 0 : bitmap_next(&online, 0); !e && cpu < online.nbits;
	     cpu = bitmap_next(&online, cpu + 1)) {
		e = percpu_addr(k, 0, (unsigned int)cpu, &ret->offset[ret->n]);
		if (!e)
			ret->n++;
	}
	ret->known = !e;
	if (!e || err_code(e) == ERR_NOMEM)
		return e;
	(void)report_failed(r, err_wrap(e, "resident sets"));
	return NULL;
}

/*
 * One kind of pages. A counter of its own keeps small amounts with each CPU (struct percpu_counter,
 * lib/percpu_counter.c, __percpu_counter_sum()); without SMP it has no shares.
 */
static bool read_counter(struct kmem *k, const struct shares *s, uint64_t mm, int64_t kind,
			 int64_t *ret)
{
	const struct layout *l = k->layout;
	uint64_t count, shares, at;
	if (!layout_known(kind))
		return false;
	if (!layout_known(l->mm_rss_percpu_count)) {
		if (!fetch_u64(k, mm + (uint64_t)kind * 8, l->mm_rss_count, &count))
			return false;
		*ret = (int64_t)count;
		return true;
	}
	if (!layout_known(l->mm_rss_percpu_size))
		return false;
	at = mm + (uint64_t)(kind * l->mm_rss_percpu_size);
	if (!fetch_u64(k, at, l->mm_rss_percpu_count, &count))
		return false;
	*ret = (int64_t)count;
	if (!layout_known(l->mm_rss_percpu_shares))
		return true;
	if (!s->known || !fetch_pointer(k, at, l->mm_rss_percpu_shares, &shares))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		uint32_t share;
		if (!fetch_u32(k, shares + s->offset[i], 0, &share))
			return false;
		*ret = (int64_t)((uint64_t)*ret + (uint64_t)(int64_t)(int32_t)share);
	}
	return true;
}

static uint64_t in_kib(const struct kmem *k, uint64_t pages)
{
	return pages << k->layout->page_shift >> 10;
}

/* More than 2^40 pages no process has: that is damage, as is a sum below zero. */
static bool plausible(int64_t pages)
{
	return pages >= 0 && pages <= INT64_C(1) << 40;
}

/* The kernel's numbers of the kinds. */
static void find_kinds(const struct layout *l, int64_t ret[MEMORY_KINDS])
{
	ret[0] = l->mm_filepages;
	ret[1] = l->mm_anonpages;
	ret[2] = l->mm_shmempages;
}

/*
 * Before 6.2 (f1a7941243c1) a thread adds its pages to the process' after 64 page faults only, each
 * of which may bring 16 of them: all that a small process has (SPLIT_RSS_COUNTING, mm/memory.c).
 */
static void add_kept(struct kmem *k, const struct task *t, struct process_memory *m)
{
	const struct layout *l = k->layout;
	int64_t kinds[MEMORY_KINDS];
	uint32_t pages;
	find_kinds(l, kinds);
	for (size_t i = 0; i < MEMORY_KINDS && layout_known(l->task_rss_count); i++) {
		if (layout_known(kinds[i]) &&
		    fetch_u32(k, t->addr + (uint64_t)kinds[i] * 4, l->task_rss_count, &pages))
			m->kept[i] += (int32_t)pages;
	}
}

static void read_memory(struct kmem *k, const struct shares *s, struct process_memory *m)
{
	const struct layout *l = k->layout;
	int64_t kinds[MEMORY_KINDS];
	uint64_t vm, rss = 0;
	int64_t pages;
	find_kinds(l, kinds);
	m->rss_kib = m->vm_kib = MEMORY_UNKNOWN;
	if (fetch_u64(k, m->mm, l->mm_total_vm, &vm) && plausible((int64_t)vm))
		m->vm_kib = in_kib(k, vm);
	for (size_t i = 0; i < MEMORY_KINDS; i++) {
		if (!read_counter(k, s, m->mm, kinds[i], &pages))
			return;
		pages = (int64_t)((uint64_t)pages + (uint64_t)m->kept[i]);
		/* While pages change hands a kind can be below zero: for the kernel that is 0. */
		rss += plausible(pages) ? (uint64_t)pages : 0;
	}
	m->rss_kib = in_kib(k, rss);
}

static int by_address(const void *a, const void *b)
{
	const struct process_memory *x = a, *y = b;
	return x->mm < y->mm ? -1 : x->mm > y->mm;
}

/* Each address once, sorted. */
static struct err *list(const struct layout *l, const struct threads *all, struct memories *m)
{
	size_t n = 0, unique = 0;
	for (size_t i = 0; i < all->n; i++)
		n += all->thread[i].task.mm && !is_kernel_thread(l, &all->thread[i].task);
	m->of = calloc(n ? n : 1, sizeof(*m->of));
	if (!m->of)
		return err_nomem();
	n = 0;
	for (size_t i = 0; i < all->n; i++) {
		const struct task *t = &all->thread[i].task;
		if (!t->mm || is_kernel_thread(l, t))
			continue;
		/* threads come one after the other */
		if (n == 0 || m->of[n - 1].mm != t->mm)
			m->of[n++].mm = t->mm;
	}
	qsort(m->of, n, sizeof(*m->of), by_address);
	for (size_t i = 0; i < n; i++) {
		if (unique == 0 || m->of[unique - 1].mm != m->of[i].mm)
			m->of[unique++] = m->of[i];
	}
	m->n = unique;
	return NULL;
}

static struct process_memory *find(const struct memories *m, uint64_t mm)
{
	struct process_memory key = {.mm = mm};
	return m->n ? bsearch(&key, m->of, m->n, sizeof(key), by_address) : NULL;
}

struct err *memories_collect(struct report *r, const struct threads *all, struct memories *ret)
{
	_cleanup_(cleanup_shares) struct shares shares = {0};
	struct memories m = {0};
	size_t i = 0;
	struct err *e = list(r->k->kmem.layout, all, &m);
	if (!e)
		e = find_shares(r, &shares);
	if (e) {
		memories_deinit(&m);
		return e;
	}
	for (size_t j = 0; j < all->n && report_time_left(r); j++) {
		const struct task *t = &all->thread[j].task;
		struct process_memory *of = find(&m, t->mm);
		if (of && !is_kernel_thread(r->k->kmem.layout, t))
			add_kept(&r->k->kmem, t, of);
	}
	for (; i < m.n && report_time_left(r); i++)
		read_memory(&r->k->kmem, &shares, &m.of[i]);
	for (; i < m.n; i++)
		m.of[i].rss_kib = m.of[i].vm_kib = MEMORY_UNKNOWN;
	*ret = m;
	return NULL;
}

void memories_deinit(struct memories *m)
{
	free(m->of);
	*m = (struct memories) {0};
}

const struct process_memory *memories_find(const struct memories *m, uint64_t mm)
{
	return find(m, mm);
}
