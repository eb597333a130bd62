/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes strings that others chose fit for terminals. It does not check that they are UTF-8. Pure.
 */
#ifndef SALVOR_BASE_PRINTABLE_H
#define SALVOR_BASE_PRINTABLE_H

/* Control characters become '?', in place: they could move the cursor, or ask for an answer. */
void make_printable(char *s);

#endif
