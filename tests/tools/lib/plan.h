/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is damaged in one run: the same seed on the same dump makes the same plan. It makes plans,
 * and carries out none. Belongs to one thread.
 */
#ifndef SALVOR_TOOLS_PLAN_H
#define SALVOR_TOOLS_PLAN_H

#include "base/buf.h"
#include "survey.h"

/* How it is damaged. */
enum way {
	WAY_BIT,
	WAY_WORD,    /* 8 aligned bytes become random */
	WAY_NUMBER,  /* or the low or high 4 of them a number that sizes stumble over */
	WAY_POINTER, /* a pointer becomes another one that the kernel has */
	WAY_ZEROS,   /* the rest are for whole pages */
	WAY_ONES,
	WAY_NOISE,
	WAY_SWAP, /* with another one of the same place */
	WAY_LOST,
	WAY_MIXED, /* another one each time */
	WAYS
};

#define PLAN_MAX 256

struct plan {
	uint64_t seed;
	enum place place;
	enum way way;
	struct damage damage[PLAN_MAX];
	size_t n;
	char *text; /* damaged VMCOREINFO, or NULL */
};

struct err *plan_make(struct survey *s, uint64_t seed, struct plan *ret) must_check;
void plan_deinit(struct plan *p);
/* "seed 17: tasks, pointer, 8 times, 0x1c0de8 first"; no newline. */
void plan_say(const struct plan *p, struct buf *out);

const char *way_name(enum way way);

#endif
