// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/disks.h"

#define CLASSES_MAX 4096
/* Partitions are devices of the class as well. */
#define DEVICES_MAX ((size_t)DISKS_MAX * 16)

/* The class's own struct: since 6.4 (2df418cf4b72) it is found in the set of all classes. */
static struct err *find_subsys(struct report *r, uint64_t *ret)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	struct entries classes = {0};
	uint64_t set, class;
	bool found = false;
	if (layout_known(l->class_private))
		return fetch_pointer(k, (uint64_t)l->block_class, l->class_private, ret)
			       ? NULL
			       : err_new(ERR_MISSING, "the class of disks cannot be read");
	if (!layout_known(l->class_kset) || !layout_known(l->kset_list) ||
	    !layout_known(l->subsys_entry))
		return err_new(ERR_MISSING, "the kernel's symbols and types do not say where its "
					    "classes of devices are");
	if (!fetch_pointer(k, (uint64_t)l->class_kset, 0, &set))
		return err_new(ERR_MISSING, "the classes of devices cannot be read");
	struct err *e = fetch_list(r, "classes of devices", set + (uint64_t)l->kset_list,
				   l->subsys_entry, CLASSES_MAX, &classes);
	for (size_t i = 0; i < classes.n && !e && !found; i++) {
		found = fetch_pointer(k, classes.at[i], l->subsys_class, &class) &&
			class == (uint64_t)l->block_class;
		if (found)
			*ret = classes.at[i];
	}
	entries_deinit(&classes);
	if (!e && !found)
		e = err_new(ERR_MISSING, "there is no class of disks");
	return e;
}

/* The disk that a device of the class is; false for partitions. */
static bool disk_of(struct kmem *k, uint64_t device, uint64_t *ret)
{
	const struct layout *l = k->layout;
	uint64_t type, part0;
	if (layout_known(l->bdev_device)) {
		uint64_t bdev = device - (uint64_t)l->bdev_device;
		return fetch_pointer(k, bdev, l->bdev_disk, ret) &&
		       fetch_pointer(k, *ret, l->disk_part0, &part0) && part0 == bdev;
	}
	*ret = device - (uint64_t)l->disk_part0_device;
	return fetch_pointer(k, device, l->device_type, &type) && type == (uint64_t)l->disk_type;
}

/* From list nodes to devices to disks, in place. */
static void to_disks(struct report *r, struct entries *e)
{
	struct kmem *k = &r->k->kmem;
	const struct layout *l = k->layout;
	size_t n = 0, lost = 0;
	for (size_t i = 0; i < e->n && report_time_left(r); i++) {
		uint64_t device = e->at[i], disk;
		if (layout_known(l->device_private_knode) &&
		    !fetch_pointer(k, e->at[i], l->device_private_device, &device))
			lost++;
		else if (n < DISKS_MAX && disk_of(k, device, &disk))
			e->at[n++] = disk;
	}
	e->n = n;
	if (lost)
		report_missing(r, "%zu devices cannot be read", lost);
}

struct err *disks_find(struct report *r, struct entries *ret)
{
	const struct layout *l = r->k->kmem.layout;
	int64_t knode =
		layout_known(l->device_private_knode) ? l->device_private_knode : l->device_knode;
	uint64_t subsys = 0;
	*ret = (struct entries) {0};
	if (!layout_known(l->block_class) || !layout_known(l->subsys_devices) ||
	    !layout_known(knode))
		return err_new(ERR_MISSING, "the kernel's symbols and types do not say where its "
					    "disks are");
	if (!layout_known(l->bdev_device) &&
	    (!layout_known(l->disk_part0_device) || !layout_known(l->disk_type)))
		return err_new(ERR_MISSING, "the kernel's types do not say what a disk is");
	struct err *e = find_subsys(r, &subsys);
	if (!e)
		e = fetch_list(r, "devices of disks", subsys + (uint64_t)l->subsys_devices, knode,
			       DEVICES_MAX, ret);
	if (!e)
		to_disks(r, ret);
	return e;
}
