/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as one page: the JSON, and the script and style that show it, in one HTML text that
 * needs no network and that a browser may open from a file. It reads no dump and knows the JSON
 * only as text: what is shown how is the business of page/. The verdict, and for browsers without
 * scripts the log, stand in it as text too. Keeps nothing; any thread.
 */
#ifndef SALVOR_REPORT_HTML_H
#define SALVOR_REPORT_HTML_H

#include "base/buf.h"

/*
 * Appends the page for that report.json to out. Whatever the report holds, none of it becomes
 * markup or script: a log line is written by whoever could write to the log. A damaged report gives
 * a page that says so. Fails only for lack of memory.
 */
struct err *html_write(const char *report_json, size_t len, struct buf *out) must_check;

#endif
