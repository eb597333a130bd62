// SPDX-License-Identifier: GPL-2.0-or-later
#include "pack/pack.h"

#include <string.h>
#include "base/pool.h"

/*
 * Bytes of pages per batch: enough to make handing them over cheap (a lock per 64 pages), small
 * enough for three batches per thread to fit into a capture kernel's memory beside everything else.
 */
#define BATCH_BYTES ((size_t)256 * 1024)
/* All batches together stay under this, as far as each can hold a page; with many CPUs they get
 * smaller. */
#define BUDGET_BYTES	   ((size_t)24 << 20)
#define BATCHES_PER_THREAD 3
struct packer {
	const struct bitmap *selected;
	const struct pack_options *o;
	size_t page_size;
	size_t batch_pages;
	size_t worst; /* room that the codec may need for one page */
};

struct worker {
	const struct packer *p;
	void *reader;
	void *state; /* of the codec */
};

static bool is_zero(const uint8_t *p, size_t len)
{
	uint64_t first;
	memcpy(&first, p, sizeof(first));
	return first == 0 && memcmp(p, p + 8, len - 8) == 0;
}

static void pack_one(struct worker *w, struct batch *b, struct packed_page *page,
		     const uint8_t *bytes)
{
	const struct packer *p = w->p;
	if (p->o->find_zeros && is_zero(bytes, p->page_size)) {
		page->kind = PACKED_ZERO;
		page->size = 0;
		return;
	}
	ssize_t n = 0;
	if (p->o->codec)
		n = p->o->codec->compress(w->state, bytes, p->page_size, b->data + b->len,
					  p->worst);
	if (n <= 0) {
		/* It did not shrink, or the codec failed on it: as it is, then. */
		memcpy(b->data + b->len, bytes, p->page_size);
		n = (ssize_t)p->page_size;
		page->kind = PACKED_RAW;
	} else {
		page->kind = PACKED_COMPRESSED;
	}
	page->size = (uint32_t)n;
	b->len += (size_t)n;
}

/* One page by itself, for what could not be read together with its neighbours. */
static void pack_alone(struct worker *w, struct batch *b, struct packed_page *page)
{
	const uint8_t *bytes;
	struct err *e = w->p->o->reader->read(w->reader, page->pfn, 1, &bytes);
	if (e) {
		page->kind = PACKED_LOST;
		page->size = 0;
		err_free(e);
		return;
	}
	pack_one(w, b, page, bytes);
}

/* How many pages from i on are neighbours. */
static size_t run_length(const struct batch *b, size_t i)
{
	size_t n = 1;
	while (i + n < b->npages && b->pages[i + n].pfn == b->pages[i].pfn + n)
		n++;
	return n;
}

static void pack_batch(void *context, void *item)
{
	struct worker *w = context;
	struct batch *b = item;
	size_t size = w->p->page_size;
	b->len = 0;
	for (size_t i = 0; i < b->npages;) {
		size_t n = run_length(b, i);
		const uint8_t *bytes;
		struct err *e = w->p->o->reader->read(w->reader, b->pages[i].pfn, n, &bytes);
		for (size_t j = 0; j < n; j++) {
			if (e)
				pack_alone(w, b, &b->pages[i + j]);
			else
				pack_one(w, b, &b->pages[i + j], bytes + j * size);
		}
		err_free(e);
		i += n;
	}
}

/* Fills a batch with the next selected pages; returns where to go on. */
static uint64_t fill(const struct packer *p, struct batch *b, uint64_t pfn)
{
	b->npages = 0;
	pfn = bitmap_next(p->selected, pfn);
	while (pfn < p->selected->nbits && b->npages < p->batch_pages) {
		if (!p->o->except || !bitmap_test(p->o->except, pfn))
			b->pages[b->npages++].pfn = pfn;
		pfn = bitmap_next(p->selected, pfn + 1);
	}
	return pfn;
}

static struct err *run(const struct packer *p, struct pool *pool, struct batch *batches,
		       size_t depth, pack_consumer consume, void *context)
{
	uint64_t pfn = bitmap_next(p->selected, 0);
	for (size_t sequence = 0;;) {
		if (pfn < p->selected->nbits && !pool_full(pool)) {
			struct batch *b = &batches[sequence++ % depth];
			pfn = fill(p, b, pfn);
			pool_submit(pool, b);
			continue;
		}
		struct batch *b = pool_take(pool);
		if (!b)
			return NULL;
		struct err *e = consume(context, b);
		if (e)
			return e;
	}
}

static void workers_deinit(struct worker *w, size_t n, const struct pack_options *o)
{
	for (size_t i = 0; i < n; i++) {
		if (w[i].reader)
			o->reader->destroy(w[i].reader);
		if (w[i].state)
			o->codec->state_destroy(w[i].state);
	}
}

static bool worker_init(struct worker *w, const struct packer *p)
{
	w->p = p;
	w->reader = p->o->reader->create(p->o->reader_context, p->batch_pages * p->page_size);
	if (p->o->codec)
		w->state = p->o->codec->state_create();
	return w->reader && (w->state || !p->o->codec);
}

/* As many of n as memory allows: fewer workers are slower, none is a failure. */
static struct err *workers_init(struct worker *w, size_t n, const struct packer *p, size_t *made)
{
	for (*made = 0; *made < n; (*made)++)
		if (!worker_init(&w[*made], p))
			break;
	return *made ? NULL : err_nomem();
}

static void batches_deinit(struct batch *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(b[i].pages);
		free(b[i].data);
	}
}

/* The same for batches; two are enough to go on with. */
static struct err *batches_init(struct batch *b, size_t n, const struct packer *p, size_t *made)
{
	for (*made = 0; *made < n; (*made)++) {
		struct batch *next = &b[*made];
		next->pages = calloc(p->batch_pages, sizeof(*next->pages));
		next->data = malloc(p->batch_pages * p->page_size + p->worst);
		if (!next->pages || !next->data)
			break;
	}
	return *made ? NULL : err_nomem();
}

struct err *pack_pages(const struct bitmap *selected, const struct pack_options *options,
		       pack_consumer consume, void *context)
{
	size_t n = MAX(options->threads, 1U), depth = BATCHES_PER_THREAD * n;
	struct packer p = {
		.selected = selected,
		.o = options,
		.page_size = (size_t)1 << options->page_shift,
	};
	p.batch_pages = MAX(MIN(BATCH_BYTES, BUDGET_BYTES / depth) / p.page_size, (size_t)1);
	p.worst = MAX(options->codec ? options->codec->worst(p.page_size) : 0, p.page_size);
	_cleanup_free_ struct worker *workers = calloc(n, sizeof(*workers));
	_cleanup_free_ void **contexts = calloc(n, sizeof(*contexts));
	_cleanup_free_ struct batch *batches = calloc(depth, sizeof(*batches));
	if (!workers || !contexts || !batches)
		return err_nomem();
	for (size_t i = 0; i < n; i++)
		contexts[i] = &workers[i];
	struct pool *pool;
	size_t made, batches_made;
	struct err *e = workers_init(workers, n, &p, &made);
	if (!e)
		e = batches_init(batches, depth, &p, &batches_made);
	if (!e)
		e = pool_create(MIN(options->threads, (unsigned int)made),
				(unsigned int)batches_made, pack_batch, contexts, &pool);
	if (!e) {
		e = run(&p, pool, batches, batches_made, consume, context);
		pool_destroy(pool);
	}
	batches_deinit(batches, depth);
	workers_deinit(workers, n, options);
	return e;
}
