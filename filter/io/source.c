// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/source.h"

void source_destroy(struct source *s)
{
	if (s)
		s->ops->destroy(s);
}

struct err *source_read_at(const struct source *s, uint64_t offset, void *buf, size_t len)
{
	if (!s->ops->state_create)
		return s->ops->read_at(s, NULL, offset, buf, len);
	void *state = s->ops->state_create(s);
	if (!state)
		return err_nomem();
	struct err *e = s->ops->read_at(s, state, offset, buf, len);
	s->ops->state_destroy(state);
	return e;
}
