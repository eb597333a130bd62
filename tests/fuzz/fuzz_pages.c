// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMCOREINFO, the layout of struct page made of it, and classification: the input up to its first
 * NUL is the text, the rest are struct pages.
 */
#include "fuzz.h"
#include "pages/classify.h"

static void classify(const struct page_layout *l, const uint8_t *pages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct page_view view;
		const uint8_t *page = pages + i * l->size;
		page_view_decode(l, page, i + 1 < n ? page + l->size : NULL, &view);
		enum page_class c = page_classify(&view, l), broken = page_unreadable(&view, l);
		uint64_t extent = page_extent(&view, l, c, i);
		if (c >= PAGE_NR_CLASSES || !page_class_name(c) ||
		    (broken != PAGE_KERNEL && broken != PAGE_HWPOISON && broken != PAGE_OFFLINE))
			abort();
		/* a power of two to which the pfn is aligned: a block never runs into the next one
		 */
		if (extent == 0 || extent & (extent - 1) || i & (extent - 1))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	if (!nul)
		return 0;
	size_t text_len = (size_t)(nul - data), len = size - text_len - 1;
	char *text = strndup((const char *)data, text_len);
	uint8_t *pages = malloc(len ? len : 1);
	if (!text || !pages)
		abort();
	memcpy(pages, nul + 1, len);
	struct vmcoreinfo info = {text, text_len};
	struct layout layout;
	struct page_layout page_layout;
	struct err *e = layout_load(&info, &layout);
	for (int order = ORDER_LE; !e && order <= ORDER_BE; order++) {
		e = page_layout_init(&layout, (enum byte_order)order, &page_layout);
		if (!e)
			classify(&page_layout, pages, len / page_layout.size);
	}
	err_free(e);
	free(pages);
	free(text);
	return 0;
}
