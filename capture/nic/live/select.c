// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/select.h"

#include <string.h>
#include "nic/live/devlink_request.h"

#define DEVICE_KINDS (NIC_PCI | NIC_BUS)

static const struct nic_subject *find(const struct nic_inventory *inv, unsigned kinds,
				      const char *name)
{
	for (size_t i = 0; i < inv->count; i++)
		if ((inv->subjects[i].kind & kinds) && strcmp(inv->subjects[i].name, name) == 0)
			return &inv->subjects[i];
	return NULL;
}

/* BUS/DEVICE of devlink, or DEVICE alone; *several when that is not unique. */
static const struct nic_subject *find_handle(const struct nic_inventory *inv, const char *text,
					     bool *several)
{
	const char *slash = strchr(text, '/');
	const struct nic_subject *found = NULL;
	*several = false;
	for (size_t i = 0; i < inv->count; i++) {
		const struct nic_subject *s = &inv->subjects[i];
		if (!(s->kind & DEVICE_KINDS))
			continue;
		struct devlink_handle h = nic_devlink_handle(s);
		size_t bus = strlen(h.bus);
		if (slash && ((size_t)(slash - text) != bus || strncmp(text, h.bus, bus) != 0))
			continue;
		if (strcmp(slash ? slash + 1 : text, h.device) != 0)
			continue;
		*several = found != NULL;
		found = s;
	}
	return found;
}

/*
 * BUS/DEVICE whose device is right below one of ours: what the kernel's messages call the virtio
 * device or the auxiliary device (subfunction) of a PCI function.
 */
static const struct nic_subject *find_below(const struct root *root,
					    const struct nic_inventory *inv, const char *text)
{
	char path[256], target[4096];
	size_t bus = strcspn(text, "/");
	bool several;
	if (!text[bus] || strchr(text + bus + 1, '/') || text[0] == '.' || text[bus + 1] == '.' ||
	    snprintf(path, sizeof(path), "/sys/bus/%.*s/devices/%s", (int)bus, text,
		     text + bus + 1) >= (int)sizeof(path) ||
	    root_readlink(root, path, target, sizeof(target)) <= 0)
		return NULL;
	/* ../../../devices/pci0000:00/0000:00:03.0/virtio2 */
	char *last = strrchr(target, '/');
	if (!last)
		return NULL;
	*last = '\0';
	char *parent = strrchr(target, '/');
	return parent ? find_handle(inv, parent + 1, &several) : NULL;
}

/* An RDMA device is on a device, or (rxe, siw) on an interface. */
static const struct nic_subject *find_rdma(const struct root *root, const struct nic_inventory *inv,
					   const char *text)
{
	char path[256], name[NIC_NAME_MAX];
	bool several;
	if (strchr(text, '/') || strlen(text) > 64)
		return NULL;
	snprintf(path, sizeof(path), "/sys/class/infiniband/%s/parent", text);
	if (root_read_line(root, path, name, sizeof(name)) > 0)
		return find(inv, NIC_INTERFACE, name);
	snprintf(path, sizeof(path), "/sys/class/infiniband/%s/device", text);
	return nic_link_name(root, path, name, sizeof(name)) ? find_handle(inv, name, &several)
							     : NULL;
}

struct err *nic_select(const struct root *root, const struct nic_inventory *inv, const char *text,
		       const struct nic_subject **ret)
{
	char full[NIC_NAME_MAX];
	bool several = false;
	const struct nic_subject *s = find(inv, NIC_INTERFACE | DEVICE_KINDS, text);
	if (!s && snprintf(full, sizeof(full), "0000:%s", text) < (int)sizeof(full))
		s = find(inv, NIC_PCI, full);
	if (!s)
		s = find_handle(inv, text, &several);
	if (several)
		return err_new(ERR_USAGE, "%s: several buses have such a device; write BUS/%s",
			       text, text);
	if (!s)
		s = find_below(root, inv, text);
	if (!s)
		s = find_rdma(root, inv, text);
	if (!s)
		return err_new(ERR_MISSING,
			       "%s: no such network device; nic-dump show devices "
			       "lists them",
			       text);
	if (s->kind == NIC_INTERFACE) {
		if (!*s->device)
			return err_new(ERR_UNSUPPORTED,
				       "%s: the interface has no device of its own (lo, bond, vlan "
				       "and their like)",
				       text);
		s = find(inv, DEVICE_KINDS, s->device);
		if (!s)
			return err_new(ERR_MISSING, "%s: its device is not in the inventory", text);
	}
	*ret = s;
	return NULL;
}

static bool physical_of(const struct root *root, const struct nic_subject *s, char *out,
			size_t size)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/physfn", s->sysfs);
	return s->kind == NIC_PCI && nic_link_name(root, path, out, size);
}

struct err *nic_select_refuse_vf(const struct root *root, const struct nic_subject *s)
{
	char physical[NIC_NAME_MAX];
	if (!physical_of(root, s, physical, sizeof(physical)))
		return NULL;
	return err_new(ERR_UNSUPPORTED,
		       "%s is a virtual function: dump-me-now is not supported on VFs; take its "
		       "physical function: nic-dump now %s",
		       s->name, physical);
}

/* The device that an interface is on, among the first n. */
static const struct nic_subject *device_of(const struct nic_inventory *inv, size_t n,
					   const struct nic_subject *interface)
{
	for (size_t i = 0; i < n; i++)
		if ((inv->subjects[i].kind & DEVICE_KINDS) &&
		    strcmp(inv->subjects[i].name, interface->device) == 0)
			return &inv->subjects[i];
	return NULL;
}

void nic_select_only(const struct root *root, struct nic_inventory *inv, const char *name,
		     unsigned iov)
{
	size_t kept = 0;
	/* Devices are in front of interfaces: what an interface is on is decided before it. */
	for (size_t i = 0; i < inv->count; i++) {
		struct nic_subject s = inv->subjects[i];
		const struct nic_subject *on = NULL;
		char physical[NIC_NAME_MAX];
		bool vf = iov >= 3 && (s.kind & DEVICE_KINDS) &&
			  physical_of(root, &s, physical, sizeof(physical)) &&
			  strcmp(physical, name) == 0;
		if (s.kind == NIC_INTERFACE)
			on = device_of(inv, kept, &s);
		s.queues_only = on ? on->queues_only : vf && iov == 3;
		if (s.kind == NIC_MACHINE || on || vf ||
		    ((s.kind & DEVICE_KINDS) && strcmp(s.name, name) == 0))
			inv->subjects[kept++] = s;
	}
	inv->count = kept;
}

void nic_select_names(const struct nic_inventory *inv, const struct nic_subject *s,
		      struct nic_names *ret)
{
	struct devlink_handle h = nic_devlink_handle(s);
	size_t n = 0;
	snprintf(ret->handle, sizeof(ret->handle), "%s/%s", h.bus, h.device);
	ret->v[n++] = s->name;
	ret->v[n++] = ret->handle;
	ret->v[n++] = h.device;
	if (*s->driver)
		ret->v[n++] = s->driver;
	for (size_t i = 0; i < inv->count && n < NIC_NAMES_MAX - 1; i++)
		if (inv->subjects[i].kind == NIC_INTERFACE &&
		    strcmp(inv->subjects[i].device, s->name) == 0)
			ret->v[n++] = inv->subjects[i].name;
	ret->v[n] = NULL;
}
