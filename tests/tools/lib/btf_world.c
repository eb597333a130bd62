// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/btf_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "small_kmem.h"
#include "lib/hostile.h"

#define WORLD_SIZE   (8u << 20)
#define MODULES_MAX  8
#define PATH_LEN_MAX 128

struct btf_world {
	struct small_kmem m;
	struct types *types;
	struct kernel k;
	uint64_t used;
	uint8_t bytes[WORLD_SIZE];
};

static void check(struct err *e)
{
	if (!e)
		return;
	fprintf(stderr, "nic-world: %s\n", err_message(e));
	exit(1);
}

static struct btf *file_btf(const char *directory, const char *name, const struct btf *base)
{
	char path[4096];
	struct stat st;
	struct btf *b = NULL;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st) < 0) {
		perror(path);
		exit(1);
	}
	void *bytes = malloc((size_t)st.st_size);
	if (!bytes || fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		exit(1);
	fclose(f);
	check(btf_parse(bytes, (size_t)st.st_size, ORDER_LE, base, &b));
	return b;
}

struct btf_world *btf_world_create(const char *directory, const char *const *modules)
{
	struct btf_world *w = calloc(1, sizeof(*w));
	if (!w)
		exit(1);
	w->used = 4096;
	check(types_create(file_btf(directory, "vmlinux", NULL), &w->types));
	for (; *modules; modules++)
		check(types_add_module(w->types, *modules,
				       file_btf(directory, *modules, types_vmlinux(w->types))));
	return w;
}

void btf_world_destroy(struct btf_world *w)
{
	types_destroy(w->types);
	free(w);
}

static const struct btf_world *world_of(const struct kmem *k)
{
	return (const struct btf_world *)(const void *)((const uint8_t *)k -
							offsetof(struct btf_world, k.kmem));
}

static struct err *translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	uint64_t len = world_of(k)->m.len;
	if (vaddr < WORLD_BASE + 4096 || vaddr - WORLD_BASE >= len)
		return err_new(ERR_MISSING, "not mapped");
	*ret = (struct extent) {vaddr - WORLD_BASE, len - (vaddr - WORLD_BASE)};
	return NULL;
}

/* Every second word is one that is not zero, if a few tries find one: most of the memory is. */
static uint64_t place(const struct btf_world *w, uint64_t *seed, bool written)
{
	uint64_t at = 0, word = 0;
	for (int tries = 0; tries < 1000 && !word; tries++) {
		at = hostile_random(seed) % ((w->used - 4096) / 8) * 8 + 4096;
		memcpy(&word, w->bytes + at, 8);
		if (!written)
			break;
	}
	return at;
}

static void damage(const struct btf_world *w, uint8_t *bytes, uint64_t *seed, unsigned int words)
{
	for (unsigned int i = 0; i < words; i++) {
		uint64_t at = place(w, seed, i % 2 == 0);
		uint64_t values[] = {0, UINT64_MAX, hostile_random(seed),
				     WORLD_BASE + hostile_random(seed) % w->used};
		memcpy(bytes + at, &values[hostile_random(seed) % 4], 8);
	}
}

struct kernel *btf_world_open(struct btf_world *w, uint64_t *seed, unsigned int words)
{
	static const struct arch_ops arch = {.name = "made up", .translate = translate};
	uint8_t *bytes = malloc(w->used);
	if (!bytes)
		exit(1);
	memcpy(bytes, w->bytes, w->used);
	damage(w, bytes, seed, words);
	small_kmem_init(&w->m, ORDER_LE, WORLD_BASE, bytes, w->used);
	free(bytes);
	w->k = (struct kernel) {.vmcore = w->m.vmcore, .types = w->types, .layout = w->m.layout};
	layout_complete(&w->k.layout, NULL, w->types);
	check(kmem_init(&w->k.kmem, w->m.vmcore, &w->k.layout));
	w->k.kmem.arch = &arch;
	return &w->k;
}

void btf_world_close(struct btf_world *w)
{
	kmem_deinit(&w->k.kmem);
	small_kmem_deinit(&w->m);
}

uint64_t world_memory(struct btf_world *w, uint64_t size)
{
	uint64_t addr = WORLD_BASE + w->used;
	w->used += ROUND_UP(size, 64);
	if (size > WORLD_SIZE || w->used > WORLD_SIZE) {
		fprintf(stderr, "nic-world: the world is full\n");
		exit(1);
	}
	return addr;
}

uint8_t *world_bytes(struct btf_world *w, uint64_t addr)
{
	if (addr < WORLD_BASE || addr - WORLD_BASE >= WORLD_SIZE - 64)
		abort();
	return w->bytes + (addr - WORLD_BASE);
}

uint64_t world_text(struct btf_world *w, const char *text)
{
	uint64_t addr = world_memory(w, strlen(text) + 1);
	memcpy(world_bytes(w, addr), text, strlen(text) + 1);
	return addr;
}

struct object world_objects(struct btf_world *w, const char *module, const char *type, size_t n)
{
	struct object o = {.w = w, .module = module};
	uint64_t size;
	if (!types_find(w->types, module, type, &o.type)) {
		printf("world: no %s\n", type);
		o.addr = world_memory(w, 4096);
		return o;
	}
	o.type = type_strip(o.type);
	check(type_size(o.type, &size));
	o.addr = world_memory(w, size * n);
	return o;
}

/* The first that is there; says so if none is. */
static bool find(struct object o, const char *paths, struct member *ret)
{
	for (const char *p = paths; *p && o.type.btf; p += strspn(p, "|")) {
		char path[PATH_LEN_MAX];
		size_t len = strcspn(p, "|");
		if (len >= sizeof(path))
			abort();
		memcpy(path, p, len);
		path[len] = '\0';
		struct err *e = type_member(o.type, path, ret);
		err_free(e);
		if (!e)
			return true;
		p += len;
	}
	printf("world: %s has no %s\n", o.type.btf ? type_tag(o.type) : "nothing", paths);
	return false;
}

struct object object_at(struct object o, const char *paths)
{
	struct member m;
	struct object at = {.w = o.w, .module = o.module, .addr = world_memory(o.w, 0)};
	if (!find(o, paths, &m))
		return at;
	at.type = type_strip(m.type);
	at.addr = o.addr + m.offset;
	return at;
}

void object_set(struct object o, const char *paths, uint64_t value)
{
	struct member m;
	if (!find(o, paths, &m))
		return;
	uint8_t *p = world_bytes(o.w, o.addr + m.offset);
	uint64_t word = 0, mask = UINT64_MAX;
	size_t bytes = MIN(m.size, (size_t)8);
	memcpy(&word, p, bytes);
	if (m.bit_size)
		mask = ((UINT64_C(1) << m.bit_size) - 1) << m.bit_offset;
	word = (word & ~mask) | ((m.bit_size ? value << m.bit_offset : value) & mask);
	memcpy(p, &word, bytes);
}

void object_text(struct object o, const char *path, const char *text)
{
	struct member m;
	if (find(o, path, &m))
		memcpy(world_bytes(o.w, o.addr + m.offset), text,
		       MIN(strlen(text), (size_t)m.size));
}
