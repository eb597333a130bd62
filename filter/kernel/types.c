// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/types.h"

#include <inttypes.h>
#include <string.h>
#include "kernel/kmem.h"
#include "kernel/list.h"
#include "kernel/symbols.h"

/* Three times what any kernel has now; more is a damaged symbol. */
#define MAX_VMLINUX_BTF (UINT64_C(16) << 20)
#define MAX_MODULE_BTF	(UINT64_C(8) << 20)
/* What all modules may take, in a capture kernel that has little. */
#define MAX_MODULES_BTF (UINT64_C(24) << 20)
#define MAX_MODULES	8192
/* MODULE_NAME_LEN is 64 less a long (include/linux/module.h). */
#define NAME_LEN 64

struct module_types {
	char name[NAME_LEN];
	struct btf *btf; /* NULL: it was asked for, and is not there */
};

struct module_list {
	struct module_types *v;
	size_t n;
	size_t lost;
	uint64_t bytes; /* of blobs */
	/* Where to look for those that are asked for; NULL: nowhere. */
	struct kmem *k;
	const struct symbols *s;
};

struct types {
	struct btf *vmlinux;
	struct module_list *modules; /* grows as modules are asked for */
};

struct err *types_create(struct btf *vmlinux, struct types **ret)
{
	struct types *t = calloc(1, sizeof(*t));
	struct module_list *modules = calloc(1, sizeof(*modules));
	if (!t || !modules) {
		btf_destroy(vmlinux);
		free(t);
		free(modules);
		return err_nomem();
	}
	*t = (struct types) {vmlinux, modules};
	*ret = t;
	return NULL;
}

void types_destroy(struct types *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->modules->n; i++)
		btf_destroy(t->modules->v[i].btf);
	free(t->modules->v);
	free(t->modules);
	btf_destroy(t->vmlinux);
	free(t);
}

/* The linker script puts the section between these (include/asm-generic/vmlinux.lds.h, BTF). */
struct err *types_load(struct kmem *k, const struct symbols *s, struct types **ret)
{
	uint64_t start, stop;
	struct btf *vmlinux;
	if (!symbols_find(s, NULL, "__start_BTF", &start) ||
	    !symbols_find(s, NULL, "__stop_BTF", &stop))
		return err_new(ERR_MISSING,
			       "the kernel has no types in its memory (__start_BTF is not there)");
	if (stop <= start || stop - start > MAX_VMLINUX_BTF)
		return err_new(ERR_FORMAT,
			       "the kernel's types: from %#" PRIx64 " to %#" PRIx64
			       " is not possible",
			       start, stop);
	struct err *e =
		btf_open(k, start, (size_t)(stop - start), k->vmcore->order, NULL, &vmlinux);
	if (e)
		return err_wrap(e, "the kernel's types");
	return types_create(vmlinux, ret);
}

static const struct module_types *find_module(const struct types *t, const char *name)
{
	for (size_t i = 0; i < t->modules->n; i++)
		if (strcmp(t->modules->v[i].name, name) == 0)
			return &t->modules->v[i];
	return NULL;
}

static struct err *add(const struct types *t, const char *module, struct btf *btf)
{
	struct module_list *l = t->modules;
	struct module_types *v = NULL;
	if (l->n < MAX_MODULES)
		v = realloc(l->v, (l->n + 1) * sizeof(*v));
	if (!v) {
		btf_destroy(btf);
		return err_nomem();
	}
	l->v = v;
	snprintf(v[l->n].name, NAME_LEN, "%s", module);
	v[l->n++].btf = btf;
	return NULL;
}

struct err *types_add_module(struct types *t, const char *module, struct btf *btf)
{
	return add(t, module, btf);
}

/* Where the members are that say where a module's types are (kernel/bpf/btf.c); the same from 5.11
 * (36e68442d1af) to 7.2. */
struct btf_members {
	struct member list, btf, data, data_size, name;
};

static struct err *find_members(const struct types *t, struct btf_members *ret)
{
	const struct {
		const char *path;
		struct member *member;
	} members[] = {
		{"btf_module.list", &ret->list},    {"btf_module.btf", &ret->btf},
		{"btf.data", &ret->data},	    {"btf.name", &ret->name},
		{"btf.data_size", &ret->data_size},
	};
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		struct err *e = types_member(t, NULL, members[i].path, members[i].member);
		if (e)
			return e;
	}
	return NULL;
}

