// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kallsyms.h"

#include <inttypes.h>

struct token {
	const char *text;
	size_t len;
};

struct decoder {
	const struct kallsyms_tables *t;
	struct token tokens[256];
	bool wide; /* lengths of two bytes */
};

/* Each code's token. One that is not in the table is never looked at unless a name uses it. */
static void load_tokens(struct decoder *d)
{
	const struct kallsyms_tables *t = d->t;
	for (unsigned int i = 0; i < 256; i++) {
		size_t at = get_u16(t->token_index + i * 2, t->order);
		const char *text = (const char *)t->token_table + at;
		const char *nul = at < t->token_table_len
					  ? memchr(text, '\0', t->token_table_len - at)
					  : NULL;
		d->tokens[i] = (struct token) {nul ? text : NULL, nul ? (size_t)(nul - text) : 0};
	}
}

/* The name at *at with its letter, into name; its length, or 0 if it is damaged. Moves *at on. */
static size_t expand(const struct decoder *d, size_t *at, char name[KALLSYMS_NAME_MAX])
{
	size_t head, codes, len = 0;
	const uint8_t *p = d->t->names + *at;
	if (!kallsyms_length(p, d->t->names_len - *at, d->wide, &head, &codes))
		return 0;
	for (size_t i = 0; i < codes; i++) {
		const struct token *token = &d->tokens[p[head + i]];
		if (!token->text || token->len >= KALLSYMS_NAME_MAX - len)
			return 0;
		memcpy(name + len, token->text, token->len);
		len += token->len;
	}
	name[len] = '\0';
	*at += head + codes;
	/* a letter and at least one character */
	return len >= 2 ? len : 0;
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

/* Reads all names; which of them is _stext. */
static struct err *check_names(const struct decoder *d, uint32_t *stext)
{
	char name[KALLSYMS_NAME_MAX];
	size_t at = 0;
	bool found = false;
	for (uint32_t i = 0; i < d->t->num_syms; i++) {
		size_t len = expand(d, &at, name);
		if (len == 0 || !graphic(name, len))
			return err_new(ERR_FORMAT,
				       "kallsyms: name %" PRIu32 " of %" PRIu32 " is damaged", i,
				       d->t->num_syms);
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
		return t->offsets && t->relative_base;
	case KALLSYMS_PLACE:
		return t->offsets;
	case KALLSYMS_ADDRESSES:
		return t->addresses;
	case KALLSYMS_ENCODINGS:
		break;
	}
	return false;
}

/* kallsyms_sym_address() of kernel/kallsyms.c, of each time. */
static uint64_t address(const struct kallsyms_tables *t, enum kallsyms_encoding encoding,
			uint32_t i)
{
	if (encoding == KALLSYMS_ADDRESSES)
		return get_u64(t->addresses + (size_t)i * 8, t->order);
	uint32_t offset = get_u32(t->offsets + (size_t)i * 4, t->order);
	uint64_t extended = (uint64_t)(int64_t)(int32_t)offset;
	if (encoding == KALLSYMS_PLACE)
		return t->offsets_addr + (uint64_t)i * 4 + extended;
	if (encoding == KALLSYMS_RELATIVE)
		return *t->relative_base + offset;
	return (int32_t)offset >= 0 ? offset : *t->relative_base - 1 - extended;
}

static struct err *find_encoding(const struct kallsyms_tables *t, uint32_t stext,
				 enum kallsyms_encoding *ret)
{
	for (unsigned int i = 0; i < KALLSYMS_ENCODINGS; i++) {
		if (has_encoding(t, i) && address(t, i, stext) == t->stext) {
			*ret = i;
			return NULL;
		}
	}
	return err_new(ERR_FORMAT,
		       "kallsyms: no known encoding of addresses has _stext at %#" PRIx64,
		       t->stext);
}

/*
 * Lengths of two bytes first, as newer kernels have them. For older ones a first byte >= 128 is a
 * length like any other; it hardly occurs, and then reading it the new way loses the thread.
 */
static struct err *find_lengths(struct decoder *d, uint32_t *stext)
{
	d->wide = true;
	struct err *e = check_names(d, stext);
	if (!e)
		return NULL;
	d->wide = false;
	struct err *narrow = check_names(d, stext);
	if (narrow) {
		err_free(narrow);
		return e;
	}
	err_free(e);
	return NULL;
}

struct err *kallsyms_decode(const struct kallsyms_tables *t, kallsyms_fn fn, void *arg,
			    enum kallsyms_encoding *ret)
{
	struct decoder d = {.t = t};
	enum kallsyms_encoding encoding = KALLSYMS_ENCODINGS;
	uint32_t stext = 0;
	char name[KALLSYMS_NAME_MAX];
	/* A name takes two bytes at least: a number that is damaged costs nothing. */
	if (t->num_syms == 0 || t->num_syms > t->names_len / 2)
		return err_new(ERR_FORMAT, "kallsyms: %" PRIu32 " symbols in %zu bytes of names",
			       t->num_syms, t->names_len);
	load_tokens(&d);
	struct err *e = find_lengths(&d, &stext);
	if (!e)
		e = find_encoding(t, stext, &encoding);
	size_t at = 0;
	for (uint32_t i = 0; !e && i < t->num_syms; i++) {
		size_t len = expand(&d, &at, name);
		e = fn(arg, address(t, encoding, i), name[0], name + 1, len - 1);
	}
	if (!e && ret)
		*ret = encoding;
	return e;
}
