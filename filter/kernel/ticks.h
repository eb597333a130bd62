/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time in ticks of a dead kernel: how many a second has, and how long ago a moment in jiffies was.
 * It reads the layout and three words; no lifetime. One thread, that of the struct kmem.
 */
#ifndef SALVOR_KERNEL_TICKS_H
#define SALVOR_KERNEL_TICKS_H

#include "kernel/kmem.h"

struct ticks {
	int64_t hz;   /* 0: not known */
	uint64_t now; /* jiffies at the last tick */
	bool known;   /* now is */
};

void ticks_read(struct kmem *k, struct ticks *ret);
/* Seconds from a moment in jiffies to the last tick; NAN if not known. Counters wrap. */
double ticks_since(const struct ticks *t, uint64_t then);

#endif
