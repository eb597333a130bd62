// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/classify.h"

/* include/linux/page-flags.h: bit 0 of mapping. */
#define MAPPING_ANON 1
/* The orders above which a compound page is a damaged struct: 16 GiB pages in units of 4 KiB. */
#define MAX_COMPOUND_ORDER 22
/* Orders of the buddy allocator where the kernel does not say (MAX_ORDER was 11 for long). */
#define DEFAULT_BUDDY_ORDERS 11

const char *page_class_name(enum page_class c)
{
	static const char *const names[PAGE_NR_CLASSES] = {
		[PAGE_KERNEL] = "kernel",
		[PAGE_TAIL] = "tail",
		[PAGE_FREE] = "free",
		[PAGE_CACHE] = "cache",
		[PAGE_CACHE_PRIVATE] = "cache_private",
		[PAGE_USER] = "user",
		[PAGE_HWPOISON] = "hwpoison",
		[PAGE_OFFLINE] = "offline",
		[PAGE_UNACCEPTED] = "unaccepted",
	};
	return names[c];
}

/* The mask of a flag given as a bit number; 0 if the kernel does not have it. */
static uint64_t flag(int64_t bit)
{
	return layout_known(bit) && bit >= 0 && bit < 64 ? UINT64_C(1) << bit : 0;
}

