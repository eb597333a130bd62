// SPDX-License-Identifier: GPL-2.0-or-later
/* arm64: every granule and width, tables written by hand; tags, the linear map without tables. */
#include "unit.h"
#include "small_machine.h"

#define TABLE(at) ((at) | 3)
#define PAGE(at)  ((at) | 0x703) /* valid, page, AF, SH */
#define BLOCK(at) ((at) | 0x701)
#define READ_ONLY 0x80
#define PXN	  (UINT64_C(1) << 53)

/* swapper_pg_dir at physical 0x10000; its virtual address is that plus voffset. */
#define VOFFSET UINT64_C(0xffff800008000000)
#define ROOT	UINT64_C(0x10000)

static char *info(unsigned int page, int va_bits, int t1sz, const char *more)
{
	static char text[1024];
	char t1[64] = "";
	if (t1sz)
		snprintf(t1, sizeof(t1), "NUMBER(TCR_EL1_T1SZ)=0x%x\n", t1sz);
	snprintf(text, sizeof(text),
		 "PAGESIZE=%u\nSYMBOL(swapper_pg_dir)=ffff800008010000\n"
		 "NUMBER(kimage_voffset)=0xffff800008000000\nNUMBER(VA_BITS)=%d\n%s%s",
		 page, va_bits, t1, more);
	return text;
}

static void entry(struct small_machine *m, uint64_t table, uint64_t index, uint64_t e)
{
	small_machine_entry(m, table, index, e, ORDER_LE);
}

static void pages_of_4k_48_bits(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x40000);
	uint64_t va = UINT64_C(0xffff800012345678);
	entry(&m, ROOT, va >> 39 & 511, TABLE(0x11000));
	entry(&m, 0x11000, va >> 30 & 511, TABLE(0x12000));
	entry(&m, 0x12000, va >> 21 & 511, TABLE(0x13000));
	entry(&m, 0x13000, va >> 12 & 511, PAGE(UINT64_C(0x0060001122334000)));
	entry(&m, 0x13000, 0, 0x1); /* on the last level a block means nothing */
	entry(&m, 0x12000, 5, BLOCK(UINT64_C(0x40000000)));
	entry(&m, 0x11000, 7, BLOCK(UINT64_C(0x80000000)));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(4096, 48, 16, ""));
	assert_maps(&m, va, UINT64_C(0x1122334678), 0x988);
	uint64_t top = UINT64_C(0xffff800000000000);
	assert_maps(&m, top + 5 * 0x200000 + 0x1234, 0x40001234, 0x200000 - 0x1234);
	assert_maps(&m, top + UINT64_C(7) * 0x40000000 + 8, 0x80000008, 0x40000000 - 8);
	assert_maps_not(&m, va & ~UINT64_C(0x1fffff), ERR_MISSING, "not mapped (entry 0x1)");
	assert_maps_not(&m, va + 0x1000, ERR_MISSING, "not mapped (entry 0)");
	assert_maps_not(&m, va - (UINT64_C(1) << 48), ERR_FORMAT, "not a kernel address");
	assert_maps_not(&m, 0x1000, ERR_FORMAT, "not a kernel address");
	small_machine_deinit(&m);
}

static void big_endian(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	small_machine_entry(&m, ROOT, 256, TABLE(0x11000), ORDER_BE);
	small_machine_entry(&m, 0x11000, 3, BLOCK(UINT64_C(0x40000000)), ORDER_BE);
	small_machine_start(&m, EM_AARCH64, ORDER_BE, info(4096, 48, 16, ""));
	assert_maps(&m, UINT64_C(0xffff800000000000) + UINT64_C(3) * 0x40000000, 0x40000000,
		    0x40000000);
	small_machine_deinit(&m);
}

/* Three levels of 39 bits, as on phones; before 5.9 nothing but VA_BITS is known. */
static void pages_of_4k_39_bits(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	uint64_t va = UINT64_C(0xffffffc010203456);
	entry(&m, ROOT, va >> 30 & 511, TABLE(0x11000));
	entry(&m, 0x11000, va >> 21 & 511, TABLE(0x12000));
	entry(&m, 0x12000, va >> 12 & 511, PAGE(0x5000));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(4096, 39, 0, ""));
	assert_maps(&m, va, 0x5456, 0xbaa);
	small_machine_deinit(&m);
}

