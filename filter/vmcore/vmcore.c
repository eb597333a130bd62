// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmcore/vmcore.h"

#include <inttypes.h>
#include <string.h>

void vmcore_destroy(struct vmcore *v)
{
	if (!v)
		return;
	free(v->vmcoreinfo);
	free(v->notes);
	free(v->segments);
	source_destroy(v->source);
	free(v);
}

const struct segment *vmcore_segment_from(const struct vmcore *v, uint64_t paddr)
{
	size_t low = 0, high = v->nsegments;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct segment *s = &v->segments[mid];
		if (paddr >= s->paddr && paddr - s->paddr >= s->len)
			low = mid + 1;
		else
			high = mid;
	}
	return low < v->nsegments ? &v->segments[low] : NULL;
}

const struct segment *vmcore_segment(const struct vmcore *v, uint64_t paddr)
{
	const struct segment *s = vmcore_segment_from(v, paddr);
	return s && s->paddr <= paddr ? s : NULL;
}

struct err *vmcore_view(const struct vmcore *v, struct view *view, uint64_t paddr, size_t len,
			const uint8_t **ret)
{
	const struct segment *s = vmcore_segment(v, paddr);
	if (!s || s->len - (paddr - s->paddr) < len)
		return err_new(ERR_MISSING,
			       "physical address %#" PRIx64 " (%zu bytes) is not in the dump",
			       paddr, len);
	return view_get(view, s->offset + (paddr - s->paddr), len, ret);
}

void vmcore_segment_pfns(const struct segment *s, unsigned int page_shift, uint64_t *first,
			 uint64_t *end)
{
	*first = s->paddr >> page_shift;
	*end = ((s->paddr + s->len - 1) >> page_shift) + 1;
}

uint64_t vmcore_max_pfn(const struct vmcore *v, unsigned int page_shift)
{
	uint64_t first, end = 0;
	if (v->nsegments)
		vmcore_segment_pfns(&v->segments[v->nsegments - 1], page_shift, &first, &end);
	return end;
}

void vmcore_page_map(const struct vmcore *v, unsigned int page_shift, struct bitmap *map)
{
	vmcore_page_map_range(v, page_shift, 0, UINT64_MAX, map);
}

void vmcore_page_map_range(const struct vmcore *v, unsigned int page_shift, uint64_t paddr,
			   uint64_t len, struct bitmap *map)
{
	uint64_t mask = (UINT64_C(1) << page_shift) - 1;
	uint64_t last = len > UINT64_MAX - paddr ? UINT64_MAX : paddr + (len - 1);
	if (len == 0)
		return;
	const struct segment *s = vmcore_segment_from(v, paddr & ~mask);
	for (; s && s < v->segments + v->nsegments && s->paddr <= (last | mask); s++) {
		uint64_t first, end;
		vmcore_segment_pfns(s, page_shift, &first, &end);
		bitmap_set_range(map, MAX(first, paddr >> page_shift),
				 MIN(end, (last >> page_shift) + 1));
	}
}

/* Longest text that the kernel can put there: 4 pages in kernels that have more than one. */
#define VMCOREINFO_MAX 65536

static bool looks_like_vmcoreinfo(const uint8_t *page, size_t len)
{
	static const char start[] = "OSRELEASE=";
	return len >= 4096 && memcmp(page, start, sizeof(start) - 1) == 0 &&
	       memmem(page, len, "\nPAGESIZE=", 10) && memmem(page, len, "\nSYMBOL(", 8);
}

static struct err *take_vmcoreinfo(struct vmcore *v, struct view *view, const struct segment *s,
				   uint64_t at)
{
	const uint8_t *text;
	size_t len = (size_t)MIN((uint64_t)VMCOREINFO_MAX, s->len - at);
	struct err *e = view_get(view, s->offset + at, len, &text);
	if (e)
		return e;
	len = strnlen((const char *)text, len);
	v->vmcoreinfo = strndup((const char *)text, len);
	if (!v->vmcoreinfo)
		return err_nomem();
	v->vmcoreinfo_len = len;
	v->vmcoreinfo_in_notes = SIZE_MAX;
	return NULL;
}

/* A piece at a time; unreadable pieces are passed over. */
#define SCAN_PIECE ((size_t)256 * 1024)

static struct err *scan_segment(struct vmcore *v, struct view *view, const struct segment *s)
{
	for (uint64_t at = 0; at < s->len && !v->vmcoreinfo; at += SCAN_PIECE) {
		size_t len = (size_t)MIN((uint64_t)SCAN_PIECE, s->len - at);
		const uint8_t *piece;
		struct err *e = view_get(view, s->offset + at, len, &piece);
		if (e) {
			if (err_code(e) == ERR_NOMEM)
				return e;
			err_free(e);
			continue;
		}
		for (size_t i = 0; i + 4096 <= len; i += 4096) {
			if (looks_like_vmcoreinfo(piece + i, MIN(len - i, (size_t)65536)))
				return take_vmcoreinfo(v, view, s, at + i);
		}
	}
	return NULL;
}

struct err *vmcore_find_vmcoreinfo(struct vmcore *v)
{
	struct view view;
	struct err *e = view_init(&view, v->source, SCAN_PIECE);
	for (size_t i = 0; !e && i < v->nsegments && !v->vmcoreinfo; i++)
		e = scan_segment(v, &view, &v->segments[i]);
	view_deinit(&view);
	if (!e && !v->vmcoreinfo)
		e = err_new(ERR_MISSING,
			    "%s: no VMCOREINFO, neither as an ELF note nor in memory: is this a "
			    "Linux dump?",
			    v->source->path);
	return e;
}
