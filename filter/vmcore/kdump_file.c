// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump-compressed dumps, versions 1 to 6, of makedumpfile, vmcore-filter, QEMU and others. */
#include "vmcore/format.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>
#include "ondisk/kdump.h"
#include "ondisk/note.h"
#include "vmcore/kdump_source.h"

/* A bitmap of this many pages is 4 GiB: more is a damaged or hostile file. */
#define MAX_PFNS (UINT64_C(1) << 35)
/* The text has one page, in newer kernels a few. */
#define MAX_VMCOREINFO ((uint64_t)1 << 20)

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

struct kdump_reader {
	struct vmcore *v;
	struct source *file;
	struct kdump_source *s;
	struct kdump_header header;
	struct kdump_sub_header sub;
	uint64_t exists_at; /* the first bitmap: pages that the machine had */
};

static struct err *bad(const struct kdump_reader *r, const char *what)
{
	return err_new(ERR_FORMAT, "%s: %s: not a valid kdump-compressed dump", r->file->path,
		       what);
}

/* struct new_utsname's machine, as uname -m says it. */
static const struct {
	const char *name;
	uint16_t machine;
} machines[] = {
	{"x86_64", EM_X86_64},	 {"ppc64le", EM_PPC64},	  {"ppc64", EM_PPC64},
	{"aarch64", EM_AARCH64}, {"s390x", EM_S390},	  {"riscv64", EM_RISCV},
	{"mips64", EM_MIPS},	 {"sparc64", EM_SPARCV9}, {"loongarch64", EM_LOONGARCH},
};

static const char *const machines_of_32_bits[] = {"i386", "i486", "i586", "i686", "ppc", "armv7l"};

/* struct elf_prstatus with the registers of each: for dumps whose writer did not get at the name.
 */
static uint16_t machine_by_notes(const struct vmcore *v)
{
	size_t at = 0;
	struct note n;
	while (note_next(v->notes, v->notes_len, v->order, &at, &n)) {
		if (!note_is(&n, "CORE", NT_PRSTATUS))
			continue;
		if (n.desc_len == 336)
			return v->order == ORDER_LE ? EM_X86_64 : EM_S390;
		if (n.desc_len == 504)
			return EM_PPC64;
		if (n.desc_len == 392)
			return EM_AARCH64;
	}
	return EM_NONE;
}

static void find_machine(struct kdump_reader *r)
{
	const char *name = r->header.utsname[4];
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strcmp(name, machines[i].name) == 0)
			r->v->machine = machines[i].machine;
	if (r->v->machine == EM_NONE)
		r->v->machine = machine_by_notes(r->v);
	if (r->v->nr_cpus == 0) /* versions before 4 have no notes */
		r->v->nr_cpus = MIN(r->header.nr_cpus, (uint32_t)UINT16_MAX);
}

static struct err *check_width(const struct kdump_reader *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines_of_32_bits); i++)
		if (strcmp(r->header.utsname[4], machines_of_32_bits[i]) == 0)
			return err_new(ERR_UNSUPPORTED,
				       "%s: a dump of a 32-bit machine (%s): only 64-bit ones can "
				       "be read",
				       r->file->path, machines_of_32_bits[i]);
	return NULL;
}

static struct err *read_headers(struct kdump_reader *r)
{
	uint8_t bytes[KDUMP_HEADER_SIZE], sub[KDUMP_SUB_HEADER_SIZE];
	struct err *e = source_read_at(r->file, 0, bytes, sizeof(bytes));
	if (!e)
		e = err_wrap(kdump_header_decode(bytes, &r->header, &r->s->order), "%s",
			     r->file->path);
	if (!e)
		e = check_width(r);
	if (e)
		return e;
	const struct kdump_header *h = &r->header;
	if (h->block_size < 4096 || h->block_size > 1 << 20 ||
	    h->block_size & (h->block_size - 1) || h->sub_hdr_blocks > INT32_MAX)
		return bad(r, "impossible block sizes");
	e = source_read_at(r->file, h->block_size, sub, sizeof(sub));
	if (e)
		return e;
	kdump_sub_header_decode(sub, r->s->order, h->version, &r->sub);
	if (r->sub.split)
		return err_new(ERR_UNSUPPORTED,
			       "%s: one part of a split dump: join the parts first (makedumpfile "
			       "--reassemble)",
			       r->file->path);
	return NULL;
}

