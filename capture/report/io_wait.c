// SPDX-License-Identifier: GPL-2.0-or-later
/* From a stack to a disk or a client of RPC. */
#include "report/io_wait.h"

#include <string.h>
#include "report/fetch.h"
#include "report/mount.h"

#define SUPER_BLOCKS_MAX 65536
#define TYPE_NAME_LEN	 32

/* --- steps --------------------------------------------------------------------------------------
 */

/* A whole disk, or a partition of it: that its disk's first partition leads back makes it one. */
static bool disk_of_bdev(struct kmem *k, uint64_t bdev, uint64_t *ret)
{
	const struct layout *l = k->layout;
	uint64_t disk, whole, back;
	if (!layout_known(l->bdev_device) || !fetch_pointer(k, bdev, l->bdev_disk, &disk) ||
	    !fetch_pointer(k, disk, l->disk_part0, &whole) ||
	    !fetch_pointer(k, whole, l->bdev_disk, &back) || back != disk)
		return false;
	*ret = disk;
	return true;
}

static bool type_of_sb(struct kmem *k, uint64_t sb, char *ret, size_t cap)
{
	uint64_t type;
	return fetch_pointer(k, sb, k->layout->sb_type, &type) &&
	       fetch_name(k, type, k->layout->fs_type_name, ret, cap);
}

static bool client_of_sb(struct kernel *k, uint64_t sb, uint64_t *ret)
{
	char type[TYPE_NAME_LEN];
	uint64_t server;
	return type_of_sb(&k->kmem, sb, type, sizeof(type)) &&
	       (strcmp(type, "nfs") == 0 || strcmp(type, "nfs4") == 0) &&
	       fetch_pointer(&k->kmem, sb, k->layout.sb_fs_info, &server) &&
	       fetch_pointer(&k->kmem, server, module_member(k, "nfs", "nfs_server.client"), ret);
}

static bool server_of_client(struct kernel *k, uint64_t client, char *ret, size_t cap)
{
	uint64_t transport;
	return fetch_pointer(&k->kmem, client, module_member(k, "sunrpc", "rpc_clnt.cl_xprt"),
			     &transport) &&
	       fetch_name(&k->kmem, transport, module_member(k, "sunrpc", "rpc_xprt.servername"),
			  ret, cap) &&
	       *ret;
}

/* The file system of an inode; that of block devices holds the pages of the devices themselves. */
static bool by_inode(struct kernel *k, uint64_t inode, struct io_target *ret)
{
	const struct layout *l = &k->layout;
	char type[TYPE_NAME_LEN];
	uint64_t sb, bdev;
	if (!fetch_pointer(&k->kmem, inode, l->inode_sb, &sb) ||
	    !type_of_sb(&k->kmem, sb, type, sizeof(type)))
		return false;
	if (strcmp(type, "bdev") == 0)
		return layout_known(l->bdev_inode_bdev) && layout_known(l->bdev_inode_inode) &&
		       disk_of_bdev(&k->kmem,
				    inode - (uint64_t)l->bdev_inode_inode +
					    (uint64_t)l->bdev_inode_bdev,
				    &ret->disk);
	if (fetch_pointer(&k->kmem, sb, l->sb_bdev, &bdev))
		return disk_of_bdev(&k->kmem, bdev, &ret->disk);
	if (!client_of_sb(k, sb, &ret->client))
		return false;
	ret->sb = sb;
	return true;
}

/* Of several file systems of one server each has a client of its own (nfs_init_server_rpcclient()).
 */
static uint64_t sb_of_client(struct report *r, uint64_t client)
{
	const struct layout *l = &r->k->layout;
	struct entries all = {0};
	uint64_t found = 0, other;
	if (!layout_known(l->super_blocks) || !layout_known(l->sb_list))
		return 0;
	struct err *e = fetch_list(r, "file systems", (uint64_t)l->super_blocks, l->sb_list,
				   SUPER_BLOCKS_MAX, &all);
	for (size_t i = 0; i < all.n && !e && !found && report_time_left(r); i++) {
		if (client_of_sb(r->k, all.at[i], &other) && other == client)
			found = all.at[i];
	}
	entries_deinit(&all);
	err_free(e); /* the name of the server is there all the same */
	return found;
}

/* --- what is on the stack -----------------------------------------------------------------------
 */

/* Whether the queue's entry at addr belongs to the task and is woken up by that function. */
static bool is_entry(struct kernel *k, uint64_t addr, const char *function)
{
	uint64_t func, offset;
	struct symbol s;
	return k->symbols && fetch_pointer(&k->kmem, addr, k->layout.wait_func, &func) &&
	       symbols_at(k->symbols, func, &s, &offset) && offset == 0 &&
	       strcmp(s.name, function) == 0;
}

/* A struct wait_page_queue (mm/filemap.c, folio_wait_bit_common()) */
static bool by_page(struct kernel *k, uint64_t entry, struct io_target *ret)
{
	const struct layout *l = &k->layout;
	int64_t member = layout_known(l->wait_page_folio) ? l->wait_page_folio : l->wait_page_page;
	uint64_t page, mapping, inode;
	return layout_known(l->wait_page_wait) && is_entry(k, entry, "wake_page_function") &&
	       fetch_pointer(&k->kmem, entry - (uint64_t)l->wait_page_wait, member, &page) &&
	       fetch_pointer(&k->kmem, page, l->page_mapping, &mapping) && (mapping & 7) == 0 &&
	       fetch_pointer(&k->kmem, mapping, l->mapping_host, &inode) && by_inode(k, inode, ret);
}

