// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/select.h"

#include <inttypes.h>
#include <string.h>
#include "base/pool.h"
#include "kernel/memmap.h"

/* Struct pages read at a time. A multiple of the largest buddy block would not be needed: see
 * spill. */
#define PIECE_BYTES ((size_t)256 * 1024)
/*
 * Twice what x86_64 reaches with page tables of four levels, and all of Book3S 64 with pages of
 * 64 KiB (MAX_PHYSMEM_BITS 46 and 51). The bitmaps are 4 GiB each then, nearly all of it holes;
 * more is a damaged or hostile vmcore.
 */
#define MAX_PFNS (UINT64_C(1) << 35)

struct scan {
	const struct vmcore *vmcore;
	const struct memmap *map;
	const struct page_layout *pages;
	bool excluded[PAGE_NR_CLASSES];
	struct bitmap *dump; /* workers change the bits of their own sections */
};

struct worker {
	const struct scan *scan;
	struct kmem kmem;
	struct view view;
	uint8_t *bounce; /* struct pages that are not contiguous in physical memory; made when
			    needed */
};

/* One section of the memory map, and what became of it. */
struct section {
	size_t nr;
	uint64_t excluded[PAGE_NR_CLASSES];
	uint64_t unknown;
	/* The end of a block that began here and goes on behind this section; for the owner to
	 * apply. */
	uint64_t spill_from, spill_to;
	enum page_class spill_class;
};

static void level_to_classes(unsigned int level, bool excluded[PAGE_NR_CLASSES])
{
	memset(excluded, 0, PAGE_NR_CLASSES * sizeof(*excluded));
	excluded[PAGE_CACHE] = level & (LEVEL_CACHE | LEVEL_CACHE_PRIVATE);
	excluded[PAGE_CACHE_PRIVATE] = level & LEVEL_CACHE_PRIVATE;
	excluded[PAGE_USER] = level & LEVEL_USER;
	excluded[PAGE_FREE] = level & LEVEL_FREE;
	excluded[PAGE_UNACCEPTED] = level & LEVEL_FREE;
	excluded[PAGE_HWPOISON] = true;
	excluded[PAGE_OFFLINE] = true;
}

static uint64_t drop(struct bitmap *dump, uint64_t from, uint64_t to)
{
	/* most often a page by itself */
	if (to - from == 1) {
		bool there = bitmap_test(dump, from);
		if (there)
			bitmap_clear(dump, from);
		return there;
	}
	uint64_t n = bitmap_count(dump, from, to);
	if (n)
		bitmap_clear_range(dump, from, to);
	return n;
}

/* n struct pages at p, of pfns from pfn on, inside the section that ends at end. Returns pfns
 * passed. */
static uint64_t scan_piece(const struct scan *s, struct section *sec, const uint8_t *p,
			   uint64_t pfn, uint64_t n, uint64_t end)
{
	const struct page_layout *l = s->pages;
	uint64_t i = 0;
	while (i < n) {
		const uint8_t *page = p + i * l->size;
		struct page_view view;
		page_view_decode(l, page, i + 1 < n ? page + l->size : NULL, &view);
		enum page_class c = page_classify(&view, l);
		uint64_t count = 1;
		if (!s->excluded[c])
			c = page_unreadable(&view, l);
		if (s->excluded[c]) {
			count = page_extent(&view, l, c, pfn + i);
			uint64_t to = MIN(pfn + i + count, end);
			sec->excluded[c] += drop(s->dump, pfn + i, to);
			if (pfn + i + count > end) {
				sec->spill_from = end;
				sec->spill_to = pfn + i + count;
				sec->spill_class = c;
			}
		}
		i += count;
	}
	return i;
}

/*
 * The bytes of up to *n struct pages at vaddr; *n is lowered to what one read gives. Where they are
 * not contiguous in physical memory, or one straddles a boundary, they are copied together.
 */
static struct err *read_piece(struct worker *w, uint64_t vaddr, uint64_t *n, const uint8_t **ret)
{
	size_t size = w->scan->pages->size;
	uint64_t most = MIN(*n, PIECE_BYTES / size);
	struct extent x;
	struct err *e = kmem_translate(&w->kmem, vaddr, &x);
	if (e)
		return e;
	if (x.len >= most * size || x.len % size == 0) {
		*n = MIN(most, x.len / size);
		return vmcore_view(w->scan->vmcore, &w->view, x.paddr, *n * size, ret);
	}
	if (!w->bounce)
		w->bounce = malloc(PIECE_BYTES);
	if (!w->bounce)
		return err_nomem();
	*n = most;
	*ret = w->bounce;
	return kmem_read(&w->kmem, vaddr, w->bounce, most * size);
}

