// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/symbol_set.h"

#include <string.h>

/* Packed: 4 of 16 bytes would be padding, for each of 200,000. */
struct symbol_entry {
	uint64_t addr;
	uint32_t name; /* offset in names; grows in the order of symbol_set_add() */
} __attribute__((packed));

void symbol_set_deinit(struct symbol_set *s)
{
	buf_deinit(&s->entries_);
	buf_deinit(&s->names);
	free(s->entries);
	free(s->by_name);
	free(s->buckets);
	*s = (struct symbol_set) {0};
}

struct err *symbol_set_add(struct symbol_set *s, uint64_t addr, char type, const char *name,
			   size_t len)
{
	if (len + 2 > SYMBOL_SET_MAX_NAMES - s->names.len)
		return err_new(ERR_UNSUPPORTED, "more than %zu MiB of symbol names",
			       SYMBOL_SET_MAX_NAMES >> 20);
	struct symbol_entry entry = {addr, (uint32_t)s->names.len};
	buf_append(&s->entries_, &entry, sizeof(entry));
	buf_putc(&s->names, type);
	buf_append(&s->names, name, len);
	buf_append(&s->names, "", 1);
	if (s->entries_.failed || s->names.failed)
		return err_nomem();
	s->n++;
	return NULL;
}

uint64_t symbol_set_addr(const struct symbol_set *s, size_t i)
{
	return s->entries[i].addr;
}

char symbol_set_type(const struct symbol_set *s, size_t i)
{
	return s->names.data[s->entries[i].name];
}

const char *symbol_set_name(const struct symbol_set *s, size_t i)
{
	return s->names.data + s->entries[i].name + 1;
}

static int compare(const void *a, const void *b)
{
	const struct symbol_entry *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* The tables of vmlinux are sorted as they come, those of modules are not. */
static void sort(struct symbol_set *s)
{
	for (size_t i = 1; i < s->n; i++) {
		if (s->entries[i - 1].addr > s->entries[i].addr) {
			qsort(s->entries, s->n, sizeof(*s->entries), compare);
			return;
		}
	}
}

/* FNV-1a, with the better upper bits. */
static uint32_t bucket_of(const struct symbol_set *s, const char *name)
{
	uint32_t h = 2166136261U;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619U;
	return (h ^ h >> 15) & ((UINT32_C(1) << s->bucket_bits) - 1);
}

/* A counting sort by bucket. Backwards, so that a bucket's symbols end up by address. */
static struct err *index_names(struct symbol_set *s)
{
	while (s->bucket_bits < 24 && (size_t)4 << s->bucket_bits < s->n)
		s->bucket_bits++;
	size_t nbuckets = (size_t)1 << s->bucket_bits;
	s->by_name = malloc(MAX(s->n, (size_t)1) * sizeof(*s->by_name));
	s->buckets = calloc(nbuckets + 1, sizeof(*s->buckets));
	if (!s->by_name || !s->buckets)
		return err_nomem();
	for (size_t i = 0; i < s->n; i++)
		s->buckets[bucket_of(s, symbol_set_name(s, i))]++;
	for (size_t b = 0, end = 0; b <= nbuckets; b++) {
		end += b < nbuckets ? s->buckets[b] : 0;
		s->buckets[b] = (uint32_t)end;
	}
	for (size_t i = s->n; i-- > 0;)
		s->by_name[--s->buckets[bucket_of(s, symbol_set_name(s, i))]] = (uint32_t)i;
	return NULL;
}

/* What growing took too much; if it cannot be given back, it stays. */
static void *shrink(void *p, size_t len)
{
	void *smaller = len ? realloc(p, len) : NULL;
	return smaller ? smaller : p;
}

struct err *symbol_set_finish(struct symbol_set *s)
{
	s->entries = shrink(s->entries_.data, s->entries_.len);
	s->entries_ = BUF_INIT;
	s->names.data = shrink(s->names.data, s->names.len);
	s->names.cap = s->names.len;
	sort(s);
	return index_names(s);
}

/* The first index whose address is not below addr; n if there is none. */
static size_t lower_bound(const struct symbol_set *s, uint64_t addr)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->entries[mid].addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool symbol_set_at(const struct symbol_set *s, uint64_t addr, size_t *ret)
{
	size_t above = addr == UINT64_MAX ? s->n : lower_bound(s, addr + 1);
	if (above == 0)
		return false;
	*ret = lower_bound(s, s->entries[above - 1].addr);
	return true;
}

bool symbol_set_next(const struct symbol_set *s, const char *name, size_t *cursor, size_t *ret)
{
	if (s->n == 0)
		return false;
	uint32_t bucket = bucket_of(s, name);
	size_t end = s->buckets[bucket + 1];
	for (size_t at = s->buckets[bucket] + *cursor; at < end; at++) {
		++*cursor;
		if (strcmp(symbol_set_name(s, s->by_name[at]), name) == 0) {
			*ret = s->by_name[at];
			return true;
		}
	}
	return false;
}
