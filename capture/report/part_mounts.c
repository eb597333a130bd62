// SPDX-License-Identifier: GPL-2.0-or-later
/* What was mounted where, as the first process saw it. */
#include "report/part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/rbtree.h"
#include "report/fetch.h"
#include "report/mount.h"

/* A machine full of containers has some thousands; the kernel's own limit is 100,000. */
#define MOUNTS_MAX 16384
/* Of their names and paths together: real ones have some hundred bytes each. */
#define NAMES_MAX (4 << 20)
/* Lines that a reader can take. */
#define TEXT_MOUNTS 1000

struct mount_line {
	char *device, *type, *path; /* NULL: not known */
	uint32_t flags;
	bool read_only;
};

struct mounts_part {
	struct mount_line *mount;
	size_t n, cap, lost, nameless;
	size_t bytes; /* of names */
};

/* Process 1, or the kernel's own first task, which has the namespace of the time of boot. */
static uint64_t first_process(struct report *r)
{
	const struct layout *l = r->k->kmem.layout;
	struct task_iter i;
	uint64_t task;
	uint32_t pid;
	task_iter_init(&i, &r->k->kmem);
	while (report_time_left(r) && task_next(&i, &task)) {
		if (fetch_u32(&r->k->kmem, task, l->task_pid, &pid) && pid == 1)
			return task;
	}
	report_missing(r, "process 1 is not found; these are the mounts of the kernel's own task");
	return layout_known(l->init_task) ? (uint64_t)l->init_task : 0;
}

static struct err *find_namespace(struct report *r, uint64_t *ret)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	uint64_t proxy;
	if (!layout_known(l->task_nsproxy) || !layout_known(l->nsproxy_mnt_ns) ||
	    !layout_known(l->mount_root))
		return err_new(ERR_MISSING, "the kernel's types do not say where its mounts are");
	uint64_t task = first_process(r);
	if (!fetch_pointer(k, task, l->task_nsproxy, &proxy) ||
	    !fetch_pointer(k, proxy, l->nsproxy_mnt_ns, ret))
		return err_new(ERR_MISSING, "the namespace of the mounts cannot be read");
	return NULL;
}

static bool add_line(struct mounts_part *p)
{
	if (p->n < p->cap)
		return true;
	size_t cap = p->cap ? p->cap * 2 : 64;
	struct mount_line *more = realloc(p->mount, cap * sizeof(*more));
	if (!more)
		return false;
	p->mount = more;
	p->cap = cap;
	return true;
}

static struct err *copy(struct mounts_part *p, const char *s, char **ret)
{
	*ret = s ? strdup(s) : NULL;
	p->bytes += s ? strlen(s) : 0;
	return s && !*ret ? err_nomem() : NULL;
}

static struct err *add(struct report *r, struct mounts_part *p, uint64_t addr)
{
	char name[256], path[MOUNT_PATH_SIZE];
	struct kmem *k = &r->k->kmem;
	if (!add_line(p))
		return err_nomem();
	struct mount_line *line = &p->mount[p->n];
	*line = (struct mount_line) {0};
	if (p->bytes > NAMES_MAX || !mount_is_readable(k, addr)) {
		p->lost++;
		return NULL;
	}
	p->n++;
	line->flags = mount_flags(k, addr, &line->read_only);
	struct err *e =
		copy(p, mount_device(k, addr, name, sizeof(name)) ? name : NULL, &line->device);
	if (!e)
		e = copy(p, mount_type(k, addr, name, sizeof(name)) ? name : NULL, &line->type);
	if (!e)
		e = copy(p, mount_path(k, addr, path), &line->path);
	p->nameless += !e && (!line->device || !line->type);
	return e;
}

