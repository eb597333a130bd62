// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch.h"

#include <elf.h>
#include <inttypes.h>
#include "kernel/kmem.h"
#include "kernel/unwind.h"

/*
 * Entries of the translation tables (Arm ARM D8.3; arch/arm64/include/asm/pgtable-hwdef.h): bit 0
 * valid, bit 1 "table" above the last level and "page" on it; a block has bit 1 clear. Of what they
 * map: not to be written; not to be executed by the kernel.
 */
#define ENTRY_VALID	 0x1
#define ENTRY_TABLE	 0x2
#define ENTRY_READ_ONLY	 0x80 /* AP[2] */
#define ENTRY_PXN	 (UINT64_C(1) << 53)
#define ENTRY_ADDRESS	 UINT64_C(0x0000fffffffff000)
#define ENTRY_ADDRESS_50 UINT64_C(0x0003fffffffff000) /* LPA2: up to bit 49 */

/* The largest of each that hardware has; anything else in VMCOREINFO is damage. */
#define VA_BITS_LEAST 36
#define VA_BITS_MOST  52

/* How much of what follows _stext is taken for the kernel's image, in mark_precious. */
#define IMAGE_BYTES (UINT64_C(64) << 20)

struct geometry {
	unsigned int page_shift;
	unsigned int va_bits;	/* as configured */
	unsigned int va_actual; /* as the hardware allowed: 52 becomes 48, with 16K pages 47 */
	unsigned int index_bits;
	int levels;
	unsigned int top_bits; /* index bits of the first level */
	bool lpa2;
};

static int levels_for(unsigned int va_bits, unsigned int page_shift)
{
	return (int)DIV_ROUND_UP(va_bits - page_shift, page_shift - 3);
}

/*
 * A kernel built for 52 bits that runs with fewer (LPA2 missing) leaves out the first level, and
 * swapper_pg_dir is then the table of the next one (p4d_to_folded_pud() and pgd_to_folded_p4d() in
 * pgtable.h, 6.9). With 64K pages the levels stay the same, and the index is that of 52 bits.
 */
static struct err *geometry_of(const struct layout *l, struct geometry *ret)
{
	if (!layout_known(l->va_bits))
		return err_new(ERR_MISSING, "VMCOREINFO lacks NUMBER(VA_BITS)");
	int64_t bits = l->va_bits, actual = bits;
	if (layout_known(l->tcr_el1_t1sz))
		actual = 64 - l->tcr_el1_t1sz;
	if (bits < VA_BITS_LEAST || bits > VA_BITS_MOST || actual < VA_BITS_LEAST ||
	    actual > bits || (l->page_shift != 12 && l->page_shift != 14 && l->page_shift != 16))
		return err_new(ERR_FORMAT,
			       "VMCOREINFO: %" PRId64 " of %" PRId64
			       " address bits with pages of %u: not possible",
			       actual, bits, 1U << l->page_shift);
	struct geometry g = {.page_shift = l->page_shift,
			     .va_bits = (unsigned int)bits,
			     .va_actual = (unsigned int)actual,
			     .index_bits = l->page_shift - 3};
	g.levels = levels_for(g.va_actual, g.page_shift);
	bool folded = g.levels != levels_for(g.va_bits, g.page_shift);
	g.top_bits = (folded ? g.va_actual : g.va_bits) - g.page_shift -
		     (unsigned int)(g.levels - 1) * g.index_bits;
	g.lpa2 = g.va_actual == 52 && g.page_shift < 16;
	*ret = g;
	return NULL;
}

/*
 * 52 bits of physical address: with 64K pages bits 51:48 are kept in 15:12, with LPA2 bits 51:50 in
 * 9:8 (__pte_to_phys()). Without LPA2 9:8 are the shareability.
 */
static uint64_t entry_address(const struct geometry *g, uint64_t entry)
{
	uint64_t in_page = (UINT64_C(1) << g->page_shift) - 1;
	if (g->page_shift == 16)
		return (entry & ENTRY_ADDRESS & ~in_page) | (entry >> 12 & 0xf) << 48;
	if (g->lpa2)
		return (entry & ENTRY_ADDRESS_50 & ~in_page) | (entry >> 8 & 0x3) << 50;
	return entry & ENTRY_ADDRESS & ~in_page;
}

/* swapper_pg_dir is part of the image, which lies kimage_voffset below its virtual address. */
static struct err *top_table(const struct layout *l, uint64_t *ret)
{
	if (!layout_known(l->swapper_pg_dir) || !layout_known(l->kimage_voffset))
		return err_new(ERR_MISSING, "VMCOREINFO lacks SYMBOL(swapper_pg_dir) or "
					    "NUMBER(kimage_voffset)");
	*ret = (uint64_t)l->swapper_pg_dir - (uint64_t)l->kimage_voffset;
	return NULL;
}

/* *leaf: the entry that maps vaddr. */
static struct err *walk(struct kmem *k, const struct geometry *g, uint64_t vaddr,
			struct extent *ret, uint64_t *leaf)
{
	uint64_t table = 0;
	struct err *e = top_table(k->layout, &table);
	unsigned int bits = g->top_bits;
	for (int level = g->levels - 1; !e && level >= 0; level--, bits = g->index_bits) {
		unsigned int shift = g->page_shift + (unsigned int)level * g->index_bits;
		uint64_t index = vaddr >> shift & ((UINT64_C(1) << bits) - 1);
		uint8_t bytes[8];
		e = kmem_read_phys(k, table + index * 8, bytes, sizeof(bytes));
		if (e)
			return err_wrap(e, "translation table, %d above the last", level);
		uint64_t entry = get_u64(bytes, k->vmcore->order);
		bool is_leaf = level == 0 ? entry & ENTRY_TABLE : !(entry & ENTRY_TABLE);
		if (!(entry & ENTRY_VALID) || (level == 0 && !is_leaf))
			return err_new(ERR_MISSING, "not mapped (entry %#" PRIx64 ")", entry);
		if (is_leaf) {
			uint64_t size = UINT64_C(1) << shift, in_block = vaddr & (size - 1);
			*ret = (struct extent) {(entry_address(g, entry) & ~(size - 1)) + in_block,
						size - in_block};
			*leaf = entry;
			return NULL;
		}
		table = entry_address(g, entry);
	}
	return e ? e : err_new(ERR_FORMAT, "no leaf in the translation tables");
}

