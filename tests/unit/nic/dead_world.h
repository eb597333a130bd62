/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dead kernel written by hand for nic-dump dead: structs are described once, in words, and are
 * then both the BTF that the program reads and the way in which a test fills memory. Header only;
 * one world at a time. Modules have BTF of their own.
 */
#ifndef SALVOR_TESTS_DEAD_WORLD_H
#define SALVOR_TESTS_DEAD_WORLD_H

#include "unit.h"
#include "small_btf.h"
#include "small_kmem.h"
#include "kernel/small_symbols.h"
#include "nic/dead/driver.h"
#include "nic/decode/json_check.h"

#include <fcntl.h>
#include <sys/mman.h>

#define WORLD_BASE UINT64_C(0xffff888000000000)

struct world_member {
	const char *name;
	/* "u8" "u16" "u32" "u64" "char", "NAME": a struct, "*NAME": a pointer to one, "*u64",
	 * "**NAME", …; "3 u32": an array. "" as name and "NAME": anonymous. */
	const char *type;
	uint32_t offset;
};

struct world_struct {
	const char *module, *name;
	const struct world_member *members;
	uint32_t size, id;
};

struct world {
	uint8_t bytes[0x20000];
	size_t used;
	enum byte_order order;
	struct small_btf vmlinux, modules[8];
	const char *module_names[8];
	size_t nmodules;
	struct world_struct structs[96];
	size_t nstructs;
	struct symbol table[16];
	struct symbols symbols;
	struct small_kmem m;
	struct kernel k;
	struct dead_options options;
	char *text, *json;
	struct err *error;
};

static struct world *world_current;

static inline void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->used = 64;
	w->options = (struct dead_options) {
		.vmcore = "made up", .deadline = 20, .raw_max = 1 << 20, .raw_device_max = 1 << 20};
}

static inline uint64_t world_alloc(struct world *w, size_t size)
{
	uint64_t addr = WORLD_BASE + w->used;
	w->used += ROUND_UP(size, 16);
	assert_true(w->used <= sizeof(w->bytes));
	return addr;
}

static inline uint8_t *world_at(struct world *w, uint64_t addr)
{
	assert_in_range(addr, WORLD_BASE, WORLD_BASE + sizeof(w->bytes) - 8);
	return w->bytes + (addr - WORLD_BASE);
}

static inline void world_u64(struct world *w, uint64_t addr, uint64_t v)
{
	put_u64(world_at(w, addr), v, w->order);
}

static inline uint64_t world_string(struct world *w, const char *text)
{
	uint64_t addr = world_alloc(w, strlen(text) + 1);
	memcpy(world_at(w, addr), text, strlen(text) + 1);
	return addr;
}

static inline struct small_btf *world_btf(struct world *w, const char *module)
{
	if (!module)
		return &w->vmlinux;
	for (size_t i = 0; i < w->nmodules; i++)
		if (strcmp(w->module_names[i], module) == 0)
			return &w->modules[i];
	small_btf_init(&w->modules[w->nmodules], w->order, &w->vmlinux);
	w->module_names[w->nmodules] = module;
	return &w->modules[w->nmodules++];
}

static inline const struct world_struct *world_find(const struct world *w, const char *module,
						    const char *name)
{
	const struct world_struct *found = NULL;
	for (size_t i = 0; i < w->nstructs; i++) {
		const struct world_struct *s = &w->structs[i];
		if (strcmp(s->name, name) != 0)
			continue;
		if (module && s->module && strcmp(module, s->module) == 0)
			return s;
		if (!s->module)
			found = s;
	}
	return found;
}

