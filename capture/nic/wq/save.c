// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies queues and contexts of a kind into files that source_files.c reads: what is here now can
 * be looked at elsewhere, later. Elements that are missing are zeros in the copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

static struct err *write_file(int dir, const struct wq_file *f, const char *suffix,
			      const struct buf *data)
{
	char name[96];
	_cleanup_buf_ struct buf head = BUF_INIT;
	snprintf(name, sizeof(name), "%s-%04x-%08x%s.wq", wq_kind_name(f->queue.kind),
		 f->queue.gvmi, f->queue.number, suffix);
	wq_file_head(f, &head);
	struct err *e = buf_error(&head);
	if (e)
		return e;
	_cleanup_close_ int fd =
		openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_os(errno, "creating %s", name);
	buf_append(&head, data->data, data->len);
	e = buf_error(&head);
	for (size_t at = 0; !e && at < head.len;) {
		ssize_t n = write(fd, head.data + at, head.len - at);
		if (n < 0 && errno != EINTR)
			e = err_os(errno, "writing %s", name);
		at += n > 0 ? (size_t)n : 0;
	}
	return e;
}

static struct err *save_buffer(struct wq_source *s, const struct wq_queue *q, int dir)
{
	_cleanup_buf_ struct buf data = BUF_INIT;
	struct wq_file f = {.queue = *q};
	for (uint32_t i = 0; i < q->count; i++) {
		uint8_t *p = buf_reserve(&data, q->stride);
		if (!p)
			return err_nomem();
		memset(p, 0, q->stride);
		struct err *e = s->ops->element(s, q, i, p);
		if (e && err_code(e) != ERR_MISSING)
			return e;
		err_free(e);
		data.len += q->stride;
	}
	return write_file(dir, &f, "", &data);
}

/* *files grows by what was written. */
static struct err *save_queue(struct wq_source *s, const struct wq_queue *q, int dir, size_t *files)
{
	static const char *const suffixes[] = {".common", ".send", ".recv"};
	struct err *e = q->count > 0 ? save_buffer(s, q, dir) : NULL;
	*files += q->count > 0;
	for (unsigned part = 0; !e && part < WQ_PARTS; part++) {
		_cleanup_buf_ struct buf data = BUF_INIT;
		struct wq_file f = {.queue = *q, .is_context = true, .part = (enum wq_part)part};
		if (q->form[part] == WQ_CONTEXT_NONE)
			continue;
		e = s->ops->context(s, q, f.part, &data);
		if (!e)
			e = write_file(dir, &f, suffixes[part], &data);
		++*files;
	}
	return e;
}

struct err *wq_save(struct wq_source *s, const struct wq_options *o)
{
	struct wq_queues list = {0};
	if (mkdir(o->save, 0700) < 0 && errno != EEXIST)
		return err_os(errno, "making %s", o->save);
	_cleanup_close_ int dir = open(o->save, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_os(errno, "%s", o->save);
	size_t files = 0;
	struct err *e = s->ops->list(s, o->source, &list);
	for (size_t i = 0; !e && i < list.count; i++)
		if (!o->has_qp || list.v[i].number == o->qp)
			e = save_queue(s, &list.v[i], dir, &files);
	if (!e && files == 0)
		e = err_new(ERR_MISSING, "%s: nothing to save: no such queue, or no bytes of it",
			    o->device);
	wq_queues_deinit(&list);
	return e;
}
