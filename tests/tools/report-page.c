// SPDX-License-Identifier: GPL-2.0-or-later
/* report-page <report.json >report.html: the page of a report, without the dump it came from. */
#include <stdio.h>
#include <string.h>
#include "report/html.h"

int main(int argc, char **argv)
{
	if (argc > 1) {
		bool help = strcmp(argv[1], "--help") == 0;
		fprintf(help ? stdout : stderr, "Usage: report-page <REPORT.JSON >PAGE.HTML\n");
		return help ? 0 : 2;
	}
	_cleanup_buf_ struct buf json = BUF_INIT, page = BUF_INIT;
	for (;;) {
		char *room = buf_reserve(&json, 65536);
		size_t n = room ? fread(room, 1, 65536, stdin) : 0;
		if (n == 0)
			break;
		json.len += n;
	}
	struct err *e = buf_error(&json);
	if (!e)
		e = html_write(buf_str(&json), json.len, &page);
	if (!e && (fwrite(page.data, 1, page.len, stdout) != page.len || fflush(stdout) != 0))
		e = err_new(ERR_IO, "cannot write the page");
	if (e) {
		fprintf(stderr, "report-page: %s\n", err_message(e));
		err_free(e);
		return 1;
	}
	return 0;
}
