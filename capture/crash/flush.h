/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local files, written out: small ones in one go, large ones to the device in pieces so that
 * progress can be seen where one fsync() of many GiB would look like a hang.
 */
#ifndef SALVOR_CRASH_FLUSH_H
#define SALVOR_CRASH_FLUSH_H

#include <stdatomic.h>
#include <stdint.h>
#include "base/buf.h"

/* Until the file is on the device. progress changes with each piece. */
struct err *flush_file(const char *path, _Atomic uint64_t *progress) must_check;
/* Creates or replaces path with the content, mode 0600, and flushes it. */
struct err *flush_write(const char *path, const struct buf *content) must_check;
/* Appends and flushes. */
struct err *flush_append(const char *path, const struct buf *content) must_check;
/* write(2) until all is written. */
struct err *flush_pwrite(int fd, const void *data, size_t len, uint64_t offset,
			 const char *name) must_check;

#endif
