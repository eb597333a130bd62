// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as BTF: the first byte tells the byte order (bit 0) and where, in 64ths of the rest, a
 * second blob begins that builds on the first. All types are named, declared, printed from memory
 * that ends at each type's size, and their members found again by path.
 */
#include "fuzz.h"
#include "kernel/btf.h"
#include "kernel/kmem.h"
#include "kernel/symbols.h"

/* Printing is given no kernel and no symbols. */
bool symbols_at(const struct symbols *s, uint64_t addr, struct symbol *ret, uint64_t *offset)
{
	(void)s, (void)addr, (void)ret, (void)offset;
	abort();
}

static void use_members(struct type t)
{
	struct member m, same;
	const char *name;
	uint64_t size, value;
	struct err *e = type_size(t, &size);
	if (e || size > 4096) {
		err_free(e);
		return;
	}
	uint8_t *bytes = malloc(size ? size : 1);
	if (!bytes)
		abort();
	memset(bytes, 0x5a, size);
	for (uint32_t i = 0; i < 8 && type_member_at(t, i, &name, &m); i++) {
		if ((uint64_t)m.offset + m.size > size || m.bit_size > 64 || m.bit_offset > 7)
			abort();
		member_value(&m, bytes, &value);
		e = type_member(t, name, &same);
		if (!e && (uint64_t)same.offset + same.size > size)
			abort();
		err_free(e);
	}
	struct buf out = BUF_INIT;
	e = type_print_bytes(NULL, NULL, t, bytes, size, &(struct print_limits) {8, 16, 16, 2048},
			     &out);
	err_free(e);
	buf_deinit(&out);
	free(bytes);
}

static void use(const struct btf *b)
{
	uint32_t end = btf_end(b), length;
	for (uint32_t id = 0; id <= end && id < 64; id++) {
		struct type t = {b, id}, found;
		struct buf out = BUF_INIT;
		struct member m;
		int64_t value;
		type_name(t, &out);
		type_declare(t, 1024, &out);
		buf_deinit(&out);
		type_array_length(t, &length);
		type_is_char(t);
		type_enumerator(t, "A", &value);
		type_enumerator_name(type_target(t), 1);
		err_free(type_member(t, "a.b[1].c", &m));
		use_members(t);
		if (btf_find(b, type_tag(t), BTF_INDEXED, &found) &&
		    strcmp(type_tag(found), type_tag(t)) != 0)
			abort();
	}
	int64_t value;
	btf_enumerator(b, "A", &value);
}

static struct btf *parse(const uint8_t *data, size_t size, enum byte_order order,
			 const struct btf *base)
{
	struct btf *ret = NULL;
	void *bytes = malloc(size ? size : 1);
	if (!bytes)
		abort();
	memcpy(bytes, data, size);
	err_free(btf_parse(bytes, size, order, base, &ret));
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	enum byte_order order = data[0] & 1 ? ORDER_BE : ORDER_LE;
	size_t second = (size - 1) * (64 - (data[0] >> 2)) / 64;
	struct btf *base = parse(data + 1, second, order, NULL);
	struct btf *split = base ? parse(data + 1 + second, size - 1 - second, order, base) : NULL;
	if (base)
		use(base);
	if (split)
		use(split);
	btf_destroy(split);
	btf_destroy(base);
	return 0;
}
