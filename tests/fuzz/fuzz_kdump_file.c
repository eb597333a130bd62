// SPDX-License-Identifier: GPL-2.0-or-later
/* The kdump-compressed reader, also below the flattened one: headers, bitmaps, pages of a file that
 * is the input. */
#include "fuzz.h"

/* Pages looked at: the input is at most 64 KiB, but its bitmaps may claim much for that. */
#define MAX_PAGES 2048

/* Touches every byte, for the sanitizer. */
static void touch(const uint8_t *p, size_t size)
{
	static volatile uint8_t sum;
	for (size_t i = 0; i < size; i++)
		sum ^= p[i];
	(void)sum;
}

static void read_pages(const struct vmcore *v, const struct bitmap *map, struct view *view)
{
	size_t size = (size_t)1 << v->page_shift;
	for (uint64_t pfn = 0; pfn < map->nbits && pfn < MAX_PAGES; pfn++) {
		const uint8_t *p;
		struct err *e = vmcore_view(v, view, pfn << v->page_shift, size, &p);
		if (!e)
			touch(p, size);
		/* what is not in the map is missing, and says so */
		if (!bitmap_test(map, pfn) && (!e || err_code(e) != ERR_MISSING))
			abort();
		bool read = !e;
		err_free(e);
		/* the cache gives what the file has */
		e = vmcore_view(v, view, (pfn << v->page_shift) + 1, 2, &p);
		if (read != !e)
			abort();
		err_free(e);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmcore *v = small_vmcore_open(data, size);
	struct view view;
	struct bitmap map;
	if (!v)
		return 0;
	if (!v->page_shift) { /* an ELF file: fuzz_elf's */
		vmcore_destroy(v);
		return 0;
	}
	uint64_t end = 0;
	for (size_t i = 0; i < v->nsegments; i++) {
		if (v->segments[i].len == 0 || v->segments[i].paddr < end)
			abort();
		end = v->segments[i].paddr + v->segments[i].len;
	}
	if (v->vmcoreinfo && strlen(v->vmcoreinfo) != v->vmcoreinfo_len)
		abort();
	uint64_t max_pfn = vmcore_max_pfn(v, v->page_shift);
	struct err *e = bitmap_init(&map, max_pfn);
	if (!e)
		e = vmcore_page_map(v, v->page_shift, &map);
	if (!e)
		e = view_init(&view, v->source, (size_t)1 << v->page_shift);
	if (e)
		abort();
	read_pages(v, &map, &view);
	view_deinit(&view);
	if (!v->vmcoreinfo && max_pfn < MAX_PAGES)
		err_free(vmcore_find_vmcoreinfo(v));
	bitmap_deinit(&map);
	vmcore_destroy(v);
	return 0;
}
