/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the XArrays of a dead kernel in order of their indices (include/linux/xarray.h), and with
 * them radix trees and IDRs: since 4.20 a radix_tree_root is an xarray (f8d5d0cc145c), and
 * idr.idr_rt is one whose indices start at idr_base. Each node must name its parent and its place
 * there, so none is visited twice; what is below one that does not is passed over, and walk.why
 * tells. An iterator belongs to one thread; nothing to free.
 */
#ifndef SALVOR_KERNEL_XARRAY_H
#define SALVOR_KERNEL_XARRAY_H

#include "kernel/walk.h"

#define XARRAY_MAX_CHUNK  64
#define XARRAY_MAX_HEIGHT 16 /* 64 bits of index in chunks of 16 */

struct xarray_offsets {
	int64_t head; /* xarray.xa_head; radix_tree_root.rnode */
	/* of struct xa_node, or radix_tree_node */
	int64_t shift, offset, parent, slots;
	unsigned int chunk; /* LENGTH(xa_node.slots): 64, or 16 with CONFIG_BASE_SMALL */
	bool radix; /* radix_tree_root has rnode: before 4.20, pointers are marked otherwise */
};

struct xarray_iter {
	struct walk walk;
	struct xarray_offsets offsets;
	uint64_t index;	    /* of the entry delivered last */
	unsigned int order; /* it stands for 1 << order indices */
	uint64_t single;    /* the only entry, kept in the head itself; 0: none */
	enum walk_why trouble;
	uint64_t trouble_at;
	size_t nodes; /* read so far: bounded by the limit too, as nodes may be empty */
	size_t height;
	struct xarray_level {
		uint64_t node, index;
		unsigned int shift, slot;
		uint8_t slots[XARRAY_MAX_CHUNK * 8];
	} levels[XARRAY_MAX_HEIGHT];
};

/* xarray: address of the struct xarray or radix_tree_root. */
void xarray_init(struct xarray_iter *it, struct kmem *k, uint64_t xarray,
		 const struct xarray_offsets *offsets, size_t limit);
/*
 * The next entry that is not empty, as it is stored: a pointer, or (xarray_is_value()) a number.
 * Its index is it->index.
 */
bool xarray_next(struct xarray_iter *it, uint64_t *entry);

/* Numbers instead of pointers: xa_is_value(), xa_to_value(). */
static inline bool xarray_is_value(const struct xarray_iter *it, uint64_t entry)
{
	return it->offsets.radix ? (entry & 3) == 2 : entry & 1;
}
static inline uint64_t xarray_to_value(const struct xarray_iter *it, uint64_t entry)
{
	return entry >> (it->offsets.radix ? 2 : 1);
}

#endif
