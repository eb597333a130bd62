/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How this machine reaches an address: asked of the kernel by rtnetlink. Resolves no names, changes
 * nothing.
 */
#ifndef SALVOR_CRASH_ROUTE_H
#define SALVOR_CRASH_ROUTE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include "base/err.h"

struct route {
	char interface[IF_NAMESIZE];
	char address[INET6_ADDRSTRLEN + 4]; /* ours, with /prefix */
	char gateway[INET6_ADDRSTRLEN];	    /* "" when the host is on the link */
	bool dynamic; /* the address has a lifetime: DHCP or router advertisement */
	bool loopback;
};

/* address is numeric, IPv4 or IPv6. ERR_MISSING when there is no route. */
struct err *route_find(const char *address, struct route *out) must_check;

#endif
