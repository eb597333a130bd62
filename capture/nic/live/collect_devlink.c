// SPDX-License-Identifier: GPL-2.0-or-later
/* What devlink has about a device without asking its firmware much: info, ports, reporters,
 * regions. */
#include <linux/devlink.h>
#include "nic/live/collector.h"
#include "nic/live/devlink_request.h"

static const struct {
	const char *name;
	const char *source;
	uint8_t command;
	uint16_t flags;
	const struct nla_field *table;
} requests[] = {
	{"dev", "DEVLINK_CMD_GET", DEVLINK_CMD_GET, 0, devlink_dev_fields},
	{"ports", "DEVLINK_CMD_PORT_GET", DEVLINK_CMD_PORT_GET, NLM_F_DUMP, devlink_port_fields},
	{"health_reporters", "DEVLINK_CMD_HEALTH_REPORTER_GET", DEVLINK_CMD_HEALTH_REPORTER_GET,
	 NLM_F_DUMP, devlink_reporter_fields},
	{"regions", "DEVLINK_CMD_REGION_GET", DEVLINK_CMD_REGION_GET, NLM_F_DUMP,
	 devlink_region_fields},
	/* Versions may come from firmware: last. */
	{"info", "DEVLINK_CMD_INFO_GET", DEVLINK_CMD_INFO_GET, 0, devlink_info_fields},
};

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct nic_netlink n;
	struct devlink_handle h = nic_devlink_handle(s);
	char file[64];
	nic_begin(o, "devlink netlink %s/%s", h.bus, h.device);
	struct err *e = nic_netlink_init_family(&n, DEVLINK_GENL_NAME);
	if (!e)
		e = nic_devlink_exists(&n, &h);
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		_cleanup_buf_ struct buf answer = BUF_INIT;
		nic_begin(o, "devlink netlink %s %s/%s", requests[i].source, h.bus, h.device);
		e = nic_devlink_ask(&n, &h, requests[i].command, requests[i].flags, &answer);
		if (e) {
			nic_err(o, e);
			continue;
		}
		snprintf(file, sizeof(file), "devlink-%s.netlink", requests[i].name);
		nic_file(o, file, answer.data, answer.len);
		struct nla_view view = {(const uint8_t *)answer.data, answer.len};
		devlink_json(view, &h, requests[i].table, &o->values, requests[i].name);
		nic_ok(o);
	}
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_devlink = {
	.name = "devlink",
	.subjects = NIC_PCI | NIC_BUS,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.deadline = 5,
	.collect = collect,
};
