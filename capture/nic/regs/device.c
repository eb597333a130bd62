// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <unistd.h>
#include "base/bytes.h"

static size_t read_config(int fd, uint8_t *to, size_t size)
{
	size_t len = 0;
	while (len < size) {
		ssize_t n = pread(fd, to + len, size - len, (off_t)len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

struct err *reg_device_open(const struct root *root, const struct nic_subject *s, bool writable,
			    struct reg_device *ret)
{
	char path[256];
	struct reg_device d = {.root = root, .subject = s};
	snprintf(path, sizeof(path), "%s/config", s->sysfs);
	d.config = root_open(root, path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC, 0);
	if (d.config < 0)
		return err_os(-d.config, "%s", path);
	d.len = read_config(d.config, d.bytes, sizeof(d.bytes));
	if (d.len >= PCI_STD_HEADER_SIZEOF) {
		d.vendor = get_u16(d.bytes + PCI_VENDOR_ID, ORDER_LE);
		d.device = get_u16(d.bytes + PCI_DEVICE_ID, ORDER_LE);
	}
	*ret = d;
	return NULL;
}

void reg_device_close(struct reg_device *d)
{
	close(d->config);
}

static uint16_t command(const struct reg_device *d)
{
	return get_u16(d->bytes + PCI_COMMAND, ORDER_LE);
}

/* 0 to 3, and 0 without the capability. */
static unsigned power_state(const struct reg_device *d)
{
	struct pci_capabilities caps;
	pci_capabilities_walk(d->bytes, d->len, &caps);
	for (size_t i = 0; i < caps.count; i++) {
		const struct pci_capability *c = &caps.v[i];
		if (!c->extended && c->id == PCI_CAP_ID_PM &&
		    (size_t)c->offset + PCI_PM_SIZEOF <= d->len)
			return d->bytes[c->offset + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK;
	}
	return 0;
}

bool reg_device_refuses(const struct reg_device *d, bool unbound, char *why, size_t size)
{
	char path[256], physical[NIC_NAME_MAX];
	snprintf(path, sizeof(path), "%s/physfn", d->subject->sysfs);
	if (d->len < PCI_STD_HEADER_SIZEOF)
		snprintf(why, size, "%zu bytes of configuration space only", d->len);
	else if (pci_config_state(d->bytes, d->len) == PCI_CONFIG_GONE)
		snprintf(why, size, "all ones: the device does not answer");
	else if (nic_link_name(d->root, path, physical, sizeof(physical)))
		snprintf(why, size, "a virtual function: its registers are not read; %s has more",
			 physical);
	else if ((d->bytes[PCI_HEADER_TYPE] & PCI_HEADER_TYPE_MASK) != PCI_HEADER_TYPE_NORMAL)
		snprintf(why, size, "header type %u: a bridge, its registers are not read",
			 d->bytes[PCI_HEADER_TYPE] & PCI_HEADER_TYPE_MASK);
	else if (unbound && *d->subject->driver)
		snprintf(why, size, "the driver %.60s has it already, and has set it up anew",
			 d->subject->driver);
	else if (power_state(d))
		snprintf(why, size,
			 "in power state D%u: its registers cannot be read, and it is "
			 "not woken up for that",
			 power_state(d));
	else if (!(command(d) & PCI_COMMAND_MEMORY))
		snprintf(why, size,
			 "memory decoding is off (command 0x%04x), and it is not "
			 "switched on for this",
			 command(d));
	else
		return false;
	return true;
}

bool reg_device_is_gone(const struct reg_device *d)
{
	uint8_t id[4];
	return read_config(d->config, id, sizeof(id)) < sizeof(id) ||
	       get_u32(id, ORDER_LE) == UINT32_MAX;
}

void reg_device_json(const struct reg_device *d, struct json *j)
{
	char state[4] = {'D', (char)('0' + power_state(d))};
	if (d->len < PCI_STD_HEADER_SIZEOF)
		return;
	pci_json_hex(j, "vendor", d->vendor, 4);
	pci_json_hex(j, "device", d->device, 4);
	pci_json_hex(j, "command", command(d), 4);
	json_bool(j, "memory_decoding", command(d) & PCI_COMMAND_MEMORY);
	json_str(j, "power_state", state);
}