/* 16K pages: 47 bits are three levels, 48 bits are four, of which the first has two entries. */
static void pages_of_16k(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x40000);
	uint64_t va = UINT64_C(0xffff812345678abc);
	entry(&m, ROOT, va >> 36 & 2047, TABLE(0x14000));
	entry(&m, 0x14000, va >> 25 & 2047, TABLE(0x18000));
	entry(&m, 0x18000, va >> 14 & 2047, PAGE(UINT64_C(0x900000000)));
	entry(&m, 0x14000, 9, BLOCK(UINT64_C(0x40000000)));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(16384, 47, 17, ""));
	assert_maps(&m, va, UINT64_C(0x900000abc), 16384 - 0xabc);
	assert_maps(&m, (va & ~((UINT64_C(1) << 36) - 1)) + 9 * 0x2000000 + 5, 0x40000005,
		    0x2000000 - 5);
	/* one level above it, whose second half is the kernel's upper one */
	memset(m.memory + 0x20000, 0, 0x10000);
	memmove(m.memory + 0x20000, m.memory + ROOT, 0x4000);
	memset(m.memory + ROOT, 0, 0x4000);
	entry(&m, ROOT, 1, TABLE(0x20000));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(16384, 48, 16, ""));
	assert_maps(&m, va, UINT64_C(0x900000abc), 16384 - 0xabc);
	small_machine_deinit(&m);
}

/* 64K pages: 52 bits are three levels with 1024 first entries, of which 48 bits use the last 64. */
static void pages_of_64k(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x60000);
	uint64_t va = UINT64_C(0xffff8765432190ab);
	entry(&m, ROOT, va >> 42 & 1023, TABLE(0x30000));
	entry(&m, 0x30000, va >> 29 & 8191, TABLE(0x40000));
	/* physical bits 51:48 are in 15:12 */
	entry(&m, 0x40000, va >> 16 & 8191, PAGE(UINT64_C(0x0000123456780000) | 0xa000));
	entry(&m, 0x30000, 3, BLOCK(UINT64_C(0x60000000) | 0x5000));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(65536, 52, 16, ""));
	assert_maps(&m, va, UINT64_C(0x000a1234567890ab), 65536 - 0x90ab);
	assert_maps(&m, (va & ~((UINT64_C(1) << 42) - 1)) + UINT64_C(3) * 0x20000000 + 1,
		    UINT64_C(0x0005000060000001), 0x20000000 - 1);
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(65536, 52, 12, ""));
	assert_maps(&m, va, UINT64_C(0x000a1234567890ab), 65536 - 0x90ab);
	/* 48 bits, configured so: 64 entries, and the index has 6 bits */
	memmove(m.memory + ROOT, m.memory + ROOT + 960 * 8, 64 * 8);
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(65536, 48, 16, ""));
	assert_maps(&m, va, UINT64_C(0x000a1234567890ab), 65536 - 0x90ab);
	/* 42 bits: two levels */
	small_machine_deinit(&m);
	small_machine_init(&m, 0x60000);
	va = UINT64_C(0xfffffe4321009876);
	entry(&m, ROOT, va >> 29 & 8191, TABLE(0x40000));
	entry(&m, 0x40000, va >> 16 & 8191, PAGE(UINT64_C(0x70000)));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(65536, 42, 22, ""));
	assert_maps(&m, va, 0x79876, 65536 - 0x9876);
	small_machine_deinit(&m);
}

