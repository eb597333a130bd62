// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RDMA objects of a device: QPs, CQs, MRs, PDs, SRQs and contexts, and where the driver gives them
 * the contexts as the adapter has them (mlx5: PRM_QUERY_QP and its like, in RES_*_GET_RAW; since
 * 5.9, 65959522f806). Over netlink, family RDMA_NL_NLDEV.
 */
#include <errno.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include "nic/decode/netlink_attrs.h"
#include "nic/live/collector.h"
#include "nic/live/netlink.h"

#define DEVICES_MAX 64

static const struct nla_field object_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_LQPN, .kind = NLA_KIND_UINT, .name = "qpn"},
	{.type = RDMA_NLDEV_ATTR_RES_RQPN, .kind = NLA_KIND_UINT, .name = "remote_qpn"},
	{.type = RDMA_NLDEV_ATTR_RES_RQ_PSN, .kind = NLA_KIND_UINT, .name = "rq_psn"},
	{.type = RDMA_NLDEV_ATTR_RES_SQ_PSN, .kind = NLA_KIND_UINT, .name = "sq_psn"},
	{.type = RDMA_NLDEV_ATTR_RES_TYPE, .kind = NLA_KIND_UINT, .name = "type"},
	{.type = RDMA_NLDEV_ATTR_RES_STATE, .kind = NLA_KIND_UINT, .name = "state"},
	{.type = RDMA_NLDEV_ATTR_RES_PID, .kind = NLA_KIND_UINT, .name = "pid"},
	{.type = RDMA_NLDEV_ATTR_RES_KERN_NAME, .kind = NLA_KIND_STRING, .name = "kernel"},
	{.type = RDMA_NLDEV_ATTR_RES_CQN, .kind = NLA_KIND_UINT, .name = "cqn"},
	{.type = RDMA_NLDEV_ATTR_RES_CQE, .kind = NLA_KIND_UINT, .name = "cqe"},
	{.type = RDMA_NLDEV_ATTR_RES_USECNT, .kind = NLA_KIND_UINT, .name = "users"},
	{.type = RDMA_NLDEV_ATTR_RES_MRN, .kind = NLA_KIND_UINT, .name = "mrn"},
	{.type = RDMA_NLDEV_ATTR_RES_MRLEN, .kind = NLA_KIND_UINT, .name = "mr_bytes"},
	{.type = RDMA_NLDEV_ATTR_RES_PDN, .kind = NLA_KIND_UINT, .name = "pdn"},
	{.type = RDMA_NLDEV_ATTR_RES_SRQN, .kind = NLA_KIND_UINT, .name = "srqn"},
	{.type = RDMA_NLDEV_ATTR_RES_CTXN, .kind = NLA_KIND_UINT, .name = "context"},
	{0},
};

static const struct {
	const char *name;
	uint16_t table; /* nested attribute with the objects */
	uint32_t command;
	uint32_t raw; /* command for the raw contexts, 0: there is none */
} kinds[] = {
	{"qp", RDMA_NLDEV_ATTR_RES_QP, RDMA_NLDEV_CMD_RES_QP_GET, RDMA_NLDEV_CMD_RES_QP_GET_RAW},
	{"cq", RDMA_NLDEV_ATTR_RES_CQ, RDMA_NLDEV_CMD_RES_CQ_GET, RDMA_NLDEV_CMD_RES_CQ_GET_RAW},
	{"mr", RDMA_NLDEV_ATTR_RES_MR, RDMA_NLDEV_CMD_RES_MR_GET, RDMA_NLDEV_CMD_RES_MR_GET_RAW},
	{"pd", RDMA_NLDEV_ATTR_RES_PD, RDMA_NLDEV_CMD_RES_PD_GET, 0},
	{"srq", RDMA_NLDEV_ATTR_RES_SRQ, RDMA_NLDEV_CMD_RES_SRQ_GET, 0},
	{"ctx", RDMA_NLDEV_ATTR_RES_CTX, RDMA_NLDEV_CMD_RES_CTX_GET, 0},
};

struct device {
	char name[64];
	uint32_t index;
};

/* NLDEV messages have no header between netlink's and the attributes. */
static bool take(struct nla_view *answer, struct nla_view *attrs)
{
	struct nlmsghdr head;
	if (answer->len < NLMSG_HDRLEN)
		return false;
	memcpy(&head, answer->data, sizeof(head));
	if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > answer->len)
		return false;
	*attrs = (struct nla_view) {answer->data + NLMSG_HDRLEN, head.nlmsg_len - NLMSG_HDRLEN};
	size_t step = MIN((size_t)NLMSG_ALIGN(head.nlmsg_len), answer->len);
	answer->data += step;
	answer->len -= step;
	return true;
}

