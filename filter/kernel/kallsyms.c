// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kallsyms.h"

#include <inttypes.h>
#include <string.h>
#include "kernel/kept_names.h"

/* Of every so many symbols it is known where their names start; from there on names are passed. */
#define GROUP 64
/* Of every so many addresses one is kept: those between are in one or two pages. */
#define STRETCH 1024
/* What is found by name is looked for this many at a time. */
#define STRIDE 64

struct kallsyms {
	struct kallsyms_tables t;
	uint64_t relative_base;
	enum kallsyms_encoding encoding;
	bool wide; /* lengths of two bytes */
	struct token {
		const char *text; /* NULL: not in the table */
		size_t len;
	} tokens[256];
	char *token_text;
	uint32_t *groups; /* where in the names each group starts */
	uint16_t *hashes; /* of each symbol's name; STRIDE more than there are */
	uint64_t *starts; /* the address of the first of each STRETCH, in order of addresses */
	uint32_t *order;  /* numbers by address; NULL: they are in order, as in every real kernel */
	struct {
		uint32_t i;
		size_t at;
	} next; /* where the symbol behind the last one that was read starts */
	struct kept_names names;
};

void kallsyms_tables_deinit(struct kallsyms_tables *t)
{
	kbytes_deinit(&t->names);
	kbytes_deinit(&t->token_table);
	kbytes_deinit(&t->token_index);
	kbytes_deinit(&t->offsets);
	kbytes_deinit(&t->addresses);
}

void kallsyms_destroy(struct kallsyms *k)
{
	if (!k)
		return;
	kallsyms_tables_deinit(&k->t);
	kept_names_deinit(&k->names);
	free(k->token_text);
	free(k->groups);
	free(k->hashes);
	free(k->order);
	free(k->starts);
	free(k);
}

/* Each code's token. One that is not in the table is never looked at unless a name uses it. */
static struct err *load_tokens(struct kallsyms *k)
{
	size_t len = k->t.token_table.len;
	const uint8_t *index = kbytes_at(&k->t.token_index, 0, KALLSYMS_TOKEN_INDEX);
	k->token_text = malloc(len + 1);
	if (!k->token_text)
		return err_nomem();
	for (size_t at = 0, n; at < len; at += n) {
		n = MIN(len - at, (size_t)KBYTES_PIECE);
		const uint8_t *piece = kbytes_at(&k->t.token_table, at, n);
		if (!piece)
			index = NULL;
		else
			memcpy(k->token_text + at, piece, n);
	}
	if (!index)
		return err_new(ERR_MISSING, "kallsyms: its tokens cannot be read");
	for (unsigned int i = 0; i < 256; i++) {
		size_t at = get_u16(index + i * 2, k->t.order);
		const char *text = k->token_text + at;
		const char *nul = at < len ? memchr(text, '\0', len - at) : NULL;
		k->tokens[i] = (struct token) {nul ? text : NULL, nul ? (size_t)(nul - text) : 0};
	}
	kbytes_deinit(&k->t.token_table);
	kbytes_deinit(&k->t.token_index);
	return NULL;
}

/* The codes of the name at `at`, and how many; NULL if they do not fit. Moves *at behind them. */
static const uint8_t *codes_at(struct kallsyms *k, size_t *at, size_t *n)
{
	size_t head, left = k->t.names.len - *at;
	const uint8_t *p = kbytes_at(&k->t.names, *at, MIN(left, (size_t)2));
	if (!p || !kallsyms_length(p, left, k->wide, &head, n) || *n > KBYTES_PIECE)
		return NULL;
	p = kbytes_at(&k->t.names, *at + head, *n);
	*at += head + *n;
	return p;
}

/* The name at *at with its letter, into name; its length, or 0 if it is damaged. Moves *at on. */
static size_t expand(struct kallsyms *k, size_t *at, char name[KALLSYMS_NAME_MAX])
{
	size_t codes, len = 0;
	const uint8_t *p = codes_at(k, at, &codes);
	for (size_t i = 0; p && i < codes; i++) {
		const struct token *token = &k->tokens[p[i]];
		if (!token->text || token->len >= KALLSYMS_NAME_MAX - len)
			return 0;
		memcpy(name + len, token->text, token->len);
		len += token->len;
	}
	name[len] = '\0';
	/* a letter and at least one character */
	return len >= 2 ? len : 0;
}

/* FNV-1a, folded. */
static uint16_t hash_of(const char *name)
{
	uint32_t h = 2166136261U;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619U;
	return (uint16_t)(h ^ h >> 16);
}

/* Symbols are printable characters without blanks; anything else is damage, and no terminal's
 * business. */
static bool graphic(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}

