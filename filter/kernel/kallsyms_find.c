// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kallsyms_find.h"

#include <inttypes.h>
#include "kernel/kallsyms.h"

/* The image starts at _stext and read-only data follows the text: 16 MiB off in usual kernels. */
#define IMAGE_MAX (UINT64_C(256) << 20)
/* So much of nothing is the end of the image, or of the dump. */
#define LOST_MAX (UINT64_C(32) << 20)
#define PIECE	 ((size_t)64 * 1024)
#define PAGE	 4096

/*
 * Symbols use all digits, and a character that symbols use stands for itself: the tokens of the
 * codes 0x30 to 0x39 are these bytes, in every kernel.
 */
static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
#define FIRST_DIGIT 0x30

/* More tokens than these bytes before and after the digits have not been seen (about 400, 600). */
#define TOKENS_BEFORE ((size_t)4096)
#define TOKENS_AFTER  ((size_t)8192)

/* What may lie between a group's first name and token_table: the group, markers, seqs_of_names. */
#define TAIL_MAX ((size_t)2 << 20)
#define GROUP	 256
/* A group of names whose lengths are all plausible: compressed they have 1 to 256 bytes. */
#define GROUP_MIN (GROUP * 2)
#define GROUP_MAX ((size_t)GROUP * 258)

struct finder {
	struct kmem *k;
	enum byte_order order;
	uint64_t first;	      /* lowest address that counts */
	unsigned int anchors; /* how many more places that look right to try */
	uint64_t budget;      /* steps left: made-up tables must not take forever */
	struct kallsyms_place place;
	uint8_t *tail; /* tail_len bytes that end at place.token_table */
	size_t tail_len;
};

static uint64_t tail_addr(const struct finder *f, size_t at)
{
	return f->place.token_table - f->tail_len + at;
}

/* As much as can be read, page by page; the rest is zeros. False: nothing could be. */
static bool read_lossy(struct finder *f, uint64_t addr, uint8_t *buf, size_t len)
{
	struct err *e = kmem_read(f->k, addr, buf, len);
	if (!e)
		return true;
	err_free(e);
	bool any = false;
	for (size_t at = 0, n; at < len; at += n) {
		n = MIN(len - at, (size_t)(PAGE - (addr + at) % PAGE));
		e = kmem_read(f->k, addr + at, buf + at, n);
		any |= !e;
		if (e)
			memset(buf + at, 0, n);
		err_free(e);
	}
	return any;
}

/* What is left after count names from at on, in the tail: their end, or 0. */
static size_t skip_names(const struct finder *f, size_t at, size_t count, bool wide)
{
	for (size_t i = 0; i < count; i++) {
		size_t head, len;
		if (!kallsyms_length(f->tail + at, f->tail_len - at, wide, &head, &len))
			return 0;
		at += head + len;
	}
	return at;
}

/*
 * The markers say how many groups of names there are and where in the names the last one starts;
 * num_syms how many names that group has. If so many names end where the markers start, all of it
 * is right.
 */
static bool check_num_syms(struct finder *f, uint64_t names, uint64_t n, size_t markers,
			   size_t markers_end, size_t groups, uint64_t last)
{
	struct kallsyms_place *p = &f->place;
	if (n == 0 || n > KALLSYMS_MAX_SYMS || DIV_ROUND_UP(n, GROUP) != groups)
		return false;
	uint64_t start = tail_addr(f, 0);
	if (names + last < start || names + last >= tail_addr(f, markers))
		return false;
	size_t group = (size_t)(names + last - start);
	size_t in_last = (size_t)n - (groups - 1) * GROUP;
	bool fits = false;
	if (f->budget < 2 * GROUP)
		return false;
	f->budget -= 2 * GROUP;
	for (int wide = 1; wide >= 0 && !fits; wide--) {
		size_t end = skip_names(f, group, in_last, wide);
		fits = end && ROUND_UP(tail_addr(f, end), p->align) == tail_addr(f, markers);
	}
	uint64_t seqs = ROUND_UP(tail_addr(f, markers_end), p->align);
	uint64_t seqs_end = ROUND_UP(seqs + n * 3, p->align);
	if (!fits || (seqs != p->token_table && seqs_end != p->token_table))
		return false;
	p->num_syms = (uint32_t)n;
	p->names = names;
	p->names_end = tail_addr(f, markers);
	p->num_syms_at = names - p->align;
	return true;
}

