// SPDX-License-Identifier: GPL-2.0-or-later
/* From struct pages in memory to the page set: blocks, boundaries, damage, and how much is read. */
#include "machine.h"
#include "pages/select.h"

/* As Debian's 6.12.107 exports them; sections of 1 MiB (256 pages) unless a test says more. */
#define PAGES                                                                                      \
	"PAGESIZE=4096\nSIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page.mapping)=24\n"            \
	"OFFSET(page.private)=40\nOFFSET(page._mapcount)=48\nLENGTH(zone.free_area)=11\n"          \
	"OFFSET(page.compound_head)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n"                  \
	"NUMBER(PG_swapcache)=10\nNUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=20\n"              \
	"NUMBER(PG_head_mask)=64\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"                  \
	"NUMBER(phys_base)=0\nSIZE(mem_section)=16\nOFFSET(mem_section.section_mem_map)=0\n"
#define X86	  PAGES "SYMBOL(init_top_pgt)=ffffffff80002000\nSYMBOL(mem_section)=ffffffff80001000\n"
#define SMALL	  X86 "NUMBER(SECTION_SIZE_BITS)=20\n"
#define ROOTS	  0x1000
#define TOP	  0x2000
#define ARRAY	  0x3000
#define STRUCTS	  0x10000
#define LRU	  (UINT64_C(1) << 5)
#define HWPOISON  (UINT64_C(1) << 20)
#define HEAD	  UINT64_C(64)
#define BUDDY	  0xf0000000U
#define ANON	  UINT64_C(0xffff888000000001)
#define RAM_PAGES 1024
#define RAM	  ((size_t)RAM_PAGES * 4096)

static void put_page(struct machine *m, uint64_t pfn, uint64_t flags, uint64_t mapping,
		     uint64_t private, uint32_t mapcount)
{
	uint64_t at = STRUCTS + pfn * 64;
	machine_put(m, at, flags);
	machine_put(m, at + 24, mapping);
	machine_put(m, at + 40, private);
	put_u32(m->ram + at + 48, mapcount, ORDER_LE);
}

static void put_compound(struct machine *m, uint64_t pfn, unsigned int order, uint64_t mapping)
{
	put_page(m, pfn, HEAD, mapping, 0, UINT32_MAX);
	for (uint64_t i = 1; i < UINT64_C(1) << order; i++) {
		put_page(m, pfn + i, i == 1 ? order : 0, 0, 0, UINT32_MAX);
		machine_put(m, STRUCTS + (pfn + i) * 64 + 8, 1);
	}
}

/* RAM whose pages are all the kernel's, in sections that are all present. */
static void machine_x86(struct machine *m, const char *text)
{
	machine_init(m, RAM);
	m->text = text;
	machine_put(m, ROOTS, KERNEL_MAP + ARRAY);
	for (uint64_t nr = 0; nr < RAM_PAGES / 256; nr++)
		machine_put(m, ARRAY + nr * 16, (KERNEL_MAP + STRUCTS) | 7);
	for (uint64_t pfn = 0; pfn < RAM_PAGES; pfn++)
		put_page(m, pfn, 0, 0, 0, UINT32_MAX);
}

static struct selection selected(struct machine *m, unsigned int level, unsigned int threads)
{
	struct selection s = {0};
	machine_crash(m);
	assert_ok(select_pages(m->vmcore, &m->layout, 12, level, threads, &s));
	uint64_t sum = s.selected;
	for (int c = 0; c < PAGE_NR_CLASSES; c++)
		sum += s.excluded[c];
	assert_int_equal(sum, s.existing);
	return s;
}

