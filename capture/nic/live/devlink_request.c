// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/devlink_request.h"

#include <linux/devlink.h>
#include <string.h>

struct devlink_handle nic_devlink_handle(const struct nic_subject *s)
{
	struct devlink_handle h = {.bus = s->bus, .device = s->name};
	/* Devices of other buses are named "bus:device" in the inventory. */
	size_t bus = strlen(s->bus);
	if (s->kind == NIC_BUS && strncmp(s->name, s->bus, bus) == 0 && s->name[bus] == ':')
		h.device = s->name + bus + 1;
	return h;
}

struct nlmsghdr *nic_devlink_command(struct nic_netlink *n, const struct devlink_handle *h,
				     uint8_t command, uint16_t flags)
{
	struct nlmsghdr *m = nic_netlink_command(n, command, flags);
	mnl_attr_put_strz(m, DEVLINK_ATTR_BUS_NAME, h->bus);
	mnl_attr_put_strz(m, DEVLINK_ATTR_DEV_NAME, h->device);
	return m;
}

struct err *nic_devlink_ask(struct nic_netlink *n, const struct devlink_handle *h, uint8_t command,
			    uint16_t flags, struct buf *answer)
{
	nic_devlink_command(n, h, command, flags);
	return nic_netlink_talk(n, answer);
}

struct err *nic_devlink_exists(struct nic_netlink *n, const struct devlink_handle *h)
{
	_cleanup_buf_ struct buf answer = BUF_INIT;
	return nic_devlink_ask(n, h, DEVLINK_CMD_GET, 0, &answer);
}

void nic_file_name(char *out, size_t size, const struct nla_view *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = MIN(strnlen((const char *)name->data, name->len), size - 1);
	for (size_t i = 0; i < n; i++)
		out[i] = strchr(allowed, name->data[i]) ? (char)name->data[i] : '_';
	out[n] = '\0';
}
