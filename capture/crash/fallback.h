/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first of two targets, once the dump is saved to another one because it failed
 * (failure_action dump_to_rootfs): keeps what came of it apart from what comes of the second. It
 * saves nothing itself and chooses no target. State is in the run; one thread.
 */
#ifndef SALVOR_CRASH_FALLBACK_H
#define SALVOR_CRASH_FALLBACK_H

#include "base/json.h"
#include "crash/run.h"

/* Notes what came of the target; what is saved from here on belongs to the next one. */
void fallback_begin(struct run *run);
/* Whether the first target has an incomplete dump that can be used. */
bool fallback_has_first(const struct run *run);
/* Says where it is; nothing when there is none. */
void fallback_say(const struct run *run);
/* For the journal: the member "first_target", nothing when there is only one target. */
void fallback_write(const struct run *run, struct json *j);
/* Which target the step was for: "first" or "rootfs"; NULL when there is only one. */
const char *fallback_step_target(const struct run *run, unsigned step);

#endif
