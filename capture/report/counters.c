// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/counters.h"

#include "report/fields.h"

struct reading {
	struct report *r;
	struct kmem *k;
	struct type zone_items, node_items; /* enums; void: not there */
	size_t lost;
};

static int64_t of_enum(struct reading *x, struct type items, int64_t array, const char *item)
{
	int64_t i, value;
	if (!items.id || !layout_known(array) || !type_enumerator(items, item, &i) || i < 0 ||
	    i > 1000)
		return LAYOUT_UNKNOWN;
	value = field_count(field_long(x->k, (uint64_t)i * 8, array));
	x->lost += !layout_known(value);
	return value;
}

/* Items have moved between the two: kernel stacks and page tables were a zone's before 5.11. */
static int64_t stat(struct reading *x, const char *item)
{
	const struct layout *l = &x->r->k->layout;
	int64_t value = of_enum(x, x->node_items, l->vm_node_stat, item);
	return layout_known(value) ? value : of_enum(x, x->zone_items, l->vm_zone_stat, item);
}

static int64_t known_or_0(int64_t value)
{
	return layout_known(value) ? value : 0;
}

static int64_t less(int64_t value, int64_t part)
{
	return layout_known(value) ? MAX(value - known_or_0(part), 0) : value;
}

static void add(struct counter *to, size_t *n, const char *name, int64_t pages)
{
	if (layout_known(pages) && *n < COUNTERS_MAX)
		to[(*n)++] = (struct counter) {name, pages};
}

void counters_add_use(struct counters *c, const char *name, int64_t pages)
{
	add(c->use, &c->nuse, name, pages);
}

static int64_t kernel_stacks(struct reading *x)
{
	int64_t kib = stat(x, "NR_KERNEL_STACK_KB");
	return layout_known(kib) ? kib / ((INT64_C(1) << x->k->layout->page_shift) / 1024) : kib;
}

/* Not what stacks take, which come from there too where the kernel maps them. */
static int64_t vmalloc_pages(struct reading *x, int64_t stacks)
{
	const struct layout *l = x->k->layout;
	int64_t pages = stat(x, "NR_VMALLOC");
	if (!layout_known(pages))
		pages = field_count(field_long(x->k, 0, l->nr_vmalloc_pages));
	return layout_known(l->task_stack_vm_area) ? less(pages, stacks) : pages;
}

/* pcpu_nr_pages() of mm/percpu.c */
static int64_t percpu_pages(struct reading *x)
{
	const struct layout *l = x->k->layout;
	int64_t populated = field_count(field_long(x->k, 0, l->pcpu_nr_populated));
	int64_t units = field_int(x->k, 0, l->pcpu_nr_units);
	if (!layout_known(populated) || units < 1 || units > 65536)
		return LAYOUT_UNKNOWN;
	return field_count(populated * units);
}

static void read_use(struct reading *x, struct counters *c)
{
	int64_t shmem = stat(x, "NR_SHMEM"), swapcache = stat(x, "NR_SWAPCACHE");
	int64_t reclaimable = stat(x, "NR_SLAB_RECLAIMABLE_B"); /* 5.9 (d42f3245c7e2): pages too */
	int64_t unreclaimable = stat(x, "NR_SLAB_UNRECLAIMABLE_B");
	int64_t stacks = kernel_stacks(x);
	if (!layout_known(reclaimable))
		reclaimable = stat(x, "NR_SLAB_RECLAIMABLE");
	if (!layout_known(unreclaimable))
		unreclaimable = stat(x, "NR_SLAB_UNRECLAIMABLE");
	c->free = stat(x, "NR_FREE_PAGES");
	if (layout_known(reclaimable) && layout_known(unreclaimable))
		c->slab = reclaimable + unreclaimable;
	add(c->use, &c->nuse, "free", c->free);
	add(c->use, &c->nuse, "anonymous", stat(x, "NR_ANON_MAPPED"));
	add(c->use, &c->nuse, "page cache", less(less(stat(x, "NR_FILE_PAGES"), shmem), swapcache));
	add(c->use, &c->nuse, "shared memory, tmpfs", shmem);
	add(c->use, &c->nuse, "swap cache", swapcache);
	add(c->use, &c->nuse, "slab, reclaimable", reclaimable);
	add(c->use, &c->nuse, "slab, unreclaimable", unreclaimable);
	add(c->use, &c->nuse, "page tables", stat(x, "NR_PAGETABLE"));
	add(c->use, &c->nuse, "page tables of guests, IOMMUs", stat(x, "NR_SECONDARY_PAGETABLE"));
	add(c->use, &c->nuse, "kernel stacks", stacks);
	add(c->use, &c->nuse, "vmalloc", vmalloc_pages(x, stacks));
	add(c->use, &c->nuse, "per-CPU variables", percpu_pages(x));
	add(c->use, &c->nuse, "compressed (zsmalloc)", stat(x, "NR_ZSPAGES"));
	add(c->use, &c->nuse, "bounce buffers", stat(x, "NR_BOUNCE"));
}

static void read_also(struct reading *x, struct counters *c)
{
	static const struct {
		const char *name, *item;
	} also[] = {
		{"mapped files", "NR_FILE_MAPPED"},
		{"dirty", "NR_FILE_DIRTY"},
		{"under writeback", "NR_WRITEBACK"},
		{"active anonymous", "NR_ACTIVE_ANON"},
		{"inactive anonymous", "NR_INACTIVE_ANON"},
		{"active file", "NR_ACTIVE_FILE"},
		{"inactive file", "NR_INACTIVE_FILE"},
		{"unevictable", "NR_UNEVICTABLE"},
		{"locked by mlock", "NR_MLOCK"},
		{"anonymous huge pages", "NR_ANON_THPS"},
		{"other reclaimable", "NR_KERNEL_MISC_RECLAIMABLE"},
		{"free, for CMA only", "NR_FREE_CMA_PAGES"},
		{"not accepted", "NR_UNACCEPTED"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(also); i++)
		add(c->also, &c->nalso, also[i].name, stat(x, also[i].item));
}

struct err *counters_read(struct report *r, struct counters *ret)
{
	struct reading x = {.r = r, .k = &r->k->kmem};
	const struct layout *l = &r->k->layout;
	*ret = (struct counters) {
		.total = LAYOUT_UNKNOWN, .free = LAYOUT_UNKNOWN, .slab = LAYOUT_UNKNOWN};
	ret->total = field_count(field_long(
		x.k, 0,
		layout_known(l->totalram_pages) ? l->totalram_pages : l->totalram_pages_old));
	if (!r->k->types)
		return err_new(ERR_MISSING, "what pages are used for: %s",
			       buf_str(&r->k->no_types));
	(void)types_find(r->k->types, NULL, "enum zone_stat_item", &x.zone_items);
	(void)types_find(r->k->types, NULL, "enum node_stat_item", &x.node_items);
	read_use(&x, ret);
	read_also(&x, ret);
	if (x.lost)
		report_missing(r, "what pages are used for: %zu counters are unreadable or damaged",
			       x.lost);
	if (ret->nuse == 0)
		return err_new(ERR_MISSING, "what pages are used for: this kernel's counters are "
					    "not known");
	return NULL;
}