/* Reads all names, and notes where they are; which of them is _stext. */
static struct err *check_names(struct kallsyms *k, uint32_t *stext)
{
	char name[KALLSYMS_NAME_MAX];
	size_t at = 0;
	bool found = false;
	for (uint32_t i = 0; i < k->t.num_syms; i++) {
		if (i % GROUP == 0)
			k->groups[i / GROUP] = (uint32_t)at;
		size_t len = expand(k, &at, name);
		if (len == 0 || !graphic(name, len))
			return err_new(ERR_FORMAT,
				       "kallsyms: name %" PRIu32 " of %" PRIu32 " is damaged", i,
				       k->t.num_syms);
		k->hashes[i] = hash_of(name + 1);
		if (!found && strcmp(name + 1, "_stext") == 0) {
			*stext = i;
			found = true;
		}
	}
	return found ? NULL : err_new(ERR_FORMAT, "kallsyms: no symbol _stext");
}

static bool has_encoding(const struct kallsyms_tables *t, enum kallsyms_encoding encoding)
{
	switch (encoding) {
	case KALLSYMS_RELATIVE:
	case KALLSYMS_PERCPU:
		return t->offsets.len && t->relative_base;
	case KALLSYMS_PLACE:
		return t->offsets.len;
	case KALLSYMS_ADDRESSES:
		return t->addresses.len;
	case KALLSYMS_ENCODINGS:
		break;
	}
	return false;
}

/* kallsyms_sym_address() of kernel/kallsyms.c, of each time. 0: cannot be read. */
static uint64_t address(struct kallsyms *k, enum kallsyms_encoding encoding, uint32_t i)
{
	struct kallsyms_tables *t = &k->t;
	bool whole = encoding == KALLSYMS_ADDRESSES;
	const uint8_t *p = whole ? kbytes_at(&t->addresses, (size_t)i * 8, 8)
				 : kbytes_at(&t->offsets, (size_t)i * 4, 4);
	if (!p)
		return 0;
	if (whole)
		return get_u64(p, t->order);
	uint32_t offset = get_u32(p, t->order);
	uint64_t extended = (uint64_t)(int64_t)(int32_t)offset;
	if (encoding == KALLSYMS_PLACE)
		return t->offsets_addr + (uint64_t)i * 4 + extended;
	if (encoding == KALLSYMS_RELATIVE)
		return k->relative_base + offset;
	return (int32_t)offset >= 0 ? offset : k->relative_base - 1 - extended;
}

static struct err *find_encoding(struct kallsyms *k, uint32_t stext)
{
	for (unsigned int i = 0; i < KALLSYMS_ENCODINGS; i++) {
		if (has_encoding(&k->t, i) && address(k, i, stext) == k->t.stext) {
			k->encoding = i;
			return NULL;
		}
	}
	return err_new(ERR_FORMAT,
		       "kallsyms: no known encoding of addresses has _stext at %#" PRIx64,
		       k->t.stext);
}

/*
 * Lengths of two bytes first, as newer kernels have them. For older ones a first byte >= 128 is a
 * length like any other; it hardly occurs, and then reading it the new way loses the thread.
 */
static struct err *find_lengths(struct kallsyms *k, uint32_t *stext)
{
	k->wide = true;
	struct err *e = check_names(k, stext);
	if (!e)
		return NULL;
	k->wide = false;
	struct err *narrow = check_names(k, stext);
	if (narrow) {
		err_free(narrow);
		return e;
	}
	err_free(e);
	return NULL;
}

