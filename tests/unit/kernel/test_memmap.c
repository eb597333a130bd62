// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory map: the ways in which kernels have laid out mem_section, flat memory, damage. */
#include "machine.h"
#include "kernel/memmap.h"

/* Sections of 1 MiB: 256 pages. */
#define COMMON                                                                                     \
	"PAGESIZE=4096\nSIZE(page)=64\nNUMBER(phys_base)=0\nSYMBOL(swapper_pg_dir)="               \
	"ffffffff80000000\n"
#define SECTIONS                                                                                   \
	COMMON "SIZE(mem_section)=16\nOFFSET(mem_section.section_mem_map)=0\n"                     \
	       "NUMBER(SECTION_SIZE_BITS)=20\nSYMBOL(mem_section)=ffffffff80001000\n"
#define PER_ROOT   256
#define FIRST_ROOT 0x3000
/* Where section_mem_map says pfn 0's struct page is. */
#define MAP (KERNEL_MAP + 0x8000)

static struct err *load(struct machine *m, const char *text, struct memmap *map)
{
	struct kmem k;
	m->text = text;
	machine_crash(m);
	assert_ok(kmem_init(&k, m->vmcore, &m->layout));
	struct err *e = memmap_load(&k, vmcore_max_pfn(m->vmcore, 12), map);
	kmem_deinit(&k);
	return e;
}

/* Section nr of the array at paddr: present, with flags as kernels set them. */
static void put_section(struct machine *m, uint64_t paddr, uint64_t nr, uint64_t flags)
{
	machine_put(m, paddr + nr * 16, MAP | flags);
}

static uint64_t map_of(uint64_t nr)
{
	return MAP + nr * 256 * 64;
}

static void assert_maps(const struct memmap *m, const uint64_t *present, size_t n)
{
	assert_int_equal(m->section_shift, 8);
	assert_int_equal(m->present, n);
	for (size_t nr = 0, i = 0; nr < m->nsections; nr++) {
		bool here = i < n && present[i] == nr;
		if (m->maps[nr] != (here ? map_of(nr) : 0))
			fail_msg("section %zu: %#lx", nr, (unsigned long)m->maps[nr]);
		i += here;
	}
	assert_false(m->damaged);
}

/* The three layouts of the table; see load_sparse(). */
static void tables_of_sections(void **state)
{
	(void)state;
	static const uint64_t present[] = {0, 1, 3};
	for (int layout = 0; layout < 3; layout++) {
		struct machine m;
		struct memmap map;
		machine_init(&m, (size_t)5 << 20);
		uint64_t array = layout == 2 ? 0x1000 : FIRST_ROOT, roots = 0x1000;
		if (layout == 1) { /* a pointer to the roots */
			machine_put(&m, 0x1000, KERNEL_MAP + 0x2000);
			roots = 0x2000;
		}
		if (layout < 2)
			machine_put(&m, roots, KERNEL_MAP + array);
		for (size_t i = 0; i < ARRAY_SIZE(present); i++)
			put_section(&m, array, present[i], layout == 0 ? 0x1f : 7);
		machine_put(&m, array + 2 * 16, 0x6);	     /* not present */
		machine_put(&m, array + 4 * 16, MAP | 0x1e); /* a map, but not marked present */
		assert_ok(load(&m, SECTIONS, &map));
		assert_int_equal(map.nsections, 5);
		assert_maps(&map, present, ARRAY_SIZE(present));
		memmap_deinit(&map);
		machine_deinit(&m);
	}
}

static void flat_memory(void **state)
{
	(void)state;
	struct machine m;
	struct memmap map;
	machine_init(&m, (size_t)1 << 20);
	m.far[0] = UINT64_C(1) << 32;
	machine_put(&m, 0x1000, MAP);
	assert_ok(load(&m, COMMON "SYMBOL(mem_map)=ffffffff80001000\n", &map));
	size_t last = (size_t)(UINT64_C(1) << 32 >> 12 >> map.section_shift);
	assert_int_equal(map.nsections, last + 1);
	assert_int_equal(map.maps[0], MAP);
	assert_int_equal(map.maps[1], 0);
	assert_int_equal(map.maps[last], MAP + (UINT64_C(1) << 32 >> 12) * 64);
	assert_int_equal(map.present, 2);
	memmap_deinit(&map);
	machine_deinit(&m);
}

