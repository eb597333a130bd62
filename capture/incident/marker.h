/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file in an incident's directory that says that we made it, under which name, and as which in
 * the order of publishing. A directory that was renamed or copied, or is somebody else's, does not
 * have a marker with its own name, and is left alone. The file is hostile input. One thread.
 */
#ifndef SALVOR_INCIDENT_MARKER_H
#define SALVOR_INCIDENT_MARKER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

#define MARKER_FILE "incident"

/* name is without the suffix of incomplete ones; sequence 0: not published yet. */
struct err *marker_write(int dir, const char *name, uint64_t sequence) must_check;
/* False: there is no marker, it is damaged, or it names another incident. */
bool marker_read(int dir, const char *name, uint64_t *sequence);

#endif