static struct err *place(struct kdump_reader *r)
{
	const struct kdump_header *h = &r->header;
	struct kdump_source *s = r->s;
	uint64_t block = h->block_size, half = (uint64_t)h->bitmap_blocks / 2 * block;
	s->page_shift = (unsigned int)__builtin_ctz(h->block_size);
	s->max_pfn = h->version >= 6 ? r->sub.max_mapnr : h->max_mapnr;
	s->level = (int)(r->sub.dump_level & 0xff);
	r->exists_at = block * (1 + (uint64_t)h->sub_hdr_blocks);
	s->bitmap_at = r->exists_at + half;
	s->desc_at = r->exists_at + (uint64_t)h->bitmap_blocks * block;
	if (s->max_pfn == 0 || s->max_pfn > MAX_PFNS || DIV_ROUND_UP(s->max_pfn, 8) > half)
		return bad(r, "bitmaps that do not fit the highest page");
	if (r->file->size && s->bitmap_at + DIV_ROUND_UP(s->max_pfn, 8) > r->file->size)
		return err_new(ERR_FORMAT,
			       "%s: cut before its list of pages ends: nothing of it "
			       "can be read",
			       r->file->path);
	s->base = (struct source) {.ops = &source_kdump_ops,
				   .path = r->file->path,
				   .size = s->max_pfn << s->page_shift,
				   .fd = -1,
				   .cut = r->file->cut};
	return NULL;
}

/* Notes that cannot be read cost the registers and not the dump. */
static struct err *read_notes(struct kdump_reader *r)
{
	struct vmcore *v = r->v;
	const struct kdump_sub_header *h = &r->sub;
	v->order = r->s->order;
	struct err *e = vmcore_add_notes(v, r->file, h->note_offset, h->note_size);
	if (e && err_code(e) == ERR_NOMEM)
		return e;
	if (e) {
		err_free(e);
		v->notes_len = 0;
	}
	if (v->vmcoreinfo || h->vmcoreinfo_size == 0 || h->vmcoreinfo_size > MAX_VMCOREINFO)
		return NULL;
	size_t len = (size_t)h->vmcoreinfo_size;
	_cleanup_free_ char *text = calloc(1, len + 1);
	if (!text)
		return err_nomem();
	e = source_read_at(r->file, h->vmcoreinfo_offset, text, len);
	if (!e) {
		v->vmcoreinfo_len = strlen(text);
		v->vmcoreinfo = TAKE_PTR(text);
	}
	err_free(e);
	return NULL;
}

/* Runs of pages that the machine had, until there are too many of them to be true. */
struct runs {
	struct segment *v;
	size_t n, cap;
	bool crowded;
};

static struct err *add_run(struct runs *runs, uint64_t from, uint64_t to, unsigned int shift)
{
	struct segment *last = runs->n ? &runs->v[runs->n - 1] : NULL;
	uint64_t paddr = from << shift, len = (to - from) << shift;
	if (last && last->paddr + last->len == paddr) {
		last->len += len;
		return NULL;
	}
	if (runs->n == VMCORE_MAX_SEGMENTS) {
		runs->crowded = true;
		return NULL;
	}
	if (runs->n == runs->cap) {
		runs->cap = runs->cap ? runs->cap * 2 : 16;
		struct segment *more = realloc(runs->v, runs->cap * sizeof(*more));
		if (!more)
			return err_nomem();
		runs->v = more;
	}
	runs->v[runs->n++] = (struct segment) {paddr, len, paddr};
	return NULL;
}

static struct err *add_runs(struct runs *runs, const struct bitmap *bits, uint64_t first,
			    unsigned int shift)
{
	uint64_t from = bitmap_next(bits, 0);
	while (from < bits->nbits) {
		uint64_t to = bitmap_next_clear(bits, from);
		struct err *e = add_run(runs, first + from, first + to, shift);
		if (e)
			return e;
		from = bitmap_next(bits, to);
	}
	return NULL;
}

