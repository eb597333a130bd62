// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devlink_recover_notify() sends HEALTH_REPORTER_RECOVER to the group "config" when a reporter's
 * state changes and on each report of an error, with the state error (net/devlink/health.c).
 */
#include <errno.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include "nic/decode/devlink.h"
#include "nic/live/netlink.h"
#include "nic/watch/sensor.h"

/* Datagrams of one look: the caller has other things to do, too. */
#define BURST	     1000
#define RECEIVE_ROOM (4 << 20)
/* A devlink reporter's state: HEALTHY 0, ERROR 1 (enum devlink_health_reporter_state). */
#define STATE_ERROR 1

static bool group_of(const struct buf *answer, const char *name, uint32_t *ret)
{
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nla_view attrs, groups, group, is, id;
	uint16_t type;
	if (answer->len < attrs_at)
		return false;
	attrs = (struct nla_view) {(const uint8_t *)answer->data + attrs_at,
				   answer->len - attrs_at};
	if (!nla_find(attrs, CTRL_ATTR_MCAST_GROUPS, &groups))
		return false;
	while (nla_take(&groups, &type, &group)) {
		if (nla_find(group, CTRL_ATTR_MCAST_GRP_NAME, &is) && is.len == strlen(name) + 1 &&
		    memcmp(is.data, name, is.len) == 0 &&
		    nla_find(group, CTRL_ATTR_MCAST_GRP_ID, &id)) {
			*ret = (uint32_t)nla_uint(&id);
			return true;
		}
	}
	return false;
}

static struct err *find_group(uint32_t *ret)
{
	struct nic_netlink n;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct err *e = nic_netlink_init_family(&n, DEVLINK_GENL_NAME);
	if (e)
		return e;
	n.family = GENL_ID_CTRL;
	n.version = 1;
	struct nlmsghdr *h = nic_netlink_command(&n, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, DEVLINK_GENL_NAME);
	e = nic_netlink_talk(&n, &answer);
	nic_netlink_deinit(&n);
	if (!e && !group_of(&answer, DEVLINK_GENL_MCGRP_CONFIG_NAME, ret))
		e = err_new(ERR_MISSING, "devlink has no multicast group config");
	return e;
}

struct err *nic_devlink_sensor_open(int *ret)
{
	uint32_t group;
	struct err *e = find_group(&group);
	if (e)
		return e;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	if (fd < 0)
		return err_os(errno, "opening a netlink socket");
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int room = RECEIVE_ROOM;
	/* More room makes losses rarer; without the right to it they are counted. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		room = 0;
	if (bind(fd, (const void *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
		e = err_os(errno, "joining devlink's multicast group config");
		close(fd);
		return e;
	}
	*ret = fd;
	return NULL;
}

static bool text_of(struct nla_view attrs, uint16_t type, char *out, size_t size)
{
	struct nla_view v;
	if (!nla_find(attrs, type, &v))
		return false;
	size_t len = strnlen((const char *)v.data, v.len);
	if (len == 0 || len >= size)
		return false;
	memcpy(out, v.data, len);
	out[len] = '\0';
	return true;
}

static bool event_of(struct nla_view attrs, struct nic_event *event)
{
	char bus[NIC_NAME_MAX / 2], device[NIC_NAME_MAX], name[64];
	struct nla_view reporter, state, count, port;
	if (!text_of(attrs, DEVLINK_ATTR_BUS_NAME, bus, sizeof(bus)) ||
	    !text_of(attrs, DEVLINK_ATTR_DEV_NAME, device, sizeof(device)) ||
	    !nla_find(attrs, DEVLINK_ATTR_HEALTH_REPORTER, &reporter) ||
	    !text_of(reporter, DEVLINK_ATTR_HEALTH_REPORTER_NAME, name, sizeof(name)) ||
	    !nla_find(reporter, DEVLINK_ATTR_HEALTH_REPORTER_STATE, &state) ||
	    nla_uint(&state) != STATE_ERROR)
		return false;
	*event = (struct nic_event) {.sensor = NIC_SENSOR_DEVLINK, .count = 1};
	snprintf(event->device, sizeof(event->device), "%s/%s", bus, device);
	snprintf(event->reason, sizeof(event->reason), "%.24s", name);
	int n = snprintf(event->details, sizeof(event->details), "devlink health reporter %s",
			 name);
	if (nla_find(attrs, DEVLINK_ATTR_PORT_INDEX, &port))
		n += snprintf(event->details + n, sizeof(event->details) - (size_t)n, " of port %u",
			      (unsigned)nla_uint(&port));
	if (nla_find(reporter, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, &count))
		snprintf(event->details + n, sizeof(event->details) - (size_t)n,
			 ": in error, %llu errors so far", (unsigned long long)nla_uint(&count));
	return true;
}

void nic_devlink_sensor_parse(const void *data, size_t len, nic_event_handler *handle, void *arg)
{
	struct nla_view answer = {data, len}, attrs;
	for (;;) {
		const uint8_t *at = answer.data;
		struct nic_event event;
		struct genlmsghdr g;
		if (!devlink_take(&answer, &attrs))
			return;
		memcpy(&g, at + NLMSG_HDRLEN, sizeof(g));
		if (g.cmd == DEVLINK_CMD_HEALTH_REPORTER_RECOVER && event_of(attrs, &event))
			handle(arg, &event);
	}
}

unsigned nic_devlink_sensor_read(int fd, nic_event_handler *handle, void *arg)
{
	static char bytes[65536] __attribute__((aligned(8)));
	unsigned lost = 0;
	for (int i = 0; i < BURST; i++) {
		struct sockaddr_nl from = {0};
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, (void *)&from, &size);
		if (n < 0 && errno == ENOBUFS)
			lost++;
		else if (n < 0 && errno != EINTR)
			break;
		/* Port 0 is the kernel; anybody may send to a socket. */
		else if (n > 0 && from.nl_pid == 0)
			nic_devlink_sensor_parse(bytes, (size_t)n, handle, arg);
	}
	return lost;
}
