// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Which bits of a dump level leave a kind out. ALWAYS: every level, 0 too, because reading such a
 * page may stop the machine; makedumpfile 1.7.8 does the same.
 */
#define ALWAYS 32
static const struct {
	const char *name;
	unsigned int excluded_by;
} kinds[KIND_COUNT] = {
	[KIND_KERNEL] = {"kernel", 0},
	[KIND_SLAB] = {"slab", 0},
	[KIND_FREE] = {"free", 16},
	[KIND_CACHE] = {"cache", 2 | 4},
	[KIND_CACHE_PRIVATE] = {"cache_private", 4},
	[KIND_ANON] = {"anon", 8},
	[KIND_SWAPCACHE] = {"swapcache", 2 | 4},
	[KIND_HUGETLB] = {"hugetlb", 8},
	[KIND_HWPOISON] = {"hwpoison", ALWAYS},
	[KIND_OFFLINE] = {"offline", ALWAYS},
	[KIND_UNACCEPTED] = {"unaccepted", 16},
};

/* Page flags as bit numbers, and the words of _mapcount that make page types, by kernel. */
static const struct generation {
	const char *name;
	unsigned int lru, private, swapcache, swapbacked, slab, hwpoison,
		head;						/* 0: not a flag here */
	uint32_t free, offline, hugetlb, slab_type, unaccepted; /* 0: not a type here */
	const char *info;
} generations[] = {
	[WORLD_4_18] = {"4.18", 5, 12, 10, 18, 8, 22, 15, (uint32_t)-129, (uint32_t)-257, 0, 0, 0,
			"NUMBER(PG_lru)=5\nNUMBER(PG_private)=12\nNUMBER(PG_swapcache)=10\n"
			"NUMBER(PG_swapbacked)=18\nNUMBER(PG_slab)=8\nNUMBER(PG_hwpoison)=22\n"
			"NUMBER(PG_head_mask)=32768\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
			"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\nNUMBER(HUGETLB_PAGE_DTOR)=2\n"
			"OFFSET(page.compound_head)=8\nOFFSET(page.compound_dtor)=16\n"
			"OFFSET(page.compound_order)=17\n"},
	[WORLD_6_4] = {"6.4", 5, 13, 10, 19, 9, 22, 16, (uint32_t)-129, (uint32_t)-257, 0, 0, 0,
		       "NUMBER(PG_lru)=5\nNUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\n"
		       "NUMBER(PG_swapbacked)=19\nNUMBER(PG_slab)=9\nNUMBER(PG_hwpoison)=22\n"
		       "NUMBER(PG_head_mask)=65536\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
		       "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\nNUMBER(HUGETLB_PAGE_DTOR)=2\n"
		       "OFFSET(page.compound_head)=8\nOFFSET(folio._folio_dtor)=80\n"
		       "OFFSET(folio._folio_order)=81\n"},
	[WORLD_6_12] =
		{"6.12", 5, 14, 10, 17, 0, 20, 6, 0xf0000000, 0xf1000000, 0xf4000000, 0xf5000000, 0,
		 "NUMBER(PG_lru)=5\nNUMBER(PG_private)=14\nNUMBER(PG_swapcache)=10\n"
		 "NUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=20\nNUMBER(PG_head_mask)=64\n"
		 "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"
		 "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
		 "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
		 "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
		 "OFFSET(page.compound_head)=8\n"},
	[WORLD_7_1] = {"7.1", 5, 14, 10, 17, 0, 20, 6, 0xf0000000, 0xf1000000, 0xf4000000,
		       0xf5000000, 0xf9000000,
		       "NUMBER(PG_lru)=5\nNUMBER(PG_private)=14\nNUMBER(PG_swapcache)=10\n"
		       "NUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=20\nNUMBER(PG_head_mask)=64\n"
		       "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"
		       "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
		       "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
		       "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
		       "NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-117440512\n"
		       "OFFSET(page.compound_info)=8\n"},
};

/* --- parsing
 * --------------------------------------------------------------------------------------- */

struct parser {
	struct world *w;
	const char *path;
	unsigned int line;
};

static void wrong(const struct parser *p, const char *what, const char *word)
	__attribute__((noreturn));
static void wrong(const struct parser *p, const char *what, const char *word)
{
	errx(2, "%s:%u: %s: \"%s\"", p->path, p->line, what, word ? word : "");
}

static uint64_t number(const struct parser *p, const char *word)
{
	char *end;
	errno = 0;
	uint64_t n = word ? strtoull(word, &end, 0) : 0;
	if (!word || errno || end == word || *end)
		wrong(p, "not a number", word);
	return n;
}

