// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch.h"

#include <elf.h>
#include <inttypes.h>
#include "kernel/kmem.h"
#include "kernel/unwind.h"

/*
 * Book3S 64: the linear map is region 0xc000…, without page tables; vmalloc, I/O and vmemmap follow
 * at 0xc008…, 0xc00a…, 0xc00c… (arch/powerpc/include/asm/book3s/64/radix.h). PAGE_OFFSET is fixed.
 */
#define PAGE_OFFSET    UINT64_C(0xc000000000000000)
#define LINEAR_END     UINT64_C(0xc008000000000000)
#define VMEMMAP_REGION UINT64_C(0xc00c000000000000)

/* Power ISA 3.1 book III 7.7.10: valid bit, leaf bit, next level base. Entries are big-endian in
 * memory. */
#define RADIX_VALID UINT64_C(0x8000000000000000)
#define RADIX_LEAF  UINT64_C(0x4000000000000000)
#define RADIX_RPN   UINT64_C(0x01fffffffffff000)
#define RADIX_NEXT  UINT64_C(0x0fffffffffffff00)

/* Index bits from the page up: radix-4k.h and radix-64k.h. */
static const unsigned int radix_4k[] = {9, 9, 9, 13};
static const unsigned int radix_64k[] = {5, 9, 9, 13};

static struct err *radix_walk(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	const struct layout *l = k->layout;
	const unsigned int *bits = l->page_shift == 16 ? radix_64k : radix_4k;
	if (!layout_known(l->swapper_pg_dir))
		return err_new(ERR_MISSING, "VMCOREINFO lacks SYMBOL(swapper_pg_dir)");
	uint64_t table = (uint64_t)l->swapper_pg_dir & ~PAGE_OFFSET;
	unsigned int shift = l->page_shift + bits[0] + bits[1] + bits[2] + bits[3];
	for (int level = 3; level >= 0; level--) {
		shift -= bits[level];
		uint64_t index = vaddr >> shift & ((1U << bits[level]) - 1);
		uint8_t bytes[8];
		struct err *e = kmem_read_phys(k, table + index * 8, bytes, sizeof(bytes));
		if (e)
			return err_wrap(e, "page table of level %d", level);
		uint64_t entry = get_u64(bytes, ORDER_BE);
		if (!(entry & RADIX_VALID))
			return err_new(ERR_MISSING, "not mapped (level %d entry %#" PRIx64 ")",
				       level, entry);
		if (entry & RADIX_LEAF) {
			uint64_t size = UINT64_C(1) << shift;
			uint64_t in_page = vaddr & (size - 1);
			*ret = (struct extent) {(entry & RADIX_RPN & ~(size - 1)) + in_page,
						size - in_page};
			return NULL;
		}
		table = entry & RADIX_NEXT;
	}
	return err_new(ERR_FORMAT, "no leaf in the page tables");
}

/* Far more blocks than a real list has: one per 16 MiB of vmemmap, which is 1 GiB of memory or
 * more. */
#define MAX_VMEMMAP_BLOCKS 65536U

/*
 * What describes vmemmap lies in the linear map. Any other address is damage, and translating it
 * would come back to the walk that asked.
 */
static struct err *linear_read(struct kmem *k, uint64_t vaddr, void *buf, size_t len)
{
	if (vaddr < PAGE_OFFSET || vaddr >= LINEAR_END)
		return err_new(ERR_FORMAT, "%#" PRIx64 " is not in the linear map", vaddr);
	return kmem_read_phys(k, vaddr & ~PAGE_OFFSET, buf, len);
}

static struct err *linear_u32(struct kmem *k, uint64_t vaddr, uint32_t *ret)
{
	uint8_t bytes[4];
	struct err *e = linear_read(k, vaddr, bytes, sizeof(bytes));
	if (!e)
		*ret = get_u32(bytes, k->vmcore->order);
	return e;
}

