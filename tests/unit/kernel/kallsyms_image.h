/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of kallsyms as scripts/kallsyms.c writes them, of every generation and byte order: what
 * the decoder and the finder are tested with. Header only. It shares no code with what it tests.
 */
#ifndef SALVOR_TESTS_KALLSYMS_IMAGE_H
#define SALVOR_TESTS_KALLSYMS_IMAGE_H

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "kernel/kallsyms.h"

struct image_symbol {
	uint64_t addr;
	char type;
	const char *name;
};

struct image_spec {
	const char *what;
	enum byte_order order;
	enum kallsyms_encoding encoding;
	unsigned int width; /* bytes of num_syms and of a marker: 8 before 4.20, then 4 */
	bool wide;	    /* lengths of two bytes: 6.1 */
	bool seqs;	    /* seqs_of_names: 6.2 */
	bool after;	    /* addresses behind token_index: 6.4 */
	size_t align;
};

/* Offsets in bytes.data of what kallsyms_image_make() laid out. */
struct kallsyms_image {
	struct buf bytes;
	size_t num_syms, names, names_end, markers, token_table, token_table_end, token_index;
	size_t offsets, relative_base, addresses;
	uint64_t base_value;
};

/* Tokens of more than one character, on codes that no name uses. */
static const char *const image_tokens[] = {"sys_", "do_", "Ttcp_", "net", "_init", "T", "page"};
#define IMAGE_FIRST_TOKEN 0x80

static inline void image_align(struct buf *b, size_t align)
{
	while (b->len % align)
		buf_putc(b, '\0');
}

static inline void image_put(struct buf *b, enum byte_order order, unsigned int width,
			     uint64_t value)
{
	uint8_t bytes[8];
	if (width == 2)
		put_u16(bytes, (uint16_t)value, order);
	else if (width == 4)
		put_u32(bytes, (uint32_t)value, order);
	else
		put_u64(bytes, value, order);
	buf_append(b, bytes, width);
}

/* The codes of letter and name: the first token that fits at each place, else the character. */
static inline size_t image_compress(const struct image_symbol *s, uint8_t *codes)
{
	char text[1024];
	size_t n = 0;
	snprintf(text, sizeof(text), "%c%s", s->type, s->name);
	for (const char *p = text; *p;) {
		size_t i = 0;
		while (i < ARRAY_SIZE(image_tokens) &&
		       strncmp(p, image_tokens[i], strlen(image_tokens[i])) != 0)
			i++;
		bool token = i < ARRAY_SIZE(image_tokens);
		codes[n++] = (uint8_t)(token ? IMAGE_FIRST_TOKEN + i : (unsigned char)*p);
		p += token ? strlen(image_tokens[i]) : 1;
	}
	return n;
}

static inline void image_names(struct kallsyms_image *m, const struct image_spec *spec,
			       const struct image_symbol *symbols, size_t n)
{
	struct buf *b = &m->bytes;
	struct buf markers = BUF_INIT;
	uint8_t codes[1024];
	image_align(b, spec->align);
	m->num_syms = b->len;
	image_put(b, spec->order, spec->width, n);
	image_align(b, spec->align);
	m->names = b->len;
	for (size_t i = 0; i < n; i++) {
		size_t len = image_compress(&symbols[i], codes);
		if (i % 256 == 0)
			image_put(&markers, spec->order, spec->width, b->len - m->names);
		if (len > (spec->wide ? 0x3fffU : 0xffU))
			abort();
		if (spec->wide && len > 0x7f)
			image_put(b, ORDER_LE, 2, (len & 0x7f) | 0x80 | len >> 7 << 8);
		else
			buf_putc(b, (char)len);
		buf_append(b, codes, len);
	}
	m->names_end = b->len;
	image_align(b, spec->align);
	m->markers = b->len;
	buf_append(b, markers.data, markers.len);
	buf_deinit(&markers);
	if (spec->seqs && !spec->after) {
		image_align(b, spec->align);
		for (size_t i = 0; i < n * 3; i++)
			buf_putc(b, (char)(i * 89));
	}
}

