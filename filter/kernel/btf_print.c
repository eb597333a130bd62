// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/btf_record.h"

#include <inttypes.h>
#include <string.h>
#include "kernel/kmem.h"
#include "kernel/symbols.h"

/* Nothing in a kernel that one wants to see is larger; the rest is not read. */
#define MAX_OBJECT (4u << 20)

/*
 * Symbols of data have no known end. In vmlinux one follows the other, so that a pointer a little
 * behind one points into it; in a module they lie between sections that have none.
 */
#define MAX_DATA_OFFSET 4095

struct printer {
	struct kmem *k;		 /* NULL: pointers are not followed */
	const struct symbols *s; /* may be NULL */
	const struct print_limits *limits;
	const uint8_t *bytes; /* of the outermost object */
	struct buf *out;
	size_t end; /* where out is full */
	unsigned int depth;
	size_t left; /* members that may still be looked at: those of anonymous structs print none
		      */
};

static void put_value(struct printer *p, const struct member *m, bool typed);

static bool full(const struct printer *p)
{
	return p->out->len >= p->end || p->out->failed || p->left == 0;
}

static void put_indent(struct printer *p)
{
	for (unsigned int i = 0; i < p->depth; i++)
		buf_putc(p->out, '\t');
}

static void put_text(struct printer *p, const uint8_t *text, size_t len, bool cut)
{
	static const char letters[] = "abtnvfr"; /* \a is 7 */
	buf_putc(p->out, '"');
	for (size_t i = 0; i < len; i++) {
		uint8_t c = text[i];
		if (c == '"' || c == '\\')
			buf_printf(p->out, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			buf_putc(p->out, (char)c);
		else if (c >= '\a' && c <= '\r')
			buf_printf(p->out, "\\%c", letters[c - '\a']);
		else
			buf_printf(p->out, "\\x%02x", c);
	}
	buf_puts(p->out, cut ? "\"..." : "\"");
}

static void put_char_array(struct printer *p, const uint8_t *text, size_t size)
{
	size_t len = strnlen((const char *)text, size);
	bool cut = len > p->limits->string;
	put_text(p, text, cut ? p->limits->string : len, cut);
}

/* The text behind a char pointer, if it can be read: piece by piece, for it may end just before
 * a page that cannot. */
static void put_char_pointer(struct printer *p, uint64_t addr)
{
	uint8_t text[256];
	size_t max = MIN(sizeof(text), (size_t)p->limits->string), len = 0;
	while (len < max) {
		size_t n = MIN(max - len, 64 - (size_t)((addr + len) % 64));
		struct err *e = kmem_read(p->k, addr + len, text + len, n);
		if (e) {
			err_free(e);
			return;
		}
		size_t found = strnlen((const char *)text + len, n);
		len += found;
		if (found < n)
			break;
	}
	buf_puts(p->out, " = ");
	put_text(p, text, len, len == max);
}

static void put_pointer(struct printer *p, struct type t, uint64_t addr)
{
	struct symbol symbol;
	uint64_t offset;
	struct type to = type_target(t);
	bool code = type_kind(type_strip(to)) == BTF_FUNC_PROTO;
	if (p->s && addr && symbols_at(p->s, addr, &symbol, &offset) &&
	    (code || offset <= (symbol.module ? 0 : MAX_DATA_OFFSET))) {
		btf_put_name(p->out, symbol.name);
		buf_printf(p->out, "+%#" PRIx64, offset);
		if (offset == 0)
			buf_puts(p->out, "x0"); /* %# leaves it out */
		if (symbol.module) {
			buf_puts(p->out, " [");
			btf_put_name(p->out, symbol.module);
			buf_putc(p->out, ']');
		}
		buf_puts(p->out, " = ");
	}
	buf_printf(p->out, "0x%" PRIx64, addr);
	if (p->k && addr && type_is_char(to))
		put_char_pointer(p, addr);
}

/* A number of more than 64 bits, a float: its bytes, the highest first. */
static void put_hex(struct printer *p, const struct member *m)
{
	const uint8_t *at = p->bytes + m->offset;
	bool big = m->type.btf->order == ORDER_BE, started = false;
	buf_puts(p->out, "0x");
	for (uint32_t i = 0; i < m->size && !full(p); i++) {
		uint8_t byte = at[big ? i : m->size - 1 - i];
		if (started)
			buf_printf(p->out, "%02x", byte);
		else if (byte || i + 1 == m->size)
			buf_printf(p->out, "%x", byte);
		started |= byte != 0;
	}
}

static void put_scalar(struct printer *p, const struct member *m)
{
	struct type t = type_strip(m->type);
	uint64_t value;
	if (!member_value(m, p->bytes, &value)) {
		put_hex(p, m);
		return;
	}
	enum btf_kind kind = type_kind(t);
	const char *name = kind == BTF_ENUM || kind == BTF_ENUM64
				   ? type_enumerator_name(t, (int64_t)value)
				   : NULL;
	if (name)
		btf_put_name(p->out, name);
	else if (kind == BTF_PTR)
		put_pointer(p, t, value);
	else if (type_is_signed(t))
		buf_printf(p->out, "%" PRId64, (int64_t)value);
	else
		buf_printf(p->out, "%" PRIu64, value);
}

static bool is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (*p == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* Elements up to the last that is not zero; scalars in one line, structs one below the other. */
static void put_array(struct printer *p, const struct member *m, uint32_t length)
{
	struct type t = type_strip(m->type);
	struct member item = {.offset = m->offset, .type = type_target(t)};
	struct type bare = type_strip(item.type);
	uint32_t inner;
	item.size = length ? m->size / length : 0;
	if (item.size == 0)
		length = 0;
	if (type_is_char(item.type) && length) {
		put_char_array(p, p->bytes + m->offset, m->size);
		return;
	}
	while (length > 0 && is_zero(p->bytes + m->offset + (length - 1) * item.size, item.size))
		length--;
	bool lines = btf_is_record((uint32_t)type_kind(bare)) || type_array_length(bare, &inner);
	bool cut = length > p->limits->elements;
	uint32_t shown = cut ? p->limits->elements : length;
	buf_puts(p->out, lines && shown ? "{\n" : "{");
	p->depth++;
	for (uint32_t i = 0; i < shown && !full(p); i++, item.offset += item.size) {
		if (lines)
			put_indent(p);
		else
			buf_puts(p->out, i ? ", " : " ");
		put_value(p, &item, false);
		buf_puts(p->out, lines ? ",\n" : "");
	}
	if (cut && lines) {
		put_indent(p);
		buf_puts(p->out, "...\n");
	} else if (cut) {
		buf_puts(p->out, ", ...");
	}
	p->depth--;
	if (lines && shown)
		put_indent(p);
	buf_puts(p->out, lines || !shown ? "}" : " }");
}

/* One line a member; those of anonymous structs and unions as if they were the outer's. */
static void put_members(struct printer *p, struct type t, uint32_t offset, unsigned int nesting)
{
	struct member m;
	const char *name;
	for (uint32_t i = 0; type_member_at(t, i, &name, &m) && !full(p); i++) {
		m.offset += offset;
		p->left--;
		if (!*name && btf_is_record((uint32_t)type_kind(type_strip(m.type)))) {
			if (nesting < BTF_MAX_ANONYMOUS)
				put_members(p, m.type, m.offset, nesting + 1);
			continue;
		}
		put_indent(p);
		buf_putc(p->out, '.');
		btf_put_name(p->out, name);
		buf_puts(p->out, " = ");
		put_value(p, &m, true);
		buf_puts(p->out, ",\n");
	}
}

static void put_record(struct printer *p, const struct member *m)
{
	if (p->depth >= p->limits->depth) {
		buf_puts(p->out, "{ ... }");
		return;
	}
	size_t start;
	buf_putc(p->out, '{');
	start = p->out->len;
	buf_putc(p->out, '\n');
	p->depth++;
	put_members(p, m->type, m->offset, 0);
	p->depth--;
	if (p->out->len == start + 1) /* no member at all */
		p->out->len = start;
	else
		put_indent(p);
	buf_putc(p->out, '}');
}

/* m counts from p->bytes, inside of which it is. */
static void put_value(struct printer *p, const struct member *m, bool typed)
{
	uint32_t length;
	struct type t = type_strip(m->type);
	if (full(p)) {
		buf_puts(p->out, "...");
		return;
	}
	if (typed) {
		buf_putc(p->out, '(');
		type_name(m->type, p->out);
		buf_putc(p->out, ')');
	}
	if (btf_is_record((uint32_t)type_kind(t)))
		put_record(p, m);
	else if (type_array_length(t, &length))
		put_array(p, m, length);
	else
		put_scalar(p, m);
}

struct err *type_print_bytes(struct kmem *k, const struct symbols *s, struct type t,
			     const void *bytes, size_t len, const struct print_limits *limits,
			     struct buf *out)
{
	uint64_t size;
	struct err *e = type_size(t, &size);
	if (e)
		return e;
	if (size > len)
		return err_new(ERR_FORMAT, "%zu bytes for a type of %" PRIu64, len, size);
	struct printer p = {.k = k,
			    .s = s,
			    .limits = limits,
			    .bytes = bytes,
			    .out = out,
			    .end = out->len + limits->bytes,
			    .left = limits->bytes};
	put_value(&p, &(struct member) {.size = (uint32_t)size, .type = t}, true);
	return buf_error(out);
}

struct err *type_print(struct kmem *k, const struct symbols *s, struct type t, uint64_t addr,
		       const struct print_limits *limits, struct buf *out)
{
	uint64_t size;
	struct err *e = type_size(t, &size);
	if (e)
		return e;
	if (size > MAX_OBJECT)
		return err_new(ERR_UNSUPPORTED, "a type of %" PRIu64 " bytes is too large to print",
			       size);
	_cleanup_free_ uint8_t *bytes = malloc(size ? (size_t)size : 1);
	if (!bytes)
		return err_nomem();
	e = kmem_read(k, addr, bytes, (size_t)size);
	return e ? e : type_print_bytes(k, s, t, bytes, (size_t)size, limits, out);
}