/* num_syms stands right before the names, which end before the markers: where they start. */
static bool find_num_syms(struct finder *f, size_t markers, size_t markers_end, size_t groups,
			  uint64_t last)
{
	uint64_t align = f->place.align, room = tail_addr(f, markers) - f->first;
	if (last > KALLSYMS_MAX_NAMES || last > room || f->anchors == 0)
		return false;
	f->anchors--;
	size_t len = (size_t)MIN(room - last, (uint64_t)GROUP_MAX + align) & ~(size_t)(align - 1);
	uint64_t high = (tail_addr(f, markers) - last) & ~(align - 1), low = high - len;
	_cleanup_free_ uint8_t *window = malloc(len);
	if (!window || low < f->first)
		return false;
	read_lossy(f, low, window, len);
	for (size_t at = 0; at < len; at += align) {
		uint64_t names = low + at + align;
		/* 4 bytes, or 8 before 4.20: in little endian one is the other */
		if (check_num_syms(f, names, get_u32(window + at, f->order), markers, markers_end,
				   groups, last) ||
		    check_num_syms(f, names, get_u64(window + at, f->order), markers, markers_end,
				   groups, last))
			return true;
	}
	return false;
}

static uint64_t marker(const struct finder *f, size_t at, size_t width)
{
	return width == 4 ? get_u32(f->tail + at, f->order) : get_u64(f->tail + at, f->order);
}

/* Tries end as the end of the markers: backwards they fall, a group's size each, down to 0. */
static bool try_markers(struct finder *f, size_t end, size_t width)
{
	if (end < width * 2)
		return false;
	size_t at = end - width, groups = 1;
	uint64_t last = marker(f, at, width), value = last;
	while (value != 0 && at >= width && f->budget > 0) {
		uint64_t before = marker(f, at - width, width);
		if (before >= value || value - before < GROUP_MIN || value - before > GROUP_MAX)
			return false;
		at -= width;
		value = before;
		groups++;
		f->budget--;
	}
	return value == 0 && groups > 1 && tail_addr(f, at) % f->place.align == 0 &&
	       find_num_syms(f, at, end, groups, last);
}

/* From token_table down to the names; f->tail is read here. */
static bool find_names(struct finder *f)
{
	f->tail_len = (size_t)MIN((uint64_t)TAIL_MAX, f->place.token_table - f->first);
	f->tail_len &= ~(size_t)7;
	free(f->tail);
	f->tail = malloc(f->tail_len);
	if (!f->tail)
		return false;
	read_lossy(f, tail_addr(f, 0), f->tail, f->tail_len);
	for (size_t end = f->tail_len; end > 0 && f->budget > 0; end -= 4, f->budget--)
		if (try_markers(f, end, 4) || try_markers(f, end, 8))
			return true;
	return false;
}

/* The 256 tokens from at on, and behind them, aligned, their index: does all of it agree? */
static bool check_tokens(struct finder *f, const uint8_t *window, size_t len, size_t at,
			 size_t index)
{
	size_t pos = at;
	for (unsigned int i = 0; i < 256; i++) {
		if (get_u16(window + index + i * 2, f->order) != pos - at)
			return false;
		const uint8_t *nul = memchr(window + pos, '\0', len - pos);
		if (!nul)
			return false;
		pos = (size_t)(nul - window) + 1;
	}
	return pos <= index;
}

