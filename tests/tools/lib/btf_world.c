// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/btf_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "small_kmem.h"

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
	if (w->k.types) {
		kmem_deinit(&w->k.kmem);
		small_kmem_deinit(&w->m);
	}
	types_destroy(w->types);
	free(w);
}

static struct err *translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	(void)k;
	if (vaddr < WORLD_BASE + 4096 || vaddr - WORLD_BASE >= WORLD_SIZE)
		return err_new(ERR_MISSING, "not mapped");
	*ret = (struct extent) {vaddr - WORLD_BASE, WORLD_SIZE - (vaddr - WORLD_BASE)};
	return NULL;
}

struct kernel *btf_world_open(struct btf_world *w)
{
	static const struct arch_ops arch = {.name = "made up", .translate = translate};
	small_kmem_init(&w->m, ORDER_LE, WORLD_BASE, w->bytes, sizeof(w->bytes));
	w->k = (struct kernel) {.vmcore = w->m.vmcore, .types = w->types, .layout = w->m.layout};
	layout_complete(&w->k.layout, NULL, w->types);
	check(kmem_init(&w->k.kmem, w->m.vmcore, &w->k.layout));
	w->k.kmem.arch = &arch;
	return &w->k;
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
