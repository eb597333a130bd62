/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.json: what this capture did, as JSON. Pure: state in, text out. What comes after the
 * journal (publish, release, final action) is named in "after" and is not described: the
 * directory's final name says that it was published, release.json how the release went.
 */
#ifndef SALVOR_CRASH_JOURNAL_H
#define SALVOR_CRASH_JOURNAL_H

#include "crash/run.h"

void journal_write(const struct run *run, struct buf *out);

#endif
