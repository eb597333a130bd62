/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A BTF encoder for tests: type by type into a blob, of either byte order, with whatever nonsense
 * the test wants. Header only. small_btf_take() ends it.
 */
#ifndef SALVOR_TESTS_SMALL_BTF_H
#define SALVOR_TESTS_SMALL_BTF_H

#include "base/buf.h"
#include "base/bytes.h"
#include "kernel/btf.h"

struct small_btf {
	struct buf types, strings;
	enum byte_order order;
	uint32_t next;		/* id of the next type */
	uint32_t strings_first; /* behind the strings of the base */
};

/* base NULL: the first blob; else what follows it, with the same ids and names. */
static inline void small_btf_init(struct small_btf *b, enum byte_order order,
				  const struct small_btf *base)
{
	*b = (struct small_btf) {.order = order, .next = 1};
	if (base) {
		b->next = base->next;
		b->strings_first = base->strings_first + (uint32_t)base->strings.len;
	} else {
		buf_putc(&b->strings, '\0');
	}
}

static inline void small_btf_word(struct small_btf *b, uint32_t word)
{
	uint8_t bytes[4];
	put_u32(bytes, word, b->order);
	buf_append(&b->types, bytes, sizeof(bytes));
}

static inline uint32_t small_btf_string(struct small_btf *b, const char *s)
{
	if (!*s)
		return 0;
	uint32_t at = b->strings_first + (uint32_t)b->strings.len;
	buf_append(&b->strings, s, strlen(s) + 1);
	return at;
}

/* A struct btf_type; what its kind needs besides follows by other calls. Returns its id. */
static inline uint32_t small_btf_type(struct small_btf *b, enum btf_kind kind, const char *name,
				      uint32_t vlen, bool flag, uint32_t word)
{
	small_btf_word(b, small_btf_string(b, name));
	small_btf_word(b, (uint32_t)kind << 24 | vlen | (uint32_t)flag << 31);
	small_btf_word(b, word);
	return b->next++;
}

static inline uint32_t small_btf_int(struct small_btf *b, const char *name, uint32_t size,
				     bool is_signed)
{
	uint32_t id = small_btf_type(b, BTF_INT, name, 0, false, size);
	small_btf_word(b, (uint32_t)is_signed << 24 | size * 8);
	return id;
}

static inline uint32_t small_btf_array(struct small_btf *b, uint32_t type, uint32_t length)
{
	uint32_t id = small_btf_type(b, BTF_ARRAY, "", 0, false, 0);
	small_btf_word(b, type);
	small_btf_word(b, type);
	small_btf_word(b, length);
	return id;
}

/* Of the struct before it. bit: from the start of the struct. */
static inline void small_btf_member(struct small_btf *b, const char *name, uint32_t type,
				    uint32_t bit)
{
	small_btf_word(b, small_btf_string(b, name));
	small_btf_word(b, type);
	small_btf_word(b, bit);
}

/* The same in a struct that has the flag. */
static inline void small_btf_bitfield(struct small_btf *b, const char *name, uint32_t type,
				      uint32_t bit, uint32_t bits)
{
	small_btf_member(b, name, type, bits << 24 | bit);
}

static inline void small_btf_enumerator(struct small_btf *b, const char *name, uint32_t value)
{
	small_btf_word(b, small_btf_string(b, name));
	small_btf_word(b, value);
}

/* The blob, from malloc; header_len is 24, or 32 with a section of kinds. The encoder is left as it
 * is, for a split one to be based on; small_btf_deinit() frees it. */
static inline void *small_btf_blob(const struct small_btf *b, uint32_t header_len,
				   const void *kinds, uint32_t kinds_len, size_t *len)
{
	*len = header_len + b->types.len + b->strings.len + kinds_len;
	uint8_t *p = calloc(1, *len);
	if (!p)
		abort();
	put_u16(p, 0xeb9f, b->order);
	p[2] = 1;
	put_u32(p + 4, header_len, b->order);
	put_u32(p + 12, (uint32_t)b->types.len, b->order);
	put_u32(p + 16, (uint32_t)b->types.len, b->order);
	put_u32(p + 20, (uint32_t)b->strings.len, b->order);
	if (header_len >= 32) {
		put_u32(p + 24, (uint32_t)(b->types.len + b->strings.len), b->order);
		put_u32(p + 28, kinds_len, b->order);
	}
	memcpy(p + header_len, buf_str(&b->types), b->types.len);
	memcpy(p + header_len + b->types.len, buf_str(&b->strings), b->strings.len);
	if (kinds_len)
		memcpy(p + header_len + b->types.len + b->strings.len, kinds, kinds_len);
	return p;
}

static inline void small_btf_deinit(struct small_btf *b)
{
	buf_deinit(&b->types);
	buf_deinit(&b->strings);
}

/* Parsed; ends the program if that fails. */
static inline struct btf *small_btf_parse(const struct small_btf *b, const struct btf *base)
{
	size_t len;
	struct btf *ret = NULL;
	void *blob = small_btf_blob(b, 24, NULL, 0, &len);
	struct err *e = btf_parse(blob, len, b->order, base, &ret);
	if (e) {
		fprintf(stderr, "small_btf: %s\n", err_message(e));
		abort();
	}
	return ret;
}

#endif
