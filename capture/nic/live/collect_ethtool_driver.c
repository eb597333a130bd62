// SPDX-License-Identifier: GPL-2.0-or-later
/* Driver, its version, firmware version and bus address as the driver tells them. */
#include <string.h>
#include "nic/live/collector.h"
#include "nic/live/ethtool_ioctl.h"

static void text_json(struct json *j, const char *key, const char *text, size_t size)
{
	json_strn(j, key, text, strnlen(text, size));
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	nic_begin(o, "ioctl ETHTOOL_GDRVINFO");
	_cleanup_close_ int fd = nic_ethtool_open();
	int error = fd < 0 ? fd : nic_ethtool(fd, s->name, &info);
	if (error < 0) {
		nic_errno(o, -error);
		return;
	}
	struct json *j = &o->values;
	text_json(j, "driver", info.driver, sizeof(info.driver));
	text_json(j, "version", info.version, sizeof(info.version));
	text_json(j, "firmware_version", info.fw_version, sizeof(info.fw_version));
	text_json(j, "bus_info", info.bus_info, sizeof(info.bus_info));
	text_json(j, "expansion_rom_version", info.erom_version, sizeof(info.erom_version));
	json_u64(j, "statistics", info.n_stats);
	json_u64(j, "private_flags", info.n_priv_flags);
	json_u64(j, "register_dump_bytes", info.regdump_len);
	json_u64(j, "eeprom_bytes", info.eedump_len);
	nic_ok(o);
}

const struct nic_collector nic_collect_ethtool_driver = {
	.name = "ethtool-driver",
	.subjects = NIC_INTERFACE,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 5,
	.collect = collect,
};
