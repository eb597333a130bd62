/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of the devlink family about one device, shared by the devlink collectors. No state of
 * its own.
 */
#ifndef SALVOR_NIC_LIVE_DEVLINK_REQUEST_H
#define SALVOR_NIC_LIVE_DEVLINK_REQUEST_H

#include "nic/decode/devlink.h"
#include "nic/live/inventory.h"
#include "nic/live/netlink.h"

/* "pci" and "0000:08:00.0" of a device's subject. Borrowed from s. */
struct devlink_handle nic_devlink_handle(const struct nic_subject *s);

/* Starts a request about the device; the caller may add attributes and talks then. */
struct nlmsghdr *nic_devlink_command(struct nic_netlink *n, const struct devlink_handle *h,
				     uint8_t command, uint16_t flags);

/* The whole answer to a command without more attributes. */
struct err *nic_devlink_ask(struct nic_netlink *n, const struct devlink_handle *h, uint8_t command,
			    uint16_t flags, struct buf *answer) must_check;

/* Whether the device has a devlink instance. The error is the kernel's, ENODEV for "no". */
struct err *nic_devlink_exists(struct nic_netlink *n, const struct devlink_handle *h) must_check;

/* A name given by a driver, as (part of) a file name: everything else than [A-Za-z0-9._-] becomes
 * '_'. */
void nic_file_name(char *out, size_t size, const struct nla_view *name);

#endif
