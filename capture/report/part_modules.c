// SPDX-License-Identifier: GPL-2.0-or-later
/* The modules, as lsmod has them: the one that was loaded last comes first. */
#include "report/part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "report/fetch.h"

/* Kernels load a few hundred. */
#define MODULES_MAX 8192
#define USERS_MAX   64
/* Names of users of all modules together */
#define USERS_BYTES (1 << 20)
/* MODULE_NAME_LEN is 64 - sizeof(unsigned long). */
#define NAME_SIZE 64
/* enum mod_mem_type has 7. */
#define MEM_MAX 16
/* A module lies within the module area, which has 2 GiB or less; a bigger one is damage. */
#define SIZE_LIMIT (UINT64_C(1) << 31)

struct module {
	char name[NAME_SIZE];
	uint64_t base, size; /* 0: not known; memory that it freed after its start does not count */
	uint64_t taints;     /* bits */
	int64_t used_by;     /* -1: not known */
	uint32_t state;	     /* enum module_state */
	struct buf users;    /* names of modules, with blanks between */
};

struct modules_part {
	struct module *module;
	size_t n, users; /* bytes of names */
};

/* module.mem since 6.4 (ac3b43283923): what has no size is not there. */
static void read_mem(struct kmem *k, uint64_t module, struct module *m)
{
	const struct layout *l = k->layout;
	for (int64_t i = 0; i < l->module_mem_kinds && i < MEM_MAX; i++) {
		uint64_t mem = module + (uint64_t)(l->module_mem + i * l->module_memory_size);
		uint32_t len;
		if (!fetch_u32(k, mem, l->module_memory_len, &len) || len >= SIZE_LIMIT)
			continue;
		m->size += len;
		/* the first is the text: MOD_TEXT */
		if (i == 0)
			(void)fetch_pointer(k, mem, l->module_memory_base, &m->base);
	}
}

/* Before: text with its data, what is freed after the start, and (5.18) data apart. */
static void read_layouts(struct kmem *k, uint64_t module, struct module *m)
{
	const struct layout *l = k->layout;
	const int64_t layouts[] = {l->module_core_layout, l->module_init_layout,
				   l->module_data_layout};
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		uint32_t len;
		if (!layout_known(layouts[i]))
			continue;
		uint64_t at = module + (uint64_t)layouts[i];
		if (fetch_u32(k, at, l->module_layout_size, &len) && len < SIZE_LIMIT)
			m->size += len;
		if (i == 0)
			(void)fetch_pointer(k, at, l->module_layout_base, &m->base);
	}
}

/* struct module_use.source is a module that needs this one. */
static struct err *read_users(struct report *r, struct modules_part *p, uint64_t module,
			      struct module *m)
{
	const struct layout *l = r->k->kmem.layout;
	struct entries users = {0};
	struct err *e = NULL;
	if (p->users > USERS_BYTES)
		return NULL;
	if (layout_known(l->module_source_list) && layout_known(l->module_use_list))
		e = fetch_list(r, "users of a module", module + (uint64_t)l->module_source_list,
			       l->module_use_list, USERS_MAX, &users);
	for (size_t i = 0; i < users.n && !e; i++) {
		char name[NAME_SIZE];
		uint64_t user;
		if (fetch_pointer(&r->k->kmem, users.at[i], l->module_use_source, &user) &&
		    fetch_string(&r->k->kmem, user + (uint64_t)l->module_name, name, sizeof(name)))
			buf_printf(&m->users, "%s%s", m->users.len ? " " : "", name);
	}
	entries_deinit(&users);
	p->users += m->users.len;
	return e ? e : buf_error(&m->users);
}

static struct err *read_module(struct report *r, struct modules_part *p, uint64_t addr,
			       struct module *m)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	uint32_t references;
	size_t size = MIN((size_t)l->module_name_size + 1, sizeof(m->name));
	m->used_by = -1;
	if (!fetch_string(k, addr + (uint64_t)l->module_name, m->name, size))
		return err_new(ERR_MISSING, "the module at %#" PRIx64 " cannot be read", addr);
	if (layout_known(l->module_mem) && layout_known(l->module_memory_size))
		read_mem(k, addr, m);
	else
		read_layouts(k, addr, m);
	(void)fetch_u64(k, addr, l->module_taints, &m->taints);
	(void)fetch_u32(k, addr, l->module_state, &m->state);
	/* One reference is the module's own: MODULE_REF_BASE, 3.19 (e513cc1c07e2). */
	if (fetch_u32(k, addr, l->module_refcnt, &references))
		m->used_by = (int32_t)references > 0 ? (int64_t)references - 1 : 0;
	return read_users(r, p, addr, m);
}

