// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/fadump_header.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include "base/bytes.h"
#include "crash/environment.h"

/*
 * struct rtas_fadump_mem_struct (arch/powerpc/platforms/pseries/rtas-fadump.h; PAPR 7.4.9):
 * big-endian. A header with the number of sections at 4 and the offset of the first at 8; sections
 * of 40 bytes with the destination at 32.
 */
#define SECTIONS_AT	 4
#define FIRST_SECTION_AT 8
#define HEADER_MIN	 12
#define SECTION_SIZE	 40
#define DESTINATION_AT	 32
#define MAX_SECTIONS	 64

/* Looked through at a time. The page was freed a moment ago, so it is among the first to be had. */
#define SEGMENT_BYTES ((size_t)64 << 20)
#define MAX_SEGMENTS  64
/* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_PFN	((UINT64_C(1) << 55) - 1)

struct err *fadump_area_start(const uint8_t *fdm, size_t len, uint64_t *ret)
{
	if (len < HEADER_MIN)
		return err_new(ERR_FORMAT, "ibm,kernel-dump has only %zu bytes", len);
	size_t count = get_u16(fdm + SECTIONS_AT, ORDER_BE);
	size_t first = get_u32(fdm + FIRST_SECTION_AT, ORDER_BE);
	if (count == 0 || count > MAX_SECTIONS || first > len || count * SECTION_SIZE > len - first)
		return err_new(ERR_FORMAT, "ibm,kernel-dump: %zu sections from byte %zu of %zu",
			       count, first, len);
	uint64_t start = UINT64_MAX;
	for (size_t i = 0; i < count; i++) {
		uint64_t to = get_u64(fdm + first + i * SECTION_SIZE + DESTINATION_AT, ORDER_BE);
		start = to ? MIN(start, to) : start;
	}
	if (start == UINT64_MAX)
		return err_new(ERR_FORMAT, "ibm,kernel-dump: no section has a destination");
	*ret = start;
	return NULL;
}

struct err *fadump_header_find(const struct root *root, uint64_t page_size, uint64_t *ret)
{
	char line[32];
	uint64_t start;
	if (root_read_line(root, "/sys/kernel/fadump/mem_reserved", line, sizeof(line)) <= 0)
		return err_new(ERR_MISSING, "no /sys/kernel/fadump/mem_reserved");
	uint64_t size = strtoull(line, NULL, 10);
	if (size % page_size == 0) {
		*ret = 0;
		return NULL;
	}
	_cleanup_buf_ struct buf fdm = BUF_INIT;
	struct err *e = root_read(root, "/proc/device-tree/rtas/ibm,kernel-dump", 65536, &fdm);
	if (!e)
		e = fadump_area_start((const uint8_t *)buf_str(&fdm), fdm.len, &start);
	if (!e)
		*ret = (start + size) & ~(page_size - 1);
	return e;
}

/* The index of the page with this pfn in the mapping, or -1. */
static ssize_t find_page(int pagemap, const uint8_t *map, size_t pages, uint64_t page_size,
			 uint64_t pfn)
{
	uint64_t entries[512];
	uint64_t at = (uintptr_t)map / page_size;
	for (size_t i = 0; i < pages;) {
		size_t want = MIN(pages - i, ARRAY_SIZE(entries));
		ssize_t n = pread(pagemap, entries, want * 8, (off_t)((at + i) * 8));
		if (n <= 0)
			return -1;
		for (size_t j = 0; j < (size_t)n / 8; j++)
			if (entries[j] & PAGEMAP_PRESENT && (entries[j] & PAGEMAP_PFN) == pfn)
				return (ssize_t)(i + j);
		i += (size_t)n / 8;
	}
	return -1;
}

/* Gives back everything of the segment but one page, and locks that one. */
static struct err *keep(int id, uint8_t *map, size_t len, uint64_t page_size, size_t index)
{
	uint8_t *page = map + index * page_size;
	size_t after = (size_t)(map + len - (page + page_size));
	if ((index && madvise(map, index * page_size, MADV_REMOVE) < 0) ||
	    (after && madvise(page + page_size, after, MADV_REMOVE) < 0))
		return err_os(errno, "giving back the pages around the fadump header");
	if (shmctl(id, SHM_LOCK, NULL) < 0)
		return err_os(errno, "locking the page of the fadump header");
	return NULL;
}

/*
 * One more segment of fresh pages; *found when the page is in it. The segment stays in *id for the
 * caller: pages that are not the one must be held until the search ends, or they would come back.
 */
static struct err *look(int pagemap, uint64_t page_size, uint64_t pfn, int *id, bool *found)
{
	*id = shmget(IPC_PRIVATE, SEGMENT_BYTES, IPC_CREAT | 0600);
	if (*id < 0)
		return err_os(errno, "shared memory");
	uint8_t *map = shmat(*id, NULL, 0);
	if (map == (void *)-1)
		return err_os(errno, "shared memory");
	madvise(map, SEGMENT_BYTES, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SEGMENT_BYTES; i += page_size)
		map[i] = 0;
	struct err *e = NULL;
	ssize_t index = find_page(pagemap, map, SEGMENT_BYTES / page_size, page_size, pfn);
	*found = index >= 0;
	if (*found)
		e = keep(*id, map, SEGMENT_BYTES, page_size, (size_t)index);
	shmdt(map);
	return e;
}

static size_t segments_to_try(const struct root *root)
{
	uint64_t kib = environment_available_kib(root);
	return (size_t)MIN(kib * 1024 / 2 / SEGMENT_BYTES, (uint64_t)MAX_SEGMENTS);
}

struct err *fadump_header_hold(const struct root *root, uint64_t page_size, uint64_t paddr)
{
	_cleanup_close_ int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return err_os(errno, "/proc/self/pagemap");
	int ids[MAX_SEGMENTS];
	size_t most = segments_to_try(root), n = 0;
	bool found = false;
	struct err *e = NULL;
	while (!e && !found && n < most) {
		ids[n] = -1;
		e = look(pagemap, page_size, paddr / page_size, &ids[n], &found);
		n++;
	}
	for (size_t i = 0; i < n; i++)
		if (ids[i] >= 0 && (e || !found || i + 1 < n))
			shmctl(ids[i], IPC_RMID, NULL);
	if (!e && !found)
		e = err_new(ERR_MISSING,
			    "the page of the fadump header (%#" PRIx64 ") is in use already",
			    paddr);
	/* Compaction would move the page away and leave the header in a free one again. */
	if (!e) {
		struct err *late =
			root_write(root, "/proc/sys/vm/compact_unevictable_allowed", "0");
		err_free(late);
	}
	return e;
}
