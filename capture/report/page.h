/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page before a report is put into it: page/page.html with its style and script, made by
 * page/embed while building. Places for the report are marked {{name}}. Constant.
 */
#ifndef SALVOR_REPORT_PAGE_H
#define SALVOR_REPORT_PAGE_H

#include <stddef.h>

extern const char report_page[];
extern const size_t report_page_len;

#endif
