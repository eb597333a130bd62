// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A world as an ELF vmcore. Its own tables are at physical address 4 MiB: variables, the two levels
 * of mem_section, page tables, and from the next 2 MiB boundary on the struct pages of all pfns,
 * which the page tables map as the kernel's vmemmap in pieces of 2 MiB.
 */
#include "world.h"

#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAF	      (UINT64_C(2) << 20)
#define KERNEL_MAP    UINT64_C(0xffffffff80000000)
#define X86_PHYS_BASE UINT64_C(0x200000)
#define X86_DIRECT    UINT64_C(0xffff888000000000)
#define PPC_LINEAR    UINT64_C(0xc000000000000000)
/* include/linux/mmzone.h: present, has a memory map, online */
#define SECTION_FLAGS UINT64_C(7)
#define SECTION_SIZE  16 /* of struct mem_section without page_ext */

struct vmcore_file {
	const struct world *w;
	int fd;
	const char *path;
	uint64_t page;		/* bytes */
	uint64_t section_shift; /* log2 of bytes */
	uint64_t base;		/* physical address of the tables */
	uint64_t struct_pages;	/* and of the struct pages */
	uint64_t struct_bytes;
	uint64_t data_offset[WORLD_MAX_RANGES];
	char info[8192];
	size_t info_len;
};

/* The tables, one page each. */
enum { VARIABLES, ROOTS, SECTIONS, TOP, SECOND, THIRD, DIRECT, IMAGE, IMAGE_LEAVES, NTABLES };

static uint64_t table(const struct vmcore_file *f, int which)
{
	return f->base + (uint64_t)which * f->page;
}

static void write_phys(const struct vmcore_file *f, uint64_t paddr, const void *data, size_t len)
{
	const struct world *w = f->w;
	for (unsigned int i = 0; i < w->nranges; i++) {
		uint64_t start = w->ranges[i].start << w->page_shift,
			 end = w->ranges[i].end << w->page_shift;
		if (paddr < start || paddr + len > end)
			continue;
		if (pwrite(f->fd, data, len, (off_t)(f->data_offset[i] + paddr - start)) !=
		    (ssize_t)len)
			err(2, "%s", f->path);
		return;
	}
	errx(2, "%s: the world's own tables (%#" PRIx64 ") are not in its memory", f->path, paddr);
}

static void write_u64(const struct vmcore_file *f, uint64_t paddr, uint64_t value)
{
	write_phys(f, paddr, &value, sizeof(value));
}

/* Where the kernel's own variables appear: its image mapping, or the linear map. */
static uint64_t symbol(const struct vmcore_file *f, uint64_t paddr)
{
	return f->w->machine == WORLD_X86_64 ? paddr - X86_PHYS_BASE + KERNEL_MAP
					     : paddr + PPC_LINEAR;
}

static uint64_t direct(const struct vmcore_file *f, uint64_t paddr)
{
	return paddr + (f->w->machine == WORLD_X86_64 ? X86_DIRECT : PPC_LINEAR);
}

static void write_sections(const struct vmcore_file *f)
{
	const struct world *w = f->w;
	uint64_t pages = (UINT64_C(1) << f->section_shift) >> w->page_shift;
	write_u64(f, table(f, ROOTS), direct(f, table(f, SECTIONS)));
	for (uint64_t nr = 0; nr * pages < w->max_pfn; nr++) {
		bool present = false;
		for (uint64_t pfn = nr * pages; pfn < (nr + 1) * pages && pfn < w->max_pfn; pfn++)
			present |= w->pages[pfn].present;
		/* the coded address: of the section's first struct page, less its pfn's share */
		if (present)
			write_u64(f, table(f, SECTIONS) + nr * SECTION_SIZE,
				  world_vmemmap(w) | SECTION_FLAGS);
	}
}

/* Intel SDM volume 3, 4.5: present 1, writable 2, page size 0x80. */
static void write_x86_tables(const struct vmcore_file *f)
{
	uint64_t va = world_vmemmap(f->w);
	write_u64(f, table(f, TOP) + (va >> 39 & 511) * 8, table(f, SECOND) | 3);
	write_u64(f, table(f, SECOND) + (va >> 30 & 511) * 8, table(f, THIRD) | 3);
	for (uint64_t at = 0; at < f->struct_bytes; at += LEAF)
		write_u64(f, table(f, THIRD) + ((va + at) >> 21 & 511) * 8,
			  (f->struct_pages + at) | 0x83);
	write_u64(f, table(f, TOP) + (X86_DIRECT >> 39 & 511) * 8, table(f, DIRECT) | 3);
	for (uint64_t i = 0; i < 64; i++) /* leaves of 1 GiB */
		write_u64(f, table(f, DIRECT) + i * 8, i << 30 | 0x83);
	write_u64(f, table(f, TOP) + 511 * 8, table(f, IMAGE) | 3);
	write_u64(f, table(f, IMAGE) + (KERNEL_MAP >> 30 & 511) * 8, table(f, IMAGE_LEAVES) | 3);
	for (uint64_t i = 0; i < 512; i++)
		write_u64(f, table(f, IMAGE_LEAVES) + i * 8, (i * LEAF + X86_PHYS_BASE) | 0x83);
}

