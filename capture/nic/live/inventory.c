// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/inventory.h"

#include <errno.h>
#include <string.h>

#define PCI_DEVICES "/sys/bus/pci/devices"
#define CLASS_NET   "/sys/class/net"

/*
 * Network devices of buses other than PCI, known before a driver binds by an attribute of the bus.
 * Where the bus is not in this list, the device is still found through its interface once a driver
 * made one.
 */
static const struct {
	const char *bus;
	const char *attribute;
	const char *prefix;
} other_buses[] = {
	/* ibmveth and ibmvnic: vio_device_id type "network" (arch/powerpc/platforms/pseries/vio.c)
	 */
	{"vio", "modalias", "vio:Tnetwork"},
	{"xen", "modalias", "xen:vif"},
	/* VIRTIO_ID_NET is 1 (include/uapi/linux/virtio_ids.h) */
	{"virtio", "modalias", "virtio:d00000001v"},
	/* HV_NIC_GUID (include/linux/hyperv.h) */
	{"vmbus", "class_id", "{f8615163-df3e-46c5-913f-f2d2f965ed0e}"},
};

const char *nic_subject_kind_name(enum nic_subject_kind kind)
{
	switch (kind) {
	case NIC_PCI:
		return "pci";
	case NIC_BUS:
		return "bus";
	case NIC_INTERFACE:
		return "interface";
	case NIC_MACHINE:
		break;
	}
	return "machine";
}

bool nic_link_name(const struct root *root, const char *path, char *out, size_t size)
{
	char target[4096];
	out[0] = '\0';
	if (root_readlink(root, path, target, sizeof(target)) <= 0)
		return false;
	const char *slash = strrchr(target, '/');
	const char *name = slash ? slash + 1 : target;
	/* It becomes the name of a directory: the root may be anybody's. */
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) >= size)
		return false;
	memcpy(out, name, strlen(name) + 1);
	return true;
}

static void format(char *out, size_t size, const char *a, const char *b, const char *c)
{
	if (snprintf(out, size, "%s%s%s", a, b, c) >= (int)size)
		out[0] = '\0';
}

static struct nic_subject *find(struct nic_inventory *inv, const char *name)
{
	for (size_t i = 0; i < inv->count; i++)
		if (inv->subjects[i].kind != NIC_INTERFACE &&
		    strcmp(inv->subjects[i].name, name) == 0)
			return &inv->subjects[i];
	return NULL;
}

/* Interfaces are named by the user: keep their directories apart from our own files. */
static bool name_is_ours(const char *name)
{
	size_t n = strlen(name);
	return strcmp(name, "machine") == 0 || (n > 5 && strcmp(name + n - 5, ".json") == 0);
}

static struct err *add(struct nic_inventory *inv, const struct root *root, struct nic_subject s)
{
	if (inv->count == NIC_SUBJECTS_MAX) {
		inv->truncated = true;
		return NULL;
	}
	struct nic_subject *grown =
		reallocarray(inv->subjects, inv->count + 1, sizeof(*inv->subjects));
	if (!grown)
		return err_nomem();
	inv->subjects = grown;
	format(s.directory, sizeof(s.directory), s.name,
	       s.kind == NIC_INTERFACE && name_is_ours(s.name) ? ".interface" : "", "");
	char link[sizeof(s.sysfs) + 16];
	snprintf(link, sizeof(link), "%s/%s", s.sysfs,
		 s.kind == NIC_INTERFACE ? "device/driver" : "driver");
	if (s.kind != NIC_MACHINE)
		nic_link_name(root, link, s.driver, sizeof(s.driver));
	inv->subjects[inv->count++] = s;
	return NULL;
}

struct names {
	char (*v)[NIC_NAME_MAX];
	size_t n;
};