/* Since 6.8 (2eea9ce4310d) */
static struct err *walk_tree(struct report *r, struct mounts_part *p, uint64_t ns)
{
	const struct layout *l = r->k->kmem.layout;
	const struct rbtree_offsets offsets = {l->rb_node_parent, l->rb_node_right,
					       l->rb_node_left};
	struct rbtree_iter it;
	struct err *e = NULL;
	uint64_t mount;
	if (!layout_known(l->mnt_ns_mounts) || !layout_known(l->rb_node_parent) ||
	    !layout_known(l->rb_node_right) || !layout_known(l->rb_node_left))
		return err_new(ERR_MISSING, "the kernel's types do not say where its mounts are");
	rbtree_init(&it, &r->k->kmem, ns + (uint64_t)l->mnt_ns_mounts, &offsets, l->mount_node,
		    MOUNTS_MAX);
	while (!e && report_time_left(r) && rbtree_next(&it, &mount))
		e = add(r, p, mount);
	if (!e)
		fetch_walk_ended(r, "mounts", &it.walk);
	return e;
}

static struct err *walk_list(struct report *r, struct mounts_part *p, uint64_t ns)
{
	const struct layout *l = r->k->kmem.layout;
	struct entries list;
	if (!layout_known(l->mnt_ns_list) || !layout_known(l->mount_list))
		return err_new(ERR_MISSING, "the kernel's types do not say where its mounts are");
	struct err *e = fetch_list(r, "mounts", ns + (uint64_t)l->mnt_ns_list, l->mount_list,
				   MOUNTS_MAX, &list);
	for (size_t i = 0; i < list.n && !e && report_time_left(r); i++)
		e = add(r, p, list.at[i]);
	entries_deinit(&list);
	return e;
}

static struct err *gather(struct report *r, void *data)
{
	struct mounts_part *p = data;
	uint64_t ns = 0;
	struct err *e = find_namespace(r, &ns);
	if (!e && layout_known(r->k->kmem.layout->mount_node))
		e = walk_tree(r, p, ns);
	else if (!e)
		e = walk_list(r, p, ns);
	if (!e && p->bytes > NAMES_MAX)
		report_missing(r, "names and paths that cannot be real: the rest is left out");
	if (!e && p->lost)
		report_missing(r, "%zu mounts cannot be read", p->lost);
	if (!e && p->nameless)
		report_missing(r, "of %zu mounts the device or type cannot be read", p->nameless);
	return e;
}

static void release(void *data)
{
	struct mounts_part *p = data;
	for (size_t i = 0; i < p->n; i++) {
		free(p->mount[i].device);
		free(p->mount[i].type);
		free(p->mount[i].path);
	}
	free(p->mount);
}

static const char *or_unknown(const char *s)
{
	return s ? s : "?";
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct mounts_part *p = data;
	(void)r;
	for (size_t i = 0; i < p->n && i < TEXT_MOUNTS; i++) {
		const struct mount_line *m = &p->mount[i];
		char options[MOUNT_OPTIONS_SIZE];
		mount_options(m->flags, m->read_only, options);
		buf_printf(out, "%s on %s (%s; %s)\n", or_unknown(m->device), or_unknown(m->path),
			   or_unknown(m->type), options);
	}
	if (p->n > TEXT_MOUNTS)
		buf_printf(out, "and %zu more\n", p->n - TEXT_MOUNTS);
	if (p->n == 0)
		buf_puts(out, "none\n");
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct mounts_part *p = data;
	(void)r;
	json_array(j, "mounts");
	for (size_t i = 0; i < p->n; i++) {
		const struct mount_line *m = &p->mount[i];
		char options[MOUNT_OPTIONS_SIZE];
		mount_options(m->flags, m->read_only, options);
		json_object(j, NULL);
		json_str(j, "device", m->device);
		json_str(j, "path", m->path);
		json_str(j, "type", m->type);
		json_str(j, "options", options);
		json_object_end(j);
	}
	json_array_end(j);
}

const struct report_part part_mounts = {
	.name = "mounts",
	.title = "Mounts",
	.data_size = sizeof(struct mounts_part),
	.seconds = 2,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
