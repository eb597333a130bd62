/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test of locks checks of a struct lock_world. Header only.
 */
#ifndef SALVOR_TESTS_LOCK_CHECKS_H
#define SALVOR_TESTS_LOCK_CHECKS_H

#include "unit.h"
#include "lock_world.h"

/* What a world is found to be; it is opened first. */
static inline const struct locks *found(struct lock_world *w)
{
	world_open(w);
	const struct locks *l = report_locks(&w->r);
	assert_non_null(l);
	assert_string_equal(buf_str(&w->r.missing), "");
	return l;
}

static inline void assert_deadlock(struct lock_world *w, const char *sentence)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	assert_int_equal(report_deadlock(&w->r, &out), sentence != NULL);
	assert_string_equal(buf_str(&out), sentence ? sentence : "");
}

#endif