static void scan_section(void *context, void *item)
{
	struct worker *w = context;
	struct section *sec = item;
	const struct scan *s = w->scan;
	uint64_t first = (uint64_t)sec->nr << s->map->section_shift, pfn = first;
	uint64_t end = MIN(first + (UINT64_C(1) << s->map->section_shift), s->dump->nbits);
	uint64_t map = s->map->maps[sec->nr];
	/* Pages in the dump only: struct pages that stand for none may be without number. */
	for (uint64_t to = end; bitmap_run(s->dump, &pfn, &to); to = end) {
		uint64_t n = to - pfn, passed;
		const uint8_t *piece;
		struct err *e = read_piece(w, map + (pfn - first) * s->pages->size, &n, &piece);
		/* A piece does not end between the two struct pages that tell of a compound page.
		 */
		if (!e && n > 1 && pfn + n < to)
			n -= (pfn + n) & 1;
		if (e) {
			/* What cannot be judged is dumped. Go on behind the struct pages of one
			 * page. */
			passed = MIN(n, MAX((UINT64_C(1) << 12) / s->pages->size, UINT64_C(1)));
			sec->unknown += bitmap_count(s->dump, pfn, pfn + passed);
			err_free(e);
		} else {
			passed = scan_piece(s, sec, piece, pfn, n, end);
		}
		pfn += passed;
	}
}

static void collect(struct selection *sel, const struct section *sec)
{
	for (int c = 0; c < PAGE_NR_CLASSES; c++)
		sel->excluded[c] += sec->excluded[c];
	sel->unknown += sec->unknown;
	if (sec->spill_to)
		sel->excluded[sec->spill_class] += drop(&sel->dump, sec->spill_from, sec->spill_to);
}

/*
 * A spill must not be applied while a worker is at those sections: it is done when all of them are
 * finished. A section's first pages then were judged by themselves before, which changes nothing:
 * inside a block there are only tails.
 */
static struct err *run_sections(struct scan *s, struct pool *pool, struct section *ring,
				size_t depth, struct selection *sel)
{
	size_t spills = 0, cap = 0;
	_cleanup_free_ struct section *spilled = NULL;
	size_t submitted = 0, sequence = 0;
	for (size_t nr = 0; nr < s->map->nsections || submitted > 0;) {
		if (nr < s->map->nsections && !s->map->maps[nr]) {
			nr++;
			continue;
		}
		if (nr < s->map->nsections && !pool_full(pool)) {
			struct section *sec = &ring[sequence++ % depth];
			*sec = (struct section) {.nr = nr};
			pool_submit(pool, sec);
			submitted++;
			nr++;
			continue;
		}
		struct section done = *(struct section *)pool_take(pool);
		submitted--;
		if (done.spill_to) {
			if (spills == cap) {
				cap = cap ? cap * 2 : 16;
				struct section *more = realloc(spilled, cap * sizeof(*more));
				if (!more)
					return err_nomem();
				spilled = more;
			}
			spilled[spills++] = done;
			done.spill_to = 0;
		}
		collect(sel, &done);
	}
	for (size_t i = 0; i < spills; i++) {
		memset(spilled[i].excluded, 0, sizeof(spilled[i].excluded));
		spilled[i].unknown = 0;
		collect(sel, &spilled[i]);
	}
	return NULL;
}

static void workers_deinit(struct worker *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		kmem_deinit(&w[i].kmem);
		view_deinit(&w[i].view);
		free(w[i].bounce);
	}
}

/* As many of n as memory allows, at least one. */
static struct err *workers_init(struct worker *w, size_t n, const struct scan *s,
				const struct layout *l, size_t *made)
{
	struct err *e = NULL;
	for (*made = 0; *made < n; (*made)++) {
		struct worker *next = &w[*made];
		next->scan = s;
		e = kmem_init(&next->kmem, s->vmcore, l);
		if (!e)
			e = view_init(&next->view, s->vmcore->source, PIECE_BYTES);
		if (e)
			break;
	}
	if (*made == 0)
		return e;
	err_free(e);
	return NULL;
}

