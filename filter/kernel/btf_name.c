// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/btf_record.h"

#include <inttypes.h>
#include <string.h>

/* A name stays shorter, or ends where it passes this. */
#define MAX_NAME_BYTES 4096

/* One type being written, in the two halves of a C declarator: what comes left of the declared
 * name, and what comes right of it. */
struct writer {
	struct buf *out;
	size_t limit;	     /* for out->len */
	bool open;	     /* anonymous structs are spelled out */
	unsigned int indent; /* of the struct that is being spelled out */
};

static void put_declaration(struct writer *w, struct type t, const char *name, uint32_t bits,
			    unsigned int depth);

static bool full(const struct writer *w)
{
	return w->out->len >= w->limit || w->out->failed;
}

void btf_put_name(struct buf *out, const char *name)
{
	size_t len = strnlen(name, MAX_NAME_BYTES), start = out->len;
	buf_append(out, name, len);
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] <= ' ' || out->data[i] > '~')
			/* clang calls a type "long unsigned int" */
			out->data[i] = out->data[i] == ' ' ? ' ' : '?';
}

/* gcc's names of the integers have their words in another order than people write them. */
static const char *usual_name(const char *name)
{
	static const char *const names[][2] = {
		{"long unsigned int", "unsigned long"},
		{"long int", "long"},
		{"short int", "short"},
		{"short unsigned int", "unsigned short"},
		{"long long int", "long long"},
		{"long long unsigned int", "unsigned long long"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i][0]) == 0)
			return names[i][1];
	return name;
}

static const char *keyword(const struct record *r)
{
	switch (r->kind) {
	case BTF_STRUCT:
		return "struct ";
	case BTF_UNION:
		return "union ";
	case BTF_ENUM:
	case BTF_ENUM64:
		return "enum ";
	case BTF_FWD:
		return r->flag ? "union " : "struct ";
	default:
		return "";
	}
}

static void put_tabs(struct writer *w, unsigned int n)
{
	while (n-- > 0)
		buf_putc(w->out, '\t');
}

static void put_members(struct writer *w, struct type t, const struct record *r, unsigned int depth)
{
	buf_puts(w->out, "{\n");
	w->indent++;
	for (uint32_t i = 0; i < r->vlen && !full(w); i++) {
		struct member m;
		const char *name;
		put_tabs(w, w->indent);
		if (type_member_at(t, i, &name, &m))
			put_declaration(w, m.type, name, m.bit_size, depth + 1);
		else
			buf_puts(w->out, "/* makes no sense */");
		buf_puts(w->out, ";\n");
	}
	w->indent--;
	put_tabs(w, w->indent);
	buf_putc(w->out, '}');
}

static void put_enumerators(struct writer *w, struct type t, const struct record *r)
{
	uint32_t size = r->kind == BTF_ENUM64 ? 12 : 8;
	buf_puts(w->out, "{\n");
	for (uint32_t i = 0; i < r->vlen && !full(w); i++) {
		uint32_t low = btf_item(r, i, size, 1);
		uint64_t value = r->kind == BTF_ENUM64
					 ? low | (uint64_t)btf_item(r, i, size, 2) << 32
				 : r->flag ? (uint64_t)(int32_t)low
					   : low;
		put_tabs(w, w->indent + 1);
		btf_put_name(w->out, btf_string(t.btf, btf_item(r, i, size, 0)));
		buf_printf(w->out, r->flag ? " = %" PRId64 ",\n" : " = %" PRIu64 ",\n", value);
	}
	put_tabs(w, w->indent);
	buf_putc(w->out, '}');
}

/* The innermost part: a tag, a typedef's name, or the whole thing between braces. */
static void put_specifier(struct writer *w, struct type t, const struct record *r, bool spell,
			  unsigned int depth)
{
	const char *name = btf_string(t.btf, r->name);
	if (r->kind == BTF_VOID || r->kind > BTF_ENUM64) {
		buf_puts(w->out, "void");
		return;
	}
	buf_puts(w->out, keyword(r));
	if (*name)
		btf_put_name(w->out, usual_name(name));
	spell = w->indent < BTF_MAX_ANONYMOUS && (spell || (w->open && !*name));
	if (!spell || r->kind == BTF_TYPEDEF || r->kind == BTF_FWD) {
		if (!*name)
			buf_puts(w->out, "<anonymous>");
		return;
	}
	if (*name && *keyword(r))
		buf_putc(w->out, ' ');
	if (btf_is_record(r->kind))
		put_members(w, t, r, depth);
	else if (r->kind == BTF_ENUM || r->kind == BTF_ENUM64)
		put_enumerators(w, t, r);
}

/* What is behind the const, volatile, restrict and tags in front of a type; adds their bits. */
static struct type unqualify(struct type t, unsigned int *qualifiers)
{
	for (int i = 0; i < BTF_MAX_DEPTH; i++) {
		struct record r = btf_record(t);
		if (!btf_is_alias(r.kind) || r.kind == BTF_TYPEDEF)
			return t;
		*qualifiers |= BTF_BIT(r.kind);
		t.id = r.word;
	}
	return btf_type(t.btf, 0);
}

