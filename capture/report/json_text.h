/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single strings out of a JSON text: just enough to lift the verdict and the log out of a report.
 * It builds no tree, converts no numbers and does not judge whether the rest of the text is valid;
 * what it cannot follow counts as absent. Nothing is kept; any thread.
 */
#ifndef SALVOR_REPORT_JSON_TEXT_H
#define SALVOR_REPORT_JSON_TEXT_H

#include <stdbool.h>
#include "base/buf.h"

/* One string, decoded to UTF-8; an escaped NUL and a lone surrogate are U+FFFD. text is also
 * NUL-terminated, and lives until the function returns. */
typedef void json_text_fn(void *arg, const char *text, size_t len);

/*
 * Calls fn for the string at top-level member part, its member member; when an array is there, for
 * each of its strings. *found is how many calls were made. Fails only for lack of memory.
 */
struct err *json_text_each(const char *json, size_t len, const char *part, const char *member,
			   json_text_fn *fn, void *arg, size_t *found) must_check;

#endif
