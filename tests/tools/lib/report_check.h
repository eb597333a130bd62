/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a report is one, whatever it was made of: the text has every part's heading and nothing
 * that a terminal would obey, the JSON is read by a library that is none of ours, and has every
 * part. It does not judge whether what they say is true. Pure; any thread.
 */
#ifndef SALVOR_TOOLS_REPORT_CHECK_H
#define SALVOR_TOOLS_REPORT_CHECK_H

#include <stddef.h>
#include "base/err.h"

struct err *report_check_text(const char *text, size_t len, size_t parts) must_check;
/* part: the names of the parts, NULL at the end. found: how many of them have something to say. */
struct err *report_check_json(const char *json, size_t len, const char *(*part)(size_t i),
			      size_t *found) must_check;
/* The same of nic-dump dead; found: how many of its lists have something in them. */
struct err *report_check_adapters(const char *json, size_t len, size_t *found) must_check;

#endif
