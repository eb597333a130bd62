// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump show devices: the inventory, for people and for programs. Asks no driver anything. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/root.h"
#include "nic/cli.h"
#include "nic/live/inventory.h"
#include "nic/options.h"

#define VALUE_SIZE 128

static const char *attribute(const struct root *root, const struct nic_subject *s, const char *name,
			     char *value)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", s->sysfs, name);
	if (root_read_line(root, path, value, VALUE_SIZE) < 0)
		value[0] = '\0';
	return value;
}

static const char *without_0x(const char *text)
{
	return strncmp(text, "0x", 2) == 0 ? text + 2 : text;
}

/* "0000:00:03.0  1af4:1000  virtio-pci  eth0 (up)" and so on. */
static void device_line(const struct root *root, const struct nic_inventory *inv,
			const struct nic_subject *s, struct buf *out)
{
	char vendor[VALUE_SIZE], device[VALUE_SIZE], vfs[VALUE_SIZE], state[VALUE_SIZE],
		id[24] = "-";
	_cleanup_buf_ struct buf interfaces = BUF_INIT;
	attribute(root, s, "vendor", vendor);
	attribute(root, s, "device", device);
	if (s->kind == NIC_PCI && *vendor && *device)
		snprintf(id, sizeof(id), "%.8s:%.8s", without_0x(vendor), without_0x(device));
	for (size_t i = 0; i < inv->count; i++) {
		const struct nic_subject *n = &inv->subjects[i];
		if (n->kind != NIC_INTERFACE || strcmp(n->device, s->name) != 0)
			continue;
		attribute(root, n, "operstate", state);
		buf_printf(&interfaces, "%s%s (%s)", interfaces.len ? ", " : "", n->name,
			   *state ? state : "unknown");
	}
	attribute(root, s, "sriov_numvfs", vfs);
	buf_printf(out, "%-20s %-10s %-16s %-5s %s\n", s->name, id, *s->driver ? s->driver : "-",
		   *vfs ? vfs : "-", interfaces.len ? buf_str(&interfaces) : "-");
}

static void table(const struct root *root, const struct nic_inventory *inv, struct buf *out)
{
	char state[VALUE_SIZE];
	bool header = false;
	buf_printf(out, "%-20s %-10s %-16s %-5s %s\n", "DEVICE", "ID", "DRIVER", "VFS",
		   "INTERFACES");
	for (size_t i = 0; i < inv->count; i++)
		if (inv->subjects[i].kind & (NIC_PCI | NIC_BUS))
			device_line(root, inv, &inv->subjects[i], out);
	for (size_t i = 0; i < inv->count; i++) {
		const struct nic_subject *s = &inv->subjects[i];
		if (s->kind != NIC_INTERFACE || *s->device)
			continue;
		attribute(root, s, "operstate", state);
		buf_printf(out, "%s%s (%s)", header ? ", " : "without a device: ", s->name,
			   *state ? state : "unknown");
		header = true;
	}
	if (header)
		buf_putc(out, '\n');
}

static void attribute_json(struct json *j, const struct root *root, const struct nic_subject *s,
			   const char *name)
{
	char value[VALUE_SIZE];
	if (*attribute(root, s, name, value))
		json_str(j, name, value);
}

static void subject_json(struct json *j, const struct root *root, const struct nic_subject *s)
{
	static const char *const of_device[] = {"vendor", "device", "class", "sriov_totalvfs",
						"sriov_numvfs"};
	static const char *const of_interface[] = {"ifindex", "address", "operstate", "mtu"};
	bool interface = s->kind == NIC_INTERFACE;
	json_object(j, NULL);
	json_str(j, "name", s->name);
	json_str(j, "kind", nic_subject_kind_name(s->kind));
	json_str(j, "driver", *s->driver ? s->driver : NULL);
	if (interface)
		json_str(j, "on", *s->device ? s->device : NULL);
	else
		json_str(j, "bus", s->bus);
	for (size_t i = 0; !interface && i < ARRAY_SIZE(of_device); i++)
		attribute_json(j, root, s, of_device[i]);
	for (size_t i = 0; interface && i < ARRAY_SIZE(of_interface); i++)
		attribute_json(j, root, s, of_interface[i]);
	json_object_end(j);
}

static void as_json(const struct root *root, const struct nic_inventory *inv, struct buf *out)
{
	struct json j;
	json_init(&j, out, false);
	json_object(&j, NULL);
	json_array(&j, "devices");
	for (size_t i = 0; i < inv->count; i++)
		if (inv->subjects[i].kind & (NIC_PCI | NIC_BUS))
			subject_json(&j, root, &inv->subjects[i]);
	json_array_end(&j);
	json_array(&j, "interfaces");
	for (size_t i = 0; i < inv->count; i++)
		if (inv->subjects[i].kind == NIC_INTERFACE)
			subject_json(&j, root, &inv->subjects[i]);
	json_array_end(&j);
	json_object_end(&j);
}

struct options {
	bool json;
	const char *root;
};

static struct err *take_option(void *arg, int c, const char *value)
{
	struct options *o = arg;
	if (c == 'j')
		o->json = true;
	else
		o->root = value;
	return NULL;
}

static struct err *parse(int argc, char **argv, struct options *o)
{
	static const struct option table[] = {
		{"json", no_argument, NULL, 'j'},
		{"root", required_argument, NULL, 'r'},
		{0},
	};
	struct err *e = nic_options(argc, argv, table, take_option, o);
	if (!e && (optind + 1 != argc || strcmp(argv[optind], "devices") != 0))
		e = err_new(ERR_USAGE, "show: say what to show: devices");
	return e;
}

struct err *nic_cmd_show(int argc, char **argv)
{
	struct options o = {0};
	struct root root;
	struct nic_inventory inv;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct err *e = parse(argc, argv, &o);
	if (e)
		return e;
	e = root_init(&root, o.root);
	if (e)
		return e;
	e = nic_inventory_init(&inv, &root);
	if (!e) {
		if (o.json)
			as_json(&root, &inv, &out);
		else
			table(&root, &inv, &out);
		e = buf_error(&out);
		nic_inventory_deinit(&inv);
	}
	root_deinit(&root);
	if (!e && (fputs(buf_str(&out), stdout) < 0 || fflush(stdout)))
		e = err_os(errno, "writing the list");
	return e;
}
