/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors as objects: what went wrong, in a chain of context with the outermost first. NULL is
 * success. This module prints nothing; only main() does. An error belongs to whoever receives it
 * and is freed once. The out-of-memory error is static and may be freed like any other. Not shared
 * between threads.
 */
#ifndef SALVOR_BASE_ERR_H
#define SALVOR_BASE_ERR_H

#include "base/cleanup.h"

struct err;

/* What kind of thing failed: programs map this to their exit status, and callers decide on it. */
enum err_code {
	ERR_OTHER = 1,
	ERR_NOMEM,	 /* out of memory */
	ERR_USAGE,	 /* the command line or a configuration file is wrong */
	ERR_IO,		 /* the system refused an operation; err_errno() says why */
	ERR_NOSPACE,	 /* the place to write to is full (ENOSPC, EDQUOT, EFBIG) */
	ERR_FORMAT,	 /* bytes that should have been some format are not */
	ERR_MISSING,	 /* something needed is not there: a symbol, a file, a page */
	ERR_UNSUPPORTED, /* understood, but this build or version cannot do it */
	ERR_TIMEOUT,	 /* a deadline passed */
};

/* A new error with a formatted message (no newline, no final full stop). Never returns NULL. */
struct err *err_new(enum err_code code, const char *fmt, ...) printf_like(2, 3) must_check;

/*
 * A failed system call: "message: strerror(errnum)". ENOSPC, EDQUOT and EFBIG give ERR_NOSPACE,
 * ENOMEM ERR_NOMEM, ETIMEDOUT ERR_TIMEOUT, everything else ERR_IO. errnum is a positive errno.
 */
struct err *err_os(int errnum, const char *fmt, ...) printf_like(2, 3) must_check;

/* Puts context in front: "message: inner". Takes inner, keeps its code and errno; NULL stays NULL.
 */
struct err *err_wrap(struct err *inner, const char *fmt, ...) printf_like(2, 3) must_check;

/* The error for "no memory"; static, so it never fails. */
struct err *err_nomem(void) must_check;

/* The whole message, owned by the error. */
const char *err_message(const struct err *e);
enum err_code err_code(const struct err *e);
/* The errno of err_os(), or 0. */
int err_errno(const struct err *e);

/* Frees the error; NULL is allowed. */
void err_free(struct err *e);

static inline void cleanup_err(struct err **e)
{
	err_free(*e);
}
#define _cleanup_err_ _cleanup_(cleanup_err)

#endif
