// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmcore/format.h"

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

const char *vmcore_format(const struct vmcore *v)
{
	return v->ops->name;
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

struct err *vmcore_page_map(const struct vmcore *v, unsigned int page_shift, struct bitmap *map)
{
	if (v->ops->page_map)
		return v->ops->page_map(v, page_shift, map);
	vmcore_page_map_range(v, page_shift, 0, UINT64_MAX, map);
	return NULL;
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

/* Kernels that have one page of it may have anything, or nothing in the dump, behind it. */
static struct err *take_vmcoreinfo(struct vmcore *v, struct view *view, const struct segment *s,
				   uint64_t at)
{
	const uint8_t *text;
	size_t len = (size_t)MIN((uint64_t)VMCOREINFO_MAX, s->len - at);
	struct err *e = view_get(view, s->offset + at, len, &text);
	if (e && len > 4096) {
		err_free(e);
		len = 4096;
		e = view_get(view, s->offset + at, len, &text);
	}
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

#define SCAN_PIECE ((size_t)256 * 1024)
#define SCAN_STEP  ((size_t)4096)

/* Of len bytes that could be read: where VMCOREINFO starts, or len. */
static size_t find_in(const uint8_t *piece, size_t len)
{
	for (size_t i = 0; i + SCAN_STEP <= len; i += SCAN_STEP)
		if (looks_like_vmcoreinfo(piece + i, MIN(len - i, (size_t)VMCOREINFO_MAX)))
			return i;
	return len;
}

/*
 * A piece at a time; one that cannot be read as a whole, as in a filtered dump, in steps, and what
 * cannot be read then is passed over.
 */
static struct err *scan_segment(struct vmcore *v, struct view *view, const struct segment *s)
{
	uint64_t at = 0, in_steps_until = 0;
	while (at < s->len) {
		size_t most = at < in_steps_until ? SCAN_STEP : SCAN_PIECE;
		size_t len = (size_t)MIN((uint64_t)most, s->len - at);
		const uint8_t *piece;
		struct err *e = view_get(view, s->offset + at, len, &piece);
		if (e && err_code(e) == ERR_NOMEM)
			return e;
		if (e && most == SCAN_PIECE)
			in_steps_until = at + SCAN_PIECE;
		else if (e)
			at += SCAN_STEP;
		err_free(e);
		if (e)
			continue;
		size_t found = find_in(piece, len);
		if (found < len)
			return take_vmcoreinfo(v, view, s, at + found);
		at += len;
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
