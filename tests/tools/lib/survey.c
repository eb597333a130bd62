// SPDX-License-Identifier: GPL-2.0-or-later
#include "survey.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "report_once.h"

/* What the process that reads tells the one that started it, in memory of both. */
struct shared {
	struct seen file, memory;
	uint8_t *place; /* a byte per page of memory: which place it is */
	uint64_t npages;
};

const char *place_name(enum place place)
{
	static const char *const names[] = {"structures", "opening", "tasks", "BTF",
					    "kallsyms",	  "tokens",  "ORC",   "file",
					    "VMCOREINFO", "end"};
	return names[place];
}

/* One mapping each, sparse: a bit per 8 bytes of memory is large. */
static bool share(void **ret, uint64_t size)
{
	void *p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	*ret = p == MAP_FAILED ? NULL : p;
	return *ret;
}

static uint64_t bytes_of(uint64_t nbits)
{
	return DIV_ROUND_UP(nbits, 64) * 8;
}

static bool share_bits(struct bitmap *b, uint64_t nbits)
{
	void *p;
	if (!share(&p, bytes_of(nbits)))
		return false;
	*b = (struct bitmap) {.nbits = nbits, .bytes = p};
	return true;
}

static struct err *share_all(struct shared *s, uint64_t npages, uint64_t file_size)
{
	void *place;
	s->npages = npages;
	if (!share(&place, npages) || !share_bits(&s->memory.pages, npages) ||
	    !share_bits(&s->memory.words, npages * (HOSTILE_PAGE / 8)) ||
	    !share_bits(&s->file.pages, file_size / HOSTILE_PAGE + 1))
		return err_nomem();
	s->place = place;
	return NULL;
}

/* What stays mapped counts as memory of every process that is started. */
static void unshare_all(struct shared *s)
{
	if (s->place)
		munmap(s->place, (size_t)s->npages);
	struct bitmap *const maps[] = {&s->memory.pages, &s->memory.words, &s->file.pages};
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
		if (maps[i]->bytes)
			munmap(maps[i]->bytes, (size_t)bytes_of(maps[i]->nbits));
}

/* --- in the process that reads ------------------------------------------------------------------
 */

static void mark(struct shared *s, struct kmem *k, uint64_t from, uint64_t to, enum place place)
{
	for (uint64_t at = from & ~(HOSTILE_PAGE - 1); at < to; at += HOSTILE_PAGE) {
		struct extent x;
		struct err *e = kmem_translate(k, at, &x);
		if (!e && x.paddr / HOSTILE_PAGE < s->npages)
			s->place[x.paddr / HOSTILE_PAGE] = (uint8_t)place;
		err_free(e);
	}
}

static void mark_between(struct shared *s, struct report *r, const char *first, const char *last,
			 enum place place)
{
	uint64_t from, to;
	struct err *e = kernel_symbol(r->k, first, &from);
	if (!e)
		e = kernel_symbol(r->k, last, &to);
	if (!e && from <= to && to - from < UINT64_C(64) << 20)
		mark(s, &r->k->kmem, from, to + 1, place);
	err_free(e);
}

static void mark_places(void *arg, struct report *r)
{
	struct shared *s = arg;
	/* what is read from now on is no part of the run */
	s->memory.pages.nbits = s->memory.words.nbits = 0;
	const struct threads *threads = report_threads(r);
	mark_between(s, r, "__start_BTF", "__stop_BTF", PLACE_BTF);
	mark_between(s, r, "kallsyms_num_syms", "kallsyms_seqs_of_names", PLACE_KALLSYMS);
	mark_between(s, r, "kallsyms_num_syms", "kallsyms_num_syms", PLACE_TOKENS);
	mark_between(s, r, "kallsyms_relative_base", "kallsyms_relative_base", PLACE_TOKENS);
	mark_between(s, r, "kallsyms_token_table", "kallsyms_token_index", PLACE_TOKENS);
	mark_between(s, r, "__start_orc_unwind_ip", "__stop_orc_unwind_ip", PLACE_ORC);
	mark_between(s, r, "__start_orc_unwind", "__stop_orc_unwind", PLACE_ORC);
	mark_between(s, r, "orc_lookup", "orc_lookup_end", PLACE_ORC);
	for (size_t i = 0; threads && i < threads->n; i++) {
		const struct task *t = &threads->thread[i].task;
		mark(s, &r->k->kmem, t->addr, t->addr + 2 * HOSTILE_PAGE, PLACE_TASKS);
		mark(s, &r->k->kmem, t->stack, t->stack + threads->stack_size, PLACE_TASKS);
	}
}