/* Power ISA 3.1 book III 7.7.10; 64K pages: 13, 9, 9 and 5 bits; big-endian entries. */
static void write_ppc_tables(const struct vmcore_file *f)
{
	uint64_t va = world_vmemmap(f->w), valid = UINT64_C(1) << 63, leaf = UINT64_C(1) << 62;
	write_u64(f, table(f, TOP) + (va >> 39 & 8191) * 8,
		  __builtin_bswap64(valid | table(f, SECOND) | 9));
	write_u64(f, table(f, SECOND) + (va >> 30 & 511) * 8,
		  __builtin_bswap64(valid | table(f, THIRD) | 9));
	for (uint64_t at = 0; at < f->struct_bytes; at += LEAF)
		write_u64(f, table(f, THIRD) + ((va + at) >> 21 & 511) * 8,
			  __builtin_bswap64(valid | leaf | (f->struct_pages + at) | 0x18e));
}

static void write_struct_pages(const struct vmcore_file *f)
{
	uint8_t batch[64 * WORLD_STRUCT_PAGE];
	for (uint64_t pfn = 0; pfn * WORLD_STRUCT_PAGE < f->struct_bytes; pfn += 64) {
		for (uint64_t i = 0; i < 64; i++)
			world_struct_page(f->w, pfn + i, batch + i * WORLD_STRUCT_PAGE);
		write_phys(f, f->struct_pages + pfn * WORLD_STRUCT_PAGE, batch, sizeof(batch));
	}
}

/* Every page that is not all zeros starts with its pfn, so that a page in the wrong place is seen.
 */
static void write_contents(const struct vmcore_file *f)
{
	for (uint64_t pfn = 0; pfn < f->w->max_pfn; pfn++) {
		uint64_t words[16];
		if (!f->w->pages[pfn].present || f->w->pages[pfn].zero)
			continue;
		for (unsigned int i = 0; i < 16; i++)
			words[i] = pfn * UINT64_C(0x9e3779b97f4a7c15) + i;
		words[0] = pfn;
		write_phys(f, pfn << f->w->page_shift, words, sizeof(words));
	}
}

static const char *const releases[] = {"4.18.0", "6.4.0", "6.12.0", "7.1.0"};

static void info(struct vmcore_file *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void info(struct vmcore_file *f, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(f->info + f->info_len, sizeof(f->info) - f->info_len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(f->info) - f->info_len)
		errx(2, "VMCOREINFO does not fit");
	f->info_len += (size_t)n;
}

static void make_info(struct vmcore_file *f)
{
	const struct world *w = f->w;
	info(f, "OSRELEASE=%s\nPAGESIZE=%" PRIu64 "\n", releases[w->kernel], f->page);
	info(f, "SYMBOL(init_uts_ns)=%" PRIx64 "\nOFFSET(uts_namespace.name)=4\n",
	     symbol(f, table(f, VARIABLES) + 64));
	info(f, "SYMBOL(_stext)=%" PRIx64 "\nSYMBOL(swapper_pg_dir)=%" PRIx64 "\n",
	     w->machine == WORLD_X86_64 ? KERNEL_MAP + 0x1000000 : PPC_LINEAR,
	     symbol(f, table(f, TOP)));
	info(f, "SYMBOL(mem_section)=%" PRIx64 "\nLENGTH(mem_section)=%u\nSIZE(mem_section)=%u\n",
	     direct(f, table(f, ROOTS)), f->w->machine == WORLD_X86_64 ? 2048U : 128U,
	     SECTION_SIZE);
	info(f,
	     "OFFSET(mem_section.section_mem_map)=0\nNUMBER(SECTION_SIZE_BITS)=%" PRIu64
	     "\nNUMBER(MAX_PHYSMEM_BITS)=%u\n",
	     f->section_shift, w->machine == WORLD_X86_64 ? 46U : 51U);
	info(f,
	     "SIZE(page)=64\nOFFSET(page.flags)=0\nOFFSET(page._refcount)=52\nOFFSET(page.mapping)="
	     "24\n"
	     "OFFSET(page.lru)=8\nOFFSET(page._mapcount)=48\nOFFSET(page.private)=40\n"
	     "LENGTH(zone.free_area)=11\nSIZE(list_head)=16\nOFFSET(list_head.next)=0\n"
	     "OFFSET(list_head.prev)=8\n%s",
	     world_page_info(w));
	if (w->machine == WORLD_X86_64)
		info(f,
		     "SYMBOL(init_top_pgt)=%" PRIx64 "\nNUMBER(phys_base)=%" PRIu64
		     "\nNUMBER(pgtable_l5_enabled)=0\nNUMBER(KERNEL_IMAGE_SIZE)=1073741824\n"
		     "NUMBER(sme_mask)=0\nKERNELOFFSET=0\n",
		     symbol(f, table(f, TOP)), X86_PHYS_BASE);
	else
		info(f, "NUMBER(RADIX_MMU)=1\n");
}

static void write_headers(struct vmcore_file *f)
{
	const struct world *w = f->w;
	static const char name[12] = "VMCOREINFO";
	Elf64_Nhdr note = {11, (Elf64_Word)f->info_len, 0};
	Elf64_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_CORE,
			 .e_machine = w->machine == WORLD_X86_64 ? EM_X86_64 : EM_PPC64,
			 .e_version = EV_CURRENT,
			 .e_phoff = sizeof(eh),
			 .e_flags = w->machine == WORLD_X86_64 ? 0 : 2,
			 .e_ehsize = sizeof(eh),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = (Elf64_Half)(w->nranges + 1)};
	Elf64_Phdr ph[WORLD_MAX_RANGES + 1] = {
		{.p_type = PT_NOTE,
		 .p_offset = 4096,
		 .p_filesz = sizeof(note) + sizeof(name) + ((f->info_len + 3) & ~3UL)}};
	ph[0].p_memsz = ph[0].p_filesz;
	for (unsigned int i = 0; i < w->nranges; i++) {
		uint64_t start = w->ranges[i].start << w->page_shift;
		uint64_t len = (w->ranges[i].end << w->page_shift) - start;
		ph[i + 1] = (Elf64_Phdr) {.p_type = PT_LOAD,
					  .p_flags = PF_R | PF_W | PF_X,
					  .p_offset = f->data_offset[i],
					  .p_paddr = start,
					  .p_vaddr = direct(f, start),
					  .p_filesz = len,
					  .p_memsz = len};
	}
	if (pwrite(f->fd, &eh, sizeof(eh), 0) < 0 ||
	    pwrite(f->fd, ph, sizeof(ph), sizeof(eh)) < 0 ||
	    pwrite(f->fd, &note, sizeof(note), 4096) < 0 ||
	    pwrite(f->fd, name, sizeof(name), 4096 + sizeof(note)) < 0 ||
	    pwrite(f->fd, f->info, f->info_len, 4096 + sizeof(note) + sizeof(name)) < 0)
		err(2, "%s", f->path);
}

