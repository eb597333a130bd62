/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source of positioned bytes (a dump file, /proc/vmcore, /proc/kcore) and views into it. It knows
 * nothing of dump formats. A source is immutable after opening and may be shared by threads; a view
 * is a movable window with a bounded buffer of its own and belongs to one thread.
 */
#ifndef SALVOR_IO_SOURCE_H
#define SALVOR_IO_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct source;

/*
 * Adding a source: one file that ends in one const struct source_ops and a function that opens it.
 * read_at must fill len bytes or fail; a read past the end is ERR_FORMAT "truncated".
 */
struct source_ops {
	const char *name;
	struct err *(*read_at)(const struct source *s, uint64_t offset, void *buf, size_t len);
	/* Maps [offset, offset+len), offset and len page-aligned; NULL if this cannot be done. */
	void *(*map)(const struct source *s, uint64_t offset, size_t len);
	void (*destroy)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	const char *path; /* for messages; owned */
	uint64_t size;	  /* bytes; 0 when the system does not say (some /proc files) */
	int fd;
};

struct err *source_open_file(const char *path, struct source **ret) must_check;
void source_destroy(struct source *s);
static inline void cleanup_source(struct source **s)
{
	source_destroy(*s);
}

static inline must_check struct err *source_read_at(const struct source *s, uint64_t offset,
						    void *buf, size_t len)
{
	return s->ops->read_at(s, offset, buf, len);
}

struct view {
	const struct source *source;
	uint8_t *buf; /* for sources that cannot be mapped */
	size_t cap;   /* bytes of buf, and of a mapped window */
	uint8_t *map; /* the window, or NULL */
	uint64_t start;
	size_t len; /* valid bytes at start, in map or buf */
};

/*
 * cap: the largest len of a view_get(), in bytes; rounded up to 64 KiB. Takes all the memory it
 * will need: later reads fail only for what they read.
 */
struct err *view_init(struct view *v, const struct source *s, size_t cap) must_check;
void view_deinit(struct view *v);

/*
 * len bytes at offset, len <= cap; valid until the next view_get() of this view. When the source
 * can be mapped (/proc/vmcore), the window is kept and reused by calls that stay inside it.
 */
struct err *view_get(struct view *v, uint64_t offset, size_t len, const uint8_t **ret) must_check;

#endif
