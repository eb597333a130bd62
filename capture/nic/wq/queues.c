// SPDX-License-Identifier: GPL-2.0-or-later
/* What all sources have: lists of queues, and an end. */
#include <stdlib.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

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

void wq_source_close(struct wq_source *s)
{
	s->ops->close(s);
}
