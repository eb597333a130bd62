// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sizes.h"

#include "kernel/layout.h"

void size_text(int64_t bytes, int width, struct buf *out)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double)bytes / 1024;
	size_t unit = 0;
	if (!layout_known(bytes)) {
		buf_printf(out, "%*s", width, "-");
		return;
	}
	for (; value >= 1024 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1024;
	buf_printf(out, "%*.1f %s", MAX(width - 4, 0), value, units[unit]);
}
