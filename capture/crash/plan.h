/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which a dump is saved: small and precious first, large last, each step with limits
 * and none able to stop the next. One table per kind of target. It does not decide about release
 * and final action (cmd_run.c).
 */
#ifndef SALVOR_CRASH_PLAN_H
#define SALVOR_CRASH_PLAN_H

#include "crash/run.h"

/* Runs the steps up to publish and the post hook; everything it came to is in run. */
void plan_save(struct run *run);
/* One step outside the tables; recorded in run like the others. */
enum outcome plan_release(struct run *run);
void plan_close(struct run *run);
/* One line per step to stdout: what would run, with which limits. */
void plan_print(const struct run *run);

#endif
