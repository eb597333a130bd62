/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One directory per incident: its making under a name that says it is unfinished, and its
 * publishing by fsync and rename. One mechanism, two forms of names: HOST-DATE of kdump-capture, in
 * this file, and dmn-… of nic-dump (dmn_name.h), which store.h keeps below a limit. It knows
 * nothing of what is inside and deletes nothing. Works on local file systems; where a path is given
 * it is absolute. Safe to call from forked children.
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

/* How a name is changed while the directory is written, and when something is missing from it. */
struct incident_form {
	const char *writing_prefix;
	const char *writing_suffix;
	const char *incomplete_suffix;
};
extern const struct incident_form incident_host_form; /* NAME.incomplete */
extern const struct incident_form incident_dmn_form;  /* .NAME.writing: hidden */

/* Writes the n-th (from 1) name that is to be tried. */
typedef void incident_namer(void *arg, unsigned n, char name[INCIDENT_NAME_MAX]);

/*
 * Makes a directory (0700: a dump holds everybody's secrets) in base whose name is free in all
 * forms; writes the NAME to name.
 */
struct err *incident_make(int base, const struct incident_form *form, incident_namer *namer,
			  void *arg, char name[INCIDENT_NAME_MAX]) must_check;
/* Renames the directory that was made under name, then fsync of base. All in it is synced before.
 */
struct err *incident_rename(int base, const struct incident_form *form, const char *name,
			    bool complete) must_check;
/* The name while it is written. */
void incident_writing_name(const struct incident_form *form, const char *name,
			   char out[INCIDENT_NAME_MAX + 16]);

/*
 * "HOST-20261122T094142Z", with "-N" behind it for n > 1. The basic format of ISO 8601 in UTC: no
 * colon, because scp, rsync and tar take "name:…" for a remote host and vfat and cifs refuse it.
 * Bytes of host other than letters, digits, '.', '_' and '-' become '_'; an empty host becomes
 * "localhost".
 */
void incident_name(const char *host, time_t when, unsigned n, char name[INCIDENT_NAME_MAX]);

/* Makes BASE (with parents, mode 0755) and BASE/NAME.incomplete; writes the NAME to name. */
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
