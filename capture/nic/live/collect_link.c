// SPDX-License-Identifier: GPL-2.0-or-later
/* Link, counters and virtual functions of an interface, over rtnetlink. */
#include <linux/rtnetlink.h>
#include "nic/decode/netlink_attrs.h"
#include "nic/live/collector.h"
#include "nic/live/netlink.h"

static struct err *ask(const char *ifname, uint32_t mask, struct buf *answer)
{
	struct nic_netlink n;
	struct err *e = nic_netlink_init(&n, NETLINK_ROUTE);
	if (e)
		return e;
	struct nlmsghdr *h = nic_netlink_request(&n, RTM_GETLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(h, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(h, IFLA_IFNAME, ifname);
	mnl_attr_put_u32(h, IFLA_EXT_MASK, mask);
	e = nic_netlink_talk(&n, answer);
	nic_netlink_deinit(&n);
	return e;
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	const char *cut = NULL;
	uint32_t mask = o->depth->iov ? RTEXT_FILTER_VF : 0;
	nic_begin(o, "rtnetlink RTM_GETLINK %s%s", s->name, mask ? ", RTEXT_FILTER_VF" : "");
	struct err *e = ask(s->name, mask, &answer);
	if (e && answer.len == 0) {
		/* With very many VFs the answer does not fit into one message: EMSGSIZE. */
		struct err *again = ask(s->name, mask | RTEXT_FILTER_SKIP_STATS, &answer);
		cut = "without counters: the whole answer failed";
		if (again) {
			err_free(again);
			nic_err(o, e);
			return;
		}
		err_free(e);
		e = NULL;
	}
	nic_file(o, "link.netlink", answer.data, answer.len);
	nic_link_json(answer.data, answer.len, &o->values);
	if (e)
		nic_err(o, e);
	else if (cut)
		nic_ok_but(o, "%s", cut);
	else
		nic_ok(o);
}

const struct nic_collector nic_collect_link = {
	.name = "link",
	.subjects = NIC_INTERFACE,
	.stages = NIC_ANY_STAGE,
	.access = NIC_ASKS_KERNEL,
	.deadline = 3,
	.collect = collect,
};
