/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Amounts of memory for people. Pure. */
#ifndef SALVOR_REPORT_SIZES_H
#define SALVOR_REPORT_SIZES_H

#include <stdint.h>
#include "base/buf.h"

/* "12.3 MiB", right-aligned in width columns; "-" for LAYOUT_UNKNOWN. */
void size_text(int64_t bytes, int width, struct buf *out);

#endif
