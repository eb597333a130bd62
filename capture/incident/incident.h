/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One directory per incident: its name, its making under a name that says it is unfinished, and its
 * publishing by fsync and rename. It knows nothing of what is inside and deletes nothing. Works on
 * local file systems; where a path is given it is absolute. Safe to call from forked children.
 */
#ifndef SALVOR_INCIDENT_INCIDENT_H
#define SALVOR_INCIDENT_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "base/err.h"

/* HOST-YYYYMMDDTHHMMSSZ and a counter fit; a host name has at most 64 bytes (HOST_NAME_MAX). */
#define INCIDENT_NAME_MAX 128

/* While it is being written: NAME.incomplete. Published with something missing: NAME-incomplete. */
#define INCIDENT_WRITING    ".incomplete"
#define INCIDENT_INCOMPLETE "-incomplete"

/*
 * "HOST-20261122T094142Z", with "-N" behind it for n > 1. The basic format of ISO 8601 in UTC: no
 * colon, because scp, rsync and tar take "name:…" for a remote host and vfat and cifs refuse it.
 * Bytes of host other than letters, digits, '.', '_' and '-' become '_'; an empty host becomes
 * "localhost".
 */
void incident_name(const char *host, time_t when, unsigned n, char name[INCIDENT_NAME_MAX]);

/*
 * Makes BASE (with parents, mode 0755) and BASE/NAME.incomplete (0700: a dump holds everybody's
 * secrets) with a NAME that is free in all its three forms; writes the NAME to name.
 */
struct err *incident_create(const char *base, const char *host, time_t when,
			    char name[INCIDENT_NAME_MAX]) must_check;

/*
 * fsync of every file and directory below BASE/NAME.incomplete, rename to BASE/NAME (or
 * NAME-incomplete), fsync of BASE. progress, where not NULL, is called after each file with the
 * bytes of that file.
 */
struct err *incident_publish(const char *base, const char *name, bool complete,
			     void (*progress)(void *arg, uint64_t bytes), void *arg) must_check;

/* mkdir -p; new directories get mode. */
struct err *incident_mkdirs(const char *path, unsigned mode) must_check;

#endif
