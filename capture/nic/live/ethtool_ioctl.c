// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/ethtool_ioctl.h"

#include <errno.h>
#include <net/if.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int nic_ethtool_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) /* any socket will do; an initramfs kernel may have no IPv4 */
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return fd < 0 ? -errno : fd;
}

int nic_ethtool(int socket, const char *ifname, void *data)
{
	struct ifreq request = {.ifr_data = data};
	if (strlen(ifname) >= sizeof(request.ifr_name))
		return -ENODEV;
	memcpy(request.ifr_name, ifname, strlen(ifname));
	return ioctl(socket, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}
