// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memmap.h"

#include <inttypes.h>

/*
 * section_mem_map holds the address of the section's first struct page minus its pfn's share, and
 * flags in the low bits (include/linux/mmzone.h, SECTION_MAP_LAST_BIT). Kernels have used up to 5
 * of the bits.
 */
#define SECTION_MARKED_PRESENT UINT64_C(1)
#define SECTION_FLAGS	       UINT64_C(0x1f)

/* A damaged table must not make us ask for more: 4 million sections are 512 TiB on x86_64. */
#define MAX_SECTIONS (UINT64_C(4) << 20)

/* Sections have 256 pages at least (x86_64: 32768); the scan needs whole words of its bitmap. */
#define MIN_SECTION_SHIFT 6

/* How the table of sections may be laid out; see load_sparse(). */
struct section_table {
	uint64_t roots;	   /* address of mem_section[0] */
	uint64_t per_root; /* sections behind one root */
	bool pointers;	   /* roots are pointers to arrays (SPARSEMEM_EXTREME) */
};

static struct err *read_section(struct kmem *k, const struct memmap *m, uint64_t entry, size_t nr,
				uint64_t *ret)
{
	const struct layout *l = k->layout;
	uint64_t coded;
	struct err *e = kmem_u64(k, entry + (uint64_t)l->section_mem_map, &coded);
	if (e)
		return e;
	if (!(coded & SECTION_MARKED_PRESENT) || !(coded & ~SECTION_FLAGS)) {
		*ret = 0;
		return NULL;
	}
	uint64_t first_pfn = (uint64_t)nr << m->section_shift;
	*ret = (coded & ~SECTION_FLAGS) + first_pfn * (uint64_t)l->page_size;
	return NULL;
}

/* The array behind the root that section nr belongs to; 0: it has none, or cannot be read. */
static uint64_t read_root(struct kmem *k, struct memmap *m, const struct section_table *t,
			  uint64_t root)
{
	uint64_t array =
		t->roots + root * (t->pointers ? 8 : (uint64_t)k->layout->mem_section_size);
	if (!t->pointers)
		return array;
	struct err *e = kmem_u64(k, array, &array);
	err_free(e);
	m->damaged |= e != NULL;
	return e ? 0 : array;
}

/* The first section from nr on of which the dump has a page. */
static size_t next_section(const struct kmem *k, const struct memmap *m, size_t nr)
{
	unsigned int shift = m->section_shift + k->layout->page_shift;
	const struct segment *s = vmcore_segment_from(k->vmcore, (uint64_t)nr << shift);
	return s ? (size_t)MIN(MAX((uint64_t)nr, s->paddr >> shift), (uint64_t)m->nsections)
		 : m->nsections;
}

/* True if the table makes sense: some section is present, and the first one's struct pages are
 * mapped. */
static bool read_table(struct kmem *k, struct memmap *m, const struct section_table *t)
{
	uint64_t first = 0, root = UINT64_MAX, array = 0;
	m->present = 0;
	m->damaged = false;
	for (size_t nr = next_section(k, m, 0); nr < m->nsections;
	     nr = next_section(k, m, nr + 1)) {
		uint64_t map = 0;
		if (nr / t->per_root != root) {
			root = nr / t->per_root;
			array = read_root(k, m, t, root);
		}
		if (array) {
			uint64_t entry =
				array + nr % t->per_root * (uint64_t)k->layout->mem_section_size;
			struct err *e = read_section(k, m, entry, nr, &map);
			m->damaged |= e != NULL;
			if (e)
				map = 0;
			err_free(e);
		}
		m->maps[nr] = map;
		m->present += map != 0;
		if (!first)
			first = map;
	}
	if (!first)
		return false;
	struct extent x;
	struct err *e = kmem_translate(k, first, &x);
	err_free(e);
	return !e;
}

