/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long sentences as several lines of a report's text. Pure. */
#ifndef SALVOR_REPORT_WRAP_H
#define SALVOR_REPORT_WRAP_H

#include "base/buf.h"

#define TEXT_COLUMNS 108

/* Lines of at most that many columns, broken between words where that can be; the first begins with
 * first, the others with others. */
void text_wrapped(struct buf *out, const char *first, const char *others, const char *value);

#endif