static void parse_memory(struct parser *p, char **save)
{
	struct world *w = p->w;
	uint64_t start = number(p, strtok_r(NULL, " \t", save)),
		 end = number(p, strtok_r(NULL, " \t", save));
	if (w->nranges == WORLD_MAX_RANGES || start >= end || end > WORLD_MAX_PFN ||
	    (w->nranges && start < w->ranges[w->nranges - 1].end))
		wrong(p, "ranges of pfns must ascend and stay below 2^20", "memory");
	w->ranges[w->nranges].start = start;
	w->ranges[w->nranges++].end = end;
	w->max_pfn = end;
	for (uint64_t pfn = start; pfn < end; pfn++)
		w->pages[pfn] = (struct world_page) {.head = true, .present = true};
}

static unsigned int parse_kind(const struct parser *p, const char *word)
{
	for (unsigned int k = 0; word && k < KIND_COUNT; k++)
		if (!strcmp(word, kinds[k].name))
			return k;
	wrong(p, "not a kind of page", word);
}

static void parse_pages(struct parser *p, char **save)
{
	uint64_t start = number(p, strtok_r(NULL, " \t", save)),
		 end = number(p, strtok_r(NULL, " \t", save));
	unsigned int kind = parse_kind(p, strtok_r(NULL, " \t", save)), order = 0;
	bool zero = false;
	for (char *word; (word = strtok_r(NULL, " \t", save));) {
		if (!strcmp(word, "zero"))
			zero = true;
		else if (!strcmp(word, "order"))
			order = (unsigned int)number(p, strtok_r(NULL, " \t", save));
		else
			wrong(p, "expected zero or order", word);
	}
	uint64_t mask = order < 20 ? (UINT64_C(1) << order) - 1 : UINT64_MAX;
	if (start >= end || end > WORLD_MAX_PFN || (start | end) & mask)
		wrong(p, "not a range of pfns aligned to its order", "pages");
	if (kind == KIND_UNACCEPTED && p->w->kernel != WORLD_7_1)
		wrong(p, "this kernel has no such pages", "unaccepted");
	for (uint64_t pfn = start; pfn < end; pfn++) {
		if (!p->w->pages[pfn].present)
			wrong(p, "pages outside of memory", "pages");
		p->w->pages[pfn] = (struct world_page) {.kind = (uint8_t)kind,
							.order = (uint8_t)order,
							.head = !(pfn & mask),
							.zero = zero,
							.present = true};
	}
}

static void parse_line(struct parser *p, char *line)
{
	char *save = NULL, *hash = strchr(line, '#');
	if (hash)
		*hash = '\0';
	line[strcspn(line, "\n")] = '\0';
	char *word = strtok_r(line, " \t", &save);
	if (!word)
		return;
	if (!strcmp(word, "memory")) {
		parse_memory(p, &save);
	} else if (!strcmp(word, "pages")) {
		parse_pages(p, &save);
	} else if (!strcmp(word, "machine")) {
		const char *name = strtok_r(NULL, " \t", &save);
		bool ppc = name && !strcmp(name, "ppc64le");
		if (!ppc && (!name || strcmp(name, "x86_64")))
			wrong(p, "not a machine", name);
		p->w->machine = ppc ? WORLD_PPC64LE : WORLD_X86_64;
		p->w->page_shift = ppc ? 16 : 12;
	} else if (!strcmp(word, "kernel")) {
		const char *name = strtok_r(NULL, " \t", &save);
		unsigned int g = 0;
		while (g <= WORLD_7_1 && (!name || strcmp(generations[g].name, name)))
			g++;
		if (g > WORLD_7_1)
			wrong(p, "not a kernel (4.18 6.4 6.12 7.1)", name);
		p->w->kernel = (enum world_kernel)g;
	} else {
		wrong(p, "not a directive", word);
	}
}

void world_init(struct world *w, const char *path)
{
	char line[512];
	*w = (struct world) {.kernel = WORLD_6_12, .page_shift = 12};
	struct parser p = {.w = w, .path = path};
	FILE *f = fopen(path, "r");
	w->pages = calloc(WORLD_MAX_PFN, sizeof(*w->pages));
	if (!f || !w->pages)
		err(2, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		p.line++;
		parse_line(&p, line);
	}
	fclose(f);
	if (!w->nranges)
		wrong(&p, "no memory directive", "");
}

void world_deinit(struct world *w)
{
	free(w->pages);
}