static struct err *ask(struct nic_netlink *n, uint32_t command, const struct device *d,
		       struct buf *answer)
{
	struct nlmsghdr *h =
		nic_netlink_request(n, RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, command), NLM_F_DUMP);
	if (d)
		mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_DEV_INDEX, d->index);
	return nic_netlink_talk(n, answer);
}

static void objects_json(const struct buf *answer, size_t kind, struct json *j)
{
	struct nla_view view = {(const uint8_t *)answer->data, answer->len}, attrs, table, entry;
	uint16_t type;
	json_array(j, kinds[kind].name);
	while (take(&view, &attrs)) {
		if (!nla_find(attrs, kinds[kind].table, &table))
			continue;
		while (nla_take(&table, &type, &entry)) {
			json_object(j, NULL);
			nla_json(entry, object_fields, j);
			json_object_end(j);
		}
	}
	json_array_end(j);
}

static void one_kind(struct nic_netlink *n, const struct device *d, size_t kind, bool raw,
		     struct nic_output *o)
{
	char file[64];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_begin(o, "rdma netlink RES_%s_GET%s %s", kinds[kind].name, raw ? "_RAW" : "", d->name);
	struct err *e = ask(n, raw ? kinds[kind].raw : kinds[kind].command, d, &answer);
	if (answer.len > 0) {
		snprintf(file, sizeof(file), "rdma-%.20s-%s%s.netlink", d->name, kinds[kind].name,
			 raw ? "-raw" : "");
		nic_file(o, file, answer.data, answer.len);
	}
	if (e) {
		nic_err(o, e);
		return;
	}
	if (!raw)
		objects_json(&answer, kind, &o->values);
	if (answer.len > 0)
		nic_ok(o);
	else
		nic_absent(o, "there are none");
}

static void one_device(struct nic_netlink *n, const struct device *d, struct nic_output *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		one_kind(n, d, i, false, o);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].raw)
			one_kind(n, d, i, true, o);
}

/* Whether the RDMA device belongs to the subject: its device's, or (rxe, siw) on its interface. */
static bool belongs(const struct root *root, const struct nic_subject *s, const char *name)
{
	char path[320], text[NIC_NAME_MAX];
	if (strchr(name, '/'))
		return false;
	if (s->kind != NIC_INTERFACE) {
		snprintf(path, sizeof(path), "%s/infiniband/%s", s->sysfs, name);
		return root_exists(root, path);
	}
	snprintf(path, sizeof(path), "/sys/class/infiniband/%s/parent", name);
	return root_read_line(root, path, text, sizeof(text)) > 0 && strcmp(text, s->name) == 0;
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	struct nic_netlink n;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	unsigned count = 0;
	nic_begin(o, "rdma netlink RDMA_NLDEV_CMD_GET");
	struct err *e = nic_netlink_init(&n, NETLINK_RDMA);
	if (!e) {
		e = ask(&n, RDMA_NLDEV_CMD_GET, NULL, &answer);
		if (e)
			nic_netlink_deinit(&n);
	}
	if (e && err_errno(e) == EPROTONOSUPPORT) { /* ib_core is not loaded */
		nic_absent(o, "the kernel has no RDMA");
		err_free(e);
		return;
	}
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	struct nla_view view = {(const uint8_t *)answer.data, answer.len}, attrs, name, index;
	while (take(&view, &attrs) && count < DEVICES_MAX) {
		struct device d = {0};
		if (!nla_find(attrs, RDMA_NLDEV_ATTR_DEV_NAME, &name) ||
		    !nla_find(attrs, RDMA_NLDEV_ATTR_DEV_INDEX, &index) ||
		    name.len > sizeof(d.name) - 1)
			continue;
		memcpy(d.name, name.data, name.len);
		d.index = (uint32_t)nla_uint(&index);
		if (belongs(root, s, d.name)) {
			one_device(&n, &d, o);
			count++;
		}
	}
	if (count == 0) {
		nic_begin(o, "RDMA devices of %s", s->name);
		nic_absent(o, "it has none");
	}
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_rdma = {
	.name = "rdma",
	.subjects = NIC_PCI | NIC_BUS | NIC_INTERFACE,
	.stages = NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 10,
	.collect = collect,
};
