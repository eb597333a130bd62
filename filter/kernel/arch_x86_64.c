// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch.h"

#include <elf.h>
#include <inttypes.h>
#include "kernel/kmem.h"
#include "kernel/unwind.h"

/* Documentation/arch/x86/x86_64/mm.rst: the kernel image is mapped here, shifted by phys_base. */
#define KERNEL_MAP_START UINT64_C(0xffffffff80000000)
#define KERNEL_MAP_END	 UINT64_C(0xffffffffc0000000)

/* Intel SDM volume 3, chapter 4.5: entries of the paging structures. */
#define ENTRY_PRESENT 0x1
#define ENTRY_WRITE   0x2
#define ENTRY_LARGE   0x80
#define ENTRY_NX      (UINT64_C(1) << 63)
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)

static uint64_t kernel_map(const struct layout *l, uint64_t vaddr)
{
	uint64_t phys_base = layout_known(l->phys_base) ? (uint64_t)l->phys_base : 0;
	return vaddr - KERNEL_MAP_START + phys_base;
}

static struct err *top_table(const struct layout *l, uint64_t *ret)
{
	int64_t symbol = layout_known(l->init_top_pgt)	    ? l->init_top_pgt
			 : layout_known(l->init_level4_pgt) ? l->init_level4_pgt
							    : l->swapper_pg_dir;
	if (!layout_known(symbol))
		return err_new(ERR_MISSING, "VMCOREINFO lacks SYMBOL(init_top_pgt)");
	*ret = kernel_map(l, (uint64_t)symbol);
	return NULL;
}

/* AMD SME: the encryption bit is part of the entries and not of the address. */
static uint64_t sme_mask(const struct layout *l)
{
	return layout_known(l->sme_mask) ? (uint64_t)l->sme_mask : 0;
}

static int table_levels(const struct layout *l)
{
	return layout_known(l->pgtable_l5_enabled) && l->pgtable_l5_enabled ? 5 : 4;
}

static struct err *x86_64_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	const struct layout *l = k->layout;
	if (vaddr >= KERNEL_MAP_START && vaddr < KERNEL_MAP_END) {
		*ret = (struct extent) {kernel_map(l, vaddr), KERNEL_MAP_END - vaddr};
		return NULL;
	}
	uint64_t table = 0;
	struct err *e = top_table(l, &table);
	if (e)
		return e;
	uint64_t mask = ENTRY_ADDRESS & ~sme_mask(l);
	int levels = table_levels(l);
	for (int level = levels; level >= 1; level--) {
		unsigned int shift = 12 + 9 * (unsigned int)(level - 1);
		uint8_t bytes[8];
		e = kmem_read_phys(k, table + (vaddr >> shift & 511) * 8, bytes, sizeof(bytes));
		if (e)
			return err_wrap(e, "page table of level %d", level);
		uint64_t entry = get_u64(bytes, ORDER_LE);
		if (!(entry & ENTRY_PRESENT))
			return err_new(ERR_MISSING, "not mapped (level %d entry %#" PRIx64 ")",
				       level, entry);
		bool leaf = level == 1 || (level <= 3 && (entry & ENTRY_LARGE));
		if (leaf) {
			uint64_t size = UINT64_C(1) << shift;
			uint64_t in_page = vaddr & (size - 1);
			*ret = (struct extent) {(entry & mask & ~(size - 1)) + in_page,
						size - in_page};
			return NULL;
		}
		table = entry & mask;
	}
	return err_new(ERR_FORMAT, "no leaf in the page tables");
}

/* What maps the kernel's image, which KASLR puts anywhere in memory. Text is what may be executed
 * and not written. */
static bool maps_image(uint64_t vaddr, int level, uint64_t entry)
{
	return vaddr >= KERNEL_MAP_START && vaddr < KERNEL_MAP_END && level <= 2 &&
	       entry & (ENTRY_NX | ENTRY_WRITE);
}

/*
 * One table and what hangs below it. A table that is marked was visited: each that is in the dump
 * is read once, whatever a damaged entry points to.
 */
static void mark_tables(struct kmem *k, uint64_t table, int level, uint64_t vaddr,
			struct bitmap *tables, struct bitmap *image)
{
	uint8_t entries[4096];
	unsigned int shift = 12 + 9 * (unsigned int)(level - 1);
	uint64_t pfn = table >> 12;
	if (pfn >= tables->nbits || bitmap_test(tables, pfn) || !vmcore_segment(k->vmcore, table))
		return;
	bitmap_set(tables, pfn);
	struct err *e = kmem_read_phys(k, table, entries, sizeof(entries));
	err_free(e);
	if (e)
		return;
	uint64_t mask = ENTRY_ADDRESS & ~sme_mask(k->layout);
	for (unsigned int i = 0; i < 512; i++) {
		uint64_t entry = get_u64(entries + i * 8, ORDER_LE);
		uint64_t at = vaddr + ((uint64_t)i << shift);
		if (!(entry & ENTRY_PRESENT))
			continue;
		if (level > 1 && !(level <= 3 && entry & ENTRY_LARGE))
			mark_tables(k, entry & mask, level - 1, at, tables, image);
		else if (maps_image(at, level, entry))
			vmcore_page_map_range(k->vmcore, 12,
					      entry & mask & ~((UINT64_C(1) << shift) - 1),
					      UINT64_C(1) << shift, image);
	}
}

static void x86_64_mark_precious(struct kmem *k, struct bitmap *tables, struct bitmap *image)
{
	uint64_t table = 0;
	struct err *e = top_table(k->layout, &table);
	err_free(e);
	if (e)
		return;
	int levels = table_levels(k->layout);
	/* the upper half: canonical addresses of the kernel start with ones */
	uint64_t first = levels == 5 ? UINT64_C(0xfe00000000000000) : UINT64_C(0xffff000000000000);
	mark_tables(k, table, levels, first, tables, image);
}

const struct arch_ops arch_x86_64 = {
	.name = "x86_64",
	.elf_machine = EM_X86_64,
	.translate = x86_64_translate,
	.mark_precious = x86_64_mark_precious,
	.unwind = &unwind_x86_64,
};