struct place {
	uint64_t addr;
	uint32_t i;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static struct err *put_in_order(struct kallsyms *k)
{
	uint32_t n = k->t.num_syms;
	_cleanup_free_ struct place *places = calloc(n, sizeof(*places));
	k->order = calloc(n, sizeof(*k->order));
	if (!places || !k->order)
		return err_nomem();
	for (uint32_t i = 0; i < n; i++)
		places[i] = (struct place) {kallsyms_addr(k, i), i};
	qsort(places, n, sizeof(*places), compare_places);
	for (uint32_t i = 0; i < n; i++)
		k->order[i] = places[i].i;
	return NULL;
}

static uint32_t number(const struct kallsyms *k, uint32_t rank)
{
	return k->order ? k->order[rank] : rank;
}

static struct err *keep_starts(struct kallsyms *k)
{
	uint32_t n = DIV_ROUND_UP(k->t.num_syms, STRETCH);
	k->starts = calloc(n, sizeof(*k->starts));
	if (!k->starts)
		return err_nomem();
	for (uint32_t i = 0; i < n; i++)
		k->starts[i] = kallsyms_addr(k, number(k, i * STRETCH));
	return NULL;
}

/* How many symbols have an address below addr. */
static uint32_t count_below(struct kallsyms *k, uint64_t addr)
{
	uint32_t n = k->t.num_syms, low = 0, high = DIV_ROUND_UP(n, STRETCH);
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (k->starts[mid] < addr)
			low = mid + 1;
		else
			high = mid;
	}
	high = MIN(low * STRETCH, n);
	low = low ? (low - 1) * STRETCH : 0;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (kallsyms_addr(k, number(k, mid)) < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What is used of the addresses must be there: later nothing can be said about it. */
static struct err *check_addresses(struct kallsyms *k)
{
	struct kbytes *used = k->encoding == KALLSYMS_ADDRESSES ? &k->t.addresses : &k->t.offsets;
	struct err *e = kbytes_check(used);
	if (e)
		return err_wrap(e, "kallsyms: addresses");
	uint64_t last = 0;
	bool sorted = true;
	for (uint32_t i = 0; i < k->t.num_syms && sorted; i++) {
		uint64_t addr = kallsyms_addr(k, i);
		sorted = addr >= last;
		last = addr;
	}
	e = sorted ? NULL : put_in_order(k);
	return e ? e : keep_starts(k);
}

static struct err *open_tables(struct kallsyms *k)
{
	uint32_t n = k->t.num_syms, stext = 0;
	/* A name takes two bytes at least: a number that is damaged costs nothing. */
	if (n == 0 || n > k->t.names.len / 2)
		return err_new(ERR_FORMAT, "kallsyms: %" PRIu32 " symbols in %zu bytes of names", n,
			       k->t.names.len);
	k->groups = calloc(DIV_ROUND_UP((size_t)n, GROUP), sizeof(*k->groups));
	k->hashes = calloc((size_t)n + STRIDE, sizeof(*k->hashes));
	if (!k->groups || !k->hashes)
		return err_nomem();
	struct err *e = load_tokens(k);
	if (!e)
		e = find_lengths(k, &stext);
	if (!e)
		e = find_encoding(k, stext);
	return e ? e : check_addresses(k);
}

struct err *kallsyms_open(struct kallsyms_tables *t, struct kallsyms **ret)
{
	struct kallsyms *k = calloc(1, sizeof(*k));
	if (!k) {
		kallsyms_tables_deinit(t);
		return err_nomem();
	}
	k->t = *t;
	k->relative_base = t->relative_base ? *t->relative_base : 0;
	struct err *e = open_tables(k);
	if (e)
		kallsyms_destroy(k);
	else
		*ret = k;
	return e;
}

enum kallsyms_encoding kallsyms_encoding(const struct kallsyms *k)
{
	return k->encoding;
}

uint32_t kallsyms_count(const struct kallsyms *k)
{
	return k->t.num_syms;
}

uint64_t kallsyms_addr(struct kallsyms *k, uint32_t i)
{
	return address(k, k->encoding, i);
}

size_t kallsyms_read_name(struct kallsyms *k, uint32_t i, char ret[KALLSYMS_NAME_MAX])
{
	uint32_t from = i / GROUP * GROUP;
	size_t at = k->groups[i / GROUP], codes;
	if (k->next.at && k->next.i > from && k->next.i <= i) {
		from = k->next.i;
		at = k->next.at;
	}
	for (; from < i; from++)
		if (!codes_at(k, &at, &codes))
			return 0;
	size_t len = expand(k, &at, ret);
	k->next.i = i + 1;
	k->next.at = len ? at : 0;
	return len;
}

const char *kallsyms_name(struct kallsyms *k, uint32_t i)
{
	char name[KALLSYMS_NAME_MAX];
	const char *kept = kept_names_find(&k->names, i);
	if (kept)
		return kept;
	size_t len = kallsyms_read_name(k, i, name);
	return len ? kept_names_add(&k->names, i, name, len) : "";
}

bool kallsyms_at(struct kallsyms *k, uint64_t addr, uint32_t *ret)
{
	uint32_t above = addr == UINT64_MAX ? k->t.num_syms : count_below(k, addr + 1);
	if (above == 0)
		return false;
	*ret = number(k, count_below(k, kallsyms_addr(k, number(k, above - 1))));
	return true;
}

/* Is one of STRIDE hashes this one? Without a way out, so that the compiler makes vectors of it. */
static bool among(const uint16_t hashes[STRIDE], uint16_t hash)
{
	uint16_t any = 0;
	for (unsigned int i = 0; i < STRIDE; i++)
		any |= hashes[i] == hash;
	return any;
}

bool kallsyms_next(struct kallsyms *k, const char *name, size_t *cursor, uint32_t *ret)
{
	char found[KALLSYMS_NAME_MAX];
	uint16_t hash = hash_of(name);
	while (*cursor < k->t.num_syms) {
		if (*cursor % STRIDE == 0 && !among(k->hashes + *cursor, hash)) {
			*cursor += STRIDE;
			continue;
		}
		uint32_t i = (uint32_t)(*cursor)++;
		if (k->hashes[i] == hash && kallsyms_read_name(k, i, found) &&
		    strcmp(found + 1, name) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}
