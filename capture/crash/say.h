/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the capture tells people: one line at a time to stderr and to the kernel log (/dev/kmsg), so
 * that it is on the console and in the next kernel log that somebody saves. It formats nothing else
 * and keeps no history. Process-wide state, set up once by main(); forked children inherit it. One
 * thread.
 */
#ifndef SALVOR_CRASH_SAY_H
#define SALVOR_CRASH_SAY_H

#include <stdbool.h>
#include "base/cleanup.h"

/*
 * kmsg: also write to /dev/kmsg, and lift its rate limit (10 lines in 5 seconds by default: sysctl
 * kernel.printk_devkmsg) until say_deinit(). Failure to do either is not an error: stderr remains.
 */
void say_init(bool kmsg);
void say_deinit(void);

/* One line, without its newline; "salvor: " is put in front. Cut at 900 bytes (a kmsg record holds
 * ~1000). */
void say(const char *fmt, ...) printf_like(1, 2);
/* The same, at the priority of an error, so that "quiet" on the kernel command line does not hide
 * it. */
void say_error(const char *fmt, ...) printf_like(1, 2);
/* "salvor: phase NAME": the lines that tests and bench read times from. */
void say_phase(const char *name);

#endif
