/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source of positioned bytes (a dump file, /proc/vmcore, /proc/kcore, a flattened stream put in
 * order, the memory in a compressed dump) and views into it. It knows nothing of dump formats. A
 * source is immutable after opening and may be shared by threads; a view is a movable window with a
 * bounded buffer of its own and belongs to one thread, and so does all that a source keeps between
 * reads (see state_create).
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
	struct err *(*read_at)(const struct source *s, void *state, uint64_t offset, void *buf,
			       size_t len);
	/*
	 * What reading needs to keep: decoded pages, a codec's context. One for each view, so that
	 * threads share nothing; takes all its memory at once, NULL if there is none. A source
	 * without these gets a NULL state.
	 */
	void *(*state_create)(const struct source *s);
	void (*state_destroy)(void *state);
	/* Maps [offset, offset+len), offset and len page-aligned; NULL if this cannot be done. */
	void *(*map)(const struct source *s, uint64_t offset, size_t len);
	void (*destroy)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	const char *path; /* for messages; owned */
	uint64_t size;	  /* bytes; 0 when the system does not say (some /proc files) */
	int fd;		  /* -1 if the bytes are not those of a file as it is */
	bool cut;	  /* it is known to end before its time */
};

struct err *source_open_file(const char *path, struct source **ret) must_check;

/* Does it start as a flattened stream? */
bool source_is_flat(const struct source *s);
/*
 * A flattened stream in a file, read at the offsets its records stand for; where they overlap, the
 * later one counts, and what none of them has reads as zeros. Its index takes 24 bytes a record,
 * which ERR_UNSUPPORTED limits. Takes file, also on failure.
 */
struct err *source_open_flat(struct source *file, struct source **ret) must_check;
void source_destroy(struct source *s);
static inline void cleanup_source(struct source **s)
{
	source_destroy(*s);
}

/* len bytes at offset. For a few reads: where a source keeps a state, each call makes one. */
struct err *source_read_at(const struct source *s, uint64_t offset, void *buf,
			   size_t len) must_check;

struct view {
	const struct source *source;
	void *state;  /* the source's, or NULL */
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
