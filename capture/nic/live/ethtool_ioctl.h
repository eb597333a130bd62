/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIOCETHTOOL, for the three things that ethtool has no netlink command for: driver information,
 * driver statistics and the register dump (Documentation/netlink/specs/ethtool.yaml). No state.
 */
#ifndef SALVOR_NIC_LIVE_ETHTOOL_IOCTL_H
#define SALVOR_NIC_LIVE_ETHTOOL_IOCTL_H

#include <linux/ethtool.h>

/* A socket to ask through, or -errno. The caller closes it. */
int nic_ethtool_open(void);
/* data starts with its command. 0 or -errno. */
int nic_ethtool(int socket, const char *ifname, void *data);

#endif
