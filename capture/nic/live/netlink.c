// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include "nic/decode/netlink_attrs.h"

struct err *nic_netlink_init(struct nic_netlink *n, int bus)
{
	*n = (struct nic_netlink) {0};
	n->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!n->socket)
		return err_os(errno, "opening a netlink socket");
	if (mnl_socket_bind(n->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		struct err *e = err_os(errno, "binding a netlink socket");
		nic_netlink_deinit(n);
		return e;
	}
	/* Both are improvements that old kernels lack: say why (4.12), take filters of dumps
	 * seriously. */
	int on = 1;
	mnl_socket_setsockopt(n->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(n->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return NULL;
}

void nic_netlink_deinit(struct nic_netlink *n)
{
	if (n->socket)
		mnl_socket_close(n->socket);
	n->socket = NULL;
}

struct nlmsghdr *nic_netlink_request(struct nic_netlink *n, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(n->request_bytes);
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++n->sequence;
	return h;
}

struct nlmsghdr *nic_netlink_command(struct nic_netlink *n, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *h = nic_netlink_request(n, n->family, flags);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->cmd = command;
	g->version = n->version;
	return h;
}

/* NLMSG_ERROR: 0, or an errno with the kernel's explanation. */
static struct err *ack(const struct nlmsghdr *h)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(h);
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
		return err_new(ERR_FORMAT, "a netlink error message is too short");
	if (error->error == 0)
		return NULL;
	struct err *e = err_os(-error->error, "the kernel answers");
	size_t skip = sizeof(*error);
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - sizeof(struct nlmsghdr);
	size_t len = mnl_nlmsg_get_payload_len(h);
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || skip >= len)
		return e;
	struct nla_view text, attrs = {.data = (const uint8_t *)error + skip, .len = len - skip};
	if (nla_find(attrs, NLMSGERR_ATTR_MSG, &text))
		e = err_wrap(e, "%.*s", (int)MIN(text.len, (size_t)300), (const char *)text.data);
	return e;
}

/* One message of an answer. *done: nothing follows. */
static struct err *take(struct nic_netlink *n, const struct nlmsghdr *h, struct buf *answer,
			bool *done)
{
	if (h->nlmsg_seq != n->sequence)
		return NULL;
	if (h->nlmsg_type == NLMSG_ERROR) {
		*done = true;
		return ack(h);
	}
	if (h->nlmsg_type == NLMSG_DONE) {
		int result = 0;
		*done = true;
		/* A dump that failed half way says so here (rtnetlink, devlink). */
		if (mnl_nlmsg_get_payload_len(h) >= sizeof(result))
			memcpy(&result, mnl_nlmsg_get_payload(h), sizeof(result));
		return result < 0 ? err_os(-result, "the kernel ended the dump") : NULL;
	}
	if (h->nlmsg_type == NLMSG_NOOP)
		return NULL;
	buf_append(answer, h, h->nlmsg_len);
	if (answer->len % NLMSG_ALIGNTO)
		buf_append(answer, "\0\0\0", NLMSG_ALIGNTO - answer->len % NLMSG_ALIGNTO);
	if (answer->len > NIC_NETLINK_MAX)
		return err_new(ERR_OTHER, "the answer is larger than %u bytes and was cut",
			       NIC_NETLINK_MAX);
	return buf_error(answer);
}

struct err *nic_netlink_talk(struct nic_netlink *n, struct buf *answer)
{
	/* The kernel fills at most 32 KiB per dump message, 64 KiB leaves no answer cut. */
	static char bytes[65536] __attribute__((aligned(8)));
	/* Without an acknowledgement an empty answer to a plain request could not be told from
	 * silence. */
	if (!(n->request.nlmsg_flags & NLM_F_DUMP))
		n->request.nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(n->socket, &n->request, n->request.nlmsg_len) < 0)
		return err_os(errno, "sending a netlink request");
	bool done = false;
	struct err *e = NULL;
	while (!done && !e) {
		ssize_t got = mnl_socket_recvfrom(n->socket, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_os(errno, "receiving a netlink answer");
		int left = (int)got;
		for (const struct nlmsghdr *h = (const void *)bytes;
		     !e && !done && mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			e = take(n, h, answer, &done);
	}
	return e;
}

struct err *nic_netlink_init_family(struct nic_netlink *n, const char *family)
{
	struct err *e = nic_netlink_init(n, NETLINK_GENERIC);
	if (e)
		return e;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	n->family = GENL_ID_CTRL;
	n->version = 1;
	struct nlmsghdr *h = nic_netlink_command(n, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, family);
	e = nic_netlink_talk(n, &answer);
	struct nla_view attrs, id, version;
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	if (!e && answer.len >= attrs_at) {
		attrs.data = (const uint8_t *)answer.data + attrs_at;
		attrs.len = answer.len - attrs_at;
		n->family = nla_find(attrs, CTRL_ATTR_FAMILY_ID, &id) ? (uint16_t)nla_uint(&id) : 0;
		if (nla_find(attrs, CTRL_ATTR_VERSION, &version))
			n->version = (uint8_t)nla_uint(&version);
	}
	if (!e && (answer.len < attrs_at || n->family == 0))
		e = err_new(ERR_FORMAT, "the answer names no family");
	if (e) {
		nic_netlink_deinit(n);
		return err_wrap(e, "generic netlink family %s", family);
	}
	return NULL;
}