/* --- what is known
 * --------------------------------------------------------------------------------- */

bool world_keeps(const struct world *w, uint64_t pfn, unsigned int level)
{
	if (pfn >= w->max_pfn || !w->pages[pfn].present)
		return false;
	return !(kinds[w->pages[pfn].kind].excluded_by & (level | ALWAYS));
}

uint64_t world_vmemmap(const struct world *w)
{
	return w->machine == WORLD_X86_64 ? UINT64_C(0xffffea0000000000)
					  : UINT64_C(0xc00c000000000000);
}

static void put(uint8_t *page, size_t at, uint64_t value, size_t len)
{
	memcpy(page + at, &value,
	       len); /* the machines are little-endian, and so must be the host */
}

#define BIT(n)	     (UINT64_C(1) << (n))
#define ANON_MAPPING UINT64_C(0xffff888000123401)
#define FILE_MAPPING UINT64_C(0xffff888000123400)

/* flags, mapping and _mapcount by kind. */
static void kind_words(const struct generation *g, const struct world_page *p, uint64_t *flags,
		       uint64_t *mapping, uint32_t *mapcount)
{
	static const uint64_t mappings[KIND_COUNT] = {
		[KIND_CACHE] = FILE_MAPPING,
		[KIND_CACHE_PRIVATE] = FILE_MAPPING,
		[KIND_ANON] = ANON_MAPPING,
		[KIND_SWAPCACHE] = FILE_MAPPING,
		[KIND_HUGETLB] = FILE_MAPPING,
		[KIND_SLAB] = ANON_MAPPING, /* other words live there */
	};
	const uint64_t kind_flags[KIND_COUNT] = {
		[KIND_SLAB] = g->slab ? BIT(g->slab) : 0,
		[KIND_CACHE] = BIT(g->lru),
		[KIND_CACHE_PRIVATE] = BIT(g->lru) | BIT(g->private),
		[KIND_ANON] = BIT(g->lru) | BIT(g->swapbacked),
		[KIND_SWAPCACHE] = BIT(g->swapbacked) | BIT(g->swapcache),
		[KIND_HWPOISON] = BIT(g->hwpoison),
	};
	const uint32_t types[KIND_COUNT] = {
		[KIND_SLAB] = g->slab_type,	   [KIND_FREE] = g->free,
		[KIND_HUGETLB] = g->hugetlb,	   [KIND_OFFLINE] = g->offline,
		[KIND_UNACCEPTED] = g->unaccepted,
	};
	*flags = kind_flags[p->kind];
	*mapping = mappings[p->kind];
	*mapcount = types[p->kind] ? types[p->kind] : UINT32_MAX;
}

/* The second struct page of a compound page says its order, and until 6.6 what it is. */
static void put_second(const struct world *w, const struct world_page *head, uint8_t *out)
{
	uint8_t dtor = head->kind == KIND_HUGETLB ? 2 : 1;
	if (w->kernel >= WORLD_6_12) {
		out[0] = head->order;
	} else {
		out[16] = dtor;
		out[17] = head->order;
	}
}

void world_struct_page(const struct world *w, uint64_t pfn, uint8_t out[WORLD_STRUCT_PAGE])
{
	const struct generation *g = &generations[w->kernel];
	const struct world_page *p = &w->pages[pfn];
	uint64_t head_pfn = pfn & ~((UINT64_C(1) << p->order) - 1);
	bool blocks = p->kind == KIND_FREE || p->kind == KIND_UNACCEPTED;
	memset(out, 0, WORLD_STRUCT_PAGE);
	put(out, 48, UINT32_MAX, 4);
	if (!p->present)
		return;
	if (!p->head && blocks)
		return; /* behind the first page of a free block nothing says that it is free */
	if (!p->head) {
		put(out, 8, world_vmemmap(w) + head_pfn * WORLD_STRUCT_PAGE + 1, 8);
		if (pfn == head_pfn + 1)
			put_second(w, &w->pages[head_pfn], out);
		return;
	}
	uint64_t flags, mapping;
	uint32_t mapcount;
	kind_words(g, p, &flags, &mapping, &mapcount);
	if (p->order && !blocks)
		flags |= BIT(g->head);
	put(out, 0, flags, 8);
	put(out, 24, mapping, 8);
	put(out, 40, p->kind == KIND_FREE ? p->order : 0, 8);
	put(out, 48, mapcount, 4);
}

const char *world_page_info(const struct world *w)
{
	return generations[w->kernel].info;
}