static void levels(void **state)
{
	(void)state;
	static const struct {
		unsigned int level;
		uint64_t cache, private, user, free;
	} cases[] = {{0, 0, 0, 0, 0},  {1, 0, 0, 0, 0},	 {2, 3, 0, 0, 0},   {4, 3, 2, 0, 0},
		     {8, 0, 0, 68, 0}, {16, 0, 0, 0, 8}, {31, 3, 2, 68, 8}, {23, 3, 2, 0, 8}};
	struct machine m;
	machine_x86(&m, SMALL);
	for (uint64_t i = 0; i < 3; i++)
		put_page(&m, 300 + i, LRU, 0xffff888000000100, 0, UINT32_MAX);
	for (uint64_t i = 0; i < 2; i++)
		put_page(&m, 310 + i, LRU | UINT64_C(1) << 14, 0xffff888000000100, 0, UINT32_MAX);
	for (uint64_t i = 0; i < 4; i++)
		put_page(&m, 320 + i, LRU, ANON, 0, UINT32_MAX);
	put_compound(&m, 512, 6, ANON);
	put_page(&m, 600, 0, 0, 3, BUDDY);
	put_page(&m, 700, HWPOISON, 0, 0, UINT32_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (unsigned int threads = 0; threads < 4; threads += 3) {
			struct selection s = selected(&m, cases[i].level, threads);
			assert_int_equal(s.existing, RAM_PAGES);
			assert_int_equal(s.excluded[PAGE_CACHE], cases[i].cache);
			assert_int_equal(s.excluded[PAGE_CACHE_PRIVATE], cases[i].private);
			assert_int_equal(s.excluded[PAGE_USER], cases[i].user);
			assert_int_equal(s.excluded[PAGE_FREE], cases[i].free);
			assert_int_equal(s.excluded[PAGE_HWPOISON], 1);
			assert_int_equal(bitmap_test(&s.dump, 515), !cases[i].user);
			assert_int_equal(bitmap_test(&s.dump, 607), !cases[i].free);
			assert_true(bitmap_test(&s.dump, 608));
			assert_false(bitmap_test(&s.dump, 700));
			selection_deinit(&s);
			vmcore_destroy(m.vmcore);
		}
	}
	m.vmcore = NULL;
	machine_deinit(&m);
}

/* A free block goes on over the next sections, which other threads are at. */
static void a_block_over_several_sections(void **state)
{
	(void)state;
	struct machine m;
	machine_x86(&m, SMALL);
	put_page(&m, 0, 0, 0, 10, BUDDY); /* all 1024 pages */
	for (unsigned int threads = 0; threads < 4; threads += 3) {
		struct selection s = selected(&m, 31, threads);
		assert_int_equal(s.excluded[PAGE_FREE], RAM_PAGES);
		assert_int_equal(s.selected, 0);
		selection_deinit(&s);
		vmcore_destroy(m.vmcore);
	}
	m.vmcore = NULL;
	machine_deinit(&m);
}

/* Memory that begins anywhere: the struct page behind a head is read together with it. */
static void runs_at_any_place(void **state)
{
	(void)state;
	struct machine m;
	machine_x86(&m, X86 "NUMBER(SECTION_SIZE_BITS)=20\n");
	for (uint64_t pfn = 256; pfn < RAM_PAGES; pfn += 2)
		put_compound(&m, pfn, 1, ANON);
	for (uint64_t hole = 0; hole < 4; hole++) {
		machine_crash(&m);
		/* the first pages of section 1 are not in the file */
		struct segment parts[] = {m.vmcore->segments[0], m.vmcore->segments[0]};
		parts[0].len = 256 * 4096;
		parts[1].paddr += (256 + hole) * 4096;
		parts[1].offset += (256 + hole) * 4096;
		parts[1].len -= (256 + hole) * 4096;
		free(m.vmcore->segments);
		m.vmcore->segments = calloc(2, sizeof(parts[0]));
		assert_non_null(m.vmcore->segments);
		memcpy(m.vmcore->segments, parts, sizeof(parts));
		m.vmcore->nsegments = 2;
		struct selection s;
		assert_ok(select_pages(m.vmcore, &m.layout, 12, 31, 0, &s));
		assert_int_equal(s.existing, RAM_PAGES - hole);
		/* the tail of a head that is not there cannot be judged */
		assert_int_equal(s.selected, 256 + hole % 2);
		selection_deinit(&s);
		vmcore_destroy(m.vmcore);
	}
	m.vmcore = NULL;
	machine_deinit(&m);
}

