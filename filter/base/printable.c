// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.h"

#include <stdbool.h>

void make_printable(char *s)
{
	for (unsigned char *c = (unsigned char *)s; *c; c++) {
		/* In UTF-8 there are more of them: 0x80 to 0x9f. */
		bool wide = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
		if (*c < ' ' || *c == 0x7f || wide)
			*c = '?';
		if (wide)
			c[1] = '?';
	}
}
