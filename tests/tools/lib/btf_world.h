/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dead kernel made up out of a real kernel's types: the BTF of vmlinux and of modules as files,
 * and memory in which objects lie as that kernel has them. No symbols, no page tables: an address
 * is an offset from WORLD_BASE. What a kernel has no member for is said on standard output, and not
 * written. Ends the program when it cannot go on. One world at a time.
 */
#ifndef SALVOR_TESTS_BTF_WORLD_H
#define SALVOR_TESTS_BTF_WORLD_H

#include "kernel/kernel.h"

#define WORLD_BASE UINT64_C(0xffff888000000000)

struct btf_world;

/* A place in the world, with its type. */
struct object {
	struct btf_world *w;
	const char *module;
	struct type type;
	uint64_t addr;
};

/* directory has the files vmlinux and, for each of its modules, one by its name. */
struct btf_world *btf_world_create(const char *directory, const char *const *modules);
void btf_world_destroy(struct btf_world *w);
/* The kernel, once everything is written; words of its memory become what walks stumble over. */
struct kernel *btf_world_open(struct btf_world *w, uint64_t *seed, unsigned int words);
void btf_world_close(struct btf_world *w);

/* Zeroed memory; the address. */
uint64_t world_memory(struct btf_world *w, uint64_t size);
uint8_t *world_bytes(struct btf_world *w, uint64_t addr);
uint64_t world_text(struct btf_world *w, const char *text);
/* n objects behind each other; the type's name is "struct x". */
struct object world_objects(struct btf_world *w, const char *module, const char *type, size_t n);

/* Paths as type_member()'s: not through pointers. Several, the newest first, between '|'. */
struct object object_at(struct object o, const char *paths);
/* As wide as the member is, a bitfield too. */
void object_set(struct object o, const char *paths, uint64_t value);
void object_text(struct object o, const char *path, const char *text);

#endif