static void what_cannot_be_judged_is_dumped(void **state)
{
	(void)state;
	struct machine m;
	machine_x86(&m, SMALL);
	put_page(&m, 5, LRU, 0, 0, UINT32_MAX);
	machine_put(&m, ARRAY + 2 * 16, UINT64_C(0xdead000000000000) | 7);
	machine_put(&m, ARRAY + 3 * 16, 0);
	for (unsigned int threads = 0; threads < 4; threads += 3) {
		struct selection s = selected(&m, 31, threads);
		assert_int_equal(s.unknown, 256);
		assert_int_equal(s.excluded[PAGE_CACHE], 1);
		/* no memory of the kernel's behind the last section that it has */
		assert_int_equal(s.excluded[PAGE_OFFLINE], 256);
		assert_int_equal(s.max_pfn, 768);
		assert_int_equal(s.selected, 767);
		selection_deinit(&s);
		vmcore_destroy(m.vmcore);
	}
	m.vmcore = NULL;
	machine_deinit(&m);
}

/* A section of 2^28 pages of which the dump has one. */
static void struct_pages_of_no_page_are_not_read(void **state)
{
	(void)state;
	struct machine m;
	machine_x86(&m, X86 "NUMBER(SECTION_SIZE_BITS)=40\n");
	m.far[0] = UINT64_C(1) << 45;
	machine_put(&m, ARRAY + 32 * 16, UINT64_C(0xffff800000000000) | 7);
	struct selection s = selected(&m, 31, 0);
	assert_int_equal(s.existing, RAM_PAGES + 1);
	assert_int_equal(s.unknown, 1);
	assert_int_equal(s.selected, RAM_PAGES + 1);
	assert_in_range(machine_reads, 1, 100);
	selection_deinit(&s);
	machine_deinit(&m);
}

/* Tables that point to themselves and to all of memory end, and mark only what is there. */
static void page_tables_that_are_a_circle(void **state)
{
	(void)state;
	struct machine m;
	machine_x86(&m, SMALL);
	m.far[0] = (UINT64_C(1) << 42) - 4096;
	for (uint64_t i = 0; i < 512; i++)
		machine_put(&m, TOP + i * 8, i % 2 ? TOP | 1 : (i << 34) | 1);
	struct selection s = selected(&m, 31, 0);
	assert_true(bitmap_test(&s.tables, TOP >> 12));
	assert_int_equal(bitmap_count(&s.tables, 0, s.max_pfn), 2); /* and page 0 */
	assert_true(bitmap_test(&s.precious, TOP >> 12));
	assert_int_equal(bitmap_count(&s.precious, 0, s.max_pfn), 2);
	assert_in_range(machine_reads, 1, 100);
	selection_deinit(&s);
	machine_deinit(&m);
}

/* Hash MMU of ppc64: vmemmap is a list of blocks, here of 4 KiB. */
#define HASH                                                                                       \
	PAGES "NUMBER(RADIX_MMU)=0\nSYMBOL(vmemmap_list)=c000000000002000\n"                       \
	      "SYMBOL(mmu_vmemmap_psize)=c000000000002008\n"                                       \
	      "SYMBOL(mmu_psize_defs)=c000000000002010\nSIZE(mmu_psize_def)=8\n"                   \
	      "OFFSET(mmu_psize_def.shift)=0\nOFFSET(vmemmap_backing.phys)=8\n"                    \
	      "OFFSET(vmemmap_backing.virt_addr)=16\nOFFSET(vmemmap_backing.list)=0\n"             \
	      "SYMBOL(mem_section)=c000000000001000\nNUMBER(SECTION_SIZE_BITS)=20\n"
#define VMEMMAP UINT64_C(0xc00c000000000000)
#define NODES	0x6000
#define NBLOCKS (RAM_PAGES * 64 / 4096)

