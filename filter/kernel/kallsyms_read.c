// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kallsyms_read.h"

#include <inttypes.h>
#include "kernel/kallsyms_find.h"

/* Pages kept of each table: what was read lately, and where searches begin. */
#define KEPT_PAGES 16

static struct err *open_table(struct kmem *k, const char *what, uint64_t addr, uint64_t len,
			      struct kbytes *ret)
{
	struct err *e = kbytes_init(ret, k, addr, (size_t)len, KEPT_PAGES);
	if (!e)
		e = kbytes_check(ret);
	if (!e)
		return NULL;
	kbytes_deinit(ret);
	return err_wrap(e, "kallsyms_%s", what);
}

static struct err *open_names(struct kmem *k, const struct kallsyms_place *p,
			      struct kallsyms_tables *t)
{
	struct err *e = open_table(k, "names", p->names, p->names_end - p->names, &t->names);
	if (!e)
		e = open_table(k, "token_table", p->token_table,
			       p->token_table_end - p->token_table, &t->token_table);
	if (!e)
		e = open_table(k, "token_index", p->token_index, KALLSYMS_TOKEN_INDEX,
			       &t->token_index);
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
static struct err *open_addresses(struct kmem *k, const struct kallsyms_place *p,
				  struct kallsyms_tables *t, uint64_t *relative_base)
{
	struct err *lost = NULL;
	uint64_t n = p->num_syms;
	if (p->offsets)
		note(&lost, open_table(k, "offsets", p->offsets, n * 4, &t->offsets));
	if (p->relative_base && note(&lost, kmem_u64(k, p->relative_base, relative_base)))
		t->relative_base = relative_base;
	if (p->addresses)
		note(&lost, open_table(k, "addresses", p->addresses, n * 8, &t->addresses));
	t->offsets_addr = p->offsets;
	return lost;
}

static struct err *open_place(struct kmem *k, const struct kallsyms_place *p, struct kallsyms **ret)
{
	uint64_t relative_base = 0;
	struct kallsyms_tables t = {
		.order = k->vmcore->order,
		.num_syms = p->num_syms,
		.stext = (uint64_t)k->layout->stext,
	};
	struct err *e = open_names(k, p, &t);
	if (e) {
		kallsyms_tables_deinit(&t);
		return e;
	}
	struct err *lost = open_addresses(k, p, &t, &relative_base);
	e = kallsyms_open(&t, ret);
	if (lost)
		e = err_wrap(e, "%s", err_message(lost));
	err_free(lost);
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

static struct err *open_found(struct kmem *k, struct kallsyms **ret)
{
	struct kallsyms_place place;
	struct err *e = kallsyms_find(k, &place);
	if (e)
		return e;
	kallsyms_place_after(&place);
	e = open_place(k, &place, ret);
	if (!e || err_code(e) != ERR_FORMAT)
		return e;
	err_free(e);
	kallsyms_place_before(&place);
	return open_place(k, &place, ret);
}

struct err *kallsyms_load(struct kmem *k, struct kallsyms **ret)
{
	struct kallsyms_place place;
	if (!layout_known(k->layout->stext))
		return err_new(ERR_MISSING, "VMCOREINFO lacks SYMBOL(_stext)");
	struct err *named = named_place(k, &place);
	if (!named)
		named = open_place(k, &place, ret);
	if (!named || (err_code(named) != ERR_FORMAT && err_code(named) != ERR_MISSING))
		return named;
	struct err *e = open_found(k, ret);
	if (e)
		e = err_wrap(e, "%s", err_message(named));
	err_free(named);
	return e;
}