static void cleanup_names(struct names *n)
{
	free(n->v);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The entries of a directory, sorted, at most NIC_SUBJECTS_MAX; none when it is not there. */
static struct err *list(const struct root *root, const char *path, struct names *out)
{
	DIR *d = root_opendir(root, path);
	if (!d)
		return NULL;
	struct dirent *e;
	while ((e = readdir(d)) && out->n < NIC_SUBJECTS_MAX) {
		if (e->d_name[0] == '.' || strlen(e->d_name) >= NIC_NAME_MAX / 2)
			continue;
		void *grown = reallocarray(out->v, out->n + 1, NIC_NAME_MAX);
		if (!grown) {
			closedir(d);
			return err_nomem();
		}
		out->v = grown;
		memcpy(out->v[out->n++], e->d_name, strlen(e->d_name) + 1);
	}
	closedir(d);
	if (out->n)
		qsort(out->v, out->n, NIC_NAME_MAX, compare_names);
	return NULL;
}

/* Base class 02 is "network controller" (0207 InfiniBand among them); 0c06 the older InfiniBand. */
static bool class_is_network(const char *text)
{
	unsigned long class = strtoul(text, NULL, 16);
	return class >> 16 == 0x02 || class >> 8 == 0x0c06;
}

static struct err *add_pci(struct nic_inventory *inv, const struct root *root, const char *name)
{
	if (find(inv, name))
		return NULL;
	struct nic_subject s = {.kind = NIC_PCI, .bus = "pci"};
	format(s.name, sizeof(s.name), name, "", "");
	format(s.sysfs, sizeof(s.sysfs), PCI_DEVICES, "/", name);
	return add(inv, root, s);
}

static struct err *add_bus(struct nic_inventory *inv, const struct root *root, const char *bus,
			   const char *name)
{
	struct nic_subject s = {.kind = NIC_BUS};
	char devices[96];
	format(s.name, sizeof(s.name), bus, ":", name);
	if (find(inv, s.name))
		return NULL;
	format(s.bus, sizeof(s.bus), bus, "", "");
	format(devices, sizeof(devices), "/sys/bus/", bus, "/devices");
	format(s.sysfs, sizeof(s.sysfs), devices, "/", name);
	return add(inv, root, s);
}

static struct err *scan_pci(struct nic_inventory *inv, const struct root *root)
{
	_cleanup_(cleanup_names) struct names names = {0};
	struct err *e = list(root, PCI_DEVICES, &names);
	for (size_t i = 0; !e && i < names.n; i++) {
		char path[160], class[32];
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/class", names.v[i]);
		if (root_read_line(root, path, class, sizeof(class)) > 0 && class_is_network(class))
			e = add_pci(inv, root, names.v[i]);
	}
	return e;
}

static bool parent_is_pci(const struct root *root, const char *device)
{
	char path[256], bus[32];
	snprintf(path, sizeof(path), "%s/../subsystem", device);
	return nic_link_name(root, path, bus, sizeof(bus)) && strcmp(bus, "pci") == 0;
}

static struct err *scan_other_bus(struct nic_inventory *inv, const struct root *root, size_t which)
{
	_cleanup_(cleanup_names) struct names names = {0};
	char path[256], value[128];
	snprintf(path, sizeof(path), "/sys/bus/%s/devices", other_buses[which].bus);
	struct err *e = list(root, path, &names);
	for (size_t i = 0; !e && i < names.n; i++) {
		const char *bus = other_buses[which].bus, *prefix = other_buses[which].prefix;
		snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", bus, names.v[i]);
		if (parent_is_pci(root, path)) /* virtio over PCI: the function has it already */
			continue;
		snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/%s", bus, names.v[i],
			 other_buses[which].attribute);
		if (root_read_line(root, path, value, sizeof(value)) > 0 &&
		    strncmp(value, prefix, strlen(prefix)) == 0)
			e = add_bus(inv, root, bus, names.v[i]);
	}
	return e;
}

