/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sink of positioned bytes: where a writer puts its output, at any offsets. It knows nothing of
 * dump formats; flattened is a sink under every writer, not a format. One thread.
 */
#ifndef SALVOR_IO_SINK_H
#define SALVOR_IO_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct sink;

/* Adding a sink: one file that ends in one const struct sink_ops and a function that opens it. */
struct sink_ops {
	const char *name;
	struct err *(*write_at)(struct sink *s, uint64_t offset, const void *data, size_t len);
	/* Takes the space of [from, to), which reads as zeros until it is written; may be NULL. */
	struct err *(*reserve)(struct sink *s, uint64_t from, uint64_t to);
	/* The output is whole: flush it. The sink is destroyed in any case. */
	struct err *(*finish)(struct sink *s);
	/* The output is not usable: leave nothing behind where that is possible, and destroy the
	 * sink. */
	void (*abort)(struct sink *s);
};

struct sink {
	const struct sink_ops *ops;
	const char *path; /* for messages; borrowed */
	int fd;
	bool holes;	  /* what is not written reads as zeros and takes no space */
	uint64_t written; /* bytes handed over, counting each write */
};

/* Creates path; an existing file is refused unless overwrite, and keep (a path, or NULL) in any
 * case. */
struct err *sink_open_file(const char *path, bool overwrite, const char *keep,
			   struct sink **ret) must_check;
/* Flattened records to fd (standard output); fd is borrowed. */
struct err *sink_open_flat(int fd, struct sink **ret) must_check;

static inline must_check struct err *sink_write_at(struct sink *s, uint64_t offset,
						   const void *data, size_t len)
{
	s->written += len;
	return s->ops->write_at(s, offset, data, len);
}

static inline must_check struct err *sink_reserve(struct sink *s, uint64_t from, uint64_t to)
{
	return s->ops->reserve ? s->ops->reserve(s, from, to) : NULL;
}

static inline must_check struct err *sink_finish(struct sink *s)
{
	return s->ops->finish(s);
}

static inline void sink_abort(struct sink *s)
{
	if (s)
		s->ops->abort(s);
}

#endif