static inline uint32_t world_type(struct world *w, struct small_btf *b, const char *module,
				  const char *text)
{
	static const struct {
		const char *name;
		uint32_t size;
	} ints[] = {{"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}, {"char", 1}};
	if (*text >= '0' && *text <= '9') {
		char *rest;
		uint32_t n = (uint32_t)strtoul(text, &rest, 10);
		return small_btf_array(b, world_type(w, b, module, rest + 1), n);
	}
	if (*text == '*') {
		bool is_known = text[1] == 'u' || text[1] == '*' || strcmp(text + 1, "char") == 0;
		uint32_t to = is_known ? world_type(w, b, module, text + 1)
				       : small_btf_type(b, BTF_FWD, text + 1, 0, false, 0);
		return small_btf_type(b, BTF_PTR, "", 0, false, to);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
		if (strcmp(text, ints[i].name) == 0)
			return small_btf_int(b, text, ints[i].size, false);
	const struct world_struct *s = world_find(w, module, text);
	if (!s)
		fail_msg("no struct %s yet", text);
	return s->id;
}

/* All structs of vmlinux come before the first of a module. */
static inline void world_struct(struct world *w, const char *module, const char *name,
				uint32_t size, const struct world_member *members)
{
	struct small_btf *b = world_btf(w, module);
	uint32_t ids[64], n = 0;
	assert_true(w->nstructs < ARRAY_SIZE(w->structs));
	assert_true(module || w->nmodules == 0);
	for (; members[n].name; n++)
		ids[n] = world_type(w, b, module, members[n].type);
	uint32_t id = small_btf_type(b, BTF_STRUCT, name, n, false, size);
	for (uint32_t i = 0; i < n; i++)
		small_btf_member(b, members[i].name, ids[i], members[i].offset * 8);
	w->structs[w->nstructs++] = (struct world_struct) {module, name, members, size, id};
}

static inline const struct world_member *world_member(struct world *w, const char *module,
						      const char *name, const char *member)
{
	const struct world_struct *s = world_find(w, module, name);
	for (const struct world_member *m = s ? s->members : NULL; m && m->name; m++)
		if (strcmp(m->name, member) == 0)
			return m;
	fail_msg("no member %s.%s", name, member);
	return NULL;
}

static inline uint64_t world_new(struct world *w, const char *module, const char *name)
{
	const struct world_struct *s = world_find(w, module, name);
	if (!s)
		fail_msg("no struct %s", name);
	return world_alloc(w, s->size);
}

/* The address of a member; and its value, as wide as it is. */
static inline uint64_t world_addr(struct world *w, uint64_t object, const char *module,
				  const char *name, const char *member)
{
	return object + world_member(w, module, name, member)->offset;
}

static inline void world_set(struct world *w, uint64_t object, const char *module, const char *name,
			     const char *member, uint64_t value)
{
	const struct world_member *m = world_member(w, module, name, member);
	uint8_t *p = world_at(w, object + m->offset);
	if (strcmp(m->type, "u8") == 0)
		*p = (uint8_t)value;
	else if (strcmp(m->type, "u16") == 0)
		put_u16(p, (uint16_t)value, w->order);
	else if (strcmp(m->type, "u32") == 0)
		put_u32(p, (uint32_t)value, w->order);
	else
		put_u64(p, value, w->order);
}

static inline void world_list(struct world *w, uint64_t head)
{
	world_u64(w, head, head);
	world_u64(w, head + 8, head);
}

static inline void world_list_add(struct world *w, uint64_t head, uint64_t node)
{
	uint64_t last = get_u64(world_at(w, head + 8), w->order);
	world_u64(w, last, node);
	world_u64(w, node + 8, last);
	world_u64(w, node, head);
	world_u64(w, head + 8, node);
}

static inline void world_symbol(struct world *w, const char *name, uint64_t addr)
{
	assert_true(w->symbols.n < ARRAY_SIZE(w->table));
	w->table[w->symbols.n++] = (struct symbol) {.name = name, .addr = addr, .type = 'D'};
	w->symbols.table = w->table;
}

static inline struct err *world_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	(void)k;
	return small_kmem_translate(&world_current->m.k, vaddr, ret);
}

static inline char *world_content(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *content = calloc(1, (size_t)size + 1);
	assert_non_null(content);
	assert_int_equal(pread(fd, content, (size_t)size, 0), size);
	close(fd);
	return content;
}

/* Without blanks outside of strings: what is compared does not depend on the indentation. */
static inline void world_compact(char *json)
{
	bool inside = false;
	char *to = json;
	for (const char *c = json; *c; c++) {
		inside ^= *c == '"';
		if (inside || (*c != ' ' && *c != '\n'))
			*to++ = *c;
		if (*c == '\\' && c[1])
			*to++ = *++c;
	}
	*to = '\0';
}

/* w->k, of what was written. The layout is what the world has: jiffies and xarrays may be known. */
static inline void world_open(struct world *w, const struct layout *layout)
{
	static struct arch_ops arch = {.name = "fake", .translate = world_translate};
	small_kmem_init(&w->m, w->order, WORLD_BASE, w->bytes, sizeof(w->bytes));
	w->k = (struct kernel) {.vmcore = w->m.vmcore, .symbols = &w->symbols};
	w->k.layout = layout ? *layout : w->m.layout;
	assert_ok(kmem_init(&w->k.kmem, w->m.vmcore, &w->k.layout));
	w->k.kmem.arch = &arch;
	world_current = w;
	assert_ok(types_create(small_btf_parse(&w->vmlinux, NULL), &w->k.types));
	for (size_t i = 0; i < w->nmodules; i++)
		assert_ok(types_add_module(
			w->k.types, w->module_names[i],
			small_btf_parse(&w->modules[i], types_vmlinux(w->k.types))));
}

static inline void world_close(struct world *w)
{
	types_destroy(w->k.types);
	kmem_deinit(&w->k.kmem);
	small_kmem_deinit(&w->m);
}

/* Shows what was written. */
static inline void world_show(struct world *w, const struct layout *layout)
{
	struct dead d;
	int json = memfd_create("json", MFD_CLOEXEC), text = memfd_create("text", MFD_CLOEXEC);
	world_open(w, layout);
	dead_init(&d, &w->k, &w->options, json, text);
	if (w->options.output)
		d.raw_fd = open(w->options.output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	w->error = dead_show(&d);
	dead_deinit(&d);
	w->json = world_content(json);
	w->text = world_content(text);
	world_close(w);
	assert_ok(w->error);
	assert_true(json_check(w->json, strlen(w->json)));
	world_compact(w->json);
}

/* Some words become what walks and counts stumble over: nothing, everything, anything, addresses.
 */
static inline void world_damage(struct world *w, uint64_t *seed, int words)
{
	for (int i = 0; i < words; i++) {
		size_t at = unit_random(seed) % (w->used / 8) * 8;
		uint64_t values[] = {0, UINT64_MAX, unit_random(seed),
				     WORLD_BASE + unit_random(seed) % w->used};
		put_u64(w->bytes + at, values[unit_random(seed) % 4], w->order);
	}
}

/* Pairs of a place and a value as a fuzzer has them; often a value that is an address there. */
static inline void world_overwrite(struct world *w, const uint8_t *data, size_t size)
{
	for (; size >= 4; data += 4, size -= 4) {
		size_t at = (size_t)get_u16(data, ORDER_LE) * 8 % (w->used & ~(size_t)7);
		uint16_t word = get_u16(data + 2, ORDER_LE);
		uint64_t values[] = {WORLD_BASE + word % w->used,
				     WORLD_BASE + (uint64_t)word * 8 % w->used, word,
				     (uint64_t)word << 48 | word};
		put_u64(w->bytes + at, values[data[1] >> 6], w->order);
	}
}

/* The memory stays, to be shown again. */
static inline void world_forget(struct world *w)
{
	free(w->json);
	free(w->text);
	w->json = w->text = NULL;
}

static inline void world_deinit(struct world *w)
{
	world_forget(w);
	small_btf_deinit(&w->vmlinux);
	for (size_t i = 0; i < w->nmodules; i++)
		small_btf_deinit(&w->modules[i]);
}

#define world_has(text, part)                                                                      \
	do {                                                                                       \
		const char *there_ = (text);                                                       \
		if (!strstr(there_, part))                                                         \
			fail_msg("\"%s\" is not in:\n%.6000s", part, there_);                      \
	} while (0)
#define world_lacks(text, part)                                                                    \
	do {                                                                                       \
		const char *there_ = (text);                                                       \
		if (strstr(there_, part))                                                          \
			fail_msg("\"%s\" is in:\n%.6000s", part, there_);                          \
	} while (0)

#endif