static struct err *gather(struct report *r, void *data)
{
	struct modules_part *p = data;
	const struct layout *l = r->k->kmem.layout;
	struct entries list;
	if (!layout_known(l->modules) || !layout_known(l->module_list) ||
	    !layout_known(l->module_name) || !layout_known(l->module_name_size))
		return err_new(ERR_MISSING, "the kernel's symbols and types do not say where its "
					    "modules are");
	struct err *e =
		fetch_list(r, "modules", (uint64_t)l->modules, l->module_list, MODULES_MAX, &list);
	p->module = calloc(list.n ? list.n : 1, sizeof(*p->module));
	if (!e && !p->module)
		e = err_nomem();
	for (size_t i = 0; i < list.n && !e && report_time_left(r); i++) {
		e = read_module(r, p, list.at[i], &p->module[p->n]);
		if (e && err_code(e) != ERR_NOMEM)
			(void)report_failed(r, TAKE_PTR(e));
		else
			p->n++;
	}
	entries_deinit(&list);
	if (!e && p->users > USERS_BYTES)
		report_missing(r, "more users of modules than can be: the rest is left out");
	return e;
}

static void release(void *data)
{
	struct modules_part *p = data;
	for (size_t i = 0; p->module && i < p->n; i++)
		buf_deinit(&p->module[i].users);
	free(p->module);
}

/* Only these bits are used for modules (kernel/panic.c, taint_flags[], the same since 4.10). */
static void taints_of(const struct module *m, char ret[65])
{
	static const char letters[] = "PFSRMBUDAWCIOELKXTNJ";
	size_t n = 0;
	for (size_t i = 0; i < 64; i++) {
		if (m->taints >> i & 1)
			ret[n++] = i < sizeof(letters) - 1 ? letters[i] : '?';
	}
	ret[n] = '\0';
}

static const char *state_of(const struct module *m)
{
	static const char *const names[] = {"live", "loading", "unloading", "unformed"};
	return m->state < ARRAY_SIZE(names) ? names[m->state] : "in no known state";
}

static void users_text(const struct module *m, struct buf *out)
{
	enum { COLUMN = 56, WIDTH = 108 };
	const char *name = buf_str(&m->users);
	size_t at = COLUMN;
	while (*name) {
		size_t len = strcspn(name, " ");
		if (at + len > WIDTH && at > COLUMN) {
			buf_printf(out, "\n%*s", COLUMN, "");
			at = COLUMN;
		}
		buf_printf(out, " %.*s", (int)len, name);
		at += len + 1;
		name += len + (name[len] != '\0');
	}
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct modules_part *p = data;
	(void)r;
	if (p->n == 0) {
		buf_puts(out, "none\n");
		return;
	}
	buf_printf(out, "%-24s %9s  %-16s USED BY\n", "MODULE", "BYTES", "ADDRESS");
	for (size_t i = 0; i < p->n; i++) {
		const struct module *m = &p->module[i];
		char taints[65];
		taints_of(m, taints);
		buf_printf(out, "%-24s %9" PRIu64 "  %016" PRIx64, m->name, m->size, m->base);
		if (m->used_by > 0 || m->users.len)
			buf_printf(out, " %3" PRId64, m->used_by);
		users_text(m, out);
		if (taints[0])
			buf_printf(out, "  (taints: %s)", taints);
		if (m->state != 0)
			buf_printf(out, "  (%s)", state_of(m));
		buf_putc(out, '\n');
	}
}

static void json_names(struct json *j, const char *key, const struct buf *names)
{
	const char *name = buf_str(names);
	json_array(j, key);
	while (*name) {
		size_t len = strcspn(name, " ");
		json_strn(j, NULL, name, len);
		name += len + (name[len] != '\0');
	}
	json_array_end(j);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct modules_part *p = data;
	(void)r;
	json_array(j, "modules");
	for (size_t i = 0; i < p->n; i++) {
		const struct module *m = &p->module[i];
		char taints[65], base[24];
		taints_of(m, taints);
		snprintf(base, sizeof(base), "%#" PRIx64, m->base);
		json_object(j, NULL);
		json_str(j, "name", m->name);
		json_u64(j, "size", m->size);
		json_str(j, "base", m->base ? base : NULL);
		json_str(j, "taints", taints);
		if (m->used_by >= 0)
			json_u64(j, "used_by", (uint64_t)m->used_by);
		else
			json_null(j, "used_by");
		json_names(j, "users", &m->users);
		json_str(j, "state", state_of(m));
		json_object_end(j);
	}
	json_array_end(j);
}

const struct report_part part_modules = {
	.name = "modules",
	.title = "Modules",
	.data_size = sizeof(struct modules_part),
	.seconds = 1,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
