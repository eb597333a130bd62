/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sha256 of files and the lines of SHA256SUMS, in the format `sha256sum -c` reads. Uses nettle.
 * Where a file lies on a remote target, the target makes its digest (target.h). One thread.
 */
#ifndef SALVOR_CRASH_DIGEST_H
#define SALVOR_CRASH_DIGEST_H

#include <nettle/sha2.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

#define DIGEST_HEX_SIZE 65

struct digest {
	struct sha256_ctx ctx;
};

void digest_init(struct digest *d);
void digest_update(struct digest *d, const void *data, size_t len);
void digest_final(struct digest *d, char hex[DIGEST_HEX_SIZE]);

/* Reads the file from the start; adds what it read to progress (may be NULL). */
struct err *digest_file(const char *path, _Atomic uint64_t *progress,
			char hex[DIGEST_HEX_SIZE]) must_check;
/* "HEX  NAME\n"; a name with a newline or backslash gets sha256sum's escaped form. */
void digest_line(struct buf *out, const char *hex, const char *name);
/*
 * Lines for every regular file below directory (sorted by path, so that two runs agree), except
 * those whose path relative to it skip() says yes to. What cannot be read costs its own line only,
 * and counts as one byte of progress: the first such error is returned when all the other lines are
 * there. (glibc's fts does not tell of a directory that can be opened and not be read.)
 */
struct err *digest_tree(const char *directory, bool (*skip)(void *arg, const char *relative),
			void *arg, _Atomic uint64_t *progress, struct buf *out) must_check;

#endif
