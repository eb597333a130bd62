// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/btf_record.h"

#include <inttypes.h>
#include <string.h>

/* struct btf_array: type, index_type, nelems */
enum { ARRAY_TYPE = 0, ARRAY_NELEMS = 2 };

/* The word after an int: encoding in bits 24 to 27 (BTF_INT_ENCODING). */
#define INT_SIGNED(word) ((word) >> 24 & 1)
#define INT_BOOL(word)	 ((word) >> 26 & 1)

enum btf_kind type_kind(struct type t)
{
	return (enum btf_kind)btf_record(t).kind;
}

const char *type_tag(struct type t)
{
	return t.btf ? btf_string(t.btf, btf_record(t).name) : "";
}

struct type type_target(struct type t)
{
	struct record r = btf_record(t);
	switch (r.kind) {
	case BTF_ARRAY:
		return btf_type(t.btf, btf_item(&r, 0, 0, ARRAY_TYPE));
	case BTF_PTR:
	case BTF_TYPEDEF:
	case BTF_CONST:
	case BTF_VOLATILE:
	case BTF_RESTRICT:
	case BTF_TYPE_TAG:
	case BTF_FUNC:
	case BTF_FUNC_PROTO:
	case BTF_VAR:
		return btf_type(t.btf, r.word);
	default:
		return btf_type(t.btf, 0);
	}
}

struct type type_strip(struct type t)
{
	for (int i = 0; i < BTF_MAX_DEPTH; i++) {
		struct record r = btf_record(t);
		if (!btf_is_alias(r.kind))
			return t;
		t.id = r.word;
	}
	return btf_type(t.btf, 0);
}

bool type_array_length(struct type t, uint32_t *ret)
{
	t = type_strip(t);
	struct record r = btf_record(t);
	if (r.kind != BTF_ARRAY)
		return false;
	*ret = btf_item(&r, 0, 0, ARRAY_NELEMS);
	return true;
}

struct err *type_size(struct type t, uint64_t *ret)
{
	uint64_t count = 1, size;
	uint32_t n;
	struct type inner = type_strip(t);
	for (int i = 0; i < BTF_MAX_DEPTH && type_array_length(inner, &n); i++) {
		/* An array that no memory can hold: with 2^32 times the largest struct no overflow.
		 */
		if (n && count > UINT32_MAX / n)
			return err_new(ERR_FORMAT, "BTF: an array of more than 4 GiB");
		count *= n;
		inner = type_strip(type_target(inner));
	}
	struct record r = btf_record(inner);
	switch (r.kind) {
	case BTF_PTR:
		size = 8;
		break;
	case BTF_INT:
	case BTF_FLOAT:
	case BTF_ENUM:
	case BTF_ENUM64:
	case BTF_STRUCT:
	case BTF_UNION:
		size = r.word;
		break;
	default:
		return err_new(ERR_FORMAT, "BTF: a type that has no size");
	}
	if (count * size > UINT32_MAX)
		return err_new(ERR_FORMAT, "BTF: an array of more than 4 GiB");
	*ret = count * size;
	return NULL;
}

bool type_is_signed(struct type t)
{
	t = type_strip(t);
	struct record r = btf_record(t);
	if (r.kind == BTF_INT)
		return INT_SIGNED(btf_item(&r, 0, 0, 0));
	/* Flagged since 6.0 (6089fb325cf7). Before, nothing tells them, and -1 reads as 2^32 - 1:
	 * in the list of enumerators and in memory alike, so that names are found all the same. */
	return r.kind == BTF_ENUM || r.kind == BTF_ENUM64 ? r.flag : false;
}

bool type_is_char(struct type t)
{
	struct record r = btf_record(t);
	for (int i = 0; i < BTF_MAX_DEPTH && btf_is_alias(r.kind) && r.kind != BTF_TYPEDEF; i++) {
		t.id = r.word;
		r = btf_record(t);
	}
	return r.kind == BTF_INT && r.word == 1 && !INT_BOOL(btf_item(&r, 0, 0, 0));
}

/* The i-th enumerator of an enum. */
static int64_t enumerator_value(const struct record *r, uint32_t i)
{
	if (r->kind == BTF_ENUM64)
		return (int64_t)(btf_item(r, i, 12, 1) | (uint64_t)btf_item(r, i, 12, 2) << 32);
	uint32_t value = btf_item(r, i, 8, 1);
	return r->flag ? (int32_t)value : (int64_t)value;
}

/* Where its name is, among the strings. */
static uint32_t enumerator_name(const struct record *r, uint32_t i)
{
	return btf_item(r, i, r->kind == BTF_ENUM64 ? 12 : 8, 0);
}

/* Its place in the enum, or vlen. */
static uint32_t find_enumerator(const struct record *r, const char *name)
{
	uint32_t i = 0;
	while (i < r->vlen && strcmp(btf_text(r->of, enumerator_name(r, i)), name) != 0)
		i++;
	return i;
}

bool type_enumerator(struct type t, const char *name, int64_t *ret)
{
	struct record r = btf_record(type_strip(t));
	uint32_t i = btf_is_enum(r.kind) ? find_enumerator(&r, name) : r.vlen;
	if (i == r.vlen)
		return false;
	*ret = enumerator_value(&r, i);
	return true;
}

const char *type_enumerator_name(struct type t, int64_t value)
{
	t = type_strip(t);
	struct record r = btf_record(t);
	for (uint32_t i = 0; btf_is_enum(r.kind) && i < r.vlen; i++)
		if (enumerator_value(&r, i) == value)
			return btf_string(t.btf, enumerator_name(&r, i));
	return NULL;
}

/*
 * The hashes of all enumerators' names, so that those who ask for one after the other need not read
 * 30,000 names each time. False: no memory.
 */
static bool hash_enumerators(const struct btf *b)
{
	size_t n = 0, done = 0;
	for (uint32_t i = 0; i < b->nenums; i++)
		n += btf_record(btf_type(b, b->enums[i])).vlen;
	uint16_t *hashes = malloc((n + 1) * sizeof(*hashes));
	for (uint32_t i = 0; hashes && i < b->nenums; i++) {
		struct record r = btf_record(btf_type(b, b->enums[i]));
		for (uint32_t j = 0; j < r.vlen && done < n; j++)
			hashes[done++] = (uint16_t)btf_hash(btf_text(b, enumerator_name(&r, j)));
	}
	b->blob->enumerators = hashes;
	return hashes;
}

static bool may_have(const uint16_t *hashes, uint32_t n, uint16_t hash)
{
	for (uint32_t i = 0; i < n; i++)
		if (hashes[i] == hash)
			return true;
	return false;
}

bool btf_enumerator(const struct btf *b, const char *name, int64_t *ret)
{
	uint16_t hash = (uint16_t)btf_hash(name);
	if (!b->blob->enumerators && !hash_enumerators(b))
		return false;
	const uint16_t *hashes = b->blob->enumerators;
	for (uint32_t i = 0; i < b->nenums; i++) {
		struct type t = btf_type(b, b->enums[i]);
		uint32_t n = btf_record(t).vlen;
		if (may_have(hashes, n, hash) && type_enumerator(t, name, ret))
			return true;
		hashes += n;
	}
	return false;
}
