// SPDX-License-Identifier: GPL-2.0-or-later
/* The ELF reader: headers, notes, segments of a file that is the input. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmcore *v = small_vmcore_open(data, size);
	struct view view;
	if (!v)
		return 0;
	if (!v->vmcoreinfo)
		err_free(vmcore_find_vmcoreinfo(v));
	/* segments are in order and disjoint, and what they promise can be looked up */
	uint64_t end = 0;
	for (size_t i = 0; i < v->nsegments; i++) {
		const struct segment *s = &v->segments[i];
		if (s->len == 0 || s->paddr < end || s->paddr + (s->len - 1) < s->paddr)
			abort();
		end = s->paddr + s->len;
		if (vmcore_segment(v, s->paddr) != s ||
		    vmcore_segment(v, s->paddr + (s->len - 1)) != s)
			abort();
	}
	if (vmcore_max_pfn(v, 12) > UINT64_MAX >> 12 && vmcore_max_pfn(v, 12) != UINT64_C(1) << 52)
		abort();
	if (v->vmcoreinfo && strlen(v->vmcoreinfo) != v->vmcoreinfo_len)
		abort();
	err_free(view_init(&view, v->source, 4096));
	for (size_t i = 0; i < v->nsegments; i++) {
		const uint8_t *p;
		uint64_t last = v->segments[i].paddr + (v->segments[i].len - 1);
		struct err *e = vmcore_view(v, &view, last, 1, &p);
		if (!e && *p == 255)
			end++; /* so that the byte is read */
		err_free(e);
	}
	view_deinit(&view);
	vmcore_destroy(v);
	return 0;
}