static void put_node(struct machine *m, uint64_t i, uint64_t next)
{
	machine_put(m, NODES + i * 24, next ? LINEAR + NODES + next * 24 : 0);
	machine_put(m, NODES + i * 24 + 8, STRUCTS + i * 4096);
	machine_put(m, NODES + i * 24 + 16, VMEMMAP + i * 4096);
}

static void vmemmap_list(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		uint64_t node, next; /* a node that is changed, and what follows it then */
		uint64_t unknown;
	} cases[] = {{"whole", 15, 0, 0},
		     {"circle", 11, 3, 256},
		     {"circle of one", 11, 11, 256},
		     {"cut", 7, 0, 512},
		     {"leads out of memory", 3, UINT64_C(1) << 40, 768}};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;
		machine_x86(&m, HASH);
		m.elf_machine = EM_PPC64;
		machine_put(&m, ROOTS, LINEAR + ARRAY);
		for (uint64_t nr = 0; nr < RAM_PAGES / 256; nr++)
			machine_put(&m, ARRAY + nr * 16, VMEMMAP | 7);
		machine_put(&m, 0x2000, LINEAR + NODES);
		put_u32(m.ram + 0x2008, 0, ORDER_LE);
		put_u32(m.ram + 0x2010, 12, ORDER_LE);
		for (uint64_t n = 0; n < NBLOCKS; n++)
			put_node(&m, n, n + 1 < NBLOCKS ? n + 1 : 0);
		put_node(&m, cases[i].node, cases[i].next);
		put_page(&m, 5, LRU, 0, 0, UINT32_MAX);
		struct selection s = selected(&m, 31, 0);
		if (s.unknown != cases[i].unknown)
			fail_msg("%s: %lu pages unknown", cases[i].what, (unsigned long)s.unknown);
		assert_int_equal(s.excluded[PAGE_CACHE], 1);
		/* the list by two readers, a circle at most twice; then the blocks and sections */
		assert_in_range(machine_reads, 1, 2 * 3 * 2 * NBLOCKS + 32);
		selection_deinit(&s);
		machine_deinit(&m);
	}
}

/* Levels that need no struct pages do without them. */
static void without_struct_pages(void **state)
{
	(void)state;
	struct machine m;
	struct selection s;
	machine_init(&m, RAM);
	m.text = "PAGESIZE=4096\n";
	machine_crash(&m);
	for (unsigned int level = 0; level <= 1; level++) {
		assert_ok(select_pages(m.vmcore, &m.layout, 12, level, 0, &s));
		assert_non_null(s.doubt);
		assert_int_equal(s.selected, RAM_PAGES);
		selection_deinit(&s);
		assert_ok(select_pages(m.vmcore, NULL, 12, level, 0, &s));
		assert_non_null(s.doubt);
		selection_deinit(&s);
	}
	assert_err(select_pages(m.vmcore, &m.layout, 12, 2, 0, &s), ERR_MISSING, "lacks");
	machine_deinit(&m);
}

static void memory_above_the_limit(void **state)
{
	(void)state;
	struct machine m;
	struct selection s;
	machine_x86(&m, SMALL);
	m.far[0] = UINT64_C(1) << 51;
	machine_crash(&m);
	assert_err(select_pages(m.vmcore, &m.layout, 12, 0, 0, &s), ERR_FORMAT,
		   "memory at physical address 0x8000000000000, above the limit");
	machine_deinit(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(a_block_over_several_sections),
		cmocka_unit_test(runs_at_any_place),
		cmocka_unit_test(what_cannot_be_judged_is_dumped),
		cmocka_unit_test(struct_pages_of_no_page_are_not_read),
		cmocka_unit_test(page_tables_that_are_a_circle),
		cmocka_unit_test(vmemmap_list),
		cmocka_unit_test(without_struct_pages),
		cmocka_unit_test(memory_above_the_limit),
	};
	return cmocka_run_group_tests_name("pages/select", tests, NULL, NULL);
}
