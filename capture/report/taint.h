/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the bits of a kernel's tainted_mask mean. A table of constants; it reads nothing. Immutable;
 * any thread.
 */
#ifndef SALVOR_REPORT_TAINT_H
#define SALVOR_REPORT_TAINT_H

#include <stddef.h>

/* Bits beyond these have no letter that we know. */
#define TAINT_BITS 20

struct taint {
	char letter;
	const char *meaning;
};

/* bit below TAINT_BITS. */
const struct taint *taint_of(unsigned int bit);

#endif
