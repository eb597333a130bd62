/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an incident's directory says of itself: manifest.json (what happened, which files there are,
 * with sizes and sha256) and SHA256SUMS, in the format `sha256sum -c` reads. It reads every file
 * once. One thread.
 */
#ifndef SALVOR_INCIDENT_SUMS_H
#define SALVOR_INCIDENT_SUMS_H

#include "base/json.h"

#define INCIDENT_MANIFEST "manifest.json"
#define INCIDENT_SUMS	  "SHA256SUMS"

/*
 * Writes both into dir, over all its files except these two and the one called except (at the top;
 * NULL for none). about(), where not NULL, adds members to the manifest's object first.
 */
struct err *sums_write(int dir, const char *except, void (*about)(struct json *j, const void *arg),
		       const void *arg) must_check;

/* Makes the file of that name in dir anew, whole: written, synced and renamed. */
struct err *sums_put(int dir, const char *name, const void *data, size_t len) must_check;

#endif
