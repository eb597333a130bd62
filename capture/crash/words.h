/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of a command line, split as a shell would but without a shell: blanks, '…', "…" and
 * backslash. No variables, globs or operators: those characters are ordinary. Owned by the caller;
 * pure.
 */
#ifndef SALVOR_CRASH_WORDS_H
#define SALVOR_CRASH_WORDS_H

#include "base/buf.h"

#define WORDS_MAX 64 /* far more than any core_collector line has */

struct words {
	char *word[WORDS_MAX + 1]; /* NULL-terminated, like argv */
	size_t count;
};

/* ERR_USAGE for an open quote, a final backslash or too many words. out is initialised in any case.
 */
struct err *words_split(const char *text, struct words *out) must_check;
void words_deinit(struct words *w);

/* Appends value as one shell word: in single quotes, a ' as '\''. */
void shell_quote(struct buf *out, const char *value);
/*
 * The reverse, for what shell_quote() writes and for bare words: '…', \c, and characters that mean
 * nothing to a shell. ERR_FORMAT for anything a shell would expand or that does not end. The whole
 * text must be one word; trailing blanks are allowed.
 */
struct err *shell_unquote(const char *text, struct buf *out) must_check;

#endif
