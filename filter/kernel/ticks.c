// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/ticks.h"

#include <math.h>

static bool word(struct kmem *k, int64_t base, int64_t member, uint32_t *ret)
{
	if (!layout_known(base) || !layout_known(member))
		return false;
	struct err *e = kmem_u32(k, (uint64_t)base + (uint64_t)member, ret);
	err_free(e);
	return !e;
}

/*
 * CONFIG_HZ is nowhere as a number, but jiffies is a clocksource as well, and its mult is the
 * nanoseconds of a tick, shifted (kernel/time/jiffies.c).
 */
static int64_t ticks_per_second(struct kmem *k)
{
	const struct layout *l = k->layout;
	uint32_t mult, shift;
	if (!word(k, l->clocksource_jiffies, l->clocksource_mult, &mult) ||
	    !word(k, l->clocksource_jiffies, l->clocksource_shift, &shift) || mult < 1 ||
	    shift > 31)
		return 0;
	int64_t hz = ((INT64_C(1000000000) << shift) + mult / 2) / mult;
	return hz >= 10 && hz <= 10000 ? hz : 0;
}

void ticks_read(struct kmem *k, struct ticks *ret)
{
	struct ticks t = {.hz = ticks_per_second(k)};
	if (layout_known(k->layout->jiffies_64)) {
		struct err *e = kmem_u64(k, (uint64_t)k->layout->jiffies_64, &t.now);
		t.known = !e;
		err_free(e);
	}
	*ret = t;
}

double ticks_since(const struct ticks *t, uint64_t then)
{
	return t->hz && t->known ? (double)(int64_t)(t->now - then) / (double)t->hz : NAN;
}
