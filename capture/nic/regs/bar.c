// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/bar.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool bar_has(const struct reg_space *s, uint32_t address, unsigned width)
{
	const struct reg_bar *b = (const struct reg_bar *)s;
	return b->size >= width && address <= b->size - width;
}

static uint32_t load(const struct reg_bar *b, uint32_t address, unsigned width)
{
	const uint8_t *p = b->at + address;
	uint16_t half;
	uint32_t word;
	switch (width) {
	case 1:
		return *(const volatile uint8_t *)p;
	case 2:
		half = *(const volatile uint16_t *)(const void *)p;
		return get_u16(&half, b->order);
	default:
		word = *(const volatile uint32_t *)(const void *)p;
		return get_u32(&word, b->order);
	}
}

static bool all_ones(uint32_t value, unsigned width)
{
	return value == UINT32_MAX >> (32 - 8 * width);
}

static struct err *bar_read(struct reg_space *s, uint32_t address, unsigned width, uint32_t *ret)
{
	const struct reg_bar *b = (const struct reg_bar *)s;
	uint32_t value = load(b, address, width);
	if (all_ones(value, width)) {
		if (reg_device_is_gone(b->device))
			return err_new(ERR_MISSING,
				       "0x%08x: all ones, and so is configuration space: the "
				       "device is gone",
				       address);
		if (bar_has(s, b->first, b->first_width) &&
		    all_ones(load(b, b->first, b->first_width), b->first_width))
			return err_new(ERR_MISSING,
				       "0x%08x: all ones, and so is 0x%08x: the device's memory "
				       "does not answer",
				       address, b->first);
	}
	*ret = value;
	return NULL;
}

static const struct reg_space_ops bar_ops = {.has = bar_has, .read = bar_read};

/* The BAR, from its line of sysfs' "resource". */
static struct err *find(const struct reg_device *d, unsigned bar, struct pci_resource *ret)
{
	char path[256];
	_cleanup_buf_ struct buf text = BUF_INIT;
	snprintf(path, sizeof(path), "%s/resource", d->subject->sysfs);
	struct err *e = root_read(d->root, path, 65536, &text);
	if (e)
		return e;
	char *rest = text.data, *line = NULL;
	for (unsigned i = 0; rest && i <= bar; i++)
		line = strsep(&rest, "\n");
	if (!line || !pci_resource_parse(line, ret) || ret->size == 0)
		return err_os(ENXIO, "BAR %u", bar);
	if (!(ret->flags & PCI_RESOURCE_MEM))
		return err_new(ERR_UNSUPPORTED, "BAR %u is %s", bar,
			       ret->flags & PCI_RESOURCE_IO ? "of I/O space" : "not memory");
	return NULL;
}

static struct err *map_error(int errnum, const char *path)
{
	/* pci_mmap_resource() of drivers/pci/pci-sysfs.c */
	if (errnum == EINVAL)
		return err_os(errnum,
			      "mapping %s (the kernel lets nobody map what a driver has "
			      "claimed, unless it was booted with iomem=relaxed)",
			      path);
	if (errnum == EPERM)
		return err_os(errnum, "mapping %s (the kernel is locked down)", path);
	return err_os(errnum, "mapping %s", path);
}

struct err *reg_bar_map(const struct reg_device *d, const struct reg_bar_part *part,
			struct reg_bar *ret)
{
	char path[256];
	struct pci_resource r = {0};
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct stat st;
	struct err *e = find(d, part->bar, &r);
	if (e)
		return e;
	snprintf(path, sizeof(path), "%s/resource%u", d->subject->sysfs, part->bar);
	_cleanup_close_ int fd = root_open(d->root, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return err_os(-fd, "%s", path);
	/* Reading behind the end of a file that is shorter would be a signal. */
	if (fstat(fd, &st) < 0)
		return err_os(errno, "%s", path);
	uint64_t length = MIN(r.size, (uint64_t)st.st_size);
	if (part->offset >= length || part->offset % 4)
		return err_new(ERR_FORMAT, "%s: 0x%x is not a place in its %llu bytes", path,
			       part->offset, (unsigned long long)length);
	uint64_t size = MIN((uint64_t)part->length, length - part->offset);
	/* The mapping begins at a page; so does a BAR, unless it is smaller than one. */
	uint64_t skipped = part->offset / page * page;
	uint64_t lead = r.start % page + (part->offset - skipped);
	void *map = mmap(NULL, lead + size, PROT_READ, MAP_SHARED, fd, (off_t)skipped);
	if (map == MAP_FAILED)
		return map_error(errno, path);
	ret->space.ops = &bar_ops;
	ret->device = d;
	ret->at = (const uint8_t *)map + lead;
	ret->size = size;
	ret->map = map;
	ret->map_size = lead + size;
	return NULL;
}

void reg_bar_unmap(struct reg_bar *b)
{
	munmap(b->map, b->map_size);
}

bool reg_virtio_part(const struct reg_device *d, unsigned type, struct reg_bar_part *ret)
{
	struct pci_capabilities caps;
	pci_capabilities_walk(d->bytes, d->len, &caps);
	for (size_t i = 0; i < caps.count; i++) {
		const struct pci_capability *c = &caps.v[i];
		const uint8_t *p = d->bytes + c->offset;
		if (c->extended || c->id != PCI_CAP_ID_VNDR ||
		    c->offset + sizeof(struct virtio_pci_cap) > d->len ||
		    p[VIRTIO_PCI_CAP_LEN] < sizeof(struct virtio_pci_cap) ||
		    p[VIRTIO_PCI_CAP_CFG_TYPE] != type || p[VIRTIO_PCI_CAP_BAR] > 5)
			continue;
		ret->bar = p[VIRTIO_PCI_CAP_BAR];
		ret->offset = get_u32(p + VIRTIO_PCI_CAP_OFFSET, ORDER_LE);
		ret->length = get_u32(p + VIRTIO_PCI_CAP_LENGTH, ORDER_LE);
		return ret->length > 0;
	}
	return false;
}