static inline void image_token_tables(struct kallsyms_image *m, const struct image_spec *spec)
{
	struct buf *b = &m->bytes;
	uint16_t index[256];
	image_align(b, spec->align);
	m->token_table = b->len;
	for (unsigned int i = 0; i < 256; i++) {
		unsigned int token = i - IMAGE_FIRST_TOKEN;
		index[i] = (uint16_t)(b->len - m->token_table);
		if (i > ' ' && i <= '~')
			buf_putc(b, (char)i);
		else if (i >= IMAGE_FIRST_TOKEN && token < ARRAY_SIZE(image_tokens))
			buf_puts(b, image_tokens[token]);
		buf_putc(b, '\0');
	}
	m->token_table_end = b->len;
	image_align(b, spec->align);
	m->token_index = b->len;
	for (unsigned int i = 0; i < 256; i++)
		image_put(b, spec->order, 2, index[i]);
}

static inline uint64_t image_offset(const struct kallsyms_image *m, const struct image_spec *spec,
				    uint64_t entry, uint64_t addr)
{
	if (spec->encoding == KALLSYMS_PLACE)
		return addr - entry;
	if (spec->encoding == KALLSYMS_RELATIVE)
		return addr - m->base_value;
	return addr < 0x80000000 ? addr : m->base_value - 1 - addr;
}

/* at: where the image will be in memory. */
static inline void image_addresses(struct kallsyms_image *m, const struct image_spec *spec,
				   uint64_t at, const struct image_symbol *symbols, size_t n)
{
	struct buf *b = &m->bytes;
	image_align(b, spec->align);
	if (spec->encoding == KALLSYMS_ADDRESSES) {
		m->addresses = b->len;
		for (size_t i = 0; i < n; i++)
			image_put(b, spec->order, 8, symbols[i].addr);
		return;
	}
	m->offsets = b->len;
	for (size_t i = 0; i < n; i++)
		image_put(b, spec->order, 4, image_offset(m, spec, at + b->len, symbols[i].addr));
	if (spec->encoding == KALLSYMS_PLACE)
		return;
	image_align(b, spec->align);
	m->relative_base = b->len;
	image_put(b, spec->order, 8, m->base_value);
}

/* lead bytes of filler come first. base_value: relative_base, for the encodings that have one. */
static inline void kallsyms_image_make(struct kallsyms_image *m, const struct image_spec *spec,
				       uint64_t at, size_t lead, uint64_t base_value,
				       const struct image_symbol *symbols, size_t n)
{
	*m = (struct kallsyms_image) {.base_value = base_value};
	for (size_t i = 0; i < lead; i++)
		buf_putc(&m->bytes, (char)(i * 37 | 1));
	if (!spec->after)
		image_addresses(m, spec, at, symbols, n);
	image_names(m, spec, symbols, n);
	image_token_tables(m, spec);
	if (spec->after)
		image_addresses(m, spec, at, symbols, n);
	image_align(&m->bytes, 4096);
	if (!buf_str(&m->bytes) || m->bytes.failed)
		abort();
}

/* The tables as the decoder takes them; valid as long as m and *base are. */
static inline struct kallsyms_tables kallsyms_image_tables(const struct kallsyms_image *m,
							   const struct image_spec *spec,
							   uint64_t at, size_t n, uint64_t stext)
{
	const uint8_t *data = (const uint8_t *)m->bytes.data;
	return (struct kallsyms_tables) {
		.order = spec->order,
		.num_syms = (uint32_t)n,
		.names = kbytes_of(data + m->names, m->names_end - m->names),
		.token_table =
			kbytes_of(data + m->token_table, m->token_table_end - m->token_table),
		.token_index = kbytes_of(data + m->token_index, KALLSYMS_TOKEN_INDEX),
		.offsets = kbytes_of(data + m->offsets, m->offsets ? n * 4 : 0),
		.offsets_addr = at + m->offsets,
		.relative_base = m->relative_base ? &m->base_value : NULL,
		.addresses = kbytes_of(data + m->addresses, m->addresses ? n * 8 : 0),
		.stext = stext,
	};
}

#endif