/* Without the cache of pages, every word is read by itself: --wrap=kmem_use_cache (tools.mk). */
static bool no_cache;
struct err *__wrap_kmem_use_cache(struct kmem *k);
struct err *__real_kmem_use_cache(struct kmem *k);
struct err *__wrap_kmem_use_cache(struct kmem *k)
{
	return no_cache ? err_new(ERR_OTHER, "not wanted") : __real_kmem_use_cache(k);
}

/* --- in the process that asked ------------------------------------------------------------------
 */

static struct err *read_once(const char *path, bool adapters, struct shared *s, const char *text)
{
	pid_t pid = fork();
	if (pid == 0) {
		no_cache = true;
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		struct run run = {.path = path,
				  .text = text,
				  .file_seen = &s->file,
				  .memory_seen = &s->memory,
				  .text_fd = null,
				  .json_fd = -1,
				  .adapters = adapters,
				  .raw_fd = -1,
				  .look = mark_places,
				  .arg = s};
		_exit(report_once(&run));
	}
	int status;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return err_os(errno, "the first run");
	if (status != 0)
		return err_new(ERR_OTHER, "there is no report on %s undamaged", path);
	return NULL;
}

static bool add(struct addresses *a, uint64_t at)
{
	if (a->n % 1024 == 0) {
		uint64_t *more = realloc(a->at, (a->n + 1024) * sizeof(*more));
		if (!more)
			return false;
		a->at = more;
	}
	a->at[a->n++] = at;
	return true;
}

static bool is_pointer(const struct survey *s, uint64_t word)
{
	/* otherwise x86_64 with up to 5 levels of page tables, or arm64 */
	return s->v->machine == EM_PPC64 ? word >> 60 == 0xc
					 : word >> 56 == 0xff && word < UINT64_MAX - 4096;
}

static enum place place_of(const struct shared *s, const struct survey *ret, uint64_t page)
{
	enum place place = s->place[page];
	if (place == PLACE_READ && bitmap_test(&ret->opening.pages, page))
		return PLACE_OPENING;
	return place;
}

static struct err *list_words(const struct shared *s, struct survey *ret)
{
	bool ok = true;
	for (uint64_t i = bitmap_next(&s->memory.words, 0); ok && i < s->memory.words.nbits;
	     i = bitmap_next(&s->memory.words, i + 1)) {
		enum place place = place_of(s, ret, i * 8 / HOSTILE_PAGE);
		ok = add(&ret->words[place], i * 8);
		if (ok && is_pointer(ret, survey_word(ret, i * 8)))
			ok = add(&ret->pointers[place], i * 8);
	}
	if (ok && ret->pointers[PLACE_READ].n == 0)
		return err_new(ERR_OTHER, "the report read no pointer of %s", ret->path);
	return ok ? NULL : err_nomem();
}

static struct err *list_pages(const struct shared *s, struct survey *ret)
{
	bool ok = true;
	for (uint64_t i = bitmap_next(&s->memory.pages, 0); ok && i < s->memory.pages.nbits;
	     i = bitmap_next(&s->memory.pages, i + 1))
		ok = add(&ret->pages[place_of(s, ret, i)], i * HOSTILE_PAGE);
	for (uint64_t i = bitmap_next(&s->file.pages, 0); ok && i < s->file.pages.nbits;
	     i = bitmap_next(&s->file.pages, i + 1))
		ok = add(&ret->pages[PLACE_FILE], i * HOSTILE_PAGE);
	return ok ? list_words(s, ret) : err_nomem();
}