/* A struct wait_bit_queue_entry: of a buffer's state, or of a task of RPC */
static bool by_bit(struct report *r, uint64_t entry, struct io_target *ret)
{
	struct kernel *k = r->k;
	const struct layout *l = &k->layout;
	int64_t state = module_member(k, "sunrpc", "rpc_task.tk_runstate");
	char server[sizeof(((struct io_place *)0)->server)];
	uint64_t word, bdev, client;
	if (!layout_known(l->wait_bit_wait) || !is_entry(k, entry, "wake_bit_function") ||
	    !fetch_pointer(&k->kmem, entry - (uint64_t)l->wait_bit_wait, l->wait_bit_word, &word))
		return false;
	if (layout_known(l->buffer_state) &&
	    fetch_pointer(&k->kmem, word - (uint64_t)l->buffer_state, l->buffer_bdev, &bdev) &&
	    disk_of_bdev(&k->kmem, bdev, &ret->disk))
		return true;
	if (!layout_known(state) ||
	    !fetch_pointer(&k->kmem, word - (uint64_t)state,
			   module_member(k, "sunrpc", "rpc_task.tk_client"), &client) ||
	    !server_of_client(k, client, server, sizeof(server)))
		return false;
	ret->client = client;
	ret->sb = sb_of_client(r, client);
	(void)fetch_u64(&k->kmem, word - (uint64_t)state,
			module_member(k, "sunrpc", "rpc_task.tk_start"), &ret->asked);
	return true;
}

/* A struct bio whose owner waits for it; what it calls at its end is a function. */
static bool by_bio(struct kernel *k, uint64_t at, uint64_t bdev, struct io_target *ret)
{
	const struct layout *l = &k->layout;
	uint64_t end_io, offset;
	struct symbol s;
	return layout_known(l->bio_bdev) && bdev >> 63 && (bdev & 7) == 0 && k->symbols &&
	       disk_of_bdev(&k->kmem, bdev, &ret->disk) &&
	       fetch_pointer(&k->kmem, at - (uint64_t)l->bio_bdev, l->bio_end_io, &end_io) &&
	       symbols_at(k->symbols, end_io, &s, &offset) && offset == 0 &&
	       (s.type == 't' || s.type == 'T');
}

bool io_wait_target(struct report *r, const struct threads *all, const struct thread *t,
		    const struct wait *w, struct io_target *ret)
{
	struct kernel *k = r->k;
	uint64_t at, end, word;
	*ret = (struct io_target) {0};
	if (wait_for_lock(w) || !layout_known(k->layout.wait_private))
		return false;
	wait_stack(all, t, w, &at, &end);
	for (; at + 8 <= end && report_time_left(r); at += 8) {
		uint64_t entry = at - (uint64_t)k->layout.wait_private;
		if (!fetch_u64(&k->kmem, at, 0, &word))
			break;
		if (word == t->task.addr ? by_page(k, entry, ret) || by_bit(r, entry, ret)
					 : by_bio(k, at, word, ret))
			return true;
		*ret = (struct io_target) {0};
	}
	return false;
}

/* --- names --------------------------------------------------------------------------------------
 */

/* A list of mounts; where mounts have no node for it (6.18), it points to the first one itself. */
static bool first_mount(struct kernel *k, uint64_t sb, uint64_t *ret)
{
	const struct layout *l = &k->layout;
	if (!layout_known(l->sb_mounts) || !fetch_pointer(&k->kmem, sb, l->sb_mounts, ret))
		return false;
	if (!layout_known(l->mount_instance))
		return true;
	if (*ret == sb + (uint64_t)l->sb_mounts)
		return false;
	*ret -= (uint64_t)l->mount_instance;
	return true;
}

void io_place_read(struct report *r, const struct io_target *t, struct io_place *ret)
{
	struct kernel *k = r->k;
	char path[MOUNT_PATH_SIZE];
	uint64_t mount;
	*ret = (struct io_place) {0};
	if (t->disk && layout_known(k->layout.disk_name)) {
		(void)fetch_string(&k->kmem, t->disk + (uint64_t)k->layout.disk_name, ret->disk,
				   sizeof(ret->disk));
		ret->is_dm = dm_device_read(k, t->disk, &ret->dm);
	}
	if (t->client)
		(void)server_of_client(k, t->client, ret->server, sizeof(ret->server));
	if (!t->sb || !first_mount(k, t->sb, &mount) || !mount_is_readable(&k->kmem, mount))
		return;
	(void)mount_device(&k->kmem, mount, ret->device, sizeof(ret->device));
	snprintf(ret->path, sizeof(ret->path), "%s", mount_path(&k->kmem, mount, path));
}

void io_place_text(const struct io_place *p, struct buf *out)
{
	if (*p->disk) {
		buf_puts(out, p->disk);
		if (p->is_dm && *p->dm.name)
			buf_printf(out, " (%s)", p->dm.name);
		if (p->is_dm && p->dm.suspended)
			buf_puts(out, ", which is suspended");
	}
	if (*p->server)
		buf_printf(out, "NFS server %s", p->server);
	if (*p->path)
		buf_printf(out, ", %s on %s", *p->device ? p->device : "?", p->path);
}

static void known(struct json *j, const char *key, const char *text)
{
	json_str(j, key, *text ? text : NULL);
}

void io_place_json(const struct io_place *p, const char *key, struct json *j)
{
	json_object(j, key);
	if (*p->disk) {
		json_str(j, "disk", p->disk);
		if (p->is_dm) {
			known(j, "device_mapper", p->dm.name);
			json_bool(j, "suspended", p->dm.suspended);
		}
	} else {
		known(j, "server", p->server);
		known(j, "device", p->device);
		known(j, "path", p->path);
	}
	json_object_end(j);
}
