// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch.h"

#include <elf.h>
#include <inttypes.h>
#include "kernel/kmem.h"

/* Documentation/arch/x86/x86_64/mm.rst: the kernel image is mapped here, shifted by phys_base. */
#define KERNEL_MAP_START UINT64_C(0xffffffff80000000)
#define KERNEL_MAP_END	 UINT64_C(0xffffffffc0000000)

/* Intel SDM volume 3, chapter 4.5: entries of the paging structures. */
#define ENTRY_PRESENT 0x1
#define ENTRY_LARGE   0x80
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
	/* AMD SME: the encryption bit is part of the entries and not of the address. */
	uint64_t mask = ENTRY_ADDRESS & ~(layout_known(l->sme_mask) ? (uint64_t)l->sme_mask : 0);
	int levels = layout_known(l->pgtable_l5_enabled) && l->pgtable_l5_enabled ? 5 : 4;
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

const struct arch_ops arch_x86_64 = {
	.name = "x86_64",
	.elf_machine = EM_X86_64,
	.translate = x86_64_translate,
};