/* LPA2: 4K with five levels and 16K with four; physical bits 51:50 are in 9:8. */
static void lpa2(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x40000);
	uint64_t va = UINT64_C(0xfff8123456789abc);
	entry(&m, ROOT, va >> 48 & 15, TABLE(0x11000));
	entry(&m, 0x11000, va >> 39 & 511, TABLE(0x12000));
	entry(&m, 0x12000, va >> 30 & 511, TABLE(0x13000));
	entry(&m, 0x13000, va >> 21 & 511, TABLE(0x14000));
	entry(&m, 0x14000, va >> 12 & 511, UINT64_C(0x0003456789abc203) | 0x400);
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(4096, 52, 12, ""));
	assert_maps(&m, va, UINT64_C(0x000b456789abcabc), 0x544);
	/* the same kernel where hardware has 48 bits: the first level is not there, 9:8 are no
	 * address */
	va = UINT64_C(0xffff923456789abc);
	memset(m.memory + ROOT, 0, 0x1000);
	entry(&m, ROOT, va >> 39 & 511, TABLE(0x12000) | 0x300);
	entry(&m, 0x14000, va >> 12 & 511, PAGE(UINT64_C(0x456789abc000)));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(4096, 52, 16, ""));
	assert_maps(&m, va, UINT64_C(0x456789abcabc), 0x544);
	small_machine_deinit(&m);

	small_machine_init(&m, 0x40000);
	va = UINT64_C(0xfff8123456789abc);
	entry(&m, ROOT, va >> 47 & 31, TABLE(0x14000));
	entry(&m, 0x14000, va >> 36 & 2047, TABLE(0x18000));
	entry(&m, 0x18000, va >> 25 & 2047, TABLE(0x1c000));
	entry(&m, 0x1c000, va >> 14 & 2047, UINT64_C(0x0003456789ab8303) | 0x400);
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(16384, 52, 12, ""));
	assert_maps(&m, va, UINT64_C(0x000f456789ab9abc), 16384 - 0x1abc);
	va = UINT64_C(0xffff923456789abc); /* 47 bits of hardware */
	memset(m.memory + ROOT, 0, 0x4000);
	entry(&m, ROOT, va >> 36 & 2047, TABLE(0x18000) | 0x300);
	entry(&m, 0x1c000, va >> 14 & 2047, PAGE(UINT64_C(0x456789ab8000)));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(16384, 52, 17, ""));
	assert_maps(&m, va, UINT64_C(0x456789ab9abc), 16384 - 0x1abc);
	small_machine_deinit(&m);
}

static void tags_and_signatures(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	entry(&m, ROOT, 256, TABLE(0x11000));
	entry(&m, 0x11000, 3, BLOCK(UINT64_C(0x40000000)));
	uint64_t va = UINT64_C(0xffff800000000000) + UINT64_C(3) * 0x40000000;
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(4096, 48, 16, ""));
	assert_maps(&m, va & ~(UINT64_C(0xa5) << 56), 0x40000000, 0x40000000);
	assert_maps_not(&m, va & ~(UINT64_C(0x25) << 48), ERR_FORMAT, "not a kernel address");
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    info(4096, 48, 16, "NUMBER(KERNELPACMASK)=0x7f000000000000\n"));
	assert_maps(&m, va & ~(UINT64_C(0x25) << 48), 0x40000000, 0x40000000);
	/* bit 55 clear: a process's, whatever else is set */
	assert_maps_not(&m, va & ~(UINT64_C(0x80) << 48), ERR_FORMAT, "not a kernel address");
	small_machine_deinit(&m);
}

/* Where no table says anything, arithmetic does. */
static void the_linear_map(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	/* since 5.4: from -(1 << VA_BITS) on */
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    info(4096, 48, 16, "NUMBER(PHYS_OFFSET)=0x40000000\n"));
	assert_maps(&m, UINT64_C(0xffff000000123456), 0x40123456, 0xbaa);
	assert_maps(&m, UINT64_C(0xffff7ffffffff000), UINT64_C(0x80003ffff000), 0x1000);
	assert_maps_not(&m, UINT64_C(0xffff800000000000), ERR_MISSING, "not mapped");
	/* 52 bits on hardware with 48: PHYS_OFFSET is less than nothing, so that the sum is right
	 */
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    info(65536, 52, 16, "NUMBER(PHYS_OFFSET)=0xfff1000080000000\n"));
	assert_maps(&m, UINT64_C(0xffff000000123456), 0x80123456, 65536 - 0x3456);
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    info(65536, 52, 12, "NUMBER(PHYS_OFFSET)=0x80000000\n"));
	assert_maps(&m, UINT64_C(0xfff0000000123456), 0x80123456, 65536 - 0x3456);
	assert_maps_not(&m, UINT64_C(0xffff800000000000), ERR_MISSING, "not mapped");
	/* 16K with LPA2 ends at 47 bits */
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    info(16384, 52, 12, "NUMBER(PHYS_OFFSET)=0x80000000\n"));
	assert_maps(&m, UINT64_C(0xffffbfffffffc000), UINT64_C(0xfc0007fffc000), 16384);
	assert_maps_not(&m, UINT64_C(0xffffc00000000000), ERR_MISSING, "not mapped");
	small_machine_deinit(&m);
}

