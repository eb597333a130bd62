/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every unit test needs: cmocka, checks of struct err, a temporary directory, and random
 * numbers that are the same in each run. Header only. A test program is one file test_*.c with a
 * main of its own.
 */
#ifndef SALVOR_TESTS_UNIT_H
#define SALVOR_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/err.h"

/* Succeeds when e is NULL; else fails with the error's message. */
#define assert_ok(e)                                                                               \
	do {                                                                                       \
		struct err *e_ = (e);                                                              \
		if (e_)                                                                            \
			fail_msg("unexpected error: %s", err_message(e_));                         \
	} while (0)

/* Succeeds when e is an error of that code whose message contains text; frees it. */
#define assert_err(e, code, text)                                                                  \
	do {                                                                                       \
		struct err *e_ = (e);                                                              \
		if (!e_)                                                                           \
			fail_msg("no error, expected one with \"%s\"", text);                      \
		if (err_code(e_) != (code) || !strstr(err_message(e_), text))                      \
			fail_msg("error %d \"%s\", expected %d with \"%s\"", (int)err_code(e_),    \
				 err_message(e_), (int)(code), text);                              \
		err_free(e_);                                                                      \
	} while (0)

/* xorshift64*, seeded by the caller with anything but 0: failures can be repeated. */
static inline uint64_t unit_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* An empty directory below TMPDIR, or the test fails. The caller frees the path after unit_rmdir().
 */
static inline char *unit_mkdtemp(void)
{
	const char *tmp = getenv("TMPDIR");
	char *path = NULL;
	if (asprintf(&path, "%s/salvor-unit-XXXXXX", tmp && *tmp ? tmp : "/tmp") < 0 ||
	    !mkdtemp(path))
		fail_msg("no temporary directory");
	return path;
}

/* Removes a directory of unit_mkdtemp() with all that is in it, and frees the path. */
static inline void unit_rmdir(char *path)
{
	char *command = NULL;
	if (asprintf(&command, "rm -rf -- '%s'", path) < 0 || system(command) != 0)
		fail_msg("cannot remove %s", path);
	free(command);
	free(path);
}

/* Writes dir/name with that text. */
static inline void unit_write(const char *dir, const char *name, const char *text)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		fail_msg("out of memory");
	FILE *f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		fail_msg("cannot write %s", path);
	free(path);
}

#endif