/* A struct btf of the kernel: one module's types. */
static struct err *add_one(const struct types *t, struct kmem *k, const struct btf_members *m,
			   uint64_t addr, const char *only)
{
	char name[NAME_LEN] = "";
	uint64_t data;
	uint32_t size;
	struct btf *btf;
	struct err *e = kmem_read(k, addr + m->name.offset, name,
				  MIN((size_t)m->name.size, sizeof(name) - 1));
	if (e || (only && strcmp(only, name) != 0) || find_module(t, name))
		return e;
	e = kmem_u64(k, addr + m->data.offset, &data);
	if (!e)
		e = kmem_u32(k, addr + m->data_size.offset, &size);
	if (e)
		return e;
	if (size > MAX_MODULE_BTF || t->modules->bytes + size > MAX_MODULES_BTF)
		return err_new(ERR_UNSUPPORTED, "%" PRIu32 " bytes are too many", size);
	/* Counted even if it turns out to be damaged, so that a long list of such ends soon. */
	t->modules->bytes += size;
	e = btf_open(k, data, size, k->vmcore->order, t->vmlinux, &btf);
	return e ? e : add(t, name, btf);
}

static struct err *add_modules(const struct types *t, struct kmem *k, const struct symbols *s,
			       const char *only)
{
	struct btf_members m;
	struct list_iter it;
	uint64_t head, at, btf;
	struct err *e = find_members(t, &m);
	if (!e && !symbols_find(s, NULL, "btf_modules", &head))
		e = err_new(ERR_MISSING, "the kernel has no symbol btf_modules");
	if (e)
		return err_wrap(e, "types of modules");
	list_init(&it, k, head, m.list.offset, MAX_MODULES);
	while (list_next(&it, &at)) {
		e = kmem_u64(k, at + m.btf.offset, &btf);
		if (!e)
			e = add_one(t, k, &m, btf, only);
		t->modules->lost += e != NULL;
		err_free(e);
	}
	t->modules->lost += it.walk.why != WALK_END;
	return NULL;
}

struct err *types_add_modules(struct types *t, struct kmem *k, const struct symbols *s,
			      const char *only)
{
	return add_modules(t, k, s, only);
}

void types_seek_modules(struct types *t, struct kmem *k, const struct symbols *s)
{
	t->modules->k = k;
	t->modules->s = s;
}

/* The types of a module that is asked for, or NULL; what is not there is looked for once. */
static const struct btf *module_btf(const struct types *t, const char *name)
{
	const struct module_types *m = find_module(t, name);
	if (!m && t->modules->k) {
		err_free(add_modules(t, t->modules->k, t->modules->s, name));
		m = find_module(t, name);
		if (!m)
			err_free(add(t, name, NULL));
	}
	return m ? m->btf : NULL;
}

const struct btf *types_vmlinux(const struct types *t)
{
	return t->vmlinux;
}

size_t types_modules(const struct types *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->modules->n; i++)
		n += t->modules->v[i].btf != NULL;
	return n;
}

size_t types_lost(const struct types *t)
{
	return t->modules->lost;
}

/* The name behind a keyword, and the kinds that the keyword stands for; 0: no keyword. */
static const char *without_keyword(const char *name, unsigned int *kinds)
{
	static const struct {
		const char *word;
		unsigned int kinds;
	} words[] = {
		{"struct ", BTF_BIT(BTF_STRUCT)},
		{"union ", BTF_BIT(BTF_UNION)},
		{"enum ", BTF_ENUMS},
	};
	*kinds = 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].word);
		if (strncmp(name, words[i].word, len) == 0) {
			*kinds = words[i].kinds;
			return name + len;
		}
	}
	return name;
}

static bool find_in(const struct btf *b, const char *name, unsigned int kinds, struct type *ret)
{
	if (kinds)
		return btf_find(b, name, kinds, ret);
	return btf_find(b, name, BTF_RECORDS, ret) ||
	       btf_find(b, name, BTF_BIT(BTF_TYPEDEF), ret) ||
	       btf_find(b, name, BTF_ENUMS | BTF_SCALARS, ret);
}

bool types_find(const struct types *t, const char *module, const char *name, struct type *ret)
{
	unsigned int kinds;
	const struct btf *m = module ? module_btf(t, module) : NULL;
	name = without_keyword(name, &kinds);
	return (m && find_in(m, name, kinds, ret)) || find_in(t->vmlinux, name, kinds, ret);
}

struct err *types_member(const struct types *t, const char *module, const char *path,
			 struct member *ret)
{
	char name[128];
	struct type type;
	size_t len = strcspn(path, ".[");
	if (len >= sizeof(name) || !path[len])
		return err_new(ERR_USAGE, "%s: not the name of a type and a member", path);
	memcpy(name, path, len);
	name[len] = '\0';
	if (!types_find(t, module, name, &type))
		return err_new(ERR_MISSING, "the kernel has no type %s", name);
	return type_member(type, path + len, ret);
}

bool types_enumerator(const struct types *t, const char *name, int64_t *ret)
{
	return btf_enumerator(t->vmlinux, name, ret);
}
