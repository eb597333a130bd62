/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the crash info header of firmware-assisted dump from being overwritten after release_mem.
 * It neither releases nor registers anything. What it takes outlives the process and is held until
 * the next boot.
 *
 * Why: the header lies at the end of the reserved area, which since Linux 6.10 (c6c5b14dac0d moved
 * what followed it elsewhere) ends inside a page. release_mem frees from that page on:
 * fadump_release_reserved_area() in arch/powerpc/kernel/fadump.c rounds the start of the freed
 * range down (PHYS_PFN). The kernel registers again with its header in a free page, whoever gets
 * that page next overwrites it, and the next dump is refused: "fadump: Fadump header is corrupted."
 * So we get the page first, and keep it.
 */
#ifndef SALVOR_CRASH_FADUMP_HEADER_H
#define SALVOR_CRASH_FADUMP_HEADER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/root.h"

/*
 * Before release_mem: the physical address of the page that will be freed wrongly; 0 if there is
 * none, because the reserved area ends on a page boundary. The area's size is mem_reserved, its
 * start the first destination of /proc/device-tree/rtas/ibm,kernel-dump. ERR_MISSING if the kernel
 * does not say.
 */
struct err *fadump_header_find(const struct root *root, uint64_t page_size,
			       uint64_t *ret) must_check;

/* The decoder of ibm,kernel-dump, for the above and for tests: where the reserved area begins. */
struct err *fadump_area_start(const uint8_t *fdm, size_t len, uint64_t *ret) must_check;

/*
 * After release_mem and before registering again: takes the page at paddr into a System V shared
 * memory segment that is locked and that nobody uses. Takes other pages for a moment while it
 * looks, at most half of what is available. ERR_MISSING if somebody else has the page already.
 */
struct err *fadump_header_hold(const struct root *root, uint64_t page_size,
			       uint64_t paddr) must_check;

#endif
