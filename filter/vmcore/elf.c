// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF64 vmcores: /proc/vmcore, its copies, /proc/kcore, and what hypervisors write. */
#include "vmcore/format.h"

#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <string.h>

/* A core file has none, or the one that says how many program headers there are if these are more
 * than e_phnum can say. */
#define MAX_SECTION_HEADERS 65535
/* A segment of virtual addresses only (fs/proc/kcore.c since 464920104bf7, 4.11). */
#define NO_PADDR UINT64_MAX
/* e_flags of makedumpfile's ELF output (DUMP_ELF_INCOMPLETE); POWER's say which ABI it is. */
#define FLAG_INCOMPLETE 0x1
/* How much of a flattened file is looked at for headers and notes; its writers put them first. */
#define PREFIX_SIZE ((uint64_t)16 << 20)

struct elf_reader {
	struct vmcore *v;
	Elf *elf;
	char *prefix; /* the start of a file that has no descriptor */
	size_t loads, loads_at_zero;
};

static struct err *bad(const struct vmcore *v, const char *what)
{
	return err_new(ERR_FORMAT, "%s: %s", v->source->path, what);
}

static struct err *add_segment(struct vmcore *v, const GElf_Phdr *ph)
{
	uint64_t len = ph->p_filesz;
	if (len == 0)
		return NULL; /* memory that was not saved */
	/* /proc/kcore: vmalloc, modules, vmemmap; what they map is in other segments */
	if (ph->p_paddr == NO_PADDR)
		return NULL;
	if (ph->p_paddr + len < len || ph->p_offset + len < len)
		return bad(v, "a program header's size overflows: not a valid vmcore");
	/* A file that was cut: what is past its end is counted, and the rest is used. */
	if (v->source->size && ph->p_offset + len > v->source->size) {
		uint64_t there =
			v->source->size > ph->p_offset ? v->source->size - ph->p_offset : 0;
		v->missing_bytes += len - there;
		len = there;
	}
	if (len == 0)
		return NULL;
	v->segments[v->nsegments++] = (struct segment) {ph->p_paddr, len, ph->p_offset};
	return NULL;
}

/* Up to 4.10 /proc/kcore had only virtual addresses, and 0 for the physical ones. */
static struct err *check_addresses(const struct elf_reader *r)
{
	if (r->loads < 2 || r->loads_at_zero < r->loads)
		return NULL;
	return err_new(ERR_UNSUPPORTED,
		       "%s: none of its program headers has a physical address (/proc/kcore of a "
		       "kernel before 4.11?)",
		       r->v->source->path);
}

static struct err *walk_headers(struct elf_reader *r)
{
	struct vmcore *v = r->v;
	size_t count;
	if (elf_getphdrnum(r->elf, &count) < 0)
		return err_new(ERR_FORMAT, "%s: program headers: %s", v->source->path,
			       elf_errmsg(-1));
	if (count == 0 || count > VMCORE_MAX_SEGMENTS)
		return err_new(ERR_FORMAT, "%s: %zu program headers: not a vmcore", v->source->path,
			       count);
	v->segments = calloc(count, sizeof(*v->segments));
	if (!v->segments)
		return err_nomem();
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr ph;
		if (!gelf_getphdr(r->elf, (int)i, &ph))
			return err_new(ERR_FORMAT, "%s: program header %zu: %s", v->source->path, i,
				       elf_errmsg(-1));
		struct err *e = NULL;
		if (ph.p_type == PT_LOAD) {
			r->loads++;
			r->loads_at_zero += ph.p_paddr == 0;
			e = add_segment(v, &ph);
		} else if (ph.p_type == PT_NOTE) {
			e = vmcore_add_notes(v, v->source, ph.p_offset, ph.p_filesz);
		}
		if (e)
			return e;
	}
	return check_addresses(r);
}

static int by_paddr(const void *a, const void *b)
{
	uint64_t x = ((const struct segment *)a)->paddr, y = ((const struct segment *)b)->paddr;
	return (x > y) - (x < y);
}

/*
 * The lookup needs disjoint segments in order. Real files have them; where two overlap (the kernel
 * text mapping of some /proc/kcore) the later part of the earlier one is cut.
 */
