// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64: four and five levels, large pages, SME, the kernel's mapping; tables written by hand. */
#include "unit.h"
#include "small_machine.h"

#define ROOT  UINT64_C(0x10000)
#define P(at) ((at) | 0x63) /* present, written, accessed, dirty */
#define L(at) ((at) | 0xe3) /* the same of a large page */
#define NX    (UINT64_C(1) << 63)

#define INFO "PAGESIZE=4096\nSYMBOL(init_top_pgt)=ffffffff80010000\n"

static void entry(struct small_machine *m, uint64_t table, uint64_t index, uint64_t e)
{
	small_machine_entry(m, table, index, e, ORDER_LE);
}

/* The tables of an address below the fourth level, the same for all tests. */
static void map_below(struct small_machine *m, uint64_t pml4, uint64_t va, uint64_t flags)
{
	entry(m, pml4, va >> 39 & 511, P(0x11000) | flags);
	entry(m, 0x11000, va >> 30 & 511, P(0x12000) | flags);
	entry(m, 0x12000, va >> 21 & 511, P(0x13000) | flags);
	entry(m, 0x13000, va >> 12 & 511, P(UINT64_C(0x1122334000)) | NX | flags);
	entry(m, 0x12000, 5, L(UINT64_C(0x40000000)) | NX | flags | 0x1000 /* PAT */);
	entry(m, 0x11000, 7, L(UINT64_C(0x80000000)) | flags);
}

static void check_below(struct small_machine *m, uint64_t va)
{
	assert_maps(m, va, UINT64_C(0x1122334000) + (va & 4095), 4096 - (va & 4095));
	assert_maps(m, (va & ~((UINT64_C(1) << 30) - 1)) + 5 * 0x200000 + 0x1234, 0x40001234,
		    0x200000 - 0x1234);
	assert_maps(m, (va & ~((UINT64_C(1) << 39) - 1)) + UINT64_C(7) * 0x40000000 + 8, 0x80000008,
		    0x40000000 - 8);
	assert_maps_not(m, va + 0x1000, ERR_MISSING, "not mapped (level 1 entry 0)");
	assert_maps_not(m, va + 0x40000000, ERR_MISSING, "not mapped (level 3 entry 0)");
}

static void four_levels(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = UINT64_C(0xffff88a012345678);
	small_machine_init(&m, 0x20000);
	map_below(&m, ROOT, va, 0);
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO);
	check_below(&m, va);
	assert_maps_not(&m, va + (UINT64_C(1) << 39), ERR_MISSING, "not mapped (level 4 entry 0)");
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO "NUMBER(pgtable_l5_enabled)=0\n");
	check_below(&m, va);
	small_machine_deinit(&m);
}

static void five_levels(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = UINT64_C(0xff1188a012345678);
	small_machine_init(&m, 0x20000);
	entry(&m, ROOT, va >> 48 & 511, P(0x15000));
	map_below(&m, 0x15000, va, 0);
	/* there are no large pages on levels 4 and 5: the bit means nothing there */
	entry(&m, ROOT, va >> 48 & 511, P(0x15000) | 0x80);
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO "NUMBER(pgtable_l5_enabled)=1\n");
	check_below(&m, va);
	assert_maps_not(&m, va + (UINT64_C(1) << 48), ERR_MISSING, "not mapped (level 5 entry 0)");
	small_machine_deinit(&m);
}

/* SME: bit 47 of every entry says "encrypted" and is no address. */
static void encrypted_memory(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = UINT64_C(0xffff88a012345678), sme = UINT64_C(1) << 47;
	small_machine_init(&m, 0x20000);
	map_below(&m, ROOT, va, sme);
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO "NUMBER(sme_mask)=140737488355328\n");
	check_below(&m, va);
	/* unknown, it makes addresses that are not there */
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO);
	assert_maps_not(&m, va, ERR_MISSING, "page table of level 3");
	small_machine_deinit(&m);
}

/* The kernel's image needs no tables; KASLR moves it by phys_base. */
static void kernel_mapping(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO);
	assert_maps(&m, UINT64_C(0xffffffff81000123), 0x1000123, 0x3efffedd);
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO "NUMBER(phys_base)=-16777216\n");
	assert_maps(&m, UINT64_C(0xffffffff82000000), 0x1000000, 0x3e000000);
	assert_maps_not(&m, UINT64_C(0xffffffffc0000000), ERR_MISSING, "");
	small_machine_deinit(&m);
}

/* The name of the first table was another before 4.13, and phys_base moves the table itself. */
static void where_the_tables_are(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t va = UINT64_C(0xffff88a012345678);
	small_machine_init(&m, 0x30000);
	map_below(&m, 0x20000, va, 0);
	small_machine_start(&m, EM_X86_64, ORDER_LE,
			    "PAGESIZE=4096\nSYMBOL(init_level4_pgt)=ffffffff80010000\n"
			    "NUMBER(phys_base)=65536\n");
	check_below(&m, va);
	small_machine_start(&m, EM_X86_64, ORDER_LE,
			    "PAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff80020000\n");
	check_below(&m, va);
	small_machine_start(&m, EM_X86_64, ORDER_LE, "PAGESIZE=4096\n");
	assert_maps_not(&m, va, ERR_MISSING, "init_top_pgt");
	small_machine_deinit(&m);
}

/* All tables, and of what they map the kernel's image but for its text; circles end. */
static void precious_pages(void **state)
{
	(void)state;
	struct small_machine m;
	struct bitmap tables, pages;
	uint64_t image = UINT64_C(0xffffffff81000000), other = UINT64_C(0xffff88a012345678);
	small_machine_init(&m, 0x210000);
	map_below(&m, ROOT, other, 0);
	entry(&m, ROOT, 510, P(ROOT)); /* to itself */
	entry(&m, ROOT, image >> 39 & 511, P(0x21000));
	entry(&m, 0x21000, image >> 30 & 511, P(0x22000));
	entry(&m, 0x22000, image >> 21 & 511, P(0x23000));
	entry(&m, 0x23000, 0, P(0x30000));
	entry(&m, 0x23000, 1, (P(0x32000) & ~UINT64_C(2)) | NX); /* rodata */
	entry(&m, 0x23000, 3, P(0x34000) & ~UINT64_C(2));	 /* text */
	entry(&m, 0x23000, 2, P(UINT64_C(0x900000000)));
	entry(&m, 0x22000, (image >> 21 & 511) + 1, L(UINT64_C(0x200000)) | NX);
	small_machine_start(&m, EM_X86_64, ORDER_LE, INFO);
	assert_ok(bitmap_init(&tables, 0x210));
	assert_ok(bitmap_init(&pages, 0x210));
	m.k.arch->mark_precious(&m.k, &tables, &pages);
	for (uint64_t pfn = 0; pfn < 0x210; pfn++) {
		assert_int_equal(bitmap_test(&tables, pfn),
				 (pfn >= 0x10 && pfn <= 0x13) || (pfn >= 0x21 && pfn <= 0x23));
		assert_int_equal(bitmap_test(&pages, pfn),
				 pfn == 0x30 || pfn == 0x32 || pfn >= 0x200);
	}
	bitmap_deinit(&tables);
	bitmap_deinit(&pages);
	small_machine_deinit(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_levels),		cmocka_unit_test(five_levels),
		cmocka_unit_test(encrypted_memory),	cmocka_unit_test(kernel_mapping),
		cmocka_unit_test(where_the_tables_are), cmocka_unit_test(precious_pages),
	};
	return cmocka_run_group_tests_name("kernel/arch_x86_64", tests, NULL, NULL);
}
