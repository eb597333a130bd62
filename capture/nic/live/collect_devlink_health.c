// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diagnosis and dump of each devlink health reporter. DUMP_GET hands out the stored dump or, if
 * there is none, makes the driver take one now, which talks to firmware and may take seconds.
 */
#include <linux/devlink.h>
#include "nic/live/collector.h"
#include "nic/live/devlink_request.h"

struct reporter {
	struct nla_view name;
	struct nla_view port; /* len 0: a reporter of the device */
	char file[40];	      /* its name in file names */
};

static void decoded(const struct reporter *r, const char *what, const struct buf *answer,
		    struct nic_output *o)
{
	char file[64];
	struct json j;
	_cleanup_buf_ struct buf text = BUF_INIT, binary = BUF_INIT;
	struct nla_view view = {(const uint8_t *)answer->data, answer->len};
	json_init(&j, &text, false);
	devlink_fmsg_json(view, &j, &binary);
	nic_begin(o, "decoded from health-%s.%s.netlink", r->file, what);
	snprintf(file, sizeof(file), "health-%s.%s.json", r->file, what);
	nic_file(o, file, text.data, text.len);
	nic_ok(o);
	if (binary.len == 0)
		return;
	nic_begin(o, "binary values of health-%s.%s.netlink", r->file, what);
	snprintf(file, sizeof(file), "health-%s.%s.bin", r->file, what);
	nic_file(o, file, binary.data, binary.len);
	nic_ok(o);
}

static void ask(struct nic_netlink *n, const struct devlink_handle *h, const struct reporter *r,
		bool dump, struct nic_output *o)
{
	char file[64];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	const char *what = dump ? "dump" : "diagnose";
	nic_begin(o, "devlink netlink DEVLINK_CMD_HEALTH_REPORTER_%s %s/%s %s",
		  dump ? "DUMP_GET" : "DIAGNOSE", h->bus, h->device, r->file);
	struct nlmsghdr *m = nic_devlink_command(n, h,
						 dump ? DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET
						      : DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
						 dump ? NLM_F_DUMP : 0);
	if (r->port.len)
		mnl_attr_put_u32(m, DEVLINK_ATTR_PORT_INDEX, (uint32_t)nla_uint(&r->port));
	mnl_attr_put(m, DEVLINK_ATTR_HEALTH_REPORTER_NAME, r->name.len, r->name.data);
	struct err *e = nic_netlink_talk(n, &answer);
	if (answer.len > 0) {
		snprintf(file, sizeof(file), "health-%s.%s.netlink", r->file, what);
		nic_file(o, file, answer.data, answer.len);
	}
	if (e)
		nic_err(o, e);
	else
		nic_ok(o);
	if (answer.len > 0)
		decoded(r, what, &answer, o);
}

static bool reporter_of(struct nla_view attrs, struct reporter *r)
{
	struct nla_view inner;
	char name[24];
	/* The name has to fit into the request. */
	if (!nla_find(attrs, DEVLINK_ATTR_HEALTH_REPORTER, &inner) ||
	    !nla_find(inner, DEVLINK_ATTR_HEALTH_REPORTER_NAME, &r->name) || r->name.len > 128)
		return false;
	if (!nla_find(attrs, DEVLINK_ATTR_PORT_INDEX, &r->port))
		r->port.len = 0;
	nic_file_name(name, sizeof(name), &r->name);
	if (r->port.len)
		snprintf(r->file, sizeof(r->file), "port%u-%s", (unsigned)nla_uint(&r->port), name);
	else
		snprintf(r->file, sizeof(r->file), "%s", name);
	return true;
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct nic_netlink n;
	struct devlink_handle h = nic_devlink_handle(s);
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct reporter r = {0};
	nic_begin(o, "devlink netlink DEVLINK_CMD_HEALTH_REPORTER_GET %s/%s", h.bus, h.device);
	struct err *e = nic_netlink_init_family(&n, DEVLINK_GENL_NAME);
	if (!e)
		e = nic_devlink_exists(&n, &h);
	if (!e)
		e = nic_devlink_ask(&n, &h, DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP, &answer);
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	/* All diagnoses before the first dump: a dump that hangs ends this collector. */
	for (int dump = 0; dump < 2; dump++) {
		struct nla_view view = {(const uint8_t *)answer.data, answer.len}, attrs;
		while (devlink_take(&view, &attrs))
			if (devlink_is_about(attrs, &h) && reporter_of(attrs, &r))
				ask(&n, &h, &r, dump, o);
	}
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_devlink_health = {
	.name = "devlink-health",
	.subjects = NIC_PCI | NIC_BUS,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.deadline = 20,
	.collect = collect,
};