/*
 * SYMBOL(mem_section) is the address of the array: of sections, or with SPARSEMEM_EXTREME of
 * pointers to pages full of sections. From 4.15 (83e3c48729d9) to its fix in 4.16 (a0b1280368d1)
 * the symbol of the second kind was the address of a pointer to that array.
 */
static struct err *load_sparse(struct kmem *k, uint64_t max_pfn, struct memmap *m)
{
	const struct layout *l = k->layout;
	if (!layout_known(l->section_size_bits) || !layout_known(l->mem_section_size) ||
	    !layout_known(l->section_mem_map))
		return err_new(ERR_MISSING, "VMCOREINFO lacks what describes mem_section");
	if (l->section_size_bits < (int64_t)l->page_shift + MIN_SECTION_SHIFT ||
	    l->section_size_bits > 40)
		return err_new(ERR_FORMAT, "VMCOREINFO: SECTION_SIZE_BITS is %" PRId64,
			       l->section_size_bits);
	if (l->mem_section_size > INT64_C(1) << l->page_shift)
		return err_new(ERR_FORMAT, "VMCOREINFO: SIZE(mem_section) is %" PRId64,
			       l->mem_section_size);
	m->section_shift = (unsigned int)l->section_size_bits - l->page_shift;
	uint64_t n = DIV_ROUND_UP(max_pfn, UINT64_C(1) << m->section_shift);
	if (n == 0 || n > MAX_SECTIONS)
		return err_new(ERR_FORMAT, "%" PRIu64 " memory sections: not possible", n);
	m->nsections = (size_t)n;
	m->maps = calloc(m->nsections, sizeof(*m->maps));
	if (!m->maps)
		return err_nomem();

	uint64_t symbol = (uint64_t)l->mem_section, indirect = 0;
	uint64_t per_root = (UINT64_C(1) << l->page_shift) / (uint64_t)l->mem_section_size;
	if (read_table(k, m, &(struct section_table) {symbol, per_root, true}))
		return NULL;
	struct err *e = kmem_u64(k, symbol, &indirect);
	err_free(e);
	if (!e && read_table(k, m, &(struct section_table) {indirect, per_root, true}))
		return NULL;
	if (read_table(k, m, &(struct section_table) {symbol, 1, false}))
		return NULL;
	return err_new(ERR_FORMAT, "mem_section at %#" PRIx64 " describes no memory that is mapped",
		       symbol);
}

/* One array for everything; it is treated as one section. */
static struct err *load_flat(struct kmem *k, uint64_t max_pfn, struct memmap *m)
{
	uint64_t map;
	struct err *e = kmem_u64(k, (uint64_t)k->layout->mem_map, &map);
	if (e)
		return err_wrap(e, "mem_map");
	m->section_shift = 15; /* any size would do: it is the unit of work of the scan */
	m->nsections = (size_t)DIV_ROUND_UP(max_pfn, UINT64_C(1) << m->section_shift);
	m->maps = calloc(m->nsections ? m->nsections : 1, sizeof(*m->maps));
	if (!m->maps)
		return err_nomem();
	for (size_t i = next_section(k, m, 0); i < m->nsections; i = next_section(k, m, i + 1)) {
		m->maps[i] =
			map + ((uint64_t)i << m->section_shift) * (uint64_t)k->layout->page_size;
		m->present++;
	}
	return NULL;
}

struct err *memmap_load(struct kmem *k, uint64_t max_pfn, struct memmap *ret)
{
	struct memmap m = {0};
	struct err *e;
	if (layout_known(k->layout->mem_section))
		e = load_sparse(k, max_pfn, &m);
	else if (layout_known(k->layout->mem_map))
		e = load_flat(k, max_pfn, &m);
	else
		e = err_new(ERR_MISSING, "VMCOREINFO has neither mem_section nor mem_map");
	if (e) {
		memmap_deinit(&m);
		return err_wrap(e, "finding the struct pages");
	}
	*ret = m;
	return NULL;
}

void memmap_deinit(struct memmap *m)
{
	free(m->maps);
	m->maps = NULL;
}
