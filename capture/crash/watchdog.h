/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hardware watchdogs that the crashed system had armed: they still run, and reset the machine in
 * the middle of the dump unless somebody feeds them. Feeds those, and stops them at the end where
 * the driver can. It arms none that was not armed, loads no driver, and is not for the capture
 * after a firmware-assisted dump: there the kernel feeds a running one until the production system
 * opens it. What the image knows of them: WATCHDOG_LIST, lines "identity TEXT". One set per
 * process; one thread. Everything that may hang in a driver is done in a process of its own.
 *
 * Kernel: Documentation/watchdog/watchdog-api.rst, Documentation/ABI/testing/sysfs-class-watchdog.
 */
#ifndef SALVOR_CRASH_WATCHDOG_H
#define SALVOR_CRASH_WATCHDOG_H

#include "base/root.h"

#define WATCHDOG_LIST SYSCONFDIR "/salvor/watchdog"

/* Starts to feed those that run or are in the list. Says which; never fails and never waits: a
 * watchdog is no reason to lose a dump. */
void watchdog_init(const struct root *root);
/* To be called all the time while things go as they should; feeds about once a second. */
void watchdog_feed(void);
/* Stops them (magic close), or leaves the feeder behind when a driver holds it; with nowayout they
 * run on, and reset the machine if it does not by itself. */
void watchdog_deinit(void);

#endif