static void put_qualifiers(struct writer *w, unsigned int set, const char *before,
			   const char *after)
{
	static const struct {
		enum btf_kind kind;
		const char *word;
	} words[] = {{BTF_CONST, "const"}, {BTF_VOLATILE, "volatile"}, {BTF_RESTRICT, "restrict"}};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (set & BTF_BIT(words[i].kind))
			buf_printf(w->out, "%s%s%s", before, words[i].word, after);
}

static bool binds_tighter_than_pointer(struct type t)
{
	unsigned int qualifiers = 0;
	uint32_t kind = btf_record(unqualify(t, &qualifiers)).kind;
	return kind == BTF_ARRAY || kind == BTF_FUNC_PROTO;
}

/* A blank where a word would stick to what comes next. */
static void put_gap(struct writer *w)
{
	const struct buf *out = w->out;
	if (out->len && !strchr(" *(\t", out->data[out->len - 1]))
		buf_putc(w->out, ' ');
}

/* Qualifiers: of the array that t is an element of, which are its elements'. */
static void put_left(struct writer *w, struct type t, unsigned int qualifiers, unsigned int depth)
{
	t = unqualify(t, &qualifiers);
	struct record r = btf_record(t);
	if (depth > BTF_MAX_DEPTH || full(w)) {
		buf_puts(w->out, "...");
	} else if (r.kind == BTF_PTR) {
		struct type to = type_target(t);
		put_left(w, to, 0, depth + 1);
		put_gap(w);
		buf_puts(w->out, binds_tighter_than_pointer(to) ? "(*" : "*");
		put_qualifiers(w, qualifiers, " ", "");
	} else if (r.kind == BTF_ARRAY) {
		put_left(w, type_target(t), qualifiers, depth + 1);
	} else if (r.kind == BTF_FUNC_PROTO) {
		put_left(w, type_target(t), 0, depth + 1);
	} else {
		put_qualifiers(w, qualifiers, "", " ");
		put_specifier(w, t, &r, false, depth);
	}
}

static void put_parameters(struct writer *w, struct type t, const struct record *r,
			   unsigned int depth)
{
	struct writer inner = *w;
	inner.open = false;
	buf_putc(w->out, '(');
	for (uint32_t i = 0; i < r->vlen && !full(w); i++) {
		uint32_t name = btf_item(r, i, BTF_PARAM_SIZE, 0);
		uint32_t id = btf_item(r, i, BTF_PARAM_SIZE, 1);
		buf_puts(w->out, i ? ", " : "");
		/* The last one without name and type: more of them. */
		if (i + 1 == r->vlen && name == 0 && id == 0)
			buf_puts(w->out, "...");
		else
			put_declaration(&inner, btf_type(t.btf, id), "", 0, depth + 1);
	}
	buf_puts(w->out, r->vlen ? ")" : "void)");
}

static void put_right(struct writer *w, struct type t, bool named, unsigned int depth)
{
	unsigned int qualifiers = 0;
	t = unqualify(t, &qualifiers);
	struct record r = btf_record(t);
	uint32_t length;
	if (depth > BTF_MAX_DEPTH || full(w))
		return;
	if (r.kind == BTF_PTR) {
		struct type to = type_target(t);
		bool closes = binds_tighter_than_pointer(to);
		buf_puts(w->out, closes ? ")" : "");
		put_right(w, to, named || closes, depth + 1);
	} else if (r.kind == BTF_ARRAY && type_array_length(t, &length)) {
		if (!named)
			put_gap(w);
		if (length)
			buf_printf(w->out, "[%" PRIu32 "]", length);
		else
			buf_puts(w->out, "[]");
		put_right(w, type_target(t), true, depth + 1);
	} else if (r.kind == BTF_FUNC_PROTO) {
		if (!named)
			put_gap(w);
		put_parameters(w, t, &r, depth);
		put_right(w, type_target(t), true, depth + 1);
	}
}

static void put_declaration(struct writer *w, struct type t, const char *name, uint32_t bits,
			    unsigned int depth)
{
	put_left(w, t, 0, depth);
	if (*name) {
		put_gap(w);
		btf_put_name(w->out, name);
	}
	if (bits)
		buf_printf(w->out, " : %" PRIu32, bits);
	put_right(w, t, *name, depth);
}

void type_name(struct type t, struct buf *out)
{
	struct writer w = {.out = out, .limit = out->len + MAX_NAME_BYTES};
	put_declaration(&w, t, "", 0, 0);
}

void type_declare(struct type t, size_t limit, struct buf *out)
{
	struct writer w = {.out = out, .limit = out->len + limit, .open = true};
	struct record r = btf_record(t);
	if (r.kind == BTF_TYPEDEF) {
		buf_puts(out, "typedef ");
		put_declaration(&w, type_target(t), type_tag(t), 0, 0);
	} else if (btf_is_record(r.kind) || r.kind == BTF_ENUM || r.kind == BTF_ENUM64) {
		put_specifier(&w, t, &r, true, 0);
	} else {
		put_declaration(&w, t, "", 0, 0);
	}
}
