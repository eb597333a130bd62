/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs another program with limits, keeps the end of what it says on stderr, and hands its stdout
 * to a callback where one is wanted. No shell is involved. One thread; everything is over when
 * program_run() returns, except a process that cannot be killed.
 */
#ifndef SALVOR_CRASH_PROGRAM_H
#define SALVOR_CRASH_PROGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/err.h"

#define PROGRAM_TAIL_MAX 1024

struct program {
	char *const *argv; /* argv[0] is looked for in PATH; NULL-terminated */
	double wall;	   /* seconds in all; 0: no limit */
	double stall; /* seconds without output and without a change of measure(); 0: no limit */
	/* A number that changes while the program works (bytes in its output file); may be NULL. */
	uint64_t (*measure)(void *arg);
	/* Everything it writes to stdout, as it comes; an error ends the program. NULL: joined to
	 * stderr. */
	struct err *(*on_stdout)(void *arg, const void *data, size_t len);
	void *arg;
	_Atomic uint64_t *progress; /* changes with every output; may be NULL */
	/*
	 * Bytes of private memory it may have, and of each file it writes (EFBIG beyond); 0: as we
	 * may. With a limit on memory it is also the first that the kernel ends when memory is
	 * short.
	 */
	uint64_t memory, file_bytes;
};

struct program_result {
	bool started;		     /* false: not found or no process */
	bool timed_out;		     /* a limit passed and it was killed */
	int status;		     /* as of waitpid(); meaningful when started */
	char tail[PROGRAM_TAIL_MAX]; /* the last lines of stderr, without JSON lines ({…) */
};

/*
 * NULL when the program ran and exited with status 0. Otherwise an error that says how it ended and
 * its last line of stderr (ERR_MISSING: no such program; ERR_TIMEOUT; the error of on_stdout() as
 * it is). The result is filled in any case.
 */
struct err *program_run(const struct program *p, struct program_result *r) must_check;

/* Whether PATH has an executable of this name (or, with a slash, whether that file is executable).
 */
bool program_exists(const char *name);

/* Sets PATH to the usual directories if it is unset or lacks them: initramfs hooks may have little.
 */
void program_fix_path(void);

#endif