static void place(struct vmcore_file *f)
{
	const struct world *w = f->w;
	uint64_t offset = 64 * 1024;
	for (unsigned int i = 0; i < w->nranges; i++) {
		f->data_offset[i] = offset;
		offset += (w->ranges[i].end - w->ranges[i].start) << w->page_shift;
	}
	f->page = UINT64_C(1) << w->page_shift;
	f->section_shift = w->machine == WORLD_X86_64 ? 27 : 24;
	uint64_t section = (UINT64_C(1) << f->section_shift) >> w->page_shift;
	uint64_t pfns = (w->max_pfn + section - 1) / section * section;
	f->struct_bytes = pfns * WORLD_STRUCT_PAGE;
	f->base = 4 << 20;
	f->struct_pages = (table(f, NTABLES) + LEAF - 1) & ~(LEAF - 1);
	/* the world's own pages are the kernel's */
	uint64_t last = (f->struct_pages + f->struct_bytes + LEAF - 1) >> w->page_shift;
	for (uint64_t pfn = f->base >> w->page_shift; pfn < last && pfn < WORLD_MAX_PFN; pfn++)
		if (w->pages[pfn].kind != KIND_KERNEL || w->pages[pfn].zero)
			errx(2,
			     "%s: pfns %#" PRIx64 " to %#" PRIx64
			     " hold the world's own tables: leave them kernel",
			     f->path, f->base >> w->page_shift, last);
	if (ftruncate(f->fd, (off_t)offset) < 0)
		err(2, "%s", f->path);
}

void world_write(const struct world *w, const char *path)
{
	struct vmcore_file *f = calloc(1, sizeof(*f));
	if (!f)
		err(2, "%s", path);
	f->w = w;
	f->path = path;
	f->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (f->fd < 0)
		err(2, "%s", path);
	place(f);
	write_contents(f);
	write_sections(f);
	if (w->machine == WORLD_X86_64)
		write_x86_tables(f);
	else
		write_ppc_tables(f);
	write_struct_pages(f);
	make_info(f);
	write_headers(f);
	/* struct new_utsname; in struct uts_namespace a reference count comes first (until 5.11) */
	char uts[6][65] = {"Linux", "world", "", "#1"};
	snprintf(uts[2], sizeof(uts[2]), "%s", releases[w->kernel]);
	snprintf(uts[4], sizeof(uts[4]), "%s", w->machine == WORLD_X86_64 ? "x86_64" : "ppc64le");
	write_phys(f, table(f, VARIABLES) + 64 + 4, uts, sizeof(uts));
	if (close(f->fd) < 0)
		err(2, "%s", path);
	free(f);
}
