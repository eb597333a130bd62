// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

/* rtnetlink answers at once; this only keeps a broken kernel from holding us. */
#define ANSWER_SECONDS 5

struct query {
	int family;
	size_t addr_len;
	uint8_t source[16]; /* our address, once the route is known */
	bool have_source, have_prefix;
	unsigned index;
	unsigned char prefix;
	struct route *out;
};

static int on_route_attr(const struct nlattr *attr, void *data)
{
	struct query *q = data;
	switch (mnl_attr_get_type(attr)) {
	case RTA_OIF:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			q->index = mnl_attr_get_u32(attr);
		break;
	case RTA_GATEWAY:
		if (mnl_attr_get_payload_len(attr) == q->addr_len)
			inet_ntop(q->family, mnl_attr_get_payload(attr), q->out->gateway,
				  sizeof(q->out->gateway));
		break;
	case RTA_PREFSRC:
		if (mnl_attr_get_payload_len(attr) == q->addr_len) {
			memcpy(q->source, mnl_attr_get_payload(attr), q->addr_len);
			q->have_source = true;
		}
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	struct query *q = data;
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	q->out->loopback = rtm->rtm_type == RTN_LOCAL;
	mnl_attr_parse(nlh, sizeof(*rtm), on_route_attr, q);
	return MNL_CB_OK;
}

static int on_address_attr(const struct nlattr *attr, void *data)
{
	const uint8_t **found = data;
	/* IFA_LOCAL is our end of a point-to-point link; IFA_ADDRESS comes first and is the same
	 * elsewhere. */
	if (mnl_attr_get_type(attr) == IFA_LOCAL ||
	    (mnl_attr_get_type(attr) == IFA_ADDRESS && !*found))
		*found = (const uint8_t *)attr;
	return MNL_CB_OK;
}

static int on_address(const struct nlmsghdr *nlh, void *data)
{
	struct query *q = data;
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const uint8_t *found = NULL;
	if (ifa->ifa_index != q->index)
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*ifa), on_address_attr, &found);
	const struct nlattr *attr = (const struct nlattr *)found;
	if (!attr || mnl_attr_get_payload_len(attr) != q->addr_len ||
	    memcmp(mnl_attr_get_payload(attr), q->source, q->addr_len) != 0)
		return MNL_CB_OK;
	q->prefix = ifa->ifa_prefixlen;
	q->have_prefix = true;
	q->out->dynamic = !(ifa->ifa_flags & IFA_F_PERMANENT);
	return MNL_CB_OK;
}

static struct err *talk(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb, struct query *q)
{
	char buf[16384];
	nlh->nlmsg_seq = 1 + (nlh->nlmsg_type == RTM_GETADDR);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return err_os(errno, "rtnetlink");
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return err_os(errno, "rtnetlink");
		int rc = mnl_cb_run(buf, (size_t)n, nlh->nlmsg_seq, mnl_socket_get_portid(nl), cb,
				    q);
		if (rc < 0)
			return err_os(errno, "rtnetlink");
		/* a single answer has no DONE behind it */
		if (rc == MNL_CB_STOP || !(nlh->nlmsg_flags & NLM_F_DUMP))
			return NULL;
	}
}

static struct err *ask_route(struct mnl_socket *nl, const void *addr, struct query *q)
{
	char buf[256] __attribute__((aligned(NLMSG_ALIGNTO))) = {0};
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)q->family;
	rtm->rtm_dst_len = (unsigned char)(q->addr_len * 8);
	mnl_attr_put(nlh, RTA_DST, q->addr_len, addr);
	return talk(nl, nlh, on_route, q);
}

static struct err *ask_prefix(struct mnl_socket *nl, struct query *q)
{
	char buf[256] __attribute__((aligned(NLMSG_ALIGNTO))) = {0};
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETADDR;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = (unsigned char)q->family;
	return talk(nl, nlh, on_address, q);
}

static struct err *ask(struct mnl_socket *nl, const char *address, const void *addr,
		       struct query *q)
{
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_os(errno, "rtnetlink");
	struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	struct err *e = ask_route(nl, addr, q);
	if (e)
		return err_wrap(e, "route to %s", address);
	if (!q->index || !if_indextoname(q->index, q->out->interface) || !q->have_source)
		return err_new(ERR_MISSING, "no route to %s", address);
	e = ask_prefix(nl, q);
	if (e)
		return err_wrap(e, "addresses of %s", q->out->interface);
	if (!q->have_prefix)
		q->prefix = (unsigned char)(q->addr_len * 8);
	char text[INET6_ADDRSTRLEN];
	inet_ntop(q->family, q->source, text, sizeof(text));
	snprintf(q->out->address, sizeof(q->out->address), "%s/%u", text, q->prefix);
	return NULL;
}

struct err *route_find(const char *address, struct route *out)
{
	uint8_t addr[16];
	*out = (struct route) {0};
	struct query q = {.family = strchr(address, ':') ? AF_INET6 : AF_INET, .out = out};
	q.addr_len = q.family == AF_INET6 ? 16 : 4;
	if (inet_pton(q.family, address, addr) != 1)
		return err_new(ERR_USAGE, "'%s' is no numeric address", address);
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	if (!nl)
		return err_os(errno, "rtnetlink");
	struct err *e = ask(nl, address, addr, &q);
	mnl_socket_close(nl);
	return e;
}
