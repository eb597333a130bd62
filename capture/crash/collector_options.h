/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the options of a collector (vmcore-filter(8), makedumpfile(8)) ask for, as far as the
 * capture has to know. It runs nothing. The words stay the caller's; pure.
 */
#ifndef SALVOR_CRASH_COLLECTOR_OPTIONS_H
#define SALVOR_CRASH_COLLECTOR_OPTIONS_H

#include "crash/words.h"

/* ERR_USAGE names the first option with which no dump would be saved (--dump-dmesg, -R, …). */
struct err *options_save(const struct words *w) must_check;

/* The dump level: "-d 31", "-d31", "-zd 31", "--level=31"; NULL when not given. Borrowed. */
const char *options_level(const struct words *w);

/* Takes -F out: how the file is transported is our decision, not the configuration's. */
void options_drop_flattened(struct words *w);

#endif
