/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens after the dump was saved or given up: reboot, halt, poweroff, a shell, or going on.
 * It decides nothing about the dump.
 */
#ifndef SALVOR_CRASH_FINAL_H
#define SALVOR_CRASH_FINAL_H

#include <stdbool.h>

enum action {
	ACTION_REBOOT,
	ACTION_HALT,
	ACTION_POWEROFF,
	ACTION_SHELL,
	ACTION_CONTINUE,
	ACTION_DUMP_TO_ROOTFS, /* failure only */
	ACTION_COUNT,
};

/* ACTION_COUNT when there is no such action. */
enum action action_find(const char *name);
const char *action_name(enum action a);

/*
 * Does not return for reboot, halt and poweroff when live, unless the kernel refuses; a shell is
 * followed by a reboot. Not live (tests, --root): says what it would do and returns.
 */
void final_do(enum action a, bool live);

#endif
