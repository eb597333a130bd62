/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a known_hosts file has a key of a host, asked of libssh (hashed names included). No
 * connection.
 */
#ifndef SALVOR_CRASH_KNOWN_HOSTS_H
#define SALVOR_CRASH_KNOWN_HOSTS_H

#include <stdbool.h>

/* port: decimal; other than 22 the file's entry is "[host]:port". */
bool known_hosts_has(const char *file, const char *host, const char *port);

#endif
