// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A directory of *.wq files (file.c), as `nic-dump wq --save` writes them. Files that are not such
 * are passed over; a file that is shorter than it says has fewer elements.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

#define FILES_MAX 65536
#define HEAD_MAX  4096

struct file {
	char *name;
	struct wq_file head;
	uint64_t bytes; /* of data */
};

struct files {
	int dir;
	struct file *v;
	size_t count, cap;
};

static bool takes(const char *device)
{
	struct stat st;
	return strncmp(device, "vmcore:", 7) != 0 && strchr(device, '/') &&
	       stat(device, &st) == 0 && S_ISDIR(st.st_mode);
}

static void close_files(struct wq_source *s)
{
	struct files *f = s->state;
	for (size_t i = 0; i < f->count; i++)
		free(f->v[i].name);
	free(f->v);
	if (f->dir >= 0)
		close(f->dir);
	free(f);
}

static struct err *add(struct files *f, const char *name, const struct wq_file *head,
		       uint64_t bytes)
{
	if (f->count == f->cap) {
		size_t cap = MAX(f->cap * 2, (size_t)64);
		struct file *v = reallocarray(f->v, cap, sizeof(*v));
		if (!v)
			return err_nomem();
		f->v = v;
		f->cap = cap;
	}
	struct file *new = &f->v[f->count];
	*new = (struct file) {.name = strdup(name), .head = *head, .bytes = bytes};
	if (!new->name)
		return err_nomem();
	if (!head->is_context)
		new->head.queue.count =
			(uint32_t)MIN((uint64_t)head->queue.count, bytes / head->queue.stride);
	f->count++;
	return NULL;
}

static struct err *look_at(struct files *f, const char *name)
{
	char text[HEAD_MAX];
	struct stat st;
	struct wq_file head;
	_cleanup_close_ int fd = openat(f->dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	ssize_t n = pread(fd, text, sizeof(text), 0);
	if (n <= 0 || !wq_file_parse(text, (size_t)n, &head))
		return NULL;
	return add(f, name, &head, (uint64_t)st.st_size - MIN((uint64_t)st.st_size, head.head));
}

static struct err *scan(struct files *f, const char *path)
{
	struct err *e = NULL;
	const struct dirent *entry;
	DIR *dir = fdopendir(dup(f->dir));
	if (!dir)
		return err_os(errno, "reading %s", path);
	while (!e && f->count < FILES_MAX && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		if (len > 3 && strcmp(entry->d_name + len - 3, ".wq") == 0)
			e = look_at(f, entry->d_name);
	}
	closedir(dir);
	if (!e && f->count == 0)
		e = err_new(ERR_MISSING, "%s holds no queue that nic-dump saved (*.wq)", path);
	return e;
}

static struct err *open_files(struct wq_source *s, const char *device)
{
	struct files *f = calloc(1, sizeof(*f));
	if (!f)
		return err_nomem();
	s->state = f;
	f->dir = open(device, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err *e = f->dir < 0 ? err_os(errno, "%s", device) : scan(f, device);
	if (e)
		close_files(s);
	return e;
}

static bool same(const struct wq_queue *a, const struct wq_queue *b)
{
	return a->kind == b->kind && a->number == b->number && a->gvmi == b->gvmi;
}

/* A queue and the parts of its context are several files and one queue. handle: the files, + 1 */
static void merge(struct wq_queue *q, const struct wq_file *head, size_t index)
{
	if (head->is_context) {
		q->form[head->part] = head->queue.form[head->part];
		memcpy(q->state[head->part], head->queue.state[head->part],
		       sizeof(q->state[head->part]));
		q->handle[1 + head->part] = index + 1;
		return;
	}
	struct wq_queue contexts = *q;
	*q = head->queue;
	memcpy(q->form, contexts.form, sizeof(q->form));
	memcpy(q->state, contexts.state, sizeof(q->state));
	memcpy(q->handle, contexts.handle, sizeof(q->handle));
	q->handle[0] = index + 1;
}

static int by_queue(const void *a, const void *b)
{
	const struct wq_queue *x = &((const struct file *)a)->head.queue;
	const struct wq_queue *y = &((const struct file *)b)->head.queue;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->gvmi != y->gvmi)
		return x->gvmi < y->gvmi ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static struct err *list(struct wq_source *s, enum wq_kind kind, struct wq_queues *ret)
{
	struct files *f = s->state;
	struct err *e = NULL;
	qsort(f->v, f->count, sizeof(f->v[0]), by_queue);
	for (size_t i = 0; !e && i < f->count; i++) {
		const struct wq_file *head = &f->v[i].head;
		if (head->queue.kind != kind)
			continue;
		if (ret->count == 0 || !same(&ret->v[ret->count - 1], &head->queue)) {
			struct wq_queue q = {.kind = kind,
					     .number = head->queue.number,
					     .gvmi = head->queue.gvmi,
					     .mlx4 = head->queue.mlx4};
			e = wq_queues_add(ret, &q);
		}
		if (!e)
			merge(&ret->v[ret->count - 1], head, i);
	}
	return e;
}

static struct err *read_data(const struct files *f, uint64_t handle, uint64_t at, void *p,
			     size_t len, size_t *ret)
{
	const struct file *file = &f->v[handle - 1];
	_cleanup_close_ int fd = openat(f->dir, file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_os(errno, "%s", file->name);
	ssize_t n = pread(fd, p, len, (off_t)(file->head.head + at));
	if (n < 0)
		return err_os(errno, "reading %s", file->name);
	*ret = (size_t)n;
	return NULL;
}

static struct err *element(struct wq_source *s, const struct wq_queue *q, uint32_t index,
			   uint8_t *p)
{
	size_t n = 0;
	struct err *e =
		read_data(s->state, q->handle[0], (uint64_t)index * q->stride, p, q->stride, &n);
	if (!e && n < q->stride)
		e = err_new(ERR_MISSING, "the file ends before element 0x%x", index);
	return e;
}

static struct err *context(struct wq_source *s, const struct wq_queue *q, enum wq_part part,
			   struct buf *ret)
{
	size_t n = 0;
	void *p = buf_reserve(ret, WQ_CONTEXT_MAX);
	if (!p)
		return err_nomem();
	struct err *e = read_data(s->state, q->handle[1 + part], 0, p, WQ_CONTEXT_MAX, &n);
	if (!e)
		ret->len += n;
	return e;
}

const struct wq_source_ops wq_source_files = {
	.name = "files",
	.takes = takes,
	.open = open_files,
	.close = close_files,
	.list = list,
	.element = element,
	.context = context,
};
