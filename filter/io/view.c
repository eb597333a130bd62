// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/source.h"

#include <sys/mman.h>

#define WINDOW_ALIGN ((uint64_t)64 * 1024) /* a multiple of every page size that Linux has */

struct err *view_init(struct view *v, const struct source *s, size_t cap)
{
	*v = (struct view) {.source = s, .cap = ROUND_UP(cap, (size_t)WINDOW_ALIGN)};
	v->buf = malloc(v->cap);
	if (s->ops->state_create)
		v->state = s->ops->state_create(s);
	if (v->buf && (v->state || !s->ops->state_create))
		return NULL;
	view_deinit(v);
	return err_nomem();
}

static void unmap(struct view *v)
{
	if (v->map)
		munmap(v->map, v->len);
	v->map = NULL;
	v->len = 0;
}

void view_deinit(struct view *v)
{
	unmap(v);
	free(v->buf);
	v->buf = NULL;
	if (v->state)
		v->source->ops->state_destroy(v->state);
	v->state = NULL;
}

/* A mapped window that starts at offset's 64 KiB boundary and holds at least [offset, offset+len).
 */
static bool map_window(struct view *v, uint64_t offset, size_t len)
{
	if (!v->source->ops->map)
		return false;
	uint64_t start = offset & ~(WINDOW_ALIGN - 1);
	uint64_t end = start + MAX(v->cap, ROUND_UP(offset + len - start, WINDOW_ALIGN));
	if (v->source->size && end > v->source->size)
		end = v->source->size;
	if (offset + len > end)
		return false;
	uint8_t *map = v->source->ops->map(v->source, start, (size_t)(end - start));
	if (!map)
		return false;
	unmap(v);
	v->map = map;
	v->start = start;
	v->len = (size_t)(end - start);
	return true;
}

struct err *view_get(struct view *v, uint64_t offset, size_t len, const uint8_t **ret)
{
	if (offset + len < offset || len > v->cap)
		return err_new(ERR_FORMAT, "%s: a read of %zu bytes is not possible",
			       v->source->path, len);
	if (v->map && offset >= v->start && offset + len <= v->start + v->len) {
		*ret = v->map + (offset - v->start);
		return NULL;
	}
	if (map_window(v, offset, len)) {
		*ret = v->map + (offset - v->start);
		return NULL;
	}
	struct err *e = v->source->ops->read_at(v->source, v->state, offset, v->buf, len);
	if (e)
		return e;
	*ret = v->buf;
	return NULL;
}
