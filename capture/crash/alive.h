/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that says until when this process may be silent: its number and an uptime in seconds,
 * later than the limit of the step in hand. Whoever started us (kdump-hook) takes us for hung once
 * that time has passed. It limits nothing by itself. The file is overwritten in place, which needs
 * no memory and no room. One file per process; one thread.
 */
#ifndef SALVOR_CRASH_ALIVE_H
#define SALVOR_CRASH_ALIVE_H

#include "base/err.h"

#define ALIVE_FILE "alive"

/* Beside a step's limit: killing what it started, saying so, the work between two steps. A slow
 * serial console takes a second per line. */
#define ALIVE_MARGIN 60.0

/* Makes the file, with the margin as the first time. When that fails there is none: whoever finds
 * no file takes nobody for hung. */
struct err *alive_init(const char *path) must_check;
/* The step in hand may take this many seconds more; INFINITY: as long as it likes. Cannot fail:
 * the time said before stays then. */
void alive_say(double seconds);
/* The file stays: its last word still limits what follows. */
void alive_deinit(void);

#endif
