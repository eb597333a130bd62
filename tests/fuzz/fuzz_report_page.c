// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a report: what the page has of scripts and comments is its own. */
#include "fuzz.h"
#include <strings.h>
#include "report/html.h"

/* Script tags and starts of comments: what could end or hide the page's own. */
static size_t dangers(const struct buf *page)
{
	size_t n = 0;
	for (size_t i = 0; i + 8 <= page->len; i++)
		if (page->data[i] == '<')
			n += strncasecmp(page->data + i, "</script", 8) == 0 ||
			     strncasecmp(page->data + i, "<script", 7) == 0 ||
			     strncmp(page->data + i, "<!--", 4) == 0;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t own;
	_cleanup_buf_ struct buf page = BUF_INIT;
	struct err *e = html_write(size ? (const char *)data : "", size, &page);
	err_free(e);
	if (e)
		return 0;
	if (strlen(page.data) != page.len)
		abort();
	if (!own) {
		_cleanup_buf_ struct buf empty = BUF_INIT;
		err_free(html_write("{}", 2, &empty));
		own = dangers(&empty);
	}
	if (dangers(&page) != own)
		abort();
	return 0;
}
