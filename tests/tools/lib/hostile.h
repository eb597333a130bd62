/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source that stands between a dump and its reader and changes what is read: bits, words, whole
 * pages, an end before its time. It decides nothing: what is changed is given. It can also note
 * which pages are read. The damages and the bitmap stay the caller's. One thread.
 */
#ifndef SALVOR_TOOLS_HOSTILE_H
#define SALVOR_TOOLS_HOSTILE_H

#include "base/bitmap.h"
#include "vmcore/vmcore.h"

#define HOSTILE_PAGE UINT64_C(4096)

enum damage_kind {
	DAMAGE_FLIP,  /* the byte at `at` is xored with value */
	DAMAGE_SET,   /* 8 bytes are value, in the byte order of this machine */
	DAMAGE_FILL,  /* len bytes are value */
	DAMAGE_NOISE, /* len bytes are random, after value */
	DAMAGE_COPY,  /* len bytes are those at value */
	DAMAGE_LOSE,  /* len bytes cannot be read */
	DAMAGE_CUT,   /* nothing is there from `at` on */
};

/* Later ones go over earlier ones. */
struct damage {
	enum damage_kind kind;
	uint64_t at, len, value;
};

struct damages {
	const struct damage *v;
	size_t n;
};

/* The next number of a sequence that only *state, which may begin with anything, decides. */
uint64_t hostile_random(uint64_t *state);

/* What was read: a bit each. */
struct seen {
	struct bitmap pages;
	struct bitmap words; /* of 8 bytes, by reads of few of them; nbits 0: not noted */
};

/* A file, damaged at offsets in it. seen: or NULL. Takes file, also on failure. */
struct err *hostile_file(struct source *file, struct damages d, struct seen *seen,
			 struct source **ret) must_check;
/* The memory of an open dump, damaged at physical addresses: puts itself in place of v->source. */
struct err *hostile_memory(struct vmcore *v, struct damages d, struct seen *seen) must_check;
/* From now on it is this that hostile_memory() damages and notes there. */
void hostile_memory_change(struct vmcore *v, struct damages d, struct seen *seen);

#endif
