// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF64 vmcores: /proc/vmcore, its copies, and what QEMU and other hypervisors write. */
#include "vmcore/vmcore.h"

#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <string.h>

/* Real dumps have a few dozen segments and one note of a few KiB per CPU; these stop hostile files.
 */
#define MAX_SEGMENTS   65536
#define MAX_NOTES_SIZE ((size_t)64 << 20)
/* A core file has none, or the one that says how many program headers there are if these are more
 * than e_phnum can say. */
#define MAX_SECTION_HEADERS 65535

struct elf_reader {
	struct vmcore *v;
	Elf *elf;
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

static struct err *take_note(struct vmcore *v, const GElf_Nhdr *note, const char *name, size_t desc)
{
	const char *text = (const char *)v->notes + desc;
	if (note->n_type == NT_PRSTATUS && note->n_namesz == 5 && memcmp(name, "CORE", 5) == 0)
		v->nr_cpus++;
	if (note->n_namesz >= 10 && memcmp(name, "VMCOREINFO", 10) == 0 && !v->vmcoreinfo) {
		v->vmcoreinfo = strndup(text, note->n_descsz);
		if (!v->vmcoreinfo)
			return err_nomem();
		v->vmcoreinfo_len = strlen(v->vmcoreinfo);
		v->vmcoreinfo_in_notes = desc;
	}
	return NULL;
}

/*
 * The notes of one segment, whose bytes are in v->notes from at on. libelf walks them, whatever the
 * byte order; it stops at a note that does not fit, because what follows it cannot be told.
 */
static struct err *read_notes(struct elf_reader *r, const GElf_Phdr *ph, size_t at)
{
	struct vmcore *v = r->v;
	Elf_Data *data =
		elf_getdata_rawchunk(r->elf, (int64_t)ph->p_offset, ph->p_filesz, ELF_T_NHDR);
	if (!data)
		return err_new(ERR_FORMAT, "%s: notes: %s", v->source->path, elf_errmsg(-1));
	GElf_Nhdr note;
	size_t name, desc, next;
	for (size_t from = 0; (next = gelf_getnote(data, from, &note, &name, &desc)) > from;
	     from = next) {
		struct err *e = take_note(v, &note, (const char *)data->d_buf + name, at + desc);
		if (e)
			return e;
	}
	return NULL;
}

static struct err *add_notes(struct elf_reader *r, const GElf_Phdr *ph)
{
	struct vmcore *v = r->v;
	if (ph->p_filesz == 0)
		return NULL;
	if (ph->p_filesz > MAX_NOTES_SIZE - v->notes_len)
		return bad(v, "the notes are larger than 64 MiB: not a valid vmcore");
	size_t len = (size_t)ph->p_filesz;
	uint8_t *notes = realloc(v->notes, v->notes_len + len);
	if (!notes)
		return err_nomem();
	v->notes = notes;
	struct err *e = source_read_at(v->source, ph->p_offset, notes + v->notes_len, len);
	if (e)
		return err_wrap(e, "reading the ELF notes");
	v->notes_len += len;
	return read_notes(r, ph, v->notes_len - len);
}

static struct err *walk_headers(struct elf_reader *r)
{
	struct vmcore *v = r->v;
	size_t count;
	if (elf_getphdrnum(r->elf, &count) < 0)
		return err_new(ERR_FORMAT, "%s: program headers: %s", v->source->path,
			       elf_errmsg(-1));
	if (count == 0 || count > MAX_SEGMENTS)
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
		if (ph.p_type == PT_LOAD)
			e = add_segment(v, &ph);
		else if (ph.p_type == PT_NOTE)
			e = add_notes(r, &ph);
		if (e)
			return e;
	}
	return NULL;
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
	Elf64_Ehdr eh = {0};
	struct err *e = source_read_at(v->source, 0, &eh, sizeof(eh));
	if (e && err_code(e) != ERR_FORMAT)
		return e;
	err_free(e);
	if (e || memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0)
		return bad(
			v,
			"not an ELF file: expected a vmcore such as /proc/vmcore or a copy of it");
	if (eh.e_ident[EI_CLASS] != ELFCLASS64)
		return bad(v, "a 32-bit ELF file: only 64-bit vmcores can be read");
	return check_sections(v, &eh);
}

static struct err *read_elf(struct vmcore *v)
{
	struct err *e = check_header(v);
	if (e)
		return e;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return bad(v, "libelf is too old");
	struct elf_reader r = {.v = v, .elf = elf_begin(v->source->fd, ELF_C_READ, NULL)};
	if (!r.elf)
		return err_new(ERR_FORMAT, "%s: %s", v->source->path, elf_errmsg(-1));
	GElf_Ehdr eh;
	v->vmcoreinfo_in_notes = SIZE_MAX;
	if (!gelf_getehdr(r.elf, &eh))
		e = err_new(ERR_FORMAT, "%s: %s", v->source->path, elf_errmsg(-1));
	else if (eh.e_type != ET_CORE)
		e = bad(v, "an ELF file but not a core file: expected a vmcore");
	if (!e) {
		v->machine = eh.e_machine;
		v->order = eh.e_ident[EI_DATA] == ELFDATA2MSB ? ORDER_BE : ORDER_LE;
		e = walk_headers(&r);
	}
	elf_end(r.elf);
	if (e)
		return e;
	if (v->nsegments == 0)
		return bad(v, "no memory in it (no PT_LOAD program header)");
	order_segments(v);
	return check_sum(v);
}

struct err *vmcore_open(const char *path, struct vmcore **ret)
{
	_cleanup_(cleanup_vmcore) struct vmcore *v = calloc(1, sizeof(*v));
	if (!v)
		return err_nomem();
	struct err *e = source_open_file(path, &v->source);
	if (!e)
		e = read_elf(v);
	if (e)
		return e;
	*ret = TAKE_PTR(v);
	return NULL;
}
