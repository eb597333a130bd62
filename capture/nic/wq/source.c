// SPDX-License-Identifier: GPL-2.0-or-later
/* Which source a device's name is for; lists of queues. */
#include <stdlib.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

/* A directory before names of devices. */
static const struct wq_source_ops *const sources[] = {
	&wq_source_files,
};

struct err *wq_source_open(const char *device, struct wq_source *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		if (!sources[i]->takes(device))
			continue;
		struct wq_source s = {.ops = sources[i]};
		struct err *e = s.ops->open(&s, device);
		if (!e)
			*ret = s;
		return e;
	}
	return err_new(ERR_MISSING, "%s: no such device, directory or vmcore", device);
}

void wq_source_close(struct wq_source *s)
{
	s->ops->close(s);
}

struct err *wq_queues_add(struct wq_queues *list, const struct wq_queue *q)
{
	if (list->count == WQ_QUEUES_MAX)
		return err_new(ERR_FORMAT, "more than %d queues", WQ_QUEUES_MAX);
	if (list->count == list->cap) {
		size_t cap = MAX(list->cap * 2, (size_t)64);
		struct wq_queue *v = reallocarray(list->v, cap, sizeof(*v));
		if (!v)
			return err_nomem();
		list->v = v;
		list->cap = cap;
	}
	list->v[list->count++] = *q;
	return NULL;
}

void wq_queues_deinit(struct wq_queues *list)
{
	free(list->v);
	*list = (struct wq_queues) {0};
}