/* Of an ELF file the memory is no part of it that can be damaged, but for its other places. */
static void leave_out_memory(struct survey *s)
{
	uint64_t first = UINT64_MAX;
	struct addresses *p = &s->pages[PLACE_FILE];
	for (size_t i = 0; i < s->v->nsegments; i++)
		first = MIN(first, s->v->segments[i].offset);
	if (strcmp(vmcore_format(s->v), "ELF") != 0)
		return;
	size_t kept = 0;
	while (kept < p->n && p->at[kept] < first)
		kept++;
	p->n = kept;
}

/* As every run does it, with the cache of pages. */
static struct err *open_once(struct survey *s)
{
	struct run run = {.path = s->path,
			  .text = s->text_in_file ? NULL : s->v->vmcoreinfo,
			  .memory_seen = &s->opening};
	double begun = clock_cpu();
	struct err *e = bitmap_init(&s->opening.pages, vmcore_max_pfn(s->v, 12));
	if (!e)
		e = report_open(&run, &s->k);
	if (!e)
		hostile_memory_change(s->k->vmcore, (struct damages) {0}, NULL);
	s->opening_cpu = clock_cpu() - begun;
	return e;
}

bool survey_opening_reads(const struct survey *s, const struct damages *d)
{
	const struct bitmap *read = &s->opening.pages;
	for (size_t i = 0; i < d->n; i++) {
		uint64_t at = d->v[i].at, page = bitmap_next(read, at / HOSTILE_PAGE);
		if (page < read->nbits && page * HOSTILE_PAGE < at + d->v[i].len)
			return true;
	}
	return false;
}

bool survey_page(struct survey *s, uint64_t addr, uint8_t bytes[HOSTILE_PAGE])
{
	const uint8_t *p;
	struct err *e = vmcore_view(s->v, &s->view, addr, HOSTILE_PAGE, &p);
	if (!e)
		memcpy(bytes, p, HOSTILE_PAGE);
	err_free(e);
	return !e;
}

uint64_t survey_word(struct survey *s, uint64_t addr)
{
	const uint8_t *p;
	struct err *e = vmcore_view(s->v, &s->view, addr, 8, &p);
	uint64_t word = e ? 0 : get_u64(p, s->v->order);
	err_free(e);
	return word;
}

struct err *survey_make(const char *path, bool adapters, struct survey *ret)
{
	struct shared shared = {0};
	*ret = (struct survey) {.path = path};
	struct err *e = vmcore_open(path, &ret->v);
	if (!e)
		e = view_init(&ret->view, ret->v->source, 1);
	if (e)
		return e;
	ret->text_in_file = ret->v->vmcoreinfo;
	if (!ret->text_in_file)
		e = vmcore_find_vmcoreinfo(ret->v);
	ret->file_size = ret->v->source->size;
	if (!e)
		e = share_all(&shared, vmcore_max_pfn(ret->v, 12), ret->file_size);
	if (!e)
		e = read_once(path, adapters, &shared, ret->v->vmcoreinfo);
	if (!e)
		e = open_once(ret);
	if (!e)
		e = list_pages(&shared, ret);
	if (!e)
		leave_out_memory(ret);
	unshare_all(&shared);
	return e;
}

void survey_close(struct survey *s)
{
	kernel_destroy(s->k);
	s->k = NULL;
	malloc_trim(0);
}

void survey_deinit(struct survey *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->pages); i++) {
		free(s->pages[i].at);
		free(s->words[i].at);
		free(s->pointers[i].at);
	}
	view_deinit(&s->view);
	vmcore_destroy(s->v);
	survey_close(s);
	bitmap_deinit(&s->opening.pages);
}