/* The digits are at this address: is token_table around them, and the names below it? */
static bool try_digits(struct finder *f, uint64_t digits_at)
{
	static const uint64_t alignments[] = {8, 256};
	uint8_t window[TOKENS_BEFORE + TOKENS_AFTER];
	uint64_t start = digits_at - TOKENS_BEFORE;
	if (f->anchors == 0 || digits_at - f->first < TOKENS_BEFORE)
		return false;
	read_lossy(f, start, window, sizeof(window));
	f->anchors--;
	size_t end = TOKENS_BEFORE;
	for (unsigned int i = FIRST_DIGIT; i < 256; i++) {
		const uint8_t *nul = memchr(window + end, '\0', sizeof(window) - end);
		if (!nul)
			return false;
		end = (size_t)(nul - window) + 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(alignments); i++) {
		uint64_t index = ROUND_UP(start + end, alignments[i]);
		size_t in = (size_t)(index - start);
		if (in + KALLSYMS_TOKEN_INDEX > sizeof(window))
			continue;
		size_t before = get_u16(window + in + FIRST_DIGIT * 2, f->order);
		if (before > TOKENS_BEFORE || (digits_at - before) % alignments[i] != 0 ||
		    !check_tokens(f, window, sizeof(window), TOKENS_BEFORE - before, in))
			continue;
		f->place.token_table = digits_at - before;
		f->place.token_table_end = start + end;
		f->place.token_index = index;
		f->place.align = alignments[i];
		if (find_names(f))
			return true;
	}
	return false;
}

static bool scan(struct finder *f, uint8_t *piece)
{
	uint64_t step = PIECE - sizeof(digits), lost = 0;
	for (uint64_t at = 0; at < IMAGE_MAX && lost < LOST_MAX; at += step) {
		if (f->first + at + PIECE < f->first)
			return false;
		if (!read_lossy(f, f->first + at, piece, PIECE)) {
			lost += step;
			continue;
		}
		lost = 0;
		const uint8_t *p = piece;
		while ((p = memmem(p, (size_t)(piece + PIECE - p), digits, sizeof(digits)))) {
			if (try_digits(f, f->first + at + (uint64_t)(p - piece)))
				return true;
			p++;
		}
	}
	return false;
}

struct err *kallsyms_find(struct kmem *k, struct kallsyms_place *ret)
{
	if (!layout_known(k->layout->stext))
		return err_new(ERR_MISSING, "VMCOREINFO lacks SYMBOL(_stext)");
	struct finder f = {
		.k = k,
		.order = k->vmcore->order,
		.first = (uint64_t)k->layout->stext & ~UINT64_C(0xfff),
		.anchors = 64,
		.budget = UINT64_C(16) << 20,
	};
	_cleanup_free_ uint8_t *piece = malloc(PIECE);
	if (!piece)
		return err_nomem();
	bool found = scan(&f, piece);
	free(f.tail);
	if (!found)
		return err_new(ERR_MISSING,
			       "no kallsyms tables in the %d MiB from %#" PRIx64
			       " (a kernel without CONFIG_KALLSYMS?)",
			       (int)(IMAGE_MAX >> 20), f.first);
	*ret = f.place;
	return NULL;
}

void kallsyms_place_before(struct kallsyms_place *p)
{
	uint64_t n = p->num_syms;
	p->relative_base = p->num_syms_at - p->align;
	p->offsets = p->relative_base - ROUND_UP(n * 4, p->align);
	p->addresses = p->num_syms_at - ROUND_UP(n * 8, p->align);
}

void kallsyms_place_after(struct kallsyms_place *p)
{
	uint64_t n = p->num_syms;
	p->offsets = ROUND_UP(p->token_index + KALLSYMS_TOKEN_INDEX, p->align);
	p->relative_base = ROUND_UP(p->offsets + n * 4, p->align);
	p->addresses = p->offsets;
}