/* One pass over both bitmaps: the segments, and the ranks that kdump_page.c looks pages up by. */
static struct err *read_bitmaps(struct kdump_reader *r, struct runs *runs)
{
	struct kdump_source *s = r->s;
	uint8_t exists[KDUMP_RANK_BYTES], dumped[KDUMP_RANK_BYTES];
	struct bitmap all = {.nbits = KDUMP_RANK_PFNS, .bytes = exists};
	struct bitmap some = {.nbits = KDUMP_RANK_PFNS, .bytes = dumped};
	uint64_t n = DIV_ROUND_UP(s->max_pfn, KDUMP_RANK_PFNS);
	s->ranks = calloc((size_t)n, sizeof(*s->ranks));
	if (!s->ranks)
		return err_nomem();
	for (uint64_t nr = 0; nr < n; nr++) {
		struct err *e = kdump_bitmap_piece(s, r->exists_at, nr, exists);
		if (!e)
			e = kdump_bitmap_piece(s, s->bitmap_at, nr, dumped);
		if (e)
			return e;
		s->ranks[nr] = s->ndumped;
		s->ndumped += bitmap_count(&some, 0, some.nbits);
		/* What is dumped was there, whatever the other bitmap says. */
		for (size_t i = 0; i < sizeof(exists); i++)
			exists[i] |= dumped[i];
		e = add_runs(runs, &all, nr * KDUMP_RANK_PFNS, s->page_shift);
		if (e)
			return e;
	}
	return NULL;
}

static struct err *make_segments(struct kdump_reader *r)
{
	struct runs runs = {0};
	struct vmcore *v = r->v;
	struct err *e = read_bitmaps(r, &runs);
	if (e || runs.n == 0) {
		free(runs.v);
		return e ? e : bad(r, "no page in it");
	}
	if (runs.crowded) {
		runs.n = 1;
		runs.v[0].len = r->s->base.size - runs.v[0].paddr;
	}
	v->segments = runs.v;
	v->nsegments = runs.n;
	return NULL;
}

static struct err *read_all(struct kdump_reader *r)
{
	struct err *e = read_headers(r);
	if (!e)
		e = place(r);
	if (!e)
		e = read_notes(r);
	if (!e)
		e = make_segments(r);
	if (e)
		return e;
	find_machine(r);
	r->v->page_shift = r->s->page_shift;
	r->v->level = r->s->level;
	r->v->incomplete |= r->header.status & KDUMP_INCOMPLETE;
	return NULL;
}

static struct err *kdump_read(struct vmcore *v)
{
	struct kdump_reader r = {.v = v, .file = v->source};
	r.s = calloc(1, sizeof(*r.s));
	if (!r.s)
		return err_nomem();
	r.s->file = r.file;
	struct err *e = read_all(&r);
	if (e) {
		free(r.s->ranks);
		free(r.s);
		return e; /* the file is still v's */
	}
	v->source = &r.s->base;
	return NULL;
}

static struct err *kdump_page_map(const struct vmcore *v, unsigned int page_shift,
				  struct bitmap *map)
{
	const struct kdump_source *s = (const struct kdump_source *)v->source;
	uint8_t piece[KDUMP_RANK_BYTES];
	if (page_shift != s->page_shift)
		return err_new(ERR_FORMAT,
			       "%s: a dump in pages of %" PRIu64 " bytes of a kernel whose pages "
			       "have %" PRIu64,
			       s->base.path, UINT64_C(1) << s->page_shift,
			       UINT64_C(1) << page_shift);
	for (uint64_t first = 0; first < MIN(s->max_pfn, map->nbits); first += KDUMP_RANK_PFNS) {
		struct err *e = kdump_bitmap_piece(s, s->bitmap_at, first / KDUMP_RANK_PFNS, piece);
		if (e)
			return e;
		uint64_t n = MIN(map->nbits - first, KDUMP_RANK_PFNS);
		if (n % 8)
			piece[n / 8] &= (uint8_t)((1U << n % 8) - 1);
		for (uint64_t i = 0; i < DIV_ROUND_UP(n, 8); i++)
			map->bytes[first / 8 + i] |= piece[i];
	}
	return NULL;
}

const struct vmcore_ops vmcore_kdump = {
	.name = "kdump-compressed",
	.magic = KDUMP_SIGNATURE,
	.read = kdump_read,
	.page_map = kdump_page_map,
};
