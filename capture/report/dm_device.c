// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/dm_device.h"

#include <string.h>
#include "report/fetch.h"

#define MODULE "dm_mod"
/* drivers/md/dm-core.h: bits of mapped_device.flags, as numbered since 2.6.12 */
#define DMF_SUSPENDED	 1
#define DISK_NAME_LEN	 32
#define DISK_NAME_PREFIX "dm-"

int64_t module_member(const struct kernel *k, const char *module, const char *path)
{
	struct member m;
	if (!k->types)
		return LAYOUT_UNKNOWN;
	struct err *e = types_member(k->types, module, path, &m);
	bool found = !e && m.bit_size == 0;
	err_free(e);
	return found ? (int64_t)m.offset : LAYOUT_UNKNOWN;
}

static int64_t member(const struct kernel *k, const char *path)
{
	return module_member(k, MODULE, path);
}

static uint32_t count_bios(struct kernel *k, uint64_t md)
{
	uint64_t bio;
	uint32_t n = 0;
	bool more = fetch_pointer(&k->kmem, md, member(k, "mapped_device.deferred.head"), &bio);
	for (; more && n < DM_DEFERRED_MAX; n++)
		more = fetch_pointer(&k->kmem, bio, k->layout.bio_next, &bio);
	return n;
}

bool dm_device_read(struct kernel *k, uint64_t gendisk, struct dm_device *ret)
{
	const struct layout *l = &k->layout;
	char disk[DISK_NAME_LEN + 1];
	uint64_t md, back, flags, cell;
	if (!layout_known(l->disk_name) ||
	    !fetch_string(&k->kmem, gendisk + (uint64_t)l->disk_name, disk, sizeof(disk)) ||
	    strncmp(disk, DISK_NAME_PREFIX, strlen(DISK_NAME_PREFIX)) != 0 ||
	    !fetch_pointer(&k->kmem, gendisk, l->disk_private, &md) ||
	    !fetch_pointer(&k->kmem, md, member(k, "mapped_device.disk"), &back) ||
	    back != gendisk || !fetch_u64(&k->kmem, md, member(k, "mapped_device.flags"), &flags))
		return false;
	*ret = (struct dm_device) {.suspended = flags >> DMF_SUSPENDED & 1};
	if (fetch_pointer(&k->kmem, md, member(k, "mapped_device.interface_ptr"), &cell))
		(void)fetch_name(&k->kmem, cell, member(k, "hash_cell.name"), ret->name,
				 sizeof(ret->name));
	ret->deferred = count_bios(k, md);
	return true;
}