static struct err *scan_sections(struct scan *s, const struct layout *l, unsigned int threads,
				 struct selection *sel)
{
	size_t n = threads ? threads : 1, depth = 2 * n;
	_cleanup_free_ struct worker *workers = calloc(n, sizeof(*workers));
	_cleanup_free_ void **contexts = calloc(n, sizeof(*contexts));
	_cleanup_free_ struct section *ring = calloc(depth, sizeof(*ring));
	if (!workers || !contexts || !ring)
		return err_nomem();
	for (size_t i = 0; i < n; i++)
		contexts[i] = &workers[i];
	struct pool *pool;
	size_t made;
	struct err *e = workers_init(workers, n, s, l, &made);
	if (!e)
		e = pool_create(MIN(threads, (unsigned int)made), (unsigned int)depth, scan_section,
				contexts, &pool);
	if (!e) {
		e = run_sections(s, pool, ring, depth, sel);
		pool_destroy(pool);
	}
	workers_deinit(workers, n);
	return e;
}

/*
 * What lies behind the last page that the kernel had is no memory of its: hypervisors add the
 * firmware's ROM below 4 GiB to their dumps.
 */
static void drop_beyond(const struct memmap *map, struct selection *sel)
{
	size_t last = map->nsections;
	if (map->damaged)
		return;
	while (last > 0 && !map->maps[last - 1])
		last--;
	uint64_t end = (uint64_t)last << map->section_shift;
	if (end >= sel->max_pfn)
		return;
	sel->excluded[PAGE_OFFLINE] += drop(&sel->dump, end, sel->max_pfn);
	sel->max_pfn = end;
}

static struct err *exclude(const struct vmcore *v, const struct layout *l, unsigned int level,
			   unsigned int threads, struct selection *sel)
{
	struct page_layout pages;
	struct memmap map;
	_cleanup_kmem_ struct kmem kmem = {0};
	struct err *e = page_layout_init(l, v->order, &pages);
	if (!e)
		e = kmem_init(&kmem, v, l);
	if (!e)
		e = memmap_load(&kmem, sel->max_pfn, &map);
	if (e)
		return e;
	struct scan s = {.vmcore = v, .map = &map, .pages = &pages, .dump = &sel->dump};
	level_to_classes(level, s.excluded);
	drop_beyond(&map, sel);
	e = scan_sections(&s, l, threads, sel);
	memmap_deinit(&map);
	return e;
}

/* A help, not a need: whatever goes wrong, pages are then written in their order. */
static void mark_precious(const struct vmcore *v, const struct layout *l, struct selection *sel)
{
	_cleanup_kmem_ struct kmem kmem = {0};
	struct err *e = kmem_init(&kmem, v, l);
	if (!e && kmem.arch->mark_precious)
		e = bitmap_init(&sel->tables, sel->max_pfn);
	if (!e && sel->tables.nbits)
		e = bitmap_init(&sel->precious, sel->max_pfn);
	if (!e && sel->precious.nbits) {
		kmem.arch->mark_precious(&kmem, &sel->tables, &sel->precious);
		bitmap_and(&sel->tables, &sel->dump);
		bitmap_and(&sel->precious, &sel->dump);
		bitmap_or(&sel->precious, &sel->tables);
	}
	err_free(e);
}

struct err *select_pages(const struct vmcore *v, const struct layout *layout,
			 unsigned int page_shift, unsigned int level, unsigned int threads,
			 struct selection *ret)
{
	struct selection sel = {.max_pfn = vmcore_max_pfn(v, page_shift)};
	if (sel.max_pfn > MAX_PFNS)
		return err_new(ERR_FORMAT,
			       "%s: memory at physical address %#" PRIx64
			       ", above the limit of %#" PRIx64 ": not a valid vmcore",
			       v->source->path, (sel.max_pfn - 1) << page_shift,
			       MAX_PFNS << page_shift);
	struct err *e = bitmap_init(&sel.dump, sel.max_pfn);
	if (e)
		return e;
	e = vmcore_page_map(v, page_shift, &sel.dump);
	if (e) {
		selection_deinit(&sel);
		return e;
	}
	sel.existing = bitmap_count(&sel.dump, 0, sel.max_pfn);
	/* Broken memory is left out at every level, because reading it may stop the machine. */
	if (layout)
		e = exclude(v, layout, level, threads, &sel);
	else
		e = err_new(ERR_MISSING, "the vmcore has no VMCOREINFO");
	if (e && level <= LEVEL_ZERO && err_code(e) != ERR_NOMEM) {
		sel.doubt = e;
		e = NULL;
	}
	if (e) {
		selection_deinit(&sel);
		return e;
	}
	sel.selected = bitmap_count(&sel.dump, 0, sel.max_pfn);
	if (layout)
		mark_precious(v, layout, &sel);
	*ret = sel;
	return NULL;
}

void selection_deinit(struct selection *s)
{
	err_free(s->doubt);
	bitmap_deinit(&s->dump);
	bitmap_deinit(&s->tables);
	bitmap_deinit(&s->precious);
}
