/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From kdump.conf to the resolved configuration, on the production system: which file system, which
 * device, which route. Reads /proc, /sys, /dev and /etc below the root; the route and names of an
 * ssh target come from the running kernel and resolver.
 */
#ifndef SALVOR_CRASH_RESOLVE_H
#define SALVOR_CRASH_RESOLVE_H

#include "base/root.h"
#include "crash/kdump_conf.h"
#include "crash/settings.h"

/* file: the name of the configuration, for messages. */
struct err *resolve(const struct root *root, const char *file, const struct kdump_conf *c,
		    struct settings *s) must_check;

/* resolve_local.c, resolve_ssh.c: the part of each kind of target. */
struct err *resolve_local(const struct root *root, const char *file, const struct kdump_conf *c,
			  struct settings *s) must_check;
struct err *resolve_ssh(const struct root *root, const char *file, const struct kdump_conf *c,
			struct settings *s) must_check;

/* ROOT_DEVICE from what is mounted at /; left empty where that is no local file system. */
void resolve_root_device(const struct root *root, struct settings *s);

#endif
