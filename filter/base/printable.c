// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.h"

#include <stdbool.h>
#include <string.h>
#include "base/utf8.h"

/* Whether the sequence of n bytes at s is a control character; in UTF-8 there are more of them. */
static bool is_control(const unsigned char *s, size_t n)
{
	return s[0] < ' ' || s[0] == 0x7f || (n == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

static void make(char *str, size_t len, const char *stay)
{
	unsigned char *s = (unsigned char *)str;
	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);
		if (n == 0)
			s[i] = '?';
		else if (is_control(s + i, n) && !(s[i] && strchr(stay, s[i])))
			memset(s + i, '?', n);
		i += n ? n : 1;
	}
}

void make_printable(char *s)
{
	make(s, strlen(s), "");
}

void make_lines_printable(char *s, size_t len)
{
	make(s, len, "\n\t");
}
