/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that were made out of a table of the dead kernel and given to somebody: each is kept once,
 * by its number in that table, and stays where it is. It reads nothing. One thread.
 */
#ifndef SALVOR_KERNEL_KEPT_NAMES_H
#define SALVOR_KERNEL_KEPT_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct kept_names {
	struct kept_name *slots;
	size_t nslots, n; /* nslots: a power of two, or 0 */
	struct kept_chunk *chunk;
};

void kept_names_deinit(struct kept_names *names);

/* NULL: not there yet. Valid as long as names is. */
const char *kept_names_find(const struct kept_names *names, uint32_t key);
/* For a key that is not there; "" if there is no memory. */
const char *kept_names_add(struct kept_names *names, uint32_t key, const char *text, size_t len);

#endif
