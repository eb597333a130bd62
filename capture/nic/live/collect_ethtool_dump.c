// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's own dump (`ethtool -w`): bnx2x, bnxt, cxgb4, benet, nfp, qede, qlcnic and few more.
 */
#include <errno.h>
#include "nic/live/collector.h"
#include "nic/live/ethtool_ioctl.h"

/* The largest known, of bnxt, has some 10 MiB. */
#define DUMP_MAX (48U << 20)

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct ethtool_dump about = {.cmd = ETHTOOL_GET_DUMP_FLAG};
	nic_begin(o, "ioctl ETHTOOL_GET_DUMP_FLAG, ETHTOOL_GET_DUMP_DATA");
	_cleanup_close_ int fd = nic_ethtool_open();
	int error = fd < 0 ? fd : nic_ethtool(fd, s->name, &about);
	if (error < 0) {
		nic_errno(o, -error);
		return;
	}
	if (about.len == 0 || about.len > DUMP_MAX) {
		nic_absent(o, "the driver's dump has %u bytes", about.len);
		return;
	}
	/*
	 * The kernel (ethtool_get_dump_data) copies at most the length that is asked for, and
	 * checks the driver's own against it.
	 */
	_cleanup_free_ struct ethtool_dump *dump = calloc(1, sizeof(*dump) + about.len);
	if (!dump) {
		nic_errno(o, ENOMEM);
		return;
	}
	*dump = (struct ethtool_dump) {.cmd = ETHTOOL_GET_DUMP_DATA, .len = about.len};
	error = nic_ethtool(fd, s->name, dump);
	if (error < 0) {
		nic_errno(o, -error);
		return;
	}
	json_u64(&o->values, "version", dump->version);
	json_u64(&o->values, "flag", about.flag);
	nic_file(o, "ethtool-dump", dump->data, MIN(dump->len, about.len));
	nic_ok(o);
}

const struct nic_collector nic_collect_ethtool_dump = {
	.name = "ethtool-dump",
	.subjects = NIC_INTERFACE,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 20,
	.collect = collect,
};
