// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI configuration space and BAR list, raw and decoded. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "nic/decode/pci_config.h"
#include "nic/live/collector.h"

static void collect_config(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	char path[256];
	uint8_t config[PCI_CONFIG_EXTENDED];
	size_t len = 0;
	snprintf(path, sizeof(path), "%s/config", s->sysfs);
	nic_begin(o, "%s", path);
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY, 0);
	if (fd < 0) {
		nic_errno(o, -fd);
		return;
	}
	ssize_t n;
	while (len < sizeof(config)) {
		n = read(fd, config + len, sizeof(config) - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	int failed = len < sizeof(config) && n < 0 ? errno : 0;
	nic_file(o, "config", config, len);
	json_u64(&o->values, "config_bytes", len);
	pci_config_json(config, len, &o->values);
	if (failed)
		nic_error(o, "after %zu bytes: %s", len, strerror(failed));
	else if (len < PCI_CONFIG_STANDARD)
		/* pci_read_config() in drivers/pci/pci-sysfs.c */
		nic_ok_but(o, "%zu bytes only%s", len,
			   geteuid() ? ": the kernel shows more to root only" : "");
	else if (pci_config_state(config, len) == PCI_CONFIG_GONE)
		nic_ok_but(o, "all ones: the device does not answer");
	else
		nic_ok(o);
}

static void bar_json(struct json *j, int index, const char *line)
{
	struct pci_resource r;
	if (!pci_resource_parse(line, &r))
		return;
	json_object(j, NULL);
	json_i64(j, "index", index);
	pci_json_hex(j, "start", r.start, 16);
	json_u64(j, "size", r.size);
	json_str(j, "space",
		 r.flags & PCI_RESOURCE_IO    ? "io"
		 : r.flags & PCI_RESOURCE_MEM ? "memory"
					      : "other");
	json_bool(j, "prefetchable", r.flags & PCI_RESOURCE_PREFETCH);
	json_bool(j, "64_bit", r.flags & PCI_RESOURCE_MEM_64);
	pci_json_hex(j, "flags", r.flags, 16);
	json_object_end(j);
}

static void collect_resources(const struct root *root, const struct nic_subject *s,
			      struct nic_output *o)
{
	char path[256];
	_cleanup_buf_ struct buf text = BUF_INIT;
	snprintf(path, sizeof(path), "%s/resource", s->sysfs);
	nic_begin(o, "%s", path);
	struct err *e = root_read(root, path, 65536, &text);
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_file(o, "resource", text.data, text.len);
	/* Lines 0 to 5 are BARs, 6 the ROM, then SR-IOV BARs and bridge windows. */
	json_array(&o->values, "resources");
	char *rest = NULL, *line = text.data ? strtok_r(text.data, "\n", &rest) : NULL;
	for (int i = 0; line && i < 32; i++, line = strtok_r(NULL, "\n", &rest))
		bar_json(&o->values, i, line);
	json_array_end(&o->values);
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	collect_config(root, s, o);
	collect_resources(root, s, o);
}

const struct nic_collector nic_collect_pci_config = {
	.name = "pci-config",
	.subjects = NIC_PCI,
	.stages = NIC_ANY_STAGE,
	.access = NIC_READS_FILES,
	.deadline = 3,
	.collect = collect,
};