static struct err *linear_u64(struct kmem *k, uint64_t vaddr, uint64_t *ret)
{
	uint8_t bytes[8];
	struct err *e = linear_read(k, vaddr, bytes, sizeof(bytes));
	if (!e)
		*ret = get_u64(bytes, k->vmcore->order);
	return e;
}

/*
 * The list, read once for each struct kmem: a walk of it for each address would be work without a
 * bound. Its end is the list's, or the first thing that is wrong with it.
 */
struct vmemmap {
	uint64_t block; /* bytes */
	const char *end;
	size_t n;
	struct {
		uint64_t virt, phys;
	} blocks[];
};

/* mmu_psize_defs[mmu_vmemmap_psize].shift: the size of one block of the list. */
static struct err *vmemmap_block_shift(struct kmem *k, uint32_t *ret)
{
	const struct layout *l = k->layout;
	uint32_t psize;
	struct err *e = linear_u32(k, (uint64_t)l->mmu_vmemmap_psize, &psize);
	if (!e && psize >= 32)
		e = err_new(ERR_FORMAT, "mmu_vmemmap_psize is %u", psize);
	if (!e)
		e = linear_u32(k,
			       (uint64_t)l->mmu_psize_defs +
				       psize * (uint64_t)l->mmu_psize_def_size +
				       (uint64_t)l->mmu_psize_def_shift,
			       ret);
	if (!e && (*ret < 12 || *ret > 34))
		e = err_new(ERR_FORMAT, "vmemmap page shift is %u", *ret);
	return e;
}

static struct err *read_block(struct kmem *k, uint64_t node, uint64_t *virt, uint64_t *phys,
			      uint64_t *next)
{
	const struct layout *l = k->layout;
	struct err *e = linear_u64(k, node + (uint64_t)l->vmemmap_backing_virt, virt);
	if (!e)
		e = linear_u64(k, node + (uint64_t)l->vmemmap_backing_phys, phys);
	if (!e)
		e = linear_u64(k, node + (uint64_t)l->vmemmap_backing_list, next);
	return e;
}

/* Puts the blocks into list->blocks, which grows; whatever is wrong in the list ends it. */
static struct err *read_blocks(struct kmem *k, uint64_t node, struct vmemmap **list)
{
	size_t cap = 0;
	uint64_t mark = 0; /* an earlier node, moved on at powers of two (Brent) */
	for (size_t i = 0; node && i < MAX_VMEMMAP_BLOCKS; i++) {
		if (i == cap) {
			cap = cap ? cap * 2 : 64;
			struct vmemmap *more =
				realloc(*list, sizeof(*more) + cap * sizeof(more->blocks[0]));
			if (!more)
				return err_nomem();
			*list = more;
		}
		if ((i & (i - 1)) == 0)
			mark = node;
		struct vmemmap *v = *list;
		struct err *e = read_block(k, node, &v->blocks[i].virt, &v->blocks[i].phys, &node);
		if (e) {
			v->end = "not in vmemmap_list, which is damaged";
			err_free(e);
			return NULL;
		}
		v->n = i + 1;
		if (node == mark) {
			v->end = "not in vmemmap_list, which is a circle";
			return NULL;
		}
	}
	return NULL;
}

/* Hash MMU: vmemmap is bolted and in no page table, but listed (arch/powerpc/mm/init_64.c). */
static struct err *load_vmemmap(struct kmem *k, const struct vmemmap **ret)
{
	const struct layout *l = k->layout;
	if (k->arch_cache) {
		*ret = k->arch_cache;
		return NULL;
	}
	if (!layout_known(l->vmemmap_list) || !layout_known(l->mmu_vmemmap_psize) ||
	    !layout_known(l->mmu_psize_defs) || !layout_known(l->mmu_psize_def_size) ||
	    !layout_known(l->mmu_psize_def_shift) || !layout_known(l->vmemmap_backing_phys) ||
	    !layout_known(l->vmemmap_backing_virt) || !layout_known(l->vmemmap_backing_list))
		return err_new(ERR_MISSING, "VMCOREINFO lacks vmemmap_list and what describes it");
	uint32_t shift;
	uint64_t node = 0;
	struct err *e = vmemmap_block_shift(k, &shift);
	if (!e)
		e = linear_u64(k, (uint64_t)l->vmemmap_list, &node);
	if (e)
		return e;
	struct vmemmap *list = malloc(sizeof(*list));
	if (!list)
		return err_nomem();
	*list = (struct vmemmap) {.block = UINT64_C(1) << shift, .end = "not in vmemmap_list"};
	e = read_blocks(k, node, &list);
	if (e) {
		free(list);
		return e;
	}
	k->arch_cache = list;
	*ret = list;
	return NULL;
}

