// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of procfs that belong to no single device: copied as they are. */
#include "nic/live/collector.h"

/* /proc/interrupts of a machine with 1024 CPUs and 4096 vectors is about 45 MiB; cut well before
 * that. */
#define FILE_MAX (16U << 20)

static const struct {
	const char *path;
	const char *name;
} files[] = {
	{"/proc/net/dev", "proc-net-dev"},
	{"/proc/interrupts", "proc-interrupts"},
	{"/proc/softirqs", "proc-softirqs"},
	{"/proc/net/softnet_stat", "proc-net-softnet_stat"},
	{"/proc/net/snmp", "proc-net-snmp"},
	{"/proc/net/netstat", "proc-net-netstat"},
	{"/proc/powerpc/eeh", "proc-powerpc-eeh"},
};

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_buf_ struct buf text = BUF_INIT;
		nic_begin(o, "%s", files[i].path);
		struct err *e = root_read(root, files[i].path, FILE_MAX, &text);
		if (e) {
			nic_err(o, e);
			continue;
		}
		nic_file(o, files[i].name, text.data, text.len);
		if (text.len == FILE_MAX)
			nic_ok_but(o, "cut after %u bytes", FILE_MAX);
		else
			nic_ok(o);
	}
}

const struct nic_collector nic_collect_machine = {
	.name = "machine",
	.subjects = NIC_MACHINE,
	.stages = NIC_ANY_STAGE,
	.access = NIC_READS_FILES,
	.deadline = 3,
	.collect = collect,
};
