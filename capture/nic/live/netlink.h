/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the kernel over netlink and their whole answers, through libmnl: rtnetlink, and
 * generic netlink families by name. It decodes only the framing and the kernel's error. A receive
 * that stays silent is ended by the caller's own deadline (collectors are killed at theirs). One
 * thread.
 */
#ifndef SALVOR_NIC_LIVE_NETLINK_H
#define SALVOR_NIC_LIVE_NETLINK_H

#include <libmnl/libmnl.h>
#include "base/buf.h"

/* A dump larger than this is cut and the caller told. */
#define NIC_NETLINK_MAX (32U << 20)

struct nic_netlink {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint16_t family; /* generic netlink: id of the family */
	uint8_t version;
	union {
		struct nlmsghdr request;
		char request_bytes[1024];
	};
};

/* bus: NETLINK_ROUTE, NETLINK_GENERIC or NETLINK_RDMA. */
struct err *nic_netlink_init(struct nic_netlink *n, int bus) must_check;
/* Generic netlink, bound to a family; ENOENT in the error when the kernel has no such family. */
struct err *nic_netlink_init_family(struct nic_netlink *n, const char *family) must_check;
void nic_netlink_deinit(struct nic_netlink *n);

/* Starts a request in n->request; attributes are added with libmnl's mnl_attr_put*(). */
struct nlmsghdr *nic_netlink_request(struct nic_netlink *n, uint16_t type, uint16_t flags);
/* The same with a generic netlink header; flags beside NLM_F_REQUEST. */
struct nlmsghdr *nic_netlink_command(struct nic_netlink *n, uint8_t command, uint16_t flags);

/*
 * Sends the request and appends all messages of the answer, headers included, to answer. An error
 * of the kernel is returned with its errno and its own words where it has any (extended ack).
 */
struct err *nic_netlink_talk(struct nic_netlink *n, struct buf *answer) must_check;

#endif