/* A table that says that all of 46 bits is memory costs what the dump has of it. */
static void sections_without_pages_are_not_read(void **state)
{
	(void)state;
	struct machine m;
	struct memmap map;
	machine_init(&m, (size_t)1 << 20);
	m.far[0] = (UINT64_C(1) << 42) - 4096;
	/* every root is the same array, of which every section is present */
	for (uint64_t i = 0; i < 512; i++)
		machine_put(&m, 0x1000 + i * 8, KERNEL_MAP + FIRST_ROOT);
	for (uint64_t i = 0; i < PER_ROOT; i++)
		put_section(&m, FIRST_ROOT, i, 1);
	assert_ok(load(&m, SECTIONS, &map));
	assert_int_equal(map.nsections, 1 << 22);
	assert_int_equal(map.present, 1); /* there is no root for the far one */
	assert_false(map.damaged);
	assert_in_range(machine_reads, 1, 16);
	memmap_deinit(&map);
	machine_deinit(&m);
}

static void a_root_that_cannot_be_read(void **state)
{
	(void)state;
	struct machine m;
	struct memmap map;
	machine_init(&m, (size_t)PER_ROOT * 2 << 20);
	machine_put(&m, 0x1000, KERNEL_MAP + FIRST_ROOT);
	put_section(&m, FIRST_ROOT, 7, 3);
	for (int damaged = 0; damaged < 2; damaged++) {
		machine_put(&m, 0x1008, damaged ? UINT64_C(0xdead000000000000) : 0);
		assert_ok(load(&m, SECTIONS, &map));
		assert_int_equal(map.present, 1);
		assert_int_equal(map.maps[7], map_of(7));
		assert_int_equal(map.damaged, damaged);
		memmap_deinit(&map);
		vmcore_destroy(m.vmcore);
		m.vmcore = NULL;
	}
	machine_deinit(&m);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
#define SPARSE(size, bits)                                                                         \
	COMMON "OFFSET(mem_section.section_mem_map)=0\nSYMBOL(mem_section)=ffffffff80001000\n"     \
	       "SIZE(mem_section)=" size "\nNUMBER(SECTION_SIZE_BITS)=" bits "\n"
	static const struct {
		const char *text;
		enum err_code code;
		const char *message;
	} cases[] = {
		{COMMON, ERR_MISSING, "neither mem_section nor mem_map"},
		{COMMON "SYMBOL(mem_section)=ffffffff80001000\n", ERR_MISSING,
		 "lacks what describes"},
		{COMMON "SYMBOL(mem_map)=ffffffff90000000\n", ERR_MISSING, "mem_map"},
		{SPARSE("16", "12"), ERR_FORMAT, "SECTION_SIZE_BITS is 12"},
		{SPARSE("16", "17"), ERR_FORMAT, "SECTION_SIZE_BITS is 17"},
		{SPARSE("16", "41"), ERR_FORMAT, "SECTION_SIZE_BITS is 41"},
		{SPARSE("16", "-1"), ERR_FORMAT, "SECTION_SIZE_BITS is -1"},
		{SPARSE("4097", "20"), ERR_FORMAT, "SIZE(mem_section) is 4097"},
		{SPARSE("16", "20"), ERR_FORMAT, "describes no memory that is mapped"},
		{SPARSE("16", "18"), ERR_FORMAT, "memory sections: not possible"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;
		struct memmap map;
		machine_init(&m, (size_t)1 << 20);
		if (i + 1 == ARRAY_SIZE(cases))
			m.far[0] = UINT64_C(1) << 41;
		assert_err(load(&m, cases[i].text, &map), cases[i].code, cases[i].message);
		machine_deinit(&m);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_sections),
		cmocka_unit_test(flat_memory),
		cmocka_unit_test(sections_without_pages_are_not_read),
		cmocka_unit_test(a_root_that_cannot_be_read),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};
	return cmocka_run_group_tests_name("kernel/memmap", tests, NULL, NULL);
}
