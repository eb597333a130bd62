/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of the dead kernel to small numbers: which thread, which lock is there. It reads
 * nothing. Entries are never removed. One thread.
 */
#ifndef SALVOR_REPORT_ADDR_MAP_H
#define SALVOR_REPORT_ADDR_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct addr_slot {
	uint64_t addr; /* 0: free */
	uint32_t value;
};

/* Zeroed is empty. */
struct addr_map {
	struct addr_slot *slots; /* a power of two, at most half of them used */
	size_t n, cap;
};

void addr_map_deinit(struct addr_map *m);
#define _cleanup_addr_map_ _cleanup_(addr_map_deinit)

/* addr is not 0. What is there already stays. */
struct err *addr_map_put(struct addr_map *m, uint64_t addr, uint32_t value) must_check;
bool addr_map_get(const struct addr_map *m, uint64_t addr, uint32_t *ret);

#endif
