/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes text that others chose fit for terminals and for programs that expect UTF-8, in place and
 * without changing its length. Pure.
 */
#ifndef SALVOR_BASE_PRINTABLE_H
#define SALVOR_BASE_PRINTABLE_H

#include <stddef.h>

/*
 * Control characters become '?': they could move the cursor, or ask for an answer. So do bytes that
 * are not UTF-8.
 */
void make_printable(char *s);
/* The same for len bytes of text that has lines: newlines and tabs stay. */
void make_lines_printable(char *s, size_t len);

#endif