/*
 * The name of the parent of an interface's device, out of where the class link points:
 * ../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0 with device virtio2 gives 0000:00:03.0.
 */
static bool parent_name(const struct root *root, const char *ifname, const char *device, char *out,
			size_t size)
{
	char path[160], target[4096], needle[NIC_NAME_MAX + 2];
	snprintf(path, sizeof(path), CLASS_NET "/%s", ifname);
	if (root_readlink(root, path, target, sizeof(target)) <= 0)
		return false;
	snprintf(needle, sizeof(needle), "/%s/", device);
	char *at = NULL;
	for (char *p = target; (p = strstr(p, needle)); p++)
		at = p;
	if (!at)
		return false;
	*at = '\0';
	char *slash = strrchr(target, '/');
	if (!slash || !slash[1] || strcmp(slash, "/..") == 0 || strlen(slash + 1) >= size)
		return false;
	memcpy(out, slash + 1, strlen(slash + 1) + 1);
	return true;
}

/* Names the device of an interface, adding it to the inventory if no scan found it. */
static struct err *device_of(struct nic_inventory *inv, const struct root *root,
			     struct nic_subject *s)
{
	char path[256], device[NIC_NAME_MAX / 2], bus[32], parent[NIC_NAME_MAX / 2];
	snprintf(path, sizeof(path), "%s/device", s->sysfs);
	if (!nic_link_name(root, path, device, sizeof(device)))
		return NULL; /* lo, bond, vlan, bridge, … have none */
	bool pci_parent = parent_is_pci(root, path);
	strcat(path, "/subsystem");
	if (!nic_link_name(root, path, bus, sizeof(bus)))
		return NULL;
	struct err *e;
	if (strcmp(bus, "pci") == 0) {
		format(s->device, sizeof(s->device), device, "", "");
		e = add_pci(inv, root, device);
	} else if (pci_parent && parent_name(root, s->name, device, parent, sizeof(parent))) {
		/* virtio devices and auxiliary devices (subfunctions) sit right below their
		 * function */
		format(s->device, sizeof(s->device), parent, "", "");
		e = add_pci(inv, root, parent);
	} else {
		format(s->device, sizeof(s->device), bus, ":", device);
		e = add_bus(inv, root, bus, device);
	}
	return e;
}

static struct err *scan_interfaces(struct nic_inventory *inv, const struct root *root)
{
	_cleanup_(cleanup_names) struct names names = {0};
	struct nic_subject s;
	char path[160];
	struct err *e = list(root, CLASS_NET, &names);
	/* Devices first, so that the interfaces stand together at the end. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; !e && i < names.n; i++) {
			snprintf(path, sizeof(path), CLASS_NET "/%s/ifindex", names.v[i]);
			if (!root_exists(root, path)) /* bonding_masters is a file */
				continue;
			s = (struct nic_subject) {.kind = NIC_INTERFACE};
			format(s.name, sizeof(s.name), names.v[i], "", "");
			format(s.sysfs, sizeof(s.sysfs), CLASS_NET, "/", names.v[i]);
			e = device_of(inv, root, &s);
			if (!e && pass == 1)
				e = add(inv, root, s);
		}
	}
	return e;
}

struct err *nic_inventory_init(struct nic_inventory *inv, const struct root *root)
{
	*inv = (struct nic_inventory) {0};
	struct nic_subject machine = {.kind = NIC_MACHINE, .name = "machine"};
	struct err *e = add(inv, root, machine);
	if (!e)
		e = scan_pci(inv, root);
	for (size_t i = 0; !e && i < ARRAY_SIZE(other_buses); i++)
		e = scan_other_bus(inv, root, i);
	if (!e)
		e = scan_interfaces(inv, root);
	if (e)
		nic_inventory_deinit(inv);
	return e;
}

void nic_inventory_deinit(struct nic_inventory *inv)
{
	free(inv->subjects);
	*inv = (struct nic_inventory) {0};
}