static bool type(int64_t number, uint32_t *ret)
{
	if (!layout_known(number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

static void init_types(const struct layout *l, struct page_layout *p)
{
	type(l->type_buddy, &p->type_buddy);
	p->has_type_slab = type(l->type_slab, &p->type_slab);
	p->has_type_hugetlb = type(l->type_hugetlb, &p->type_hugetlb);
	p->has_type_offline = type(l->type_offline, &p->type_offline);
	p->has_type_unaccepted = type(l->type_unaccepted, &p->type_unaccepted);
	/*
	 * 6.12 (4ffca5a96678): the type is the top byte of the word, at least 0xf0, and the low
	 * bits may be in use. Before, the whole word had one value, with its low bits set (~0x80).
	 */
	bool top_byte = (p->type_buddy & 0xffffff) == 0 && p->type_buddy >> 24 >= 0xf0;
	p->type_mask = top_byte ? 0xff000000 : 0xffffffff;
}

/* Where the second struct page says how large a compound page is, and what it is: newest kernel
 * first. */
static void init_compound(const struct layout *l, struct page_layout *p)
{
	bool old_order = layout_known(l->page_compound_order);
	p->dtor_hugetlb = layout_known(l->hugetlb_page_dtor) ? (uint64_t)l->hugetlb_page_dtor : 0;
	if (!layout_known(l->folio_order) && !old_order) {
		/* 6.6 (ebc1baf5c9b4): low byte of folio._flags_1 */
		p->order_offset = p->flags + (p->order == ORDER_BE ? 7 : 0);
		p->order_size = 1;
		return;
	}
	/* These are offsets from the head, into the second struct page (6.3: struct folio), or of
	 * it. */
	size_t order = (size_t)(old_order ? l->page_compound_order : l->folio_order);
	p->order_offset = order >= p->size ? order - p->size : order;
	p->order_size = 1;
	int64_t dtor = layout_known(l->folio_dtor) ? l->folio_dtor : l->page_compound_dtor;
	if (layout_known(dtor) && p->dtor_hugetlb) {
		p->dtor_offset = (size_t)dtor >= p->size ? (size_t)dtor - p->size : (size_t)dtor;
		p->dtor_size = 1;
	}
}

struct err *page_layout_init(const struct layout *l, enum byte_order order, struct page_layout *ret)
{
	struct err *e = layout_check(l, FOR_PAGES);
	if (e)
		return e;
	int64_t compound =
		layout_known(l->page_compound_info) ? l->page_compound_info : l->page_compound_head;
	struct page_layout p = {
		.size = (size_t)l->page_size,
		.order = order,
		.flags = (size_t)l->page_flags,
		.mapping = (size_t)l->page_mapping,
		.private = (size_t)l->page_private,
		.mapcount = (size_t)l->page_mapcount,
		.compound = layout_known(compound) ? (size_t)compound : 0,
		.has_compound = layout_known(compound),
		.lru = flag(l->pg_lru),
		.private_bit = flag(l->pg_private),
		.swapcache = flag(l->pg_swapcache),
		.swapbacked = flag(l->pg_swapbacked),
		.hwpoison = flag(l->pg_hwpoison),
		.head = layout_known(l->pg_head_mask) ? (uint64_t)l->pg_head_mask : 0,
		.slab = flag(l->pg_slab),
		.hugetlb = flag(l->pg_hugetlb),
		.max_order = layout_known(l->zone_free_area) && l->zone_free_area > 0 &&
					     l->zone_free_area < 32
				     ? (unsigned int)l->zone_free_area
				     : DEFAULT_BUDDY_ORDERS,
	};
	init_types(l, &p);
	init_compound(l, &p);
	size_t last = MAX(MAX(p.flags, p.mapping), MAX(p.private, p.compound));
	if (last + 8 > p.size || p.mapcount + 4 > p.size ||
	    p.order_offset + p.order_size > p.size || p.dtor_offset + p.dtor_size > p.size)
		return err_new(ERR_FORMAT,
			       "VMCOREINFO: a member of struct page lies outside of it");
	*ret = p;
	return NULL;
}

static void decode_head(const struct page_layout *l, const uint8_t *next, struct page_view *p)
{
	p->compound_order = next[l->order_offset];
	if (l->dtor_size)
		p->hugetlb = next[l->dtor_offset] == l->dtor_hugetlb;
	else if (l->hugetlb)
		p->hugetlb = get_u64(next + l->flags, l->order) & l->hugetlb;
}

void page_view_decode(const struct page_layout *l, const uint8_t *page, const uint8_t *next,
		      struct page_view *ret)
{
	/* Member by member: a copy made here and then assigned costs more than all the rest. */
	ret->flags = get_u64(page + l->flags, l->order);
	ret->mapping = get_u64(page + l->mapping, l->order);
	ret->private = get_u64(page + l->private, l->order);
	ret->compound = l->has_compound ? get_u64(page + l->compound, l->order) : 0;
	ret->mapcount = get_u32(page + l->mapcount, l->order);
	ret->compound_order = 0;
	ret->hugetlb = false;
	if (ret->flags & l->head && !(ret->compound & 1) && next)
		decode_head(l, next, ret);
}

static bool has_type(const struct page_view *p, const struct page_layout *l, bool known,
		     uint32_t value)
{
	return known && (p->mapcount & l->type_mask) == (value & l->type_mask);
}

static bool is_anon(const struct page_view *p, const struct page_layout *l)
{
	bool slab =
		l->has_type_slab ? has_type(p, l, true, l->type_slab) : (p->flags & l->slab) != 0;
	return !slab && (p->mapping & MAPPING_ANON);
}

static bool is_cache(const struct page_view *p, const struct page_layout *l)
{
	if (p->flags & l->lru)
		return true;
	/* PG_swapcache shares its bit with others: it means itself only together with
	 * PG_swapbacked. */
	return (!l->swapbacked || p->flags & l->swapbacked) && p->flags & l->swapcache;
}

enum page_class page_classify(const struct page_view *p, const struct page_layout *l)
{
	if (p->compound & 1)
		return PAGE_TAIL;
	if (has_type(p, l, true, l->type_buddy))
		return PAGE_FREE;
	if (has_type(p, l, l->has_type_unaccepted, l->type_unaccepted))
		return PAGE_UNACCEPTED;
	bool anon = is_anon(p, l);
	if (!anon && is_cache(p, l))
		return p->flags & l->private_bit ? PAGE_CACHE_PRIVATE : PAGE_CACHE;
	if (anon || p->hugetlb || has_type(p, l, l->has_type_hugetlb, l->type_hugetlb))
		return PAGE_USER;
	return PAGE_KERNEL;
}

enum page_class page_unreadable(const struct page_view *p, const struct page_layout *l)
{
	/* The flag is set on the very page that is broken, be it a tail; the type only on heads. */
	if (p->flags & l->hwpoison)
		return PAGE_HWPOISON;
	if (p->compound & 1)
		return PAGE_KERNEL;
	return has_type(p, l, l->has_type_offline, l->type_offline) ? PAGE_OFFLINE : PAGE_KERNEL;
}

uint64_t page_extent(const struct page_view *p, const struct page_layout *l, enum page_class c,
		     uint64_t pfn)
{
	/* An order that the allocator does not have, or that does not fit the pfn, is a damaged
	 * struct. */
	uint64_t order = p->compound_order;
	uint64_t limit = MAX_COMPOUND_ORDER + 1;
	if (c == PAGE_FREE) {
		order = p->private;
		limit = l->max_order;
	} else if (c == PAGE_UNACCEPTED) {
		order = l->max_order - 1;
		limit = l->max_order;
	}
	if (order >= limit || pfn & ((UINT64_C(1) << order) - 1))
		return 1;
	return UINT64_C(1) << order;
}
