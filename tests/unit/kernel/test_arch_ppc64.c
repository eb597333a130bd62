// SPDX-License-Identifier: GPL-2.0-or-later
/* ppc64: linear map, radix tables of both page sizes, the hash MMU's list of vmemmap blocks. */
#include "unit.h"
#include "small_machine.h"

#define ROOT	 UINT64_C(0x20000)
#define LINEAR	 UINT64_C(0xc000000000000000)
#define VMALLOC	 UINT64_C(0xc008000000000000)
#define VMEMMAP	 UINT64_C(0xc00c000000000000)
#define VALID	 UINT64_C(0x8000000000000000)
#define LEAF(at) (VALID | UINT64_C(0x4000000000000000) | (at) | 0x18e)
#define NEXT(at) (VALID | (at) | 13) /* the low bits are the size of the next table */

/* Entries of radix tables are big-endian whatever the kernel is. */
static void entry(struct small_machine *m, uint64_t table, uint64_t index, uint64_t e)
{
	small_machine_entry(m, table, index, e, ORDER_BE);
}

#define RADIX "SYMBOL(swapper_pg_dir)=c000000000020000\nNUMBER(RADIX_MMU)=1\n"

static void the_linear_map(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x10000);
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=65536\n");
	assert_maps(&m, LINEAR + 0x12345, 0x12345, VMALLOC - LINEAR - 0x12345);
	assert_maps_not(&m, 0x1000, ERR_FORMAT, "not a kernel address");
	assert_maps_not(&m, LINEAR - 1, ERR_FORMAT, "not a kernel address");
	assert_maps_not(&m, VMALLOC, ERR_MISSING, "swapper_pg_dir");
	small_machine_deinit(&m);
}

/* 13 bits of index on the first level, then 9, 9, 9 and 12 bits in the page. */
static void radix_with_pages_of_4k(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = VMALLOC + UINT64_C(0x3345678abc);
	small_machine_init(&m, 0x60000);
	entry(&m, ROOT, va >> 39 & 8191, NEXT(0x40000));
	entry(&m, 0x40000, va >> 30 & 511, NEXT(0x41000));
	entry(&m, 0x41000, va >> 21 & 511, NEXT(0x42000));
	entry(&m, 0x42000, va >> 12 & 511, LEAF(UINT64_C(0x123456000)));
	entry(&m, 0x41000, 3, LEAF(UINT64_C(0x40000000)));
	entry(&m, 0x40000, 5, LEAF(UINT64_C(0x80000000)));
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=4096\n" RADIX);
	assert_maps(&m, va, UINT64_C(0x123456abc), 0x544);
	assert_maps(&m, (va & ~((UINT64_C(1) << 30) - 1)) + 3 * 0x200000 + 9, 0x40000009,
		    0x200000 - 9);
	assert_maps(&m, (va & ~((UINT64_C(1) << 39) - 1)) + UINT64_C(5) * 0x40000000 + 7,
		    0x80000007, 0x40000000 - 7);
	assert_maps_not(&m, va + 0x1000, ERR_MISSING, "not mapped (level 0 entry 0)");
	assert_maps_not(&m, va + (UINT64_C(1) << 39), ERR_MISSING, "not mapped (level 3");
	/* kernels before 6.4 do not say which MMU they use: without the list it is this one */
	small_machine_start(&m, EM_PPC64, ORDER_LE,
			    "PAGESIZE=4096\nSYMBOL(swapper_pg_dir)=c000000000020000\n");
	assert_maps(&m, va, UINT64_C(0x123456abc), 0x544);
	/* a big-endian kernel has the same tables */
	small_machine_start(&m, EM_PPC64, ORDER_BE, "PAGESIZE=4096\n" RADIX);
	assert_maps(&m, va, UINT64_C(0x123456abc), 0x544);
	small_machine_deinit(&m);
}

/* 13, 9, 9, 5 and 16. */
static void radix_with_pages_of_64k(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = VMEMMAP + UINT64_C(0x3345678abc);
	small_machine_init(&m, 0x60000);
	entry(&m, ROOT, va >> 39 & 8191, NEXT(0x40000));
	entry(&m, 0x40000, va >> 30 & 511, NEXT(0x41000));
	entry(&m, 0x41000, va >> 21 & 511, NEXT(0x42000));
	entry(&m, 0x42000, va >> 16 & 31, LEAF(UINT64_C(0x123450000)));
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=65536\n" RADIX);
	assert_maps(&m, va, UINT64_C(0x123458abc), 65536 - 0x8abc);
	assert_maps_not(&m, va + 0x10000, ERR_MISSING, "not mapped (level 0");
	small_machine_deinit(&m);
}

static void radix_damage(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = VMALLOC;
	small_machine_init(&m, 0x60000);
	entry(&m, ROOT, va >> 39 & 8191, NEXT(UINT64_C(0x900000000)));
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=4096\n" RADIX);
	assert_maps_not(&m, va, ERR_MISSING, "page table of level 2");
	/* down to the last level without a leaf */
	entry(&m, ROOT, va >> 39 & 8191, NEXT(0x40000));
	for (uint64_t i = 0; i < 512; i++)
		entry(&m, 0x40000, i, NEXT(0x40000));
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=4096\n" RADIX);
	assert_maps_not(&m, va, ERR_FORMAT, "no leaf");
	small_machine_deinit(&m);
}