/*
 * The linear map, for addresses whose tables are damaged or not in the dump, a page at a time.
 * Since 5.4 (14c127c957c1) it is the lower half of the kernel's addresses and the image is in the
 * upper one; before that it was the other way round. __lm_to_phys() of asm/memory.h.
 */
static bool linear_map(const struct layout *l, const struct geometry *g, uint64_t vaddr,
		       struct extent *ret)
{
	if (!layout_known(l->phys_offset) || !layout_known(l->swapper_pg_dir))
		return false;
	uint64_t size = UINT64_C(1) << g->page_shift, left = size - (vaddr & (size - 1));
	uint64_t half = UINT64_C(1) << (g->va_bits - 1), offset = (uint64_t)l->phys_offset;
	if (!((uint64_t)l->swapper_pg_dir & half)) {
		*ret = (struct extent) {(vaddr & (half - 1)) + offset, left};
		return vaddr & half;
	}
	/* VA_BITS_MIN: where the linear map ends does not depend on the hardware */
	unsigned int least = g->va_bits <= 48 ? g->va_bits : g->page_shift == 14 ? 47 : 48;
	if (vaddr >= -(UINT64_C(1) << (least - 1)))
		return false;
	*ret = (struct extent) {vaddr + (UINT64_C(1) << g->va_bits) + offset, left};
	return true;
}

/*
 * Pointers carry more than an address: a tag in the top byte (KASAN), a signature between the
 * address and bit 55 (pointer authentication). Bit 55 says that it is the kernel's.
 */
static uint64_t strip(const struct layout *l, uint64_t vaddr)
{
	uint64_t mask = UINT64_C(0xff) << 56;
	if (layout_known(l->kernel_pac_mask))
		mask |= (uint64_t)l->kernel_pac_mask;
	return vaddr >> 55 & 1 ? vaddr | mask : vaddr;
}

static struct err *arm64_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	struct geometry g;
	struct err *e = geometry_of(k->layout, &g);
	if (e)
		return e;
	vaddr = strip(k->layout, vaddr);
	if (vaddr < -(UINT64_C(1) << g.va_actual))
		return err_new(ERR_FORMAT, "not a kernel address");
	uint64_t leaf;
	e = walk(k, &g, vaddr, ret, &leaf);
	if (e && err_code(e) != ERR_NOMEM && linear_map(k->layout, &g, vaddr, ret)) {
		err_free(e);
		return NULL;
	}
	return e;
}

/* One table and what hangs below it; one that is marked was visited. */
static void mark_tables(struct kmem *k, const struct geometry *g, uint64_t table, int level,
			struct bitmap *pages)
{
	uint64_t pfn = table >> g->page_shift;
	size_t size =
		level == g->levels - 1 ? (size_t)8 << g->top_bits : (size_t)1 << g->page_shift;
	if (pfn >= pages->nbits || bitmap_test(pages, pfn))
		return;
	bitmap_set(pages, pfn);
	_cleanup_free_ uint8_t *entries = level ? malloc(size) : NULL;
	if (!entries)
		return;
	struct err *e = kmem_read_phys(k, table, entries, size);
	err_free(e);
	for (size_t i = 0; !e && i < size / 8; i++) {
		uint64_t entry = get_u64(entries + i * 8, k->vmcore->order);
		if (entry & ENTRY_VALID && entry & ENTRY_TABLE)
			mark_tables(k, g, entry_address(g, entry), level - 1, pages);
	}
}

/* The image may be anywhere (KASLR), and VMCOREINFO does not say how long it is. Text is what may
 * be executed and not written. */
static void mark_image(struct kmem *k, const struct geometry *g, struct bitmap *pages)
{
	uint64_t vaddr = (uint64_t)k->layout->stext, end = vaddr + IMAGE_BYTES;
	while (vaddr < end) {
		struct extent x;
		uint64_t leaf = 0;
		struct err *e = walk(k, g, vaddr, &x, &leaf);
		uint64_t len = e ? UINT64_C(1) << g->page_shift : MIN(x.len, end - vaddr);
		if (!e && (leaf & ENTRY_PXN || !(leaf & ENTRY_READ_ONLY)))
			bitmap_set_range(pages, x.paddr >> g->page_shift,
					 DIV_ROUND_UP(x.paddr + len, UINT64_C(1) << g->page_shift));
		err_free(e);
		vaddr += len;
	}
}

static void arm64_mark_precious(struct kmem *k, struct bitmap *tables, struct bitmap *image)
{
	struct geometry g;
	uint64_t table = 0;
	struct err *e = geometry_of(k->layout, &g);
	if (!e)
		e = top_table(k->layout, &table);
	if (!e) {
		mark_tables(k, &g, table, g.levels - 1, tables);
		if (layout_known(k->layout->stext))
			mark_image(k, &g, image);
	}
	err_free(e);
}

const struct arch_ops arch_arm64 = {
	.name = "aarch64",
	.elf_machine = EM_AARCH64,
	.translate = arm64_translate,
	.mark_precious = arm64_mark_precious,
	.unwind = &unwind_arm64,
};