static void order_segments(struct vmcore *v)
{
	qsort(v->segments, v->nsegments, sizeof(*v->segments), by_paddr);
	size_t kept = 0;
	for (size_t i = 0; i < v->nsegments; i++) {
		struct segment s = v->segments[i];
		if (kept) {
			const struct segment *last = &v->segments[kept - 1];
			uint64_t end = last->paddr + last->len;
			if (s.paddr < end) {
				uint64_t over = end - s.paddr;
				if (over >= s.len)
					continue;
				s.paddr += over;
				s.offset += over;
				s.len -= over;
			}
		}
		v->segments[kept++] = s;
	}
	v->nsegments = kept;
}

/*
 * All work on the dump is bounded by the size of the file if no byte of it is there twice. Real
 * files have each byte once; of a /proc file that does not say its size the kernel is the author.
 */
static struct err *check_sum(const struct vmcore *v)
{
	uint64_t sum = 0;
	for (size_t i = 0; v->source->size && i < v->nsegments; i++) {
		if (v->segments[i].len > v->source->size - sum)
			return bad(v,
				   "its program headers give the same bytes of the file to several "
				   "addresses: not a valid vmcore");
		sum += v->segments[i].len;
	}
	return NULL;
}

/*
 * What libelf must not see: with e_shnum 0 it takes the number of section headers from the first of
 * them, and makes a table of its own for as many, before it looks at any.
 */
static struct err *check_sections(const struct vmcore *v, const Elf64_Ehdr *eh)
{
	Elf64_Shdr sh;
	enum byte_order order = eh->e_ident[EI_DATA] == ELFDATA2MSB ? ORDER_BE : ORDER_LE;
	uint64_t shoff = get_u64(&eh->e_shoff, order);
	if (shoff == 0 || get_u16(&eh->e_shnum, order) != 0)
		return NULL;
	struct err *e = source_read_at(v->source, shoff, &sh, sizeof(sh));
	if (e)
		return err_wrap(e, "reading the section header");
	uint64_t count = get_u64(&sh.sh_size, order);
	if (count > MAX_SECTION_HEADERS)
		return err_new(ERR_FORMAT, "%s: %" PRIu64 " section headers: not a vmcore",
			       v->source->path, count);
	return NULL;
}

static struct err *check_header(const struct vmcore *v)
{
	Elf64_Ehdr eh;
	struct err *e = source_read_at(v->source, 0, &eh, sizeof(eh));
	if (e)
		return e;
	if (eh.e_ident[EI_CLASS] != ELFCLASS64)
		return bad(v, "a 32-bit ELF file: only 64-bit vmcores can be read");
	return check_sections(v, &eh);
}

/* libelf reads files; of what is none it gets the start, where headers and notes are. */
static struct err *begin(struct elf_reader *r)
{
	const struct source *s = r->v->source;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return bad(r->v, "libelf is too old");
	if (s->fd >= 0) {
		r->elf = elf_begin(s->fd, ELF_C_READ, NULL);
	} else {
		size_t len = (size_t)MIN(s->size, PREFIX_SIZE);
		r->prefix = malloc(len);
		if (!r->prefix)
			return err_nomem();
		struct err *e = source_read_at(s, 0, r->prefix, len);
		if (e)
			return e;
		r->elf = elf_memory(r->prefix, len);
	}
	return r->elf ? NULL : err_new(ERR_FORMAT, "%s: %s", s->path, elf_errmsg(-1));
}

static struct err *check_kind(struct elf_reader *r, GElf_Ehdr *eh)
{
	if (elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, eh))
		return bad(r->v, "not an ELF file, although it starts like one");
	if (eh->e_type != ET_CORE)
		return bad(r->v, "an ELF file but not a core file: expected a vmcore");
	return NULL;
}

static struct err *elf_read(struct vmcore *v)
{
	struct elf_reader r = {.v = v};
	GElf_Ehdr eh;
	struct err *e = check_header(v);
	if (!e)
		e = begin(&r);
	if (!e)
		e = check_kind(&r, &eh);
	if (!e) {
		v->machine = eh.e_machine;
		v->order = eh.e_ident[EI_DATA] == ELFDATA2MSB ? ORDER_BE : ORDER_LE;
		v->incomplete |= eh.e_machine != EM_PPC64 && eh.e_flags & FLAG_INCOMPLETE;
		e = walk_headers(&r);
	}
	elf_end(r.elf);
	free(r.prefix);
	if (e)
		return e;
	if (v->nsegments == 0)
		return bad(v, "no memory in it (no PT_LOAD program header)");
	order_segments(v);
	return check_sum(v);
}

const struct vmcore_ops vmcore_elf = {
	.name = "ELF",
	.magic = "\177ELF",
	.read = elf_read,
};