static struct err *vmemmap_walk(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	const struct vmemmap *list = NULL;
	struct err *e = load_vmemmap(k, &list);
	if (e)
		return e;
	for (size_t i = 0; i < list->n; i++) {
		uint64_t in_block = vaddr - list->blocks[i].virt;
		if (in_block >= list->block)
			continue;
		*ret = (struct extent) {list->blocks[i].phys + in_block, list->block - in_block};
		return NULL;
	}
	return err_new(ERR_MISSING, "%s", list->end);
}

static struct err *ppc64_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	const struct layout *l = k->layout;
	if (vaddr < PAGE_OFFSET)
		return err_new(ERR_FORMAT, "not a kernel address");
	if (vaddr < LINEAR_END) {
		*ret = (struct extent) {vaddr & ~PAGE_OFFSET, LINEAR_END - vaddr};
		return NULL;
	}
	/* Hash kernels export the number as 0; those before 6.4 do not, and have the list if they
	 * use hash. */
	bool hash = layout_known(l->radix_mmu) ? l->radix_mmu == 0 : false;
	if (hash && vaddr >= VMEMMAP_REGION)
		return vmemmap_walk(k, vaddr, ret);
	if (hash)
		return err_new(ERR_UNSUPPORTED, "hash page tables are not walked yet");
	return radix_walk(k, vaddr, ret);
}

/*
 * As on x86_64, for 4 KiB pages, where each table below the top is a page: one that is marked was
 * visited. The kernel image needs no mark, it is at the start of memory.
 */
static void mark_tables(struct kmem *k, uint64_t table, int level, struct bitmap *pages)
{
	const unsigned int *bits = k->layout->page_shift == 16 ? radix_64k : radix_4k;
	size_t size = (size_t)8 << bits[level];
	if (!vmcore_segment(k->vmcore, table))
		return;
	vmcore_page_map_range(k->vmcore, k->layout->page_shift, table, size, pages);
	_cleanup_free_ uint8_t *entries = malloc(size);
	if (!entries || level == 0)
		return;
	struct err *e = kmem_read_phys(k, table, entries, size);
	err_free(e);
	for (size_t i = 0; !e && i < size / 8; i++) {
		uint64_t entry = get_u64(entries + i * 8, ORDER_BE);
		uint64_t next = entry & RADIX_NEXT;
		if (!(entry & RADIX_VALID) || entry & RADIX_LEAF)
			continue;
		if (bitmap_test(pages, next >> k->layout->page_shift))
			continue;
		mark_tables(k, next, level - 1, pages);
	}
}

static void ppc64_mark_precious(struct kmem *k, struct bitmap *tables, struct bitmap *image)
{
	(void)image;
	const struct layout *l = k->layout;
	bool hash = layout_known(l->radix_mmu) && l->radix_mmu == 0;
	if (!hash && layout_known(l->swapper_pg_dir) && l->page_shift == 12)
		mark_tables(k, (uint64_t)l->swapper_pg_dir & ~PAGE_OFFSET, 3, tables);
}

const struct arch_ops arch_ppc64 = {
	.name = "ppc64",
	.elf_machine = EM_PPC64,
	.translate = ppc64_translate,
	.mark_precious = ppc64_mark_precious,
	.unwind = &unwind_ppc64,
};
