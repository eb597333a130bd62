// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kallsyms_read.h"

#include <inttypes.h>
#include "kernel/kallsyms_find.h"

/* What was read of one place, for as long as it is decoded. */
struct bytes {
	uint8_t *names, *token_table, *token_index, *offsets, *addresses;
	uint64_t relative_base;
};

static void free_bytes(struct bytes *b)
{
	free(b->names);
	free(b->token_table);
	free(b->token_index);
	free(b->offsets);
	free(b->addresses);
}

static struct err *read_table(struct kmem *k, const char *what, uint64_t addr, uint64_t len,
			      uint8_t **ret)
{
	_cleanup_free_ uint8_t *bytes = malloc((size_t)len);
	if (!bytes)
		return err_nomem();
	struct err *e = kmem_read(k, addr, bytes, (size_t)len);
	if (e)
		return err_wrap(e, "kallsyms_%s", what);
	*ret = TAKE_PTR(bytes);
	return NULL;
}

static struct err *read_names(struct kmem *k, const struct kallsyms_place *p, struct bytes *b)
{
	struct err *e = read_table(k, "names", p->names, p->names_end - p->names, &b->names);
	if (!e)
		e = read_table(k, "token_table", p->token_table,
			       p->token_table_end - p->token_table, &b->token_table);
	if (!e)
		e = read_table(k, "token_index", p->token_index, KALLSYMS_TOKEN_INDEX,
			       &b->token_index);
	return e;
}

/* Keeps the first error. */
static bool note(struct err **first, struct err *e)
{
	if (!*first)
		*first = e;
	else
		err_free(e);
	return !e;
}

/* What cannot be read is not there; the first reason is returned: where a place was guessed it may
 * be no loss. */
static struct err *read_addresses(struct kmem *k, const struct kallsyms_place *p, struct bytes *b,
				  struct kallsyms_tables *t)
{
	struct err *lost = NULL;
	uint64_t n = p->num_syms;
	if (p->offsets)
		note(&lost, read_table(k, "offsets", p->offsets, n * 4, &b->offsets));
	if (p->relative_base && note(&lost, kmem_u64(k, p->relative_base, &b->relative_base)))
		t->relative_base = &b->relative_base;
	if (p->addresses)
		note(&lost, read_table(k, "addresses", p->addresses, n * 8, &b->addresses));
	t->offsets = b->offsets;
	t->offsets_addr = p->offsets;
	t->addresses = b->addresses;
	return lost;
}

static struct err *decode_place(struct kmem *k, const struct kallsyms_place *p, kallsyms_fn fn,
				void *arg)
{
	struct bytes b = {0};
	struct kallsyms_tables t = {
		.order = k->vmcore->order,
		.num_syms = p->num_syms,
		.stext = (uint64_t)k->layout->stext,
	};
	struct err *lost = NULL, *e = read_names(k, p, &b);
	if (!e) {
		t.names = b.names;
		t.names_len = (size_t)(p->names_end - p->names);
		t.token_table = b.token_table;
		t.token_table_len = (size_t)(p->token_table_end - p->token_table);
		t.token_index = b.token_index;
		lost = read_addresses(k, p, &b, &t);
		e = kallsyms_decode(&t, fn, arg, NULL);
	}
	if (lost)
		e = err_wrap(e, "%s", err_message(lost));
	err_free(lost);
	free_bytes(&b);
	return e;
}

static uint64_t or_zero(int64_t value)
{
	return layout_known(value) ? (uint64_t)value : 0;
}

/* token_table ends where token_index starts; its offsets have 16 bits. */
#define TOKEN_TABLE_MAX UINT64_C(65536)

/* The place as VMCOREINFO names it. The ends of the tables are the starts of those that follow. */
static struct err *named_place(struct kmem *k, struct kallsyms_place *ret)
{
	const struct layout *l = k->layout;
	if (!layout_known(l->kallsyms_num_syms) || !layout_known(l->kallsyms_names) ||
	    !layout_known(l->kallsyms_token_table) || !layout_known(l->kallsyms_token_index))
		return err_new(ERR_MISSING, "VMCOREINFO does not name the tables of kallsyms");
	struct kallsyms_place p = {
		.num_syms_at = (uint64_t)l->kallsyms_num_syms,
		.names = (uint64_t)l->kallsyms_names,
		.names_end = (uint64_t)l->kallsyms_token_table,
		.token_table = (uint64_t)l->kallsyms_token_table,
		.token_table_end = (uint64_t)l->kallsyms_token_index,
		.token_index = (uint64_t)l->kallsyms_token_index,
		.offsets = or_zero(l->kallsyms_offsets),
		.relative_base = or_zero(l->kallsyms_relative_base),
		.addresses = or_zero(l->kallsyms_addresses),
	};
	if (p.names >= p.names_end || p.names_end - p.names > KALLSYMS_MAX_NAMES ||
	    p.token_table >= p.token_table_end ||
	    p.token_table_end - p.token_table > TOKEN_TABLE_MAX)
		return err_new(ERR_FORMAT,
			       "kallsyms: names at %#" PRIx64 ", token_table at %#" PRIx64
			       ", token_index at %#" PRIx64 ": not possible",
			       p.names, p.token_table, p.token_index);
	struct err *e = kmem_u32(k, p.num_syms_at, &p.num_syms);
	if (!e && (p.num_syms == 0 || p.num_syms > KALLSYMS_MAX_SYMS))
		e = err_new(ERR_FORMAT, "kallsyms: %" PRIu32 " symbols: not possible", p.num_syms);
	if (!e)
		*ret = p;
	return err_wrap(e, "kallsyms_num_syms");
}

static struct err *read_found(struct kmem *k, kallsyms_fn fn, void *arg)
{
	struct kallsyms_place place;
	struct err *e = kallsyms_find(k, &place);
	if (e)
		return e;
	kallsyms_place_after(&place);
	e = decode_place(k, &place, fn, arg);
	if (!e || err_code(e) != ERR_FORMAT)
		return e;
	err_free(e);
	kallsyms_place_before(&place);
	return decode_place(k, &place, fn, arg);
}

struct err *kallsyms_read(struct kmem *k, kallsyms_fn fn, void *arg)
{
	struct kallsyms_place place;
	if (!layout_known(k->layout->stext))
		return err_new(ERR_MISSING, "VMCOREINFO lacks SYMBOL(_stext)");
	struct err *named = named_place(k, &place);
	if (!named)
		named = decode_place(k, &place, fn, arg);
	if (!named || (err_code(named) != ERR_FORMAT && err_code(named) != ERR_MISSING))
		return named;
	struct err *e = read_found(k, fn, arg);
	if (e)
		e = err_wrap(e, "%s", err_message(named));
	err_free(named);
	return e;
}