/* Before 5.4 the image was in the lower half, and the linear map in the upper one. */
static void the_linear_map_of_old(void **state)
{
	(void)state;
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    "PAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffff000010010000\n"
			    "NUMBER(kimage_voffset)=0xffff000010000000\nNUMBER(VA_BITS)=48\n"
			    "NUMBER(PHYS_OFFSET)=0x40000000\n");
	assert_maps(&m, UINT64_C(0xffff800000123456), 0x40123456, 0xbaa);
	assert_maps_not(&m, UINT64_C(0xffff000010010000), ERR_MISSING, "not mapped");
	small_machine_deinit(&m);
}

static void damage(void **state)
{
	(void)state;
	static const int impossible[][3] = {{4096, 60, 0},  {4096, 20, 0},  {4096, 48, 63},
					    {4096, 48, 15}, {8192, 48, 16}, {4096, 0, 16}};
	struct small_machine m;
	small_machine_init(&m, 0x20000);
	uint64_t va = UINT64_C(0xffff800000000000);
	for (size_t i = 0; i < ARRAY_SIZE(impossible); i++) {
		small_machine_start(&m, EM_AARCH64, ORDER_LE,
				    info((unsigned int)impossible[i][0], impossible[i][1],
					 impossible[i][2], ""));
		assert_maps_not(&m, va, ERR_FORMAT, "not possible");
	}
	entry(&m, ROOT, 256, TABLE(UINT64_C(0x900000000)));
	small_machine_start(&m, EM_AARCH64, ORDER_LE, info(4096, 48, 16, ""));
	assert_maps_not(&m, va, ERR_MISSING, "translation table, 2 above the last");
	small_machine_start(&m, EM_AARCH64, ORDER_LE, "PAGESIZE=4096\n");
	assert_maps_not(&m, va, ERR_MISSING, "NUMBER(VA_BITS)");
	small_machine_start(&m, EM_AARCH64, ORDER_LE, "PAGESIZE=4096\nNUMBER(VA_BITS)=48\n");
	assert_maps_not(&m, va, ERR_MISSING, "swapper_pg_dir");
	small_machine_deinit(&m);
}

/* Tables, and the image but for its text; a table that points to itself is visited once. */
static void precious_pages(void **state)
{
	(void)state;
	struct small_machine m;
	struct bitmap tables, pages;
	small_machine_init(&m, 0x40000);
	uint64_t va = UINT64_C(0xffff800008020000);
	entry(&m, ROOT, va >> 39 & 511, TABLE(0x11000));
	entry(&m, 0x11000, va >> 30 & 511, TABLE(0x12000));
	entry(&m, 0x11000, 77, TABLE(0x11000));
	entry(&m, 0x12000, va >> 21 & 511, TABLE(0x13000));
	entry(&m, 0x12000, 88, TABLE(UINT64_C(0x900000000)));
	for (uint64_t i = 0; i < 4; i++)
		entry(&m, 0x13000, (va >> 12 & 511) + i, PAGE(0x30000 + i * 0x1000));
	entry(&m, 0x13000, (va >> 12 & 511) + 1, PAGE(0x31000) | READ_ONLY);
	entry(&m, 0x13000, (va >> 12 & 511) + 2, PAGE(0x32000) | READ_ONLY | PXN);
	small_machine_start(&m, EM_AARCH64, ORDER_LE,
			    info(4096, 48, 16, "SYMBOL(_stext)=ffff800008020000\n"));
	assert_ok(bitmap_init(&tables, 0x40));
	assert_ok(bitmap_init(&pages, 0x40));
	m.k.arch->mark_precious(&m.k, &tables, &pages);
	for (uint64_t pfn = 0; pfn < 0x40; pfn++) {
		assert_int_equal(bitmap_test(&tables, pfn), pfn >= 0x10 && pfn <= 0x13);
		assert_int_equal(bitmap_test(&pages, pfn),
				 pfn >= 0x30 && pfn < 0x34 && pfn != 0x31);
	}
	bitmap_deinit(&tables);
	bitmap_deinit(&pages);
	small_machine_deinit(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_4k_48_bits),	 cmocka_unit_test(big_endian),
		cmocka_unit_test(pages_of_4k_39_bits),	 cmocka_unit_test(pages_of_16k),
		cmocka_unit_test(pages_of_64k),		 cmocka_unit_test(lpa2),
		cmocka_unit_test(tags_and_signatures),	 cmocka_unit_test(the_linear_map),
		cmocka_unit_test(the_linear_map_of_old), cmocka_unit_test(damage),
		cmocka_unit_test(precious_pages),
	};
	return cmocka_run_group_tests_name("kernel/arch_arm64", tests, NULL, NULL);
}
