/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory of incidents that is kept within limits: begins one, publishes it, and removes those
 * that retention.h names. What it knows, it reads from the directory each time: nothing has to
 * survive but the incidents themselves. It may be ended at any moment, by SIGKILL too: an incident
 * is there whole or not at all, and what was left over is removed by whoever begins or publishes
 * the next one.
 *
 * Several processes may use the directory at once: decisions are made under a lock (the file .lock)
 * that is held for a removal and a rename, not for a dump; who waits for it waits at most
 * lock_seconds. An incident that is written is locked by its writer, so that nobody takes it for a
 * left-over.
 *
 * It works by descriptors below the directory and follows no link there. It removes only what
 * carries its name and its marker (marker.h). One thread.
 */
#ifndef SALVOR_INCIDENT_STORE_H
#define SALVOR_INCIDENT_STORE_H

#include "base/json.h"
#include "incident/dmn_name.h"
#include "incident/retention.h"

struct incident_store {
	int dir;
	int lock;
	char *path;
	struct retention_limits limits;
	double lock_seconds; /* 10, unless the caller sets something else */
	bool one_per_device; /* begin fails at once (ERR_TIMEOUT) while another one of the same
				device is being written */
};

/*
 * Opens the directory, making it (0700) with its parents (0755) if it is not there. One that others
 * than its owner may write to, or that is another user's, is refused.
 */
struct err *incident_store_init(struct incident_store *s, const char *path,
				const struct retention_limits *limits) must_check;
void incident_store_deinit(struct incident_store *s);

struct incident {
	int dir; /* write into this; -1: none */
	char name[INCIDENT_NAME_MAX];
	uint64_t room; /* more bytes than these will not be published */
};

/*
 * Begins an incident. Fails with ERR_NOSPACE when the limits leave no room for one more whatever is
 * removed, and makes free_min free if it is not. incident_store_finish() or _abandon() ends it.
 */
struct err *incident_store_begin(struct incident_store *s, const struct dmn_fields *f,
				 struct incident *ret) must_check;

/*
 * Writes manifest and digests (sums.h), makes room and publishes. When that fails, nothing of the
 * incident stays. published, INCIDENT_NAME_MAX + 16 bytes, gets the name it has now.
 */
struct err *incident_store_finish(struct incident_store *s, struct incident *i, bool complete,
				  void (*about)(struct json *j, const void *arg), const void *arg,
				  char *published) must_check;
void incident_store_abandon(struct incident_store *s, struct incident *i);

#endif
