/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a page is used for, told from the bytes of its struct page. Pure functions: no I/O, no
 * globals, no decision on what is dumped (that is select.h). Any thread.
 */
#ifndef SALVOR_PAGES_CLASSIFY_H
#define SALVOR_PAGES_CLASSIFY_H

#include "base/bytes.h"
#include "kernel/layout.h"

enum page_class {
	PAGE_KERNEL,	    /* the kernel's own, or nothing that we know: never excluded */
	PAGE_TAIL,	    /* of a compound page: decided with its head */
	PAGE_FREE,	    /* in the buddy allocator */
	PAGE_CACHE,	    /* page cache without private data */
	PAGE_CACHE_PRIVATE, /* page cache with private data (buffer heads) */
	PAGE_USER,	    /* anonymous memory and hugetlb pages of processes */
	PAGE_HWPOISON,	    /* broken memory: reading it may stop the machine */
	PAGE_OFFLINE, /* given back to the hypervisor (balloon, virtio-mem), or no memory at all */
	PAGE_UNACCEPTED, /* of a confidential guest, never used */
	PAGE_NR_CLASSES,
};

/* As the run record and messages name it. */
const char *page_class_name(enum page_class c);

/* layout.def's lines on struct page, made ready for the loop over millions of them. */
struct page_layout {
	size_t size; /* of struct page */
	enum byte_order order;
	size_t flags, mapping, private, mapcount, compound; /* offsets */
	bool has_compound;
	uint64_t lru, private_bit, swapcache, swapbacked, hwpoison, head, slab,
		hugetlb; /* masks; 0: unknown */
	uint32_t type_buddy, type_slab, type_hugetlb, type_offline, type_unaccepted;
	bool has_type_slab, has_type_hugetlb, has_type_offline, has_type_unaccepted;
	uint32_t type_mask;	 /* which bits of _mapcount make a page type */
	size_t order_offset;	 /* in the second struct page */
	unsigned int order_size; /* bytes; 0: not known, compound pages are single */
	size_t dtor_offset;	 /* in the second struct page, before 6.6 */
	unsigned int dtor_size;	 /* bytes; 0: hugetlb is told otherwise */
	uint64_t dtor_hugetlb;
	unsigned int max_order; /* of the buddy allocator, exclusive */
};

/* ERR_MISSING if the kernel does not say enough. order: of the dump. */
struct err *page_layout_init(const struct layout *l, enum byte_order order,
			     struct page_layout *ret) must_check;

/* One page, decoded. */
struct page_view {
	uint64_t flags;
	uint64_t mapping;
	uint64_t private;
	uint64_t compound;
	uint32_t mapcount;
	unsigned int compound_order; /* 0 unless a compound head */
	bool hugetlb; /* told by the destructor or the flag of the second struct page */
};

/*
 * page: the bytes of the struct page; next: of the one behind it, or NULL at the end of what was
 * read (a compound head is never there: it is aligned).
 */
void page_view_decode(const struct page_layout *l, const uint8_t *page, const uint8_t *next,
		      struct page_view *ret);

enum page_class page_classify(const struct page_view *p, const struct page_layout *l);

/* PAGE_HWPOISON or PAGE_OFFLINE if the page must not be read whatever it is, else PAGE_KERNEL. */
enum page_class page_unreadable(const struct page_view *p, const struct page_layout *l);

/* How many pages the class of this one goes for: 1, or the buddy's block or compound page from pfn
 * on. */
uint64_t page_extent(const struct page_view *p, const struct page_layout *l, enum page_class c,
		     uint64_t pfn);

#endif