/* mmu_psize_defs[2].shift at 0x1000 + 2 * 64 + 4; the list's nodes from 0x2000 on. */
#define HASH                                                                                       \
	"PAGESIZE=65536\nNUMBER(RADIX_MMU)=0\nSYMBOL(vmemmap_list)=c000000000000100\n"             \
	"SYMBOL(mmu_vmemmap_psize)=c000000000000200\nSYMBOL(mmu_psize_defs)=c000000000001000\n"    \
	"SIZE(mmu_psize_def)=64\nOFFSET(mmu_psize_def.shift)=4\n"                                  \
	"OFFSET(vmemmap_backing.list)=0\nOFFSET(vmemmap_backing.phys)=8\n"                         \
	"OFFSET(vmemmap_backing.virt_addr)=16\n"

static void put_block(struct small_machine *m, enum byte_order order, unsigned int i, uint64_t phys,
		      uint64_t virt, uint64_t next)
{
	put_u64(m->memory + 0x2000 + i * 64, next, order);
	put_u64(m->memory + 0x2008 + i * 64, phys, order);
	put_u64(m->memory + 0x2010 + i * 64, virt, order);
}

static void put_list(struct small_machine *m, enum byte_order order, uint32_t shift)
{
	put_u64(m->memory + 0x100, LINEAR + 0x2000, order);
	put_u32(m->memory + 0x200, 2, order);
	put_u32(m->memory + 0x1000 + 2 * 64 + 4, shift, order);
	put_block(m, order, 0, 0x7000000, VMEMMAP + 0x1000000, LINEAR + 0x2040);
	put_block(m, order, 1, 0x5000000, VMEMMAP, LINEAR + 0x2080);
	put_block(m, order, 2, 0x3000000, VMEMMAP + 0x5000000, 0);
}

static void hash_vmemmap(void **state)
{
	(void)state;
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		struct small_machine m;
		small_machine_init(&m, 0x10000);
		put_list(&m, (enum byte_order)o, 24);
		small_machine_start(&m, EM_PPC64, (enum byte_order)o, HASH);
		assert_maps(&m, VMEMMAP + 0x123, 0x5000123, 0x1000000 - 0x123);
		assert_maps(&m, VMEMMAP + 0x1000000, 0x7000000, 0x1000000);
		assert_maps(&m, VMEMMAP + 0x5fffff8, 0x3fffff8, 8);
		assert_maps_not(&m, VMEMMAP + 0x2000000, ERR_MISSING, "not in vmemmap_list");
		assert_maps_not(&m, VMALLOC, ERR_UNSUPPORTED, "hash page tables");
		small_machine_deinit(&m);
	}
}

static void hash_damage(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x10000);
	put_list(&m, ORDER_LE, 24);
	put_block(&m, ORDER_LE, 2, 0, VMEMMAP + 0x5000000, LINEAR + 0x2040); /* a circle */
	small_machine_start(&m, EM_PPC64, ORDER_LE, HASH);
	assert_maps(&m, VMEMMAP, 0x5000000, 0x1000000);
	assert_maps_not(&m, VMEMMAP + 0x2000000, ERR_MISSING, "circle");
	put_block(&m, ORDER_LE, 1, 0, VMEMMAP, VMEMMAP); /* out of the linear map */
	small_machine_start(&m, EM_PPC64, ORDER_LE, HASH);
	assert_maps_not(&m, VMEMMAP + 0x2000000, ERR_MISSING, "damaged");
	put_list(&m, ORDER_LE, 60);
	small_machine_start(&m, EM_PPC64, ORDER_LE, HASH);
	assert_maps_not(&m, VMEMMAP, ERR_FORMAT, "page shift is 60");
	put_u32(m.memory + 0x200, 32, ORDER_LE);
	small_machine_start(&m, EM_PPC64, ORDER_LE, HASH);
	assert_maps_not(&m, VMEMMAP, ERR_FORMAT, "mmu_vmemmap_psize is 32");
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=65536\nNUMBER(RADIX_MMU)=0\n");
	assert_maps_not(&m, VMEMMAP, ERR_MISSING, "vmemmap_list");
	small_machine_deinit(&m);
}

static void precious_pages(void **state)
{
	(void)state;
	struct small_machine m;
	struct bitmap pages, image = {.nbits = 0};
	small_machine_init(&m, 0x60000);
	entry(&m, ROOT, 1, NEXT(0x40000));
	entry(&m, 0x40000, 2, NEXT(0x41000));
	entry(&m, 0x40000, 3, NEXT(0x40000)); /* to itself */
	entry(&m, 0x40000, 4, LEAF(0x50000));
	entry(&m, 0x41000, 5, NEXT(UINT64_C(0x900000000)));
	entry(&m, 0x41000, 6, NEXT(0x42000));
	small_machine_start(&m, EM_PPC64, ORDER_LE, "PAGESIZE=4096\n" RADIX);
	assert_ok(bitmap_init(&pages, 0x60));
	m.k.arch->mark_precious(&m.k, &pages, &image);
	for (uint64_t pfn = 0; pfn < 0x60; pfn++)
		assert_int_equal(bitmap_test(&pages, pfn),
				 (pfn >= 0x20 && pfn < 0x30) || (pfn >= 0x40 && pfn <= 0x42));
	bitmap_deinit(&pages);
	small_machine_deinit(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_linear_map),
		cmocka_unit_test(radix_with_pages_of_4k),
		cmocka_unit_test(radix_with_pages_of_64k),
		cmocka_unit_test(radix_damage),
		cmocka_unit_test(hash_vmemmap),
		cmocka_unit_test(hash_damage),
		cmocka_unit_test(precious_pages),
	};
	return cmocka_run_group_tests_name("kernel/arch_ppc64", tests, NULL, NULL);
}
