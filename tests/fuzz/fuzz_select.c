// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From VMCOREINFO and memory to the page set: page tables, mem_section, struct pages of a small
 * vmcore (small_vmcore_make). The first byte chooses the machine.
 */
#include "fuzz.h"
#include "pages/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct vmcore *v = small_vmcore_make(data + 1, size - 1,
					     data[0] == 'p'   ? EM_PPC64
					     : data[0] == 'a' ? EM_AARCH64
							      : EM_X86_64);
	if (!v)
		return 0;
	struct vmcoreinfo info = {v->vmcoreinfo ? v->vmcoreinfo : "", v->vmcoreinfo_len};
	struct layout layout;
	struct selection s;
	struct err *e = layout_load(&info, &layout);
	if (!e)
		e = select_pages(v, &layout, layout.page_shift, LEVEL_MAX, 0, &s);
	if (!e) {
		uint64_t sum = s.selected;
		for (int c = 0; c < PAGE_NR_CLASSES; c++)
			sum += s.excluded[c];
		if (sum != s.existing || s.selected != bitmap_count(&s.dump, 0, s.max_pfn))
			abort();
		selection_deinit(&s);
	}
	err_free(e);
	vmcore_destroy(v);
	return 0;
}
