// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/wrap.h"

#include <string.h>
#include "base/cleanup.h"

void text_wrapped(struct buf *out, const char *first, const char *others, const char *value)
{
	size_t room = TEXT_COLUMNS - strlen(first);
	const char *indent = first;
	while (*value) {
		size_t len = strlen(value), n = MIN(len, room);
		if (n < len) {
			while (n > room / 2 && value[n] != ' ')
				n--;
			n = value[n] == ' ' ? n : room;
		}
		const char *rest = value + n + strspn(value + n, " ");
		while (n > 1 && value[n - 1] == ' ')
			n--;
		buf_printf(out, "%s%.*s\n", indent, (int)n, value);
		value = rest;
		indent = others;
	}
}
